# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""A site: what serves host names, of whichever product, as the engine sees it; and what a write may move of it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, NamedTuple, Protocol

from .._clock import from_unix
from .._x509.certificate import Certificate, timestamp
from .._x509.key_pair import KeyPair
from .raw_json import canonical, plain
from .record import Expiry, Record, expiry_beside

WEB_SECURITY = "web_security"
CDN = "cdn"

CUSTOM = "custom"
LETS_ENCRYPT = "le"
DISABLED = ""
UNKNOWN = "unknown"
"""The ways in which a site has HTTPS; the last where the answer lacks the field."""

NOTHING: Mapping[str, Any] = MappingProxyType({})


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
class Site:
    """What the engine knows of a site."""

    id: int
    name: str
    ssl_type: str
    expires: int | None
    service_ip: str  # where its edge is: addresses, or a host name
    status: str
    updated: str
    certificate: str | None
    redirects_to_https: bool
    aliases: tuple[Alias, ...]
    origins_count: int = 0
    product: str = WEB_SECURITY
    record: Record | None = None  # of the certificate, where the API tells more than its expiry
    certificate_id: int | None = None  # where it is an object of its own
    probe_name: str = ""  # what an edge is asked for, where that is not the name
    shares_edge: bool = False  # with sites of others: what is served for any name does not count
    edge_problem: str = ""  # why nobody can ask its edge
    has_one_certificate: bool = False  # for all of its names
    revokes_lets_encrypt: bool = False  # once it is taken away
    left_alone: str = ""  # why it is not to be touched
    refusal: str = ""  # why it can't be written
    only_if_named: str = ""  # why it is left out, where nobody names it
    # The API's own JSON, where it was read to be written.
    raw: Mapping[str, Any] = field(default_factory=lambda: NOTHING, repr=False, compare=False)

    @property
    def key(self) -> tuple[str, int]:
        """Return what tells it from every other site of the account."""
        return self.product, self.id

    @property
    def text(self) -> str:
        """Return the key as texts have it."""
        return key_text(self.product, self.id)

    @property
    def supposed_type(self) -> str:
        """Tell how it has HTTPS; where the answer lacks that, by its certificate, and without one HTTPS is off."""
        if self.ssl_type != UNKNOWN:
            return self.ssl_type
        return CUSTOM if self.expires or self.certificate else DISABLED

    @property
    def told_type(self) -> str | None:
        """Return what results say of it: None for off, and for what the answer does not tell."""
        return None if self.ssl_type in (DISABLED, UNKNOWN) else self.ssl_type

    def without_raw(self) -> Site:
        """Return it without the JSON, as what is known of thousands is kept."""
        return replace(self, raw=NOTHING)

    @property
    def is_suspended(self) -> bool:
        """Tell whether it is not served for now."""
        return bool(self.left_alone) or self.status.lower() == "suspended"

    @property
    def evidence(self) -> str:
        """Name what the API tells of its certificate."""
        return "the expiry date" if self.record is None else "the record of its certificate"

    def beside(self, chain: Sequence[Certificate]) -> Expiry:
        """Compare what the API tells of its certificate with a chain, leaf first."""
        return self.record.beside(chain) if self.record else expiry_beside(self.expires, chain[0].not_after)

    def label(self) -> str:
        """Tell how messages call it."""
        return f"resource {self.text} ({self.name})"

    def facts(self) -> dict[str, Any]:
        """Tell what results show of it."""
        return {
            "id": self.id,
            "name": self.name,
            "ssl_type": self.told_type,
            "ssl_expires": expiry_timestamp(self.expires),
            "service_ip": self.service_ip,
            "status": self.status,
            "aliases": [{"name": alias.name, "ssl_expires": expiry_timestamp(alias.expires)} for alias in self.aliases],
        }


def key_text(product: str, number: int | None) -> str:
    """Write a site's key: the number alone is Web Security's."""
    return str(number) if product == WEB_SECURITY else f"{product}:{number}"


def expiry_timestamp(expires: int | None) -> str | None:
    """Write an API's expiry as ISO 8601, None where there is none, or none that a calendar has."""
    end = from_unix(expires)
    return timestamp(end) if end else None


Each = Callable[..., Iterable[Any]]
"""Takes a step for each of several, as `map` does, or many at a time."""


class Prepared(NamedTuple):
    """What is to be written to a site."""

    fields: Mapping[str, Any]
    note: str = ""  # what was made in the account for it, and stays there whatever becomes of the site


class Content(Protocol):
    """What a site shall have: a way of HTTPS and, of the custom one, the key pair."""

    @property
    def ssl_type(self) -> str:
        """Return the way in which it shall have HTTPS."""

    @property
    def key_pair(self) -> KeyPair | None:
        """Return the certificates and their key."""


_NO = ("", "0", "false")
"""How the API's answers may spell that a switch is off."""


def is_on(value: Any) -> bool:
    """Read a switch."""
    return text_of(value).lower() not in _NO


def text_of(value: Any) -> str:
    """Read a field as text, which null and nothing are not."""
    return "" if value is None else str(value)


def moved(before: Mapping[str, Any], after: Mapping[str, Any], following: Collection[str]) -> list[dict[str, Any]]:
    """List the settings that differ between two answers, but for those that follow a certificate's write.

    Elements that have an `id` are told apart by it: their order is not a setting.
    """
    names = [name for name in {**before, **after} if name not in following]
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
