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
        """Whether the task is about a resource."""
        return self.names(resource.id, resource.name)

    def names(self, number: int, name: str) -> bool:
        """The same of an id and a name."""
        known = (number, normalised(name))
        is_included, is_excluded = self._meets("include", *known), self._meets("exclude", *known)
        return (is_included or not self._patterns["include"]) and not is_excluded

    def warnings(self) -> list[str]:
        """Of what none of the resources was called that have been asked about: mostly somebody mistyped it.

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
class _Fit:
    """How well an offer fits a resource; the greater the better, in this order."""

    names: int
    exact: int
    not_after: datetime


class Matcher:
    """Finds the offer of each resource. Indexed by name: a fleet times its certificates is too much to try."""

    def __init__(self, offers: Sequence[Offer]) -> None:
        self._explicit: dict[str, list[Offer]] = defaultdict(list)
        self._by_name: dict[str, list[Offer]] = defaultdict(list)
        self._names = {offer.leaf: {normalised(name) for name in offer.leaf.dns_names} for offer in offers}
        for offer in offers:
            index, keys = (
                (self._explicit, offer.resources) if offer.resources else (self._by_name, offer.leaf.dns_names)
            )
            for key in {normalised(str(key)) for key in keys}:
                index[key].append(offer)

    def offer_for(self, resource: Resource) -> Offer | None:
        """The best offer, None where there is none.

        Raises:
            MatchError: two different certificates fit equally well.
        """
        name = normalised(resource.name)
        explicit = [*self._explicit.get(str(resource.id), ()), *self._explicit.get(name, ())]
        if explicit:
            return _only(explicit, resource, "both are mapped to it")
        candidates = [offer for key in _keys(name) for offer in self._by_name.get(key, ())]
        if not candidates:
            return None
        fits = [(self._fit(offer, resource), offer) for offer in candidates]
        best = max((fit for fit, _offer in fits), key=lambda fit: (fit.names, fit.exact, fit.not_after))
        return _only([offer for fit, offer in fits if fit == best], resource, "both cover it equally well")

    def unknown(self, resources: Iterable[Resource]) -> list[tuple[str, Offer]]:
        """The explicit ids and names that no resource has, each with the offer that asks for it."""
        known = {key for resource in resources for key in (str(resource.id), normalised(resource.name))}
        return [(key, offer) for key, offers in self._explicit.items() if key not in known for offer in offers]

    def _fit(self, offer: Offer, resource: Resource) -> _Fit:
        own = self._names[offer.leaf]
        hosts = [normalised(resource.name)]
        hosts += [normalised(alias.name) for alias in resource.aliases if not alias.has_certificate]
        covered = [host for host in hosts if any(key in own for key in _keys(host))]
        return _Fit(len(covered), sum(host in own for host in covered), offer.leaf.not_after)


def _keys(host: str) -> tuple[str, ...]:
    """The names in a certificate that cover a host: its own, and the wildcard in its place."""
    label, _dot, parent = host.partition(".")
    return (host, f"*.{parent}") if label and label != "*" and "." in parent else (host,)


def _only(offers: Sequence[Offer], resource: Resource, why: str) -> Offer:
    other = next((offer for offer in offers if offer.leaf != offers[0].leaf), None)
    if other:
        raise MatchError(
            f"{offers[0].label} and {other.label} compete for {resource.label()}: {why}",
            "Map the right one to it with resources, or remove the other.",
        )
    return offers[0]
