# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""Which resources of an account a run is about, and which certificate each of them gets."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

from .._errors import MatchError, ResourceLookupError
from .._gcore.resource import DISABLED, LETS_ENCRYPT, Resource
from .._match.matcher import Candidate, Choice, Matcher, Selection
from .._rotate.desired import CustomCertificate
from .._rotate.report import Outcome


@dataclass(frozen=True)
class Scope:
    """Which resources of the account a run is about.

    Attributes:
        selection: which ones the run is about.
        enable_https: also those that have HTTPS off.
        replace_lets_encrypt: also those whose certificate renews itself.
    """

    selection: Selection
    enable_https: bool = False
    replace_lets_encrypt: bool = False

    def leaves_alone(self, resource: Resource) -> str:
        """Return the outcome of one that is reported and not touched, empty for one that is in play."""
        reasons = {
            "suspended": resource.status.lower() == "suspended",
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
    """A resource of a fleet, with what it shall have, and what became of it.

    Attributes:
        id: None where no resource has what a certificate is mapped to.
        name: of the resource.
        label: of the certificate.
        twins: the labels of those that would do as well, with a key of another type.
        left_alone: what is to be told of one that is left alone.
        wave: the wave in which it was or would be written, 0 where it was not to be.
        site: the API's view of it, where it is in play.
        choice: the certificates, where it is in play.
    """

    id: int | None = None
    name: str = ""
    label: str = ""
    twins: tuple[str, ...] = ()
    left_alone: str = ""
    wave: int = 0
    site: Resource | None = None
    choice: Choice[KeyedCandidate] | None = None
    desired: CustomCertificate | None = None

    def settled(self, key_type: str | None) -> Member:
        """Let it keep the type of key that it has, None where nobody knows."""
        if self.choice is None:
            return self
        taken = self.choice.settled(key_type)
        twins = tuple(twin.label for twin in self.choice.twins(taken))
        return replace(self, label=taken.label, twins=twins, desired=taken.desired)


@dataclass(frozen=True)
class Assignment:
    """The resources of an account, and their certificates.

    Attributes:
        members: the resources that a certificate covers or is mapped to, ordered by name.
        unmatched_resources: those that no certificate covers.
        unmatched_certificates: those that no resource gets, and that are no twin of one that any gets.
        warnings: for people.
    """

    members: Sequence[Member] = ()
    unmatched_resources: Sequence[Resource] = ()
    unmatched_certificates: Sequence[str] = ()
    warnings: Sequence[str] = ()

    def called(self, clean: Callable[[list[str]], list[str]]) -> Assignment:
        """Let no member be called what shows a secret: progress names them."""
        names = clean([member.name for member in self.members])
        members = [replace(member, name=name) for member, name in zip(self.members, names, strict=True)]
        return replace(self, members=members)


def assign(resources: Iterable[Resource], matcher: Matcher[KeyedCandidate], scope: Scope) -> Assignment:
    """Give each resource of the account its certificate.

    Args:
        resources: the account's.
        matcher: knows the certificates.
        scope: which resources the run is about.

    Raises:
        InputError: no resource is called what the selection includes.
    """
    account = sorted(resources, key=lambda resource: (resource.name, resource.id))
    chosen = [resource for resource in account if scope.selection.has(resource)]
    warnings = scope.selection.warnings()
    found = [(resource, _member(resource, matcher, scope)) for resource in chosen]
    members = [member for _resource, member in found if member]
    for key, candidate in matcher.unknown(account):
        problem = ResourceLookupError(f"no resource has the id or name {key}", "Mend the mapping of the certificate.")
        members.append(Member(error=problem, name=key, label=candidate.label))
    labels = {label for member in members for label in (member.label, *member.twins)}
    used = {candidate.leaf for candidate in matcher.candidates if candidate.label in labels}
    return Assignment(
        members,
        [resource for resource, member in found if member is None],
        [candidate.label for candidate in dict.fromkeys(matcher.candidates) if candidate.leaf not in used],
        warnings,
    )


def _member(resource: Resource, matcher: Matcher[KeyedCandidate], scope: Scope) -> Member | None:
    member = Member(id=resource.id, name=resource.name, left_alone=scope.leaves_alone(resource))
    try:
        choice = matcher.choice_for(resource)
    except MatchError as error:
        return member if member.left_alone else replace(member, error=error)
    if choice is None:
        return None
    if member.left_alone:
        return replace(member, label=choice.settled().label)
    return replace(member, site=resource, choice=choice).settled(None)
