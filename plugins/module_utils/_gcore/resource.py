# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""A resource: the API's raw JSON, a typed view to read from, and the body of a PUT, which is the raw JSON again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from .._clock import from_unix
from .._x509.certificate import timestamp
from .raw_json import canonical, plain

CERTIFICATE_FIELD = "service_ssl_crt"
KEY_FIELD = "service_ssl_key"
TYPE_FIELD = "ssl_type"
EXPIRY_FIELD = "service_ssl_expire"

CUSTOM = "custom"
LETS_ENCRYPT = "le"
DISABLED = ""
UNKNOWN = "unknown"
"""The ways in which a resource has HTTPS; the last where the answer lacks the field."""

_NO = ("", "0", "false")
"""How the API's answers may spell that a switch is off."""

_MOVES_WITH_A_WRITE = frozenset({"updated", CERTIFICATE_FIELD, KEY_FIELD, TYPE_FIELD, EXPIRY_FIELD})


@dataclass(frozen=True)
class Alias:
    """A further host name of a resource."""

    name: str
    expires: int | None

    @property
    def has_certificate(self) -> bool:
        """Tell whether it has a certificate of its own, that the resource's does not touch."""
        return self.expires is not None


@dataclass(frozen=True)
class Resource:
    """What the engine reads of a resource. Field types are loose in the API's answers: the readers are tolerant."""

    id: int
    name: str
    ssl_type: str
    expires: int | None
    service_ip: str
    status: str
    updated: str
    certificate: str | None
    redirects_to_https: bool
    aliases: tuple[Alias, ...]
    origins_count: int = 0

    @classmethod
    def from_api(cls, raw: Mapping[str, Any]) -> Resource:
        """Read an answer's JSON."""
        return cls(
            id=int(raw["id"]),
            name=_text(raw.get("name")),
            ssl_type=_text(raw[TYPE_FIELD]).lower() if TYPE_FIELD in raw else UNKNOWN,
            expires=_unix_time(raw.get(EXPIRY_FIELD)),
            service_ip=_addresses(raw.get("service_ip")),
            status=_text(raw.get("status")),
            updated=_text(raw.get("updated")),
            certificate=_text(raw.get(CERTIFICATE_FIELD)) or None,
            redirects_to_https=_text(raw.get("is_redirect_to_https_enabled")).lower() not in _NO,
            aliases=tuple(_aliases(raw.get("aliases"))),
            origins_count=_count(raw.get("origins")),
        )

    @property
    def supposed_type(self) -> str:
        """Tell how it has HTTPS; where the answer lacks that, by its certificate, and without one HTTPS is off."""
        if self.ssl_type != UNKNOWN:
            return self.ssl_type
        return CUSTOM if self.expires or self.certificate else DISABLED

    def label(self) -> str:
        """Tell how messages call it."""
        return f"resource {self.id} ({self.name})"

    def facts(self) -> dict[str, Any]:
        """Tell what results show of it."""
        return {
            "id": self.id,
            "name": self.name,
            "ssl_type": {DISABLED: None, UNKNOWN: None}.get(self.ssl_type, self.ssl_type),
            "ssl_expires": expiry_timestamp(self.expires),
            "service_ip": self.service_ip,
            "status": self.status,
            "aliases": [{"name": alias.name, "ssl_expires": expiry_timestamp(alias.expires)} for alias in self.aliases],
        }


def expiry_timestamp(expires: int | None) -> str | None:
    """Write an API's expiry as ISO 8601, None where there is none, or none that a calendar has."""
    end = from_unix(expires)
    return timestamp(end) if end else None


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _addresses(value: Any) -> str:
    return ", ".join(_text(one) for one in value) if isinstance(value, list) else _text(value)


def _unix_time(value: Any) -> int | None:
    """Seconds; None where the field is absent, 0, or no number."""
    try:
        return int(float(value)) or None
    except (TypeError, ValueError, OverflowError):
        return None


def _aliases(value: Any) -> Iterator[Alias]:
    for alias in value if isinstance(value, list) else []:
        if isinstance(alias, Mapping) and alias.get("alias_data"):
            yield Alias(_text(alias["alias_data"]), _unix_time(alias.get("alias_ssl_expire")))


def _count(origins: Any) -> int:
    """Count them, be they one object as in the vendor's schema, or a list as in its example."""
    if isinstance(origins, Mapping):
        return len(origins) if all(isinstance(origin, Mapping) for origin in origins.values()) else 1
    return len(origins) if isinstance(origins, list) else 0


def collateral(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[dict[str, Any]]:
    """List the settings that differ between two answers, though a certificate's write must not move them.

    Elements that have an `id` are told apart by it: their order is not a setting.
    """
    names = [name for name in {**before, **after} if name not in _MOVES_WITH_A_WRITE]
    return [
        {"setting": name, "before": plain(before.get(name)), "after": plain(after.get(name))}
        for name in names
        if (name in before) != (name in after)
        # Mostly they are spelt alike, and need no closer look.
        or (repr(before[name]) != repr(after[name]) and _canonical(before[name]) != _canonical(after[name]))
    ]


def _canonical(value: Any) -> str:
    if isinstance(value, list) and all(isinstance(item, Mapping) and "id" in item for item in value):
        value = sorted(value, key=lambda item: str(item["id"]))
    return canonical(value)
