# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""The result of a survey: one entry a host name in a stable order, counts, and the worst first in the message."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from .._clock import days_left
from .._errors import GcoreError
from .._match.matcher import Offer
from .._rotate.verdict import Expiry, expiry_beside
from .._wording import counted
from .._x509.certificate import Certificate, timestamp
from .._x509.chain import is_complete
from .judge import (
    CRITICAL,
    LEVELS,
    WARNING,
    Endpoint,
    Finding,
    Thresholds,
    findings,
    worst,
)

_NAMED = 5
"""How many host names the message names; the result names all."""


@dataclass(frozen=True)
class Host:
    """A host name with what is to be said of it.

    Attributes:
        given: the certificate that it should have, None where none of the given ones is for it.
    """

    endpoint: Endpoint
    findings: Sequence[Finding]
    given: Offer | None = None

    @property
    def state(self) -> str:
        """The worst finding's."""
        return self.findings[0].state

    @property
    def is_served(self) -> bool | None:
        """Whether it has the given certificate, None where that can't be told."""
        if self.given is None:
            return None
        if self.endpoint.known:
            return self.endpoint.known == self.given.leaf
        is_other = expiry_beside(self.endpoint.api_expires, self.given.leaf.not_after) is Expiry.DIFFERENT
        return False if is_other else None

    @property
    def lags_behind(self) -> bool:
        """Whether it has another certificate than the given one, and not a later one."""
        if self.given is None or self.is_served is not False:
            return False
        end = self.endpoint.not_after
        return end is None or end <= self.given.leaf.not_after

    def story(self) -> str:
        """How the message tells of it."""
        reasons = "; ".join(finding.reason for finding in self.findings if finding.reason)
        return f"{self.endpoint.host}: {reasons or self.state}"

    def facts(self, now: datetime, port: int, thresholds: Thresholds) -> dict[str, Any]:
        """What the result says of it."""
        endpoint, resource = self.endpoint, self.endpoint.resource
        return {
            "host": endpoint.host,
            "resource_id": resource.id,
            "resource": resource.name,
            "is_alias": endpoint.alias is not None,
            "resource_status": resource.status,
            "state": self.state,
            "level": LEVELS[self.state],
            "reasons": [finding.reason for finding in self.findings if finding.reason],
            "ssl_type": "custom" if endpoint.has_own_certificate else resource.facts()["ssl_type"],
            "evidence": "edge" if endpoint.served else "api" if endpoint.not_after else "none",
            **_end(endpoint.not_after, now),
            "lifetime_left_percent": _percent_left(endpoint.known, now),
            **_near(endpoint, thresholds),
            "api": _end(endpoint.api_not_after, now),
            "edge": _edge(endpoint, now, port),
            "agrees": endpoint.agrees,
            "covers_host": endpoint.covers_host,
            "given": self._given(),
        }

    def _given(self) -> dict[str, Any] | None:
        if self.given is None:
            return None
        return {**_identity(self.given), "is_served": self.is_served, "lags_behind": self.lags_behind}


@dataclass
class ScanReport:
    """What a task says of the host names of an account.

    Attributes:
        thresholds: by which they were judged.
        hosts: what was found.
        given: the certificates that they were compared with.
        port: of the edges.
        now: the time of the run.
        interrupted_by: the number of a signal; nothing is written, so there is nothing to end first.
    """

    thresholds: Thresholds = field(default_factory=Thresholds)
    hosts: list[Host] = field(default_factory=list)
    given: list[Offer] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    port: int = 443
    now: datetime | None = None
    interrupted_by: int | None = None

    def add(self, endpoint: Endpoint, given: Offer | None, now: datetime) -> None:
        """Judge a host name."""
        self.hosts.append(Host(endpoint, findings(endpoint, self.thresholds, now), given))

    def success(self, diff: bool) -> dict[str, Any]:  # noqa: ARG002  # a look changes nothing
        """The result of a run that came to its end."""
        summary, state = self._summary(), worst([host.state for host in self.hosts])
        return {
            **self._facts(),
            "worst": state,
            "level": LEVELS[state] if state else "ok",
            "summary": summary,
            "msg": self._message(summary),
        }

    def failure(self, error: GcoreError, diff: bool) -> dict[str, Any]:  # noqa: ARG002  # a look changes nothing
        """The result of a run that an error ended."""
        message = " ".join(part for part in (error.message.rstrip(". ") + ".", error.hint) if part)
        return {"changed": False, "warnings": self.warnings, **error.details(), "failed": True, "msg": message}

    def _facts(self) -> dict[str, Any]:
        now = self.now
        return {
            "changed": False,
            "checked_at": timestamp(now) if now else None,
            "thresholds": asdict(self.thresholds),
            "hosts": [host.facts(now, self.port, self.thresholds) for host in self.hosts] if now else [],
            "given_certificates": [self._whereabouts(offer, now) for offer in self.given] if now else [],
            "warnings": self.warnings,
        }

    def _summary(self) -> dict[str, int]:
        counts = Counter(host.state for host in self.hosts)
        return {
            **{state: counts[state] for state in LEVELS},
            "hosts": len(self.hosts),
            "resources": len({host.endpoint.resource.id for host in self.hosts}),
            "lagging": sum(host.lags_behind for host in self.hosts),
        }

    def _whereabouts(self, offer: Offer, now: datetime) -> dict[str, Any]:
        """Where a given certificate is, and where it is not yet."""
        return {
            **_identity(offer),
            "days_left": offer.leaf.days_left(now),
            "served_by": [host.endpoint.host for host in self.hosts if host.endpoint.known == offer.leaf],
            "lagging": [host.endpoint.host for host in self.hosts if host.given == offer and host.lags_behind],
        }

    def _message(self, summary: dict[str, int]) -> str:
        counts = ", ".join(f"{summary[state]} {state.replace('_', ' ')}" for state in LEVELS if summary[state])
        lagging = f", {summary['lagging']} lag behind the given certificates" if summary["lagging"] else ""
        total = f"{counted(summary['hosts'], 'host name')} of {counted(summary['resources'], 'resource')}"
        bad = sorted(
            (host for host in self.hosts if LEVELS[host.state] != "ok"), key=lambda host: list(LEVELS).index(host.state)
        )
        named = "; ".join(host.story() for host in bad[:_NAMED])
        more = f" (and {len(bad) - _NAMED} more)" if len(bad) > _NAMED else ""
        return f"{total}: {counts or 'nothing to look at'}{lagging}." + (f" Worst first: {named}{more}." if bad else "")


def _end(not_after: datetime | None, now: datetime) -> dict[str, Any]:
    if not_after is None:
        return {"not_after": None, "days_left": None}
    return {"not_after": timestamp(not_after), "days_left": days_left(not_after, now)}


def _near(endpoint: Endpoint, thresholds: Thresholds) -> dict[str, Any]:
    limits, end = endpoint.limits(thresholds), endpoint.not_after
    return {
        f"{state}_from": timestamp(end - limits[state]) if end and state in limits else None
        for state in (WARNING, CRITICAL)
    }


def _identity(offer: Offer) -> dict[str, Any]:
    leaf = offer.leaf
    return {
        "certificate": offer.label,
        "fingerprint_sha256": leaf.fingerprint_sha256,
        "not_after": timestamp(leaf.not_after),
    }


def _percent_left(leaf: Certificate | None, now: datetime) -> int | None:
    """Of its whole life; nothing is left of one that is over, and all of one that has not begun."""
    if leaf is None or leaf.not_after <= leaf.not_before:
        return None
    share = (leaf.not_after - now) / (leaf.not_after - leaf.not_before)
    return math.floor(100 * min(max(share, 0), 1))


def _edge(endpoint: Endpoint, now: datetime, port: int) -> dict[str, Any] | None:
    answer = endpoint.edge
    if answer is None:
        return None
    chain, end = answer.chain, endpoint.chain_end
    return {
        "address": endpoint.resource.service_ip,
        "port": port,
        "problem": answer.problem or None,
        "certificate": answer.leaf.facts(now) if answer.leaf else None,
        "chain": {"length": len(chain), "is_complete": is_complete(chain), **_end(end.not_after, now)}
        if chain and end
        else None,
    }
