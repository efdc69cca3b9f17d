# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""Judges a host name's certificate for its owner: from what is known to a state, without asking anybody."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from .._gcore.record import Expiry, expiry_beside
from .._match.matcher import Candidate
from .._x509.certificate import Certificate, timestamp
from .._x509.chain import is_complete
from .scan import Endpoint

EXPIRED, NOT_COVERED, CRITICAL, MISMATCH = "expired", "not_covered", "critical", "mismatch"
UNREACHABLE, WARNING, NO_CERTIFICATE, RENEWED, OK = "unreachable", "warning", "no_certificate", "lets_encrypt", "ok"

# Every state with its level, the worst first.
LEVELS: Mapping[str, str] = {
    **dict.fromkeys((EXPIRED, NOT_COVERED, CRITICAL), "critical"),
    **dict.fromkeys((MISMATCH, UNREACHABLE, WARNING), "warning"),
    **dict.fromkeys((NO_CERTIFICATE, RENEWED, OK), "ok"),
}

# Sorts states, the worst first.
severity = tuple(LEVELS).index

_A_DAY = timedelta(days=1)
# How many of a certificate's names a reason shows.
_NAMED = 3


@dataclass(frozen=True)
class Thresholds:
    """Tells when an end is near: with fewer days left and less of the life, so that the smaller of the two counts."""

    warning_days: int = 30
    critical_days: int = 7
    warning_percent: int = 25
    critical_percent: int = 10

    def limits(self, not_before: datetime | None, not_after: datetime) -> dict[str, timedelta]:
        """Tell below how much time left it is critical, or a warning; without a known start, days count alone."""
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
    """Says one thing of a host name's certificate."""

    state: str
    reason: str = ""


@dataclass(frozen=True)
class Host:
    """Holds a host name and what is to be said of it."""

    endpoint: Endpoint
    findings: tuple[Finding, ...]  # the worst first
    certificate: Certificate | None  # that is told of: of two that are served, the one that needs somebody first
    limits: Mapping[str, timedelta]  # below how much time left its end is a finding, empty where no end is known
    given: Candidate | None = None  # the certificate that it should have, of those that the task names

    @property
    def state(self) -> str:
        """Return the worst finding's."""
        return self.findings[0].state

    @property
    def reasons(self) -> list[str]:
        """Return what there is to say in words."""
        return [finding.reason for finding in self.findings if finding.reason]

    @property
    def not_after(self) -> datetime | None:
        """Return when the certificate ends: as the edge serves it, as the API tells it where nothing is served."""
        return self.certificate.not_after if self.certificate else self.endpoint.api_not_after

    @property
    def is_served(self) -> bool | None:
        """Tell whether it has the given certificate, None where that can't be told."""
        if self.given is None:
            return None
        if self.endpoint.certificates:
            return self.given.leaf in self.endpoint.certificates
        is_other = expiry_beside(self.endpoint.api_expires, self.given.leaf.not_after) is Expiry.DIFFERENT
        return False if is_other else None

    @property
    def lags_behind(self) -> bool:
        """Tell whether it has another certificate than the given one, and not a later one."""
        if self.given is None or self.is_served is not False:
            return False
        leaf = self.given.leaf
        of_its_kind = (one for one in self.endpoint.certificates if one.key[0] == leaf.key[0])
        beside = next(of_its_kind, self.certificate)
        end = beside.not_after if beside else self.not_after
        return end is None or end <= leaf.not_after


def judge(endpoint: Endpoint, thresholds: Thresholds, now: datetime, given: Candidate | None = None) -> Host:
    """Say all that is to be said of a host name, and of the certificate that it should have."""
    if endpoint.is_renewed_by_vendor:  # its owner has nothing to do until the vendor should have done so
        thresholds = replace(thresholds, warning_days=0)

    def urgency(leaf: Certificate) -> tuple[int, datetime]:
        return severity(thresholds.state(leaf.not_before, leaf.not_after, now)), leaf.not_after

    leaf = min(endpoint.certificates, key=urgency, default=None)
    end = leaf.not_after if leaf else endpoint.api_not_after
    limits = thresholds.limits(leaf.not_before if leaf else None, end) if end else {}
    return Host(endpoint, _findings(endpoint, thresholds, now), leaf, limits, given)


def _findings(endpoint: Endpoint, thresholds: Thresholds, now: datetime) -> tuple[Finding, ...]:
    if not endpoint.has_https:
        return (Finding(NO_CERTIFICATE, "HTTPS is off"),)
    found = [finding for finder in _FINDERS for finding in finder(endpoint, thresholds, now)]
    if endpoint.is_renewed_by_vendor:
        found.append(Finding(RENEWED))
    return tuple(sorted(found or [Finding(OK)], key=lambda finding: severity(finding.state)))


def _end(endpoint: Endpoint, thresholds: Thresholds, now: datetime) -> Iterator[Finding]:
    for leaf in endpoint.certificates:
        state = thresholds.state(leaf.not_before, leaf.not_after, now)
        if state != OK:
            yield Finding(state, f"{_which(endpoint, leaf)}{_when(leaf.not_after, now)}")
    if not endpoint.certificates and endpoint.api_not_after:
        state = thresholds.state(None, endpoint.api_not_after, now)
        if state != OK:
            yield Finding(state, _when(endpoint.api_not_after, now))


def _begin(endpoint: Endpoint, _thresholds: Thresholds, now: datetime) -> Iterator[Finding]:
    for leaf in endpoint.certificates:
        if leaf.not_before > now:
            yield Finding(CRITICAL, f"{_which(endpoint, leaf)}not valid before {timestamp(leaf.not_before)}")


def _names(endpoint: Endpoint, _thresholds: Thresholds, _now: datetime) -> Iterator[Finding]:
    verb = "the edge serves" if endpoint.served else "the API has stored"
    for leaf in endpoint.certificates:
        if not endpoint.covers(leaf):
            names = ", ".join(leaf.dns_names[:_NAMED]) or "no name at all"
            more = f" and {len(leaf.dns_names) - _NAMED} more" if len(leaf.dns_names) > _NAMED else ""
            yield Finding(NOT_COVERED, f"{_which(endpoint, leaf)}{verb} a certificate for {names}{more}")


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
    elif not endpoint.certificates and endpoint.api_not_after is None:
        yield Finding(UNREACHABLE, "nobody tells when its certificate expires: not the API, and the edge was not asked")


def _chain(endpoint: Endpoint, thresholds: Thresholds, now: datetime) -> Iterator[Finding]:
    edge = endpoint.edge
    chains = [chain for chain in (edge.chain, edge.other_chain) if chain] if edge else []
    for chain in chains:
        if is_complete(chain) is False and not endpoint.is_renewed_by_vendor:
            issuer = chain[0].x509.issuer.rfc4514_string()
            missing = f"the chain that the edge serves is incomplete: the intermediate '{issuer}' is missing"
            yield Finding(WARNING, f"{_which(endpoint, chain[0])}{missing}")
    for link in dict.fromkeys(link for chain in chains for link in chain[1:]):
        state = thresholds.state(link.not_before, link.not_after, now)
        if state != OK and not link.is_self_issued:
            yield Finding(state, f"the intermediate {link.label()} {_when(link.not_after, now)}")


_FINDERS = (_end, _begin, _names, _agreement, _silence, _chain)


def _which(endpoint: Endpoint, leaf: Certificate) -> str:
    """Say which certificate is meant where clients get one or another, as they support its type of key."""
    return f"its {leaf.key[0]} certificate: " if len(endpoint.certificates) > 1 else ""


def _when(end: datetime, now: datetime) -> str:
    left = end - now
    if left <= timedelta(0):
        return f"expired {_span(-left)} ago, at {timestamp(end)}"
    return f"expires in {_span(left)}, at {timestamp(end)}"


_UNITS = ((timedelta(days=2), timedelta(days=1), "days"), (timedelta(hours=2), timedelta(hours=1), "hours"))


def _span(span: timedelta) -> str:
    """Write whole days, hours of less than two days, minutes of less than two hours."""
    for least, unit, name in _UNITS:
        if span >= least:
            return f"{span // unit} {name}"
    return f"{span // timedelta(minutes=1)} minutes"
