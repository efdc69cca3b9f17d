# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""Makes the result of a scan: one entry a host name in a stable order, counts, and the worst first in the message."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from .._clock import days_left
from .._errors import GcoreError
from .._match.matcher import Candidate
from .._wording import counted
from .._x509.certificate import Certificate, timestamp
from .._x509.chain import is_complete
from .judge import CRITICAL, LEVELS, WARNING, Host, Thresholds, severity

# How many host names the message names; the result names all.
_NAMED = 5


def render(known: Any, error: GcoreError | None, diff: bool) -> dict[str, Any]:  # noqa: ARG001  # nothing changes
    """Make the result of a run: what was found, or the error that ended it and the warnings until then."""
    if error is None:
        return dict(known)
    return {"changed": False, "warnings": known or [], **error.details(), "failed": True, "msg": error.told()}


def result_of(
    hosts: Sequence[Host], given: Sequence[Candidate], thresholds: Thresholds, port: int, now: datetime
) -> dict[str, Any]:
    """Write down what was found: each host name as it was judged at that time, and each given certificate."""
    state = min((host.state for host in hosts), key=severity, default=None)
    summary = _summary(hosts)
    return {
        "changed": False,
        "checked_at": timestamp(now),
        "thresholds": asdict(thresholds),
        "hosts": [_facts(host, port, now) for host in hosts],
        "given_certificates": [_whereabouts(candidate, hosts, now) for candidate in given],
        "worst": state,
        "level": LEVELS[state] if state else "ok",
        "summary": summary,
        "msg": _message(hosts, summary),
    }


def _facts(host: Host, port: int, now: datetime) -> dict[str, Any]:
    endpoint, resource, end = host.endpoint, host.endpoint.resource, host.not_after
    return {
        "host": endpoint.host,
        "resource_id": resource.id,
        "resource": resource.name,
        "is_alias": endpoint.alias is not None,
        "resource_status": resource.status,
        "state": host.state,
        "level": LEVELS[host.state],
        "reasons": host.reasons,
        "ssl_type": "custom" if endpoint.has_own_certificate else resource.told_type,
        "evidence": "edge" if endpoint.served else "api" if end else "none",
        **_end(end, now),
        "lifetime_left_percent": _percent_left(host.certificate, now),
        **{f"{state}_from": timestamp(end - host.limits[state]) if end else None for state in (WARNING, CRITICAL)},
        "api": _end(endpoint.api_not_after, now),
        "edge": _edge(host, port, now),
        "agrees": endpoint.agrees,
        "covers_host": endpoint.covers_host,
        "given": {**_identity(host.given), "is_served": host.is_served, "lags_behind": host.lags_behind}
        if host.given
        else None,
    }


def _end(not_after: datetime | None, now: datetime) -> dict[str, Any]:
    if not_after is None:
        return {"not_after": None, "days_left": None}
    return {"not_after": timestamp(not_after), "days_left": days_left(not_after, now)}


def _percent_left(leaf: Certificate | None, now: datetime) -> int | None:
    """Tell how much of its life is left: nothing of one that is over, and all of one that has not begun."""
    if leaf is None or leaf.not_after <= leaf.not_before:
        return None
    share = (leaf.not_after - now) / (leaf.not_after - leaf.not_before)
    return math.floor(100 * min(max(share, 0), 1))


def _edge(host: Host, port: int, now: datetime) -> dict[str, Any] | None:
    answer = host.endpoint.edge
    if answer is None:
        return None
    chain = answer.chain
    return {
        "address": answer.address or host.endpoint.resource.service_ip,
        "port": port,
        "problem": answer.problem or None,
        "certificate": answer.leaf.facts(now) if answer.leaf else None,
        "chain": {
            "length": len(chain),
            "is_complete": is_complete(chain),
            **_end(min(link.not_after for link in chain), now),
        }
        if chain
        else None,
        "other_certificate": answer.other_half.facts(now) if answer.other_half else None,
        "other_problem": answer.unseen or None,
    }


def _identity(candidate: Candidate) -> dict[str, Any]:
    leaf = candidate.leaf
    return {
        "certificate": candidate.label,
        "fingerprint_sha256": leaf.fingerprint_sha256,
        "not_after": timestamp(leaf.not_after),
    }


def _whereabouts(candidate: Candidate, hosts: Sequence[Host], now: datetime) -> dict[str, Any]:
    """Tell where a given certificate is, and where it is not yet."""
    return {
        **_identity(candidate),
        "days_left": candidate.leaf.days_left(now),
        "served_by": [host.endpoint.host for host in hosts if candidate.leaf in host.endpoint.certificates],
        "lagging": [host.endpoint.host for host in hosts if host.given == candidate and host.lags_behind],
    }


def _summary(hosts: Sequence[Host]) -> dict[str, int]:
    counts = Counter(host.state for host in hosts)
    return {
        **{state: counts[state] for state in LEVELS},
        "hosts": len(hosts),
        "resources": len({host.endpoint.resource.id for host in hosts}),
        "lagging": sum(host.lags_behind for host in hosts),
    }


def _message(hosts: Sequence[Host], summary: dict[str, int]) -> str:
    counts = ", ".join(f"{summary[state]} {state.replace('_', ' ')}" for state in LEVELS if summary[state])
    lagging = f", {summary['lagging']} lag behind the given certificates" if summary["lagging"] else ""
    total = f"{counted(summary['hosts'], 'host name')} of {counted(summary['resources'], 'resource')}"
    bad = sorted((host for host in hosts if LEVELS[host.state] != "ok"), key=lambda host: severity(host.state))
    named = "; ".join(f"{host.endpoint.host}: {'; '.join(host.reasons) or host.state}" for host in bad[:_NAMED])
    more = f" (and {len(bad) - _NAMED} more)" if len(bad) > _NAMED else ""
    return f"{total}: {counts or 'nothing to look at'}{lagging}." + (f" Worst first: {named}{more}." if bad else "")
