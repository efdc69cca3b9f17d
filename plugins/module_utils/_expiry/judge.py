# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""Where a host name's certificate is judged for its owner: from what is known to a state, without asking anybody."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from .._clock import from_unix
from .._gcore.resource import (
    DISABLED,
    LETS_ENCRYPT,
    Alias,
    Resource,
)
from .._rotate.edge import EdgeAnswer
from .._rotate.verdict import Expiry, expiry_beside, installed_chain
from .._x509.certificate import Certificate, timestamp
from .._x509.chain import is_complete
from .._x509.hostname import covered

EXPIRED, NOT_COVERED, CRITICAL, MISMATCH = "expired", "not_covered", "critical", "mismatch"
UNREACHABLE, WARNING, NO_CERTIFICATE, RENEWED, OK = "unreachable", "warning", "no_certificate", "lets_encrypt", "ok"

LEVELS: Mapping[str, str] = {
    EXPIRED: "critical",
    NOT_COVERED: "critical",
    CRITICAL: "critical",
    MISMATCH: "warning",
    UNREACHABLE: "warning",
    WARNING: "warning",
    NO_CERTIFICATE: "ok",
    RENEWED: "ok",
    OK: "ok",
}
"""Every state with its level, the worst first."""

_BY_SEVERITY = tuple(LEVELS)
_NAMED = 3
"""How many of a certificate's names a reason shows."""


_A_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Thresholds:
    """When an end is near: with fewer days left and less of the life, so that the smaller of the two counts."""

    warning_days: int = 30
    critical_days: int = 7
    warning_percent: int = 25
    critical_percent: int = 10

    def limits(self, not_before: datetime | None, not_after: datetime) -> dict[str, timedelta]:
        """Tell below how much time a certificate is critical, and below how much a warning.

        Args:
            not_before: the start of the validity, None where nobody tells: then days count alone.
            not_after: its end.
        """
        life = not_after - not_before if not_before and not_before < not_after else None

        def smaller(days: int, percent: int) -> timedelta:
            by_days = timedelta(days=days)
            return min(by_days, life * percent / 100) if life else by_days

        # Whatever the numbers say: on its last day nothing is in order. A third of its life is when a certificate that
        # lives shorter than three days is renewed.
        last = min(_A_DAY, life / 3) if life else _A_DAY
        critical = max(smaller(self.critical_days, self.critical_percent), last)
        return {CRITICAL: critical, WARNING: max(smaller(self.warning_days, self.warning_percent), _A_DAY, critical)}

    def state(self, not_before: datetime | None, not_after: datetime, now: datetime) -> str:
        """Tell whether a certificate is `expired`, `critical`, a `warning` or `ok` by its end."""
        left = not_after - now
        if left <= timedelta(0):
            return EXPIRED
        return next((state for state, limit in self.limits(not_before, not_after).items() if left < limit), OK)


@dataclass(frozen=True)
class Finding:
    """One thing to be said of a host name's certificate."""

    state: str
    reason: str = ""


@dataclass(frozen=True)
class Endpoint:
    """What is known of a host name.

    Attributes:
        host: the name.
        resource: the resource that serves it.
        alias: where it is not the resource's own name.
        edge: what the edge answered, None where it was not asked.
    """

    host: str
    resource: Resource
    alias: Alias | None = None
    edge: EdgeAnswer | None = None

    @property
    def has_own_certificate(self) -> bool:
        """An alias may have one that the resource's does not touch."""
        return self.alias is not None and self.alias.has_certificate

    @property
    def has_https(self) -> bool:
        """Whether there is a certificate to speak of."""
        return self.has_own_certificate or self.resource.supposed_type != DISABLED

    @property
    def is_renewed_by_vendor(self) -> bool:
        """Let's Encrypt, for which its owner has nothing to do."""
        return self.resource.ssl_type == LETS_ENCRYPT and not self.has_own_certificate

    @property
    def stored(self) -> Certificate | None:
        """The leaf in the API's answer, where an installation returns it."""
        chain = () if self.has_own_certificate else installed_chain(self.resource)
        return chain[0] if chain else None

    @property
    def served(self) -> Certificate | None:
        """The leaf that visitors get."""
        return self.edge.leaf if self.edge else None

    @property
    def known(self) -> Certificate | None:
        """The best known leaf: the served one before the stored one."""
        return self.served or self.stored

    @property
    def api_expires(self) -> int | None:
        """The API's expiry (Unix seconds)."""
        own = self.alias.expires if self.alias and self.has_own_certificate else self.resource.expires
        return own if self.has_https else None

    @property
    def api_not_after(self) -> datetime | None:
        """The same as a moment, None where there is none, or none that a calendar has."""
        return self.stored.not_after if self.stored else from_unix(self.api_expires)

    @property
    def not_after(self) -> datetime | None:
        """When the certificate ends: as the edge serves it, as the API tells it where nothing is served."""
        return self.served.not_after if self.served else self.api_not_after

    @property
    def not_before(self) -> datetime | None:
        """When that certificate begins, None where only its end is known."""
        return self.known.not_before if self.known else None

    def limits(self, thresholds: Thresholds) -> dict[str, timedelta]:
        """Tell below how much time left its end is a finding, empty where no end is known."""
        if self.not_after is None:
            return {}
        return self.applicable(thresholds).limits(self.not_before, self.not_after)

    def applicable(self, thresholds: Thresholds) -> Thresholds:
        """Leave out the warnings where the vendor renews: its owner has nothing to do until it should have done so."""
        return replace(thresholds, warning_days=0) if self.is_renewed_by_vendor else thresholds

    @property
    def agrees(self) -> bool | None:
        """Whether the edge serves what the API has stored, None where one of them does not tell."""
        if self.served is None:
            return None
        if self.stored:
            return self.stored == self.served
        beside = expiry_beside(self.api_expires, self.served.not_after)
        return None if beside is Expiry.UNKNOWN else beside is not Expiry.DIFFERENT

    @property
    def covers_host(self) -> bool | None:
        """Whether the best known leaf is for this name, None where no leaf is known."""
        return covered(self.known.dns_names, self.host) if self.known else None

    @property
    def chain_end(self) -> Certificate | None:
        """Of the certificates that are served, the one that ends first; None where this Python does not see them."""
        chain = self.edge.chain if self.edge else None
        return min(chain, key=lambda link: link.not_after) if chain else None


def findings(endpoint: Endpoint, thresholds: Thresholds, now: datetime) -> list[Finding]:
    """All that is to be said of a host name, the worst first; the first one is its state.

    Args:
        endpoint: what is known.
        thresholds: when an end is near.
        now: the time.
    """
    if not endpoint.has_https:
        return [Finding(NO_CERTIFICATE, "HTTPS is off")]
    found = [finding for finder in _FINDERS for finding in finder(endpoint, endpoint.applicable(thresholds), now)]
    if endpoint.is_renewed_by_vendor:
        found.append(Finding(RENEWED))
    return sorted(found or [Finding(OK)], key=lambda finding: _BY_SEVERITY.index(finding.state))


def worst(states: Sequence[str]) -> str | None:
    """The worst of some states, None where there are none."""
    return min(states, key=_BY_SEVERITY.index, default=None)


def _end(endpoint: Endpoint, thresholds: Thresholds, now: datetime) -> Iterator[Finding]:
    end = endpoint.not_after
    state = thresholds.state(endpoint.not_before, end, now) if end else OK
    if end and state != OK:
        yield Finding(state, _when(end, now))


def _begin(endpoint: Endpoint, _thresholds: Thresholds, now: datetime) -> Iterator[Finding]:
    leaf = endpoint.known
    if leaf and leaf.not_before > now:
        yield Finding(CRITICAL, f"not valid before {timestamp(leaf.not_before)}")


def _names(endpoint: Endpoint, _thresholds: Thresholds, _now: datetime) -> Iterator[Finding]:
    leaf = endpoint.known
    if leaf and not endpoint.covers_host:
        names = ", ".join(leaf.dns_names[:_NAMED]) or "no name at all"
        more = f" and {len(leaf.dns_names) - _NAMED} more" if len(leaf.dns_names) > _NAMED else ""
        verb = "the edge serves" if endpoint.served else "the API has stored"
        yield Finding(NOT_COVERED, f"{verb} a certificate for {names}{more}")


def _agreement(endpoint: Endpoint, _thresholds: Thresholds, _now: datetime) -> Iterator[Finding]:
    if endpoint.agrees is False and endpoint.served:
        end = endpoint.api_not_after
        stored = f"that expires at {timestamp(end)}" if end else "with another end"
        yield Finding(
            MISMATCH,
            f"the edge serves a certificate that expires at {timestamp(endpoint.served.not_after)}, "
            f"the API has stored one {stored}",
        )


def _silence(endpoint: Endpoint, _thresholds: Thresholds, _now: datetime) -> Iterator[Finding]:
    if endpoint.edge and endpoint.edge.leaf is None:
        yield Finding(UNREACHABLE, f"the edge could not be probed: {endpoint.edge.problem}")
    elif endpoint.not_after is None:
        yield Finding(UNREACHABLE, "nobody tells when its certificate expires: not the API, and the edge was not asked")


def _chain(endpoint: Endpoint, thresholds: Thresholds, now: datetime) -> Iterator[Finding]:
    chain = (endpoint.edge.chain if endpoint.edge else None) or ()
    if chain and is_complete(chain) is False and not endpoint.is_renewed_by_vendor:
        issuer = chain[0].x509.issuer.rfc4514_string()
        yield Finding(WARNING, f"the chain that the edge serves is incomplete: the intermediate '{issuer}' is missing")
    for link in chain[1:]:
        state = thresholds.state(link.not_before, link.not_after, now)
        if state != OK and not link.is_self_issued:
            yield Finding(state, f"the intermediate {link.label()} {_when(link.not_after, now)}")


_FINDERS: tuple[Callable[[Endpoint, Thresholds, datetime], Iterator[Finding]], ...] = (
    _end,
    _begin,
    _names,
    _agreement,
    _silence,
    _chain,
)


def _when(end: datetime, now: datetime) -> str:
    left = end - now
    if left <= timedelta(0):
        return f"expired {_span(-left)} ago, at {timestamp(end)}"
    return f"expires in {_span(left)}, at {timestamp(end)}"


_UNITS = ((timedelta(days=2), timedelta(days=1), "days"), (timedelta(hours=2), timedelta(hours=1), "hours"))


def _span(span: timedelta) -> str:
    """Whole days, hours of less than two days, minutes of less than two hours."""
    for least, unit, name in _UNITS:
        if span >= least:
            return f"{span // unit} {name}"
    return f"{span // timedelta(minutes=1)} minutes"
