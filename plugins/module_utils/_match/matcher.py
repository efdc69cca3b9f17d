# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""Which certificate belongs on which resource: explicit mappings first, then the names that it covers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatchcase
from typing import Generic, TypeVar

from .._errors import InputError, MatchError
from .._gcore.record import A_DAY
from .._gcore.site import WEB_SECURITY, Site
from .._x509.certificate import Certificate
from .._x509.hostname import covering, normalised


class Selection:
    """Which resources a task is about, by ids, exact names or globs; all are included where none is named."""

    def __init__(self, include: Iterable[str] | None = None, exclude: Iterable[str] | None = None) -> None:
        self._patterns = {"include": _patterns(include), "exclude": _patterns(exclude)}
        self._unmet = {option: dict.fromkeys(patterns) for option, patterns in self._patterns.items()}
        self._met: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)  # the last of each product

    def has(self, resource: Site) -> bool:
        """Tell whether the task is about a resource."""
        return self.names(resource.id, resource.name, resource.product)

    def calls(self, resource: Site) -> bool:
        """Tell whether a resource is included by its id or its exact name."""
        keys = _keys(resource.id, normalised(resource.name), resource.product)
        return any(key in self._patterns["include"] for key in keys)

    def names(self, number: int, name: str, product: str = WEB_SECURITY) -> bool:
        """Tell the same of an id and a name."""
        known = (number, normalised(name), product)
        is_included, is_excluded = self._meets("include", *known), self._meets("exclude", *known)
        return (is_included or not self._patterns["include"]) and not is_excluded

    def warnings(self) -> list[str]:
        """Warn of what none of those asked about was called: mostly somebody mistyped it.

        Where that is so of all that is included, nothing is left to be done, and it is an `InputError`, as is a
        bare id or name that products share.
        """
        for (option, pattern), by_product in self._met.items():
            if len(by_product) > 1:
                raise _ambiguous(f"{option}: {pattern}", by_product.values())
        included, unmet = self._patterns["include"], self._unmet["include"]
        if included and len(unmet) == len(set(included)):
            raise InputError(f"include: no resource of the account is called {' or '.join(unmet)}", _SPELLING)
        return [f"{option}: no resource is called {name}." for option, names in self._unmet.items() for name in names]

    def _meets(self, option: str, number: int, name: str, product: str) -> bool:
        if not self._patterns[option]:
            return False
        keys = _keys(number, name, product)
        met = [one for one in self._patterns[option] if one in keys or fnmatchcase(name, one)]
        for pattern in met:
            self._unmet[option].pop(pattern, None)
            if pattern in keys and ":" not in pattern:
                self._met[option, pattern][product] = f"{product}:{number}"
        return bool(met)


def _keys(number: int, name: str, product: str) -> tuple[str, ...]:
    """List what means one site: its id and its name, which another product may have too, and its key."""
    return str(number), name, f"{product}:{number}"


def _ambiguous(what: str, keys: Iterable[str]) -> InputError:
    hint = "Write the one that is meant with its product, as it is written here."
    return InputError(f"{what} means more than one resource: {', '.join(sorted(keys))}", hint)


_SPELLING = "Ids, exact names and globs count; the name of an alias does not."


def _patterns(given: Iterable[str] | None) -> list[str]:
    return [normalised(str(pattern)) for pattern in given or ()]


@dataclass(frozen=True)
class Candidate:
    """A certificate that may belong on a resource: on those of its ids or names, else on whatever it covers."""

    label: str
    leaf: Certificate
    resources: tuple[str, ...] = ()


AnyCandidate = TypeVar("AnyCandidate", bound=Candidate)


@dataclass(frozen=True)
class Choice(Generic[AnyCandidate]):
    """What fits a resource best: one candidate, or several that fit equally well and differ in the type of their key.

    The first is for a resource of which nobody knows what it has; what is passed over may not be taken.
    """

    candidates: tuple[AnyCandidate, ...]
    passed_over: tuple[AnyCandidate, ...] = ()

    def settled(self, key_type: str | None = None) -> AnyCandidate:
        """Take the candidate that keeps the type of key that the resource has."""
        return next((one for one in self.candidates if one.leaf.key[0] == key_type), self.candidates[0])

    def twins(self, taken: AnyCandidate) -> list[AnyCandidate]:
        """List the others."""
        return [candidate for candidate in (*self.candidates, *self.passed_over) if candidate != taken]


_KEY_TYPES = {None: ("ECDSA", "RSA"), "ecdsa": ("ECDSA", "RSA"), "rsa": ("RSA", "ECDSA")}
"""By what the task prefers; browsers take no others."""


class Matcher(Generic[AnyCandidate]):
    """Finds the candidate of each resource. Indexed by name: a fleet times its certificates is too much to try.

    The preferred type of key is `ecdsa` or `rsa`, whatever a resource has; None keeps what it has.
    """

    def __init__(self, candidates: Sequence[AnyCandidate], now: datetime, prefer_key_type: str | None = None) -> None:
        self.candidates = candidates
        self._now = now
        self._prefer = prefer_key_type
        self._explicit: dict[str, list[AnyCandidate]] = defaultdict(list)
        self._by_name: dict[str, list[AnyCandidate]] = defaultdict(list)
        self._names = {one.leaf: {normalised(name) for name in one.leaf.dns_names} for one in candidates}
        for candidate in candidates:
            index = self._explicit if candidate.resources else self._by_name
            for key in {normalised(str(key)) for key in candidate.resources or candidate.leaf.dns_names}:
                index[key].append(candidate)

    def candidate_for(self, resource: Site, key_type: str | None = None) -> AnyCandidate | None:
        """Choose likewise where it is known, or of no account, which type of key the resource has."""
        choice = self.choice_for(resource)
        return choice.settled(key_type) if choice else None

    def choice_for(self, resource: Site) -> Choice[AnyCandidate] | None:
        """Choose what fits best, None where nothing fits; of two that fit equally well `MatchError` tells."""
        name = normalised(resource.name)
        keys = _keys(resource.id, name, resource.product) if self._explicit else ()
        explicit = [candidate for key in keys for candidate in self._explicit.get(key, ())]
        if explicit:
            return Choice((_only(explicit, resource, "both are mapped to it"),))
        fitting = [candidate for key in covering(name) for candidate in self._by_name.get(key, ())]
        if not fitting:
            return None
        fits = [(self._fit(candidate, resource), candidate) for candidate in fitting]
        best = max(fit for fit, _one in fits)
        return self._choice([candidate for fit, candidate in fits if fit == best], resource)

    def _choice(self, candidates: Sequence[AnyCandidate], resource: Site) -> Choice[AnyCandidate]:
        """Take of each type of key the candidate that ends last, and put them in order."""
        by_type: dict[str, list[AnyCandidate]] = defaultdict(list)
        for candidate in candidates:
            by_type[candidate.leaf.key[0]].append(candidate)
        twins = [_last(of_type, resource) for of_type in by_type.values()]
        usable = [candidate for candidate in twins if not self._is_outlived(candidate, twins)]
        usable.sort(key=lambda candidate: self._rank(candidate, resource))
        usable = usable[:1] if self._prefer else usable
        return Choice(tuple(usable), tuple(candidate for candidate in twins if candidate not in usable))

    def _is_outlived(self, candidate: AnyCandidate, twins: Sequence[AnyCandidate]) -> bool:
        """Tell whether nobody renews it any more: an ACME client does with a third of the life left."""
        leaf = candidate.leaf
        is_near_its_end = leaf.not_after - self._now < (leaf.not_after - leaf.not_before) / 4
        return is_near_its_end and any(twin.leaf.not_after > leaf.not_after for twin in twins)

    def _rank(self, candidate: AnyCandidate, resource: Site) -> tuple[bool, bool, int]:
        """Sort by what the API's expiry tells, where the type is not settled by the task, then by the type."""
        order, (kind, _bits) = _KEY_TYPES[self._prefer], candidate.leaf.key
        place = order.index(kind) if kind in order else len(order)
        if self._prefer or resource.expires is None:
            return False, False, place
        shortfall = resource.expires - int(candidate.leaf.not_after.timestamp())
        return shortfall != 0, shortfall > A_DAY, place

    def is_mapped(self, resource: Site) -> bool:
        """Tell whether a certificate is for a resource by its id or name."""
        return any(key in self._explicit for key in _keys(resource.id, normalised(resource.name), resource.product))

    def unknown(self, resources: Iterable[Site]) -> list[tuple[str, AnyCandidate]]:
        """List the explicit ids and names that no resource has, each with the candidate that asks for it.

        Raises:
            InputError: a bare one means resources of several products.
        """
        known: dict[str, dict[str, str]] = defaultdict(dict)
        for resource in resources if self._explicit else ():
            key = f"{resource.product}:{resource.id}"
            for spelt in _keys(resource.id, normalised(resource.name), resource.product):
                known[spelt][resource.product] = key
        for spelt in self._explicit:
            if len(known.get(spelt, ())) > 1:
                raise _ambiguous(f"{self._explicit[spelt][0].label}: resources: {spelt}", known[spelt].values())
        return [(key, one) for key, found in self._explicit.items() if key not in known for one in found]

    def _fit(self, candidate: AnyCandidate, resource: Site) -> tuple[int, int]:
        """Count the host names that it covers, and those that it names; the more the better, in this order."""
        own = self._names[candidate.leaf]
        hosts = [normalised(resource.name)]
        hosts += [normalised(alias.name) for alias in resource.aliases if not alias.has_certificate]
        covered = [host for host in hosts if not own.isdisjoint(covering(host))]
        return len(covered), sum(host in own for host in covered)


def _last(candidates: Sequence[AnyCandidate], resource: Site) -> AnyCandidate:
    """Take the candidate that ends last."""
    end = max(candidate.leaf.not_after for candidate in candidates)
    return _only([one for one in candidates if one.leaf.not_after == end], resource, "both cover it equally well")


def _only(candidates: Sequence[AnyCandidate], resource: Site, why: str) -> AnyCandidate:
    other = next((candidate for candidate in candidates if candidate.leaf != candidates[0].leaf), None)
    if other:
        raise MatchError(
            f"{candidates[0].label} and {other.label} compete for {resource.label()}: {why}",
            "Map the right one to it with resources, or remove the other.",
        )
    return candidates[0]
