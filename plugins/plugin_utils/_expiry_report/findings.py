# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""Reads what gcore_resource_cert_info found, for all formats."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from ...module_utils._expiry.judge import severity
from ...module_utils._wording import printable

Json = dict[str, Any]


@dataclass(frozen=True)
class Options:
    """Holds what a user may say of a report."""

    title: str = "Certificates"
    fail_on_warning: bool = False  # of a test case of JUnit


@dataclass(frozen=True)
class Findings:
    """Holds the module's result without what Ansible adds to it; its keys are those of the module."""

    checked_at: str
    level: str
    worst: str | None
    thresholds: Json
    summary: Json
    hosts: list[Json]
    given_certificates: list[Json]
    warnings: list[str]

    @classmethod
    def of(cls, result: Any) -> Findings:
        """Read a result of the module, or a report in JSON; anything else is a `ValueError`."""
        found = plain(result) if isinstance(result, Mapping) else {}
        found = {**found, "warnings": found.get("warnings") or []}
        names = [field.name for field in fields(cls)]
        if missing := [name for name in names if name not in found]:
            raise ValueError(f"this is no result of gcore_resource_cert_info: {', '.join(missing)} missing")
        return cls(**{name: found[name] for name in names})

    def worst_first(self) -> list[Json]:
        """Return the hosts in the order in which a person has to care for them."""

        def urgency(host: Json) -> tuple[int, str, str, int]:
            return severity(host["state"]), host["not_after"] or "9999", host["host"], host["resource_id"] or 0

        return sorted(self.hosts, key=urgency)


def plain(value: Any) -> Any:
    """Return built-in types all the way down, and of text what is shown on one line."""
    # Ansible's own strings carry marks, and its dicts are made when read.
    if isinstance(value, Mapping):
        return {str.__str__(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return printable(str.__str__(value)) if isinstance(value, str) else value
