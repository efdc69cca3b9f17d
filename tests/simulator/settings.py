# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors
"""How the simulator behaves: one table, set on the command line or through the admin door."""

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from .answers import ERRORS

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
EXPIRIES = ("exact", "day", "missing", "string")
RECORDS = ("prefixed", "plain", "unreadable", "missing")


def _is_duration(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and value >= 0


def _is_flag(value: Any) -> bool:
    return isinstance(value, bool)


def _held_to(is_good: Callable[[Any], bool]) -> dict[str, Callable[[Any], bool]]:
    return {"is_good": is_good}


@dataclass
class Settings:
    """The behaviour of the API and of the edges; durations are seconds."""

    latency: float = field(default=0.0, metadata=_held_to(_is_duration))
    edge_delay: float = field(default=0.0, metadata=_held_to(_is_duration))
    shape: str = field(default="bare", metadata=_held_to(SHAPES.__contains__))
    page_size: int = field(default=100, metadata=_held_to(lambda value: isinstance(value, int) and value >= 1))
    expiry: str = field(default="exact", metadata=_held_to(EXPIRIES.__contains__))
    ssl_type_visible: bool = field(default=True, metadata=_held_to(_is_flag))
    return_certificate: bool = field(default=False, metadata=_held_to(_is_flag))
    echo_secrets: bool = field(default=False, metadata=_held_to(_is_flag))
    cdn_edge: str = field(default="127.0.0.13", metadata=_held_to(lambda value: isinstance(value, str)))
    cdn_created: str = field(default="nothing", metadata=_held_to(("nothing", "object", "deleted").__contains__))
    cdn_record: str = field(default="prefixed", metadata=_held_to(RECORDS.__contains__))
    cdn_errors: str = field(default="fields", metadata=_held_to(ERRORS.__contains__))
    cdn_usage: bool = field(default=True, metadata=_held_to(_is_flag))
    cdn_upload_forbidden: bool = field(default=False, metadata=_held_to(_is_flag))
    cdn_client_forbidden: bool = field(default=False, metadata=_held_to(_is_flag))

    def patch(self, changes: Mapping[str, Any]) -> None:
        """Apply changes, all or none; raises ValueError for an unknown name or a bad value."""
        known = {each.name: each.metadata["is_good"] for each in dataclasses.fields(self)}
        for name, value in changes.items():
            if name not in known:
                raise ValueError(f"unknown setting {name!r}; known: {', '.join(known)}")
            if not known[name](value):
                raise ValueError(f"setting {name!r} can't be {value!r}")
        for name, value in changes.items():
            setattr(self, name, value)
