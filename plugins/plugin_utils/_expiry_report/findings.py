# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""What gcore_resource_cert_info found, as all formats read it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from .moments import parsed
from .states import OK, rank_of

Json = dict[str, Any]

_NEVER = "9999"
_NEEDED = ("checked_at", "level", "worst", "thresholds", "summary", "hosts", "given_certificates")


@dataclass(frozen=True)
class Findings:
    """The module's result without what Ansible adds to it; its keys are those of the module."""

    checked_at: str
    level: str
    worst: str | None
    thresholds: Json
    summary: Json
    hosts: tuple[Json, ...]
    given_certificates: tuple[Json, ...]
    warnings: tuple[str, ...]

    @classmethod
    def of(cls, result: Any) -> Findings:
        """Read a result of the module, or a report in JSON.

        Raises:
            ValueError: it is something else.
        """
        missing = [name for name in _NEEDED if not isinstance(result, Mapping) or name not in result]
        if missing:
            raise ValueError(f"this is no result of gcore_resource_cert_info: {', '.join(missing)} missing")
        found = {name: plain(result[name]) for name in _NEEDED}
        parsed(found["checked_at"])
        lists = {name: tuple(found[name]) for name in ("hosts", "given_certificates")}
        return cls(**{**found, **lists}, warnings=tuple(plain(result.get("warnings") or ())))

    def at(self, checked_at: str) -> Findings:
        """The same, found at another time."""
        return replace(self, checked_at=checked_at)

    def worst_first(self) -> list[Json]:
        """The hosts in the order in which a person has to care for them."""
        return sorted(self.hosts, key=urgency)

    def troubled(self) -> list[Json]:
        """The hosts that are not in order, the worst first."""
        return [host for host in self.worst_first() if host["level"] != OK]


def urgency(host: Json) -> tuple[int, str, str, int]:
    """Sorts hosts: by state, then by what expires first."""
    return rank_of(host["state"]), host["not_after"] or _NEVER, host["host"], host["resource_id"] or 0


def plain(value: Any) -> Any:
    """Built-in types all the way down: Ansible's own strings carry marks, and its dicts are made when read."""
    if isinstance(value, Mapping):
        return {str.__str__(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return _SURROGATE.sub("\ufffd", str.__str__(value)) if isinstance(value, str) else value


_SURROGATE = re.compile("[\ud800-\udfff]")
"""Half a character, which JSON can hold and no file."""
