# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""Which resources of an account a run is about, and which certificate each of them gets."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from .._errors import GcoreError, MatchError, ResourceLookupError
from .._gcore.resource import DISABLED, LETS_ENCRYPT, Resource
from .._match.matcher import Matcher, Offer, Selection
from .._rotate.plan import Intent


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


@dataclass(frozen=True)
class Candidate:
    """A certificate that a fleet may use, as it is offered, and as what a site shall have."""

    offer: Offer
    intent: Intent


@dataclass(frozen=True)
class Member:
    """A resource of a fleet, with what it shall have.

    Attributes:
        id: None where no resource has what a certificate is mapped to.
        name: of the resource.
        label: of the certificate.
        left_alone: the outcome of one that is left alone.
        problem: why it can't be begun.
        resource: the API's view of it, where it is in play.
        intent: what it shall have, where it is in play.
        twins: the labels of those that fit as well, with keys of other types.
        others: those of them that may take its place.
    """

    id: int | None
    name: str
    label: str = ""
    left_alone: str = ""
    problem: GcoreError | None = None
    resource: Resource | None = None
    intent: Intent | None = None
    twins: tuple[str, ...] = ()
    others: tuple[Candidate, ...] = ()

    def settled(self, key_type: str | None) -> Member:
        """Take the certificate that keeps the type of key that the resource has."""
        for other in self.others:
            if other.offer.leaf.key[0] == key_type:
                twins = (self.label, *(twin for twin in self.twins if twin != other.offer.label))
                return replace(self, label=other.offer.label, intent=other.intent, twins=twins)
        return self


@dataclass(frozen=True)
class Assignment:
    """What every resource of the account gets.

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


def assign(
    resources: Iterable[Resource],
    candidates: Sequence[Candidate],
    scope: Scope,
    now: datetime,
    prefer_key_type: str | None = None,
) -> Assignment:
    """Give each resource of the account its certificate.

    Args:
        resources: the account's.
        candidates: the certificates.
        scope: which resources the run is about.
        now: the time.
        prefer_key_type: as the task's option has it.

    Raises:
        InputError: no resource is called what the selection includes.
    """
    matcher = Matcher([candidate.offer for candidate in candidates], now, prefer_key_type)
    by_offer = {candidate.offer: candidate for candidate in candidates}
    account = sorted(resources, key=lambda resource: (resource.name, resource.id))
    chosen = [resource for resource in account if scope.selection.has(resource)]
    warnings = scope.selection.warnings()
    found = [(resource, _member(resource, matcher, by_offer, scope)) for resource in chosen]
    members = [member for _resource, member in found if member]
    for key, offer in matcher.unknown(account):
        problem = ResourceLookupError(f"no resource has the id or name {key}", "Mend the mapping of the certificate.")
        members.append(Member(None, key, offer.label, problem=problem))
    labels = {label for member in members for label in (member.label, *member.twins)}
    used = {offer.leaf for offer in by_offer if offer.label in labels}
    return Assignment(
        members,
        [resource for resource, member in found if member is None],
        [offer.label for offer in by_offer if offer.leaf not in used],
        warnings,
    )


def _member(resource: Resource, matcher: Matcher, by_offer: dict[Offer, Candidate], scope: Scope) -> Member | None:
    left_alone = scope.leaves_alone(resource)
    try:
        choice = matcher.choice_for(resource)
    except MatchError as error:
        return Member(resource.id, resource.name, left_alone=left_alone, problem=None if left_alone else error)
    if choice is None:
        return None
    offer, *others = choice.offers
    if left_alone:
        return Member(resource.id, resource.name, offer.label, left_alone)
    return Member(
        resource.id,
        resource.name,
        offer.label,
        resource=resource,
        intent=by_offer[offer].intent,
        twins=tuple(twin.label for twin in choice.twins(offer)),
        others=tuple(by_offer[other] for other in others),
    )
