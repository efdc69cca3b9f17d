# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors
"""How the simulator behaves: one table, set on the command line or through the admin door."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

DEFAULT_API_KEY = "42424$9c1f6b7a2e5d4c3b8a7f6e5d4c3b2a19"
DEFAULT_BEARER_TOKEN = "simulated.bearer.5f4e3d2c1b0a99887766554433221100"


@dataclass(frozen=True)
class Shape:
    """How answers are wrapped: the list in pages, the single resource in ``resource``."""

    paged: bool
    wrapped: bool


SHAPES: Mapping[str, Shape] = {
    "bare": Shape(paged=False, wrapped=False),
    "wrapped": Shape(paged=False, wrapped=True),
    "paged": Shape(paged=True, wrapped=False),
    "paged_wrapped": Shape(paged=True, wrapped=True),
}
EXPIRIES = ("exact", "day", "missing", "zero", "string")


@dataclass
class Settings:
    """The behaviour of the API and of the edges; durations are seconds."""

    latency: float = 0.0
    edge_delay: float = 0.0
    shape: str = "bare"
    page_size: int = 100
    expiry: str = "exact"
    ssl_type_visible: bool = True
    return_certificate: bool = False
    echo_secrets: bool = False
    rate_limit: dict[str, float] | None = None

    def patch(self, changes: Mapping[str, Any]) -> None:
        """Apply changes, all or none; raises ValueError for an unknown name or a bad value."""
        for name, value in changes.items():
            if name not in _CHECKS:
                raise ValueError(f"unknown setting {name!r}; known: {', '.join(_CHECKS)}")
            if not _CHECKS[name](value):
                raise ValueError(f"setting {name!r} can't be {value!r}")
        for name, value in changes.items():
            setattr(self, name, value)

    def replace_by(self, other: Settings) -> None:
        """Take over every value of ``other``."""
        self.patch(dataclasses.asdict(other))


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _is_duration(value: Any) -> bool:
    return _is_number(value) and value >= 0


def _is_flag(value: Any) -> bool:
    return isinstance(value, bool)


def _is_rate_limit(value: Any) -> bool:
    numbers = value.values() if isinstance(value, dict) and value.keys() == {"rate", "burst"} else [0]
    return value is None or all(_is_number(number) and number > 0 for number in numbers)


_CHECKS: Mapping[str, Callable[[Any], bool]] = {
    "latency": _is_duration,
    "edge_delay": _is_duration,
    "shape": SHAPES.__contains__,
    "page_size": lambda value: isinstance(value, int) and value >= 1,
    "expiry": EXPIRIES.__contains__,
    "ssl_type_visible": _is_flag,
    "return_certificate": _is_flag,
    "echo_secrets": _is_flag,
    "rate_limit": _is_rate_limit,
}
