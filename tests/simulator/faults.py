# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors
"""Fault plans: which call goes wrong, how often, and in which way."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

Fault = Mapping[str, Any]

# What each kind may be told besides its name.
KINDS: Mapping[str, str] = {
    "status": "status retry_after retry_after_date html exception_class message invalid_fields effect", "cut": "effect",
    "cut_body": "", "hang": "seconds effect", "truncated_json": "", "wrong_content_type": "", "html_200": "effect",
    "drop_setting": "setting", "not_stored": "", "redirect": "status location",
    "outside_edit": "resource_id resource install issue object automated remove",
}  # fmt: skip
# The calls that a kind is for, where it is not for all.
_FOR: Mapping[str, frozenset[str | None]] = {
    "drop_setting": frozenset(("put", "cdn_patch")),
    "not_stored": frozenset(("put", "cdn_patch", "ssl_create", "ssl_replace", "ssl_delete")),
}
_FACTS = ("match", "fault", "times", "seen", "hits")
_COMPARED = frozenset(("method", "call", "resource_id"))

FAULTS: Mapping[str, Fault] = {
    "400": {"kind": "status", "status": 400, "invalid_fields": {"name": ["Simulated."]}},
    "401": {"kind": "status", "status": 401}, "403": {"kind": "status", "status": 403},
    "404": {"kind": "status", "status": 404}, "408": {"kind": "status", "status": 408},
    "409": {"kind": "status", "status": 409}, "429": {"kind": "status", "status": 429},
    "429_retry_after": {"kind": "status", "status": 429, "retry_after": 1},
    "429_retry_after_date": {"kind": "status", "status": 429, "retry_after_date": 2},
    "500": {"kind": "status", "status": 500}, "500_after": {"kind": "status", "status": 500, "effect": "after"},
    "502_html": {"kind": "status", "status": 502, "html": True},
    "502_html_after": {"kind": "status", "status": 502, "html": True, "effect": "after"},
    "503": {"kind": "status", "status": 503},
    "504_html_after": {"kind": "status", "status": 504, "html": True, "effect": "after"},
    "cut_before": {"kind": "cut", "effect": "none"}, "cut_after": {"kind": "cut", "effect": "after"},
    "cut_body": {"kind": "cut_body"}, "hang": {"kind": "hang", "seconds": 30, "effect": "none"},
    "hang_after": {"kind": "hang", "seconds": 30, "effect": "after"}, "truncated_json": {"kind": "truncated_json"},
    "wrong_content_type": {"kind": "wrong_content_type"}, "html_200": {"kind": "html_200"},
    "drop_setting": {"kind": "drop_setting", "setting": "whitelists"}, "not_stored": {"kind": "not_stored"},
}  # fmt: skip


@dataclass(frozen=True)
class Call:
    """What a rule is matched against; ``call`` is its name in the journal or None."""

    method: str
    call: str | None
    resource_id: int | None


@dataclass
class Rule:
    """One entry of the plan; ``seen`` counts matching calls, ``hits`` those it made fail."""

    match: Mapping[str, Any]
    fault: Fault
    times: int | None = None
    seen: int = 0
    hits: int = 0
    _random: random.Random = field(default_factory=random.Random, repr=False)

    @classmethod
    def read(cls, document: Mapping[str, Any]) -> Rule:
        """Read a rule as the admin door takes it; raises ValueError where it makes no sense."""
        match = document.get("match") or {}
        fault = _named(document.get("fault"))
        _refuse_unknown("rule", document.keys() - {"match", "fault", "times"})
        _refuse_unknown("match", match.keys() - _COMPARED - {"nth", "probability", "seed"})
        _refuse_unknown("fault", fault.keys() - {"kind", *KINDS[fault["kind"]].split()})
        if fault.get("effect", "none") not in ("none", "after"):
            raise ValueError("effect is none or after")
        return cls(match, fault, document.get("times"), _random=random.Random(match.get("seed", 0)))

    def takes(self, call: Call) -> bool:
        """Count a call, and say whether the fault is due for it."""
        if not self._matches(call):
            return False
        self.seen += 1
        is_used_up = self.times is not None and self.hits >= self.times
        if is_used_up or self.seen != self.match.get("nth", self.seen):
            return False
        return self._random.random() < float(self.match.get("probability", 1))

    def _matches(self, call: Call) -> bool:
        if call.call not in _FOR.get(self.fault["kind"], (call.call,)):
            return False
        return all(self.match.get(name) in (None, getattr(call, name)) for name in _COMPARED)


class FaultPlan:
    """The rules in force: every rule counts every call, the first that is due acts."""

    def __init__(self) -> None:
        self._rules: list[Rule] = []

    def replace(self, documents: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """Put other rules in force; raises ValueError and keeps the old where one is bad."""
        self._rules = [Rule.read(document) for document in documents]
        return self.facts()

    def facts(self) -> list[dict[str, Any]]:
        """Write the rules with their counts."""
        return [{name: getattr(rule, name) for name in _FACTS} for rule in self._rules]

    def pick(self, call: Call) -> Fault | None:
        """Return the fault for a call, or None."""
        due = [rule for rule in self._rules if rule.takes(call)]
        if not due:
            return None
        due[0].hits += 1
        return due[0].fault


def rule(fault: str | Fault, *, times: int | None = None, **match: Any) -> dict[str, Any]:
    """Make a rule: a fault or its name in FAULTS, and what it is matched against."""
    return {"match": match, "times": times, "fault": dict(_named(fault))}


def _named(fault: Any) -> Fault:
    found = FAULTS.get(fault) if isinstance(fault, str) else fault
    if not isinstance(found, Mapping) or found.get("kind") not in KINDS:
        raise ValueError(f"no fault {fault!r}; kinds: {sorted(KINDS)}; names: {sorted(FAULTS)}")
    return found


def _refuse_unknown(part: str, names: Iterable[str]) -> None:
    unknown = sorted(names)
    if unknown:
        raise ValueError(f"a {part} has no {', '.join(unknown)}")
