# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""Makes the events that tell what changed from one scan to the next."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..module_utils._wording import printable

Json = dict[str, Any]
# The id of a resource and one of its host names.
Key = tuple[int, str]

# The level of which nobody needs to be told, unless it was another one before.
_GOOD = "ok"

_WHICH = ("host", "resource_id", "resource", "is_alias")
_JUDGED = ("state", "level")
_KNOWN = ("reasons", "ssl_type", "evidence", "not_after", "days_left")
_GONE = {"state": "gone", "level": _GOOD, **dict.fromkeys(_KNOWN), "reasons": ["no longer there"]}
_TEMPLATE = re.compile(r"\{(?=[{%#])")


@dataclass(frozen=True)
class Seen:
    """Remembers a host name as it was in the last scan that saw it."""

    facts: Json  # which one it is, its state and its level
    told_at: float  # when it came into that state, or was told of again; in the seconds of some clock


@dataclass(frozen=True)
class Memory:
    """Holds what is kept between two scans."""

    hosts: Mapping[Key, Seen] = field(default_factory=dict)  # as the last one saw them that did not fail
    failures: int = 0  # since then


def events_of(result: Json, memory: Memory, now: float, repeat_after: float | None = None) -> tuple[list[Json], Memory]:
    """Say what to tell of a scan that may have failed, and what to keep of it; None repeats nothing."""
    if result.get("failed"):
        news = [] if memory.failures else [_of_source("failing", result["msg"])]
        return news, Memory(memory.hosts, memory.failures + 1)
    events, seen = [], {}
    due = -math.inf if repeat_after is None else now - repeat_after
    if memory.failures:
        again = f"The certificates can be looked at again; that failed {memory.failures} times in a row."
        events.append(_of_source("working", again))
    for key, host in {(host["resource_id"], host["host"]): host for host in result["hosts"]}.items():
        before = memory.hosts.get(key)
        # What was never seen before is news only if it is bad.
        is_news = host["level"] != _GOOD if before is None else host["state"] != before.facts["state"]
        is_due = before is not None and before.told_at <= due and host["level"] != _GOOD
        if is_news or is_due:
            events.append(_of_host(host, before, is_repeat=not is_news))
        told_at = now if before is None or is_news or is_due else before.told_at
        seen[key] = Seen({name: host[name] for name in (*_WHICH, *_JUDGED)}, told_at)
    for key, before in memory.hosts.items():
        if key not in seen and before.facts["level"] != _GOOD:  # nothing else would end an alert
            events.append(_of_host({**before.facts, **_GONE}, before, is_repeat=False))
    return events, Memory(seen)


def _of_host(host: Json, before: Seen | None, *, is_repeat: bool) -> Json:
    previous = {f"previous_{name}": before.facts[name] if before else None for name in _JUDGED}
    told = {name: host[name] for name in (*_WHICH, *_JUDGED, *_KNOWN)}
    message = f"{host['host']}: {'; '.join(host['reasons']) or host['state'].replace('_', ' ')}"
    return {"cert_expiry": _inert({**told, **previous, "is_repeat": is_repeat, "msg": printable(message)})}


def _of_source(state: str, message: str) -> Json:
    return {"cert_expiry_source": _inert({"state": state, "msg": message})}


def _inert(value: Any) -> Any:
    """Return the same without what Ansible takes for a template."""
    # Playbooks get events as variables, and strangers name their certificates as they like.
    if isinstance(value, dict):
        return {name: _inert(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_inert(item) for item in value]
    if isinstance(value, str):
        return _TEMPLATE.sub("{ ", value.encode("utf-8", "replace").decode())
    return value
