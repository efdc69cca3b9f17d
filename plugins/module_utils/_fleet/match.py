# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""Which resources of an account a run is about, and which certificate each of them gets."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from .._errors import MatchError, ResourceLookupError, StoppedError
from .._gcore.site import DISABLED, LETS_ENCRYPT, Site, key_text
from .._match.matcher import Candidate, Choice, Matcher, Selection
from .._rotate.apply import ChangeState
from .._rotate.desired import CustomCertificate
from .._rotate.report import Outcome

OUTCOMES = (
    "rotated",
    "would_rotate",
    "in_sync",
    "failed",
    "not_attempted",
    "lets_encrypt",
    "https_disabled",
    "suspended",
)
"""What may become of a resource that a certificate covers."""


@dataclass(frozen=True)
class Scope:
    """Which resources of the account a run is about; the options of these names bring in what is left alone else."""

    selection: Selection
    enable_https: bool = False
    replace_lets_encrypt: bool = False

    def leaves_alone(self, resource: Site) -> str:
        """Return the outcome of one that is reported and not touched, empty for one that is in play."""
        reasons = {
            "suspended": resource.is_suspended,
            "lets_encrypt": resource.ssl_type == LETS_ENCRYPT and not self.replace_lets_encrypt,
            "https_disabled": resource.supposed_type == DISABLED and not self.enable_https,
        }
        return next((reason for reason, holds in reasons.items() if holds), "")


@dataclass(frozen=True, eq=False)  # equal are those that are equal without their key
class KeyedCandidate(Candidate):
    """A certificate that a fleet may use, with its key: what a site shall have."""

    desired: CustomCertificate = field(kw_only=True)


@dataclass(frozen=True)
class Member(Outcome):
    """A resource of a fleet, with what it shall have, and what became of it."""

    id: int | None = None  # None where no resource has what a certificate is mapped to
    name: str = ""
    product: str | None = None
    label: str = ""  # of the certificate
    twins: tuple[str, ...] = ()  # the labels of those that would do as well, with a key of another type
    left_alone: str = ""  # what is to be told of one that is left alone
    note: str = ""  # why, where that does not say it
    wave: int = 0  # in which it was or would be written, 0 where it was not to be
    site: Site | None = None  # the API's view of it, where it is in play, as are the next two
    choice: Choice[KeyedCandidate] | None = None
    desired: CustomCertificate | None = None

    @property
    def called(self) -> str:
        """Return how lines for people call it, where two products may have one name."""
        key = key_text(self.product, self.id) if self.product and self.id is not None else ""
        return f"{key} ({self.name})" if ":" in key else self.name

    @property
    def outcome(self) -> str:
        """Return the one of `OUTCOMES` that is so of it."""
        if self.error:
            return "not_attempted" if isinstance(self.error, StoppedError) else "failed"
        if self.left_alone:
            return self.left_alone
        return "rotated" if self.state is ChangeState.MADE else "would_rotate" if self.would_change else "in_sync"

    def settled(self, key_type: str | None) -> Member:
        """Let it keep the type of key that it has, None where nobody knows."""
        if self.choice is None:
            return self
        taken = self.choice.settled(key_type)
        if taken.desired is self.desired:
            return self
        twins = tuple(twin.label for twin in self.choice.twins(taken))
        return replace(self, label=taken.label, twins=twins, desired=taken.desired)


@dataclass(frozen=True)
class FleetReport:
    """What is known of a fleet: the resources of an account, and their certificates."""

    members: Sequence[Member] = ()  # the resources that a certificate covers or is mapped to, ordered by name
    unmatched_resources: Sequence[Site] = ()
    unmatched_certificates: Sequence[str] = ()  # no resource gets them, and they are no twin of one that any gets
    bad_certificates: Sequence[dict[str, str]] = ()  # those that could not be used, each with the reason
    warnings: Sequence[str] = ()
    stopped: str = ""  # why the run ended early

    def summary(self) -> dict[str, int]:
        """Count by outcome, every outcome named."""
        counts = Counter(member.outcome for member in self.members)
        unmatched = len(self.unmatched_resources)
        return {
            **{outcome: counts[outcome] for outcome in OUTCOMES},
            "resources": len(self.members) + unmatched,
            "unmatched_resources": unmatched,
            "unmatched_certificates": len(self.unmatched_certificates),
            "bad_certificates": len(self.bad_certificates),
        }


def assign(
    report: FleetReport, resources: Iterable[Site], matcher: Matcher[KeyedCandidate], scope: Scope
) -> FleetReport:
    """Give each resource of the account its certificate, or raise an InputError where none is called as included."""
    account = sorted(resources, key=lambda resource: (resource.name, resource.id, resource.product))
    unknown = matcher.unknown(account)
    chosen = [resource for resource in account if scope.selection.has(resource)]
    unnamed = {
        resource.key: resource
        for resource in chosen
        if resource.only_if_named and not (scope.selection.calls(resource) or matcher.is_mapped(resource))
    }
    found = [(resource, _member(resource, matcher, scope)) for resource in chosen if resource.key not in unnamed]
    warnings = [*report.warnings, *scope.selection.warnings(), *_left_out(unnamed.values())]
    members = [member for _resource, member in found if member]
    for key, candidate in unknown:
        problem = ResourceLookupError(f"no resource has the id or name {key}", "Mend the mapping of the certificate.")
        members.append(Member(error=problem, name=key, label=candidate.label))
    labels = {label for member in members for label in (member.label, *member.twins)}
    used = {candidate.leaf for candidate in matcher.candidates if candidate.label in labels}
    unmatched = [candidate.label for candidate in dict.fromkeys(matcher.candidates) if candidate.leaf not in used]
    return FleetReport(
        members,
        [resource for resource, member in found if member is None],
        unmatched,
        report.bad_certificates,
        warnings,
    )


def _left_out(resources: Iterable[Site]) -> list[str]:
    """Warn of those that somebody would have to name."""
    by_reason: dict[str, list[str]] = defaultdict(list)
    for resource in resources:
        by_reason[resource.only_if_named].append(resource.label())
    return [f"Left out, where nobody names it, because {why}: {', '.join(them)}." for why, them in by_reason.items()]


_UNCOVERED = (
    "none of the certificates is for it",
    "include names it: add a certificate that covers it, or map one to it with resources, or do not name it.",
)


def _member(resource: Site, matcher: Matcher[KeyedCandidate], scope: Scope) -> Member | None:
    member = Member(id=resource.id, name=resource.name, product=resource.product)
    left_alone = scope.leaves_alone(resource)
    if left_alone:
        member = replace(member, left_alone=left_alone, note=resource.left_alone)
    try:
        choice = matcher.choice_for(resource)
    except MatchError as error:
        return member if left_alone else replace(member, error=error)
    if choice is None:
        return replace(member, error=MatchError(*_UNCOVERED)) if scope.selection.calls(resource) else None
    if left_alone:
        return replace(member, label=choice.settled().label)
    return replace(member, site=resource, choice=choice).settled(None)
