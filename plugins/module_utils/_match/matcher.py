# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""Which certificate belongs on which resource: explicit mappings first, then the names that it covers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatchcase

from .._errors import InputError, MatchError
from .._gcore.resource import Resource
from .._x509.certificate import Certificate
from .._x509.hostname import normalised


class Selection:
    """Which resources a task is about.

    Args:
        include: ids, exact names or globs; without any, all are meant. Empty ones are none.
        exclude: the same, of those that are not meant.
    """

    def __init__(self, include: Iterable[str] | None = None, exclude: Iterable[str] | None = None) -> None:
        self._patterns = {"include": _patterns(include), "exclude": _patterns(exclude)}
        self._unmet = {option: dict.fromkeys(patterns) for option, patterns in self._patterns.items()}

    def has(self, resource: Resource) -> bool:
        """Tell whether the task is about a resource."""
        return self.names(resource.id, resource.name)

    def names(self, number: int, name: str) -> bool:
        """Tell the same of an id and a name."""
        known = (number, normalised(name))
        is_included, is_excluded = self._meets("include", *known), self._meets("exclude", *known)
        return (is_included or not self._patterns["include"]) and not is_excluded

    def warnings(self) -> list[str]:
        """Warn of what none of the resources was called that have been asked about: mostly somebody mistyped it.

        Raises:
            InputError: that is so of all that is included, and so nothing is left to be done.
        """
        included, unmet = self._patterns["include"], self._unmet["include"]
        if included and len(unmet) == len(set(included)):
            raise InputError(f"include: no resource of the account is called {' or '.join(unmet)}", _SPELLING)
        return [f"{option}: no resource is called {name}." for option, names in self._unmet.items() for name in names]

    def _meets(self, option: str, number: int, name: str) -> bool:
        met = [one for one in self._patterns[option] if one == str(number) or fnmatchcase(name, one)]
        for pattern in met:
            self._unmet[option].pop(pattern, None)
        return bool(met)


_SPELLING = "Ids, exact names and globs count; the name of an alias does not."


def _patterns(given: Iterable[str] | None) -> list[str]:
    return [normalised(str(pattern)) for pattern in given or () if str(pattern).strip()]


@dataclass(frozen=True)
class Offer:
    """A certificate that a fleet may use.

    Attributes:
        label: how messages call it: where it came from.
        leaf: the certificate.
        resources: the ids or names that it is meant for; none means whatever it covers.
    """

    label: str
    leaf: Certificate
    resources: tuple[str, ...] = ()


@dataclass(frozen=True)
class Choice:
    """What fits a resource best: one offer, or several that fit equally well and differ in the type of their key.

    Attributes:
        offers: those that may be taken, first the one for a resource of which nobody knows what it has.
        passed_over: the others.
    """

    offers: tuple[Offer, ...]
    passed_over: tuple[Offer, ...] = ()

    def settled(self, key_type: str | None = None) -> Offer:
        """Take the offer that keeps the type of key that the resource has."""
        return next((offer for offer in self.offers if offer.leaf.key[0] == key_type), self.offers[0])

    def twins(self, taken: Offer) -> list[Offer]:
        """List the others."""
        return [offer for offer in (*self.offers, *self.passed_over) if offer != taken]


_KEY_TYPES = {None: ("ECDSA", "RSA"), "ecdsa": ("ECDSA", "RSA"), "rsa": ("RSA", "ECDSA")}
"""By what the task prefers; browsers take no others."""

_A_DAY = 86400
"""Seconds by which an expiry that the API tells may be rounded."""


class Matcher:
    """Finds the offer of each resource. Indexed by name: a fleet times its certificates is too much to try.

    Args:
        offers: the certificates that there are.
        now: the time, by which a certificate is near its end.
        prefer_key_type: `ecdsa` or `rsa`, whatever a resource has; None keeps what it has.
    """

    def __init__(self, offers: Sequence[Offer], now: datetime, prefer_key_type: str | None = None) -> None:
        self._now = now
        self._prefer = prefer_key_type
        self._explicit: dict[str, list[Offer]] = defaultdict(list)
        self._by_name: dict[str, list[Offer]] = defaultdict(list)
        self._names = {offer.leaf: {normalised(name) for name in offer.leaf.dns_names} for offer in offers}
        for offer in offers:
            index, keys = (
                (self._explicit, offer.resources) if offer.resources else (self._by_name, offer.leaf.dns_names)
            )
            for key in {normalised(str(key)) for key in keys}:
                index[key].append(offer)

    def offer_for(self, resource: Resource, key_type: str | None = None) -> Offer | None:
        """Choose likewise where it is known, or of no account, which type of key the resource has."""
        choice = self.choice_for(resource)
        return choice.settled(key_type) if choice else None

    def choice_for(self, resource: Resource) -> Choice | None:
        """Choose what fits best, None where nothing fits.

        Raises:
            MatchError: two different certificates fit equally well.
        """
        name = normalised(resource.name)
        explicit = [*self._explicit.get(str(resource.id), ()), *self._explicit.get(name, ())]
        if explicit:
            return Choice((_only(explicit, resource, "both are mapped to it"),))
        candidates = [offer for key in _keys(name) for offer in self._by_name.get(key, ())]
        if not candidates:
            return None
        fits = [(self._fit(offer, resource), offer) for offer in candidates]
        best = max(fit for fit, _offer in fits)
        return self._choice([offer for fit, offer in fits if fit == best], resource)

    def _choice(self, offers: Sequence[Offer], resource: Resource) -> Choice:
        """Take of each type of key the offer that ends last, and put them in order."""
        by_type: dict[str, list[Offer]] = defaultdict(list)
        for offer in offers:
            by_type[offer.leaf.key[0]].append(offer)
        twins = [_last(of_type, resource) for of_type in by_type.values()]
        usable = [offer for offer in twins if not self._is_outlived(offer, twins)]
        usable.sort(key=lambda offer: self._rank(offer, resource))
        usable = usable[:1] if self._prefer else usable
        return Choice(tuple(usable), tuple(offer for offer in twins if offer not in usable))

    def _is_outlived(self, offer: Offer, twins: Sequence[Offer]) -> bool:
        """Tell whether nobody renews it any more: an ACME client does with a third of the life left."""
        leaf = offer.leaf
        is_near_its_end = leaf.not_after - self._now < (leaf.not_after - leaf.not_before) / 4
        return is_near_its_end and any(twin.leaf.not_after > leaf.not_after for twin in twins)

    def _rank(self, offer: Offer, resource: Resource) -> tuple[bool, bool, int]:
        """Sort by what the API's expiry tells, where the type is not settled by the task, then by the type."""
        order, (kind, _bits) = _KEY_TYPES[self._prefer], offer.leaf.key
        place = order.index(kind) if kind in order else len(order)
        if self._prefer or resource.expires is None:
            return False, False, place
        shortfall = resource.expires - int(offer.leaf.not_after.timestamp())
        return shortfall != 0, shortfall > _A_DAY, place

    def unknown(self, resources: Iterable[Resource]) -> list[tuple[str, Offer]]:
        """List the explicit ids and names that no resource has, each with the offer that asks for it."""
        known = {key for resource in resources for key in (str(resource.id), normalised(resource.name))}
        return [(key, offer) for key, offers in self._explicit.items() if key not in known for offer in offers]

    def _fit(self, offer: Offer, resource: Resource) -> tuple[int, int]:
        """Count the host names that it covers, and those that it names; the more the better, in this order."""
        own = self._names[offer.leaf]
        hosts = [normalised(resource.name)]
        hosts += [normalised(alias.name) for alias in resource.aliases if not alias.has_certificate]
        covered = [host for host in hosts if any(key in own for key in _keys(host))]
        return len(covered), sum(host in own for host in covered)


def _keys(host: str) -> tuple[str, ...]:
    """Return the names in a certificate that cover a host: its own, and the wildcard in its place."""
    label, _dot, parent = host.partition(".")
    return (host, f"*.{parent}") if label and label != "*" and "." in parent else (host,)


def _last(offers: Sequence[Offer], resource: Resource) -> Offer:
    """Take the offer that ends last."""
    end = max(offer.leaf.not_after for offer in offers)
    return _only([offer for offer in offers if offer.leaf.not_after == end], resource, "both cover it equally well")


def _only(offers: Sequence[Offer], resource: Resource, why: str) -> Offer:
    other = next((offer for offer in offers if offer.leaf != offers[0].leaf), None)
    if other:
        raise MatchError(
            f"{offers[0].label} and {other.label} compete for {resource.label()}: {why}",
            "Map the right one to it with resources, or remove the other.",
        )
    return offers[0]
