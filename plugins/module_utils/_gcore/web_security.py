# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""Web Security: a certificate is part of its resource, and a write is a PUT of the whole, the raw JSON again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .client import Client
from .site import NOTHING, UNKNOWN, WEB_SECURITY, Alias, Content, Each, Prepared, Site, is_on, moved, text_of

RESOURCES = "/security/resources"

CERTIFICATE_FIELD = "service_ssl_crt"
KEY_FIELD = "service_ssl_key"
TYPE_FIELD = "ssl_type"
EXPIRY_FIELD = "service_ssl_expire"

_FOLLOWING = frozenset({"updated", CERTIFICATE_FIELD, KEY_FIELD, TYPE_FIELD, EXPIRY_FIELD})

_TWICE = "Nothing was written: which of the two is meant can't be known, and a PUT has one. Ask the vendor's support."


@dataclass(frozen=True)
class WebSecurity:
    """The account's Web Security resources."""

    client: Client

    def sites(self) -> Iterator[Site]:
        """Give every site of the account, each once, in whichever shape and pages the list comes."""
        return map(site_of, self.client.listed(RESOURCES, "resources"))

    def site(self, site_id: int, *, to_write: bool = False) -> Site:
        """Return one site as the API tells it now; a write that is to follow gets its place."""
        raw = self.client.read(f"{RESOURCES}/{site_id}", site_id, "that resource", to_write=to_write, if_twice=_TWICE)
        return site_of(raw, raw)

    def prepare(self, content: Content) -> Prepared:
        """Return what is to be written so that a site has it; this is the one place where the key leaves."""
        if content.key_pair is None:
            return Prepared({TYPE_FIELD: content.ssl_type or None})
        certificate, key = content.key_pair.texts
        return Prepared({CERTIFICATE_FIELD: certificate, KEY_FIELD: key, TYPE_FIELD: content.ssl_type})

    def write(self, before: Site, fields: Mapping[str, Any]) -> str:
        """PUT the whole resource that was read to be written, once, and leave the answer unread: only a GET proves it.

        The receipt is what the vendor's support asks for, should the write not have done what it should. An `ApiError`
        is `retryable` and `outcome_unknown`, or not.
        """
        return self.client.write("PUT", f"{RESOURCES}/{before.id}", {**before.raw, **fields})

    def tidy(self, _sites: Sequence[Site], _each: Each = map) -> list[str]:
        """Clean up nothing: a certificate goes with its resource."""
        return []

    def collateral(self, before: Site, after: Site) -> list[dict[str, Any]]:
        """List the settings that differ, though a certificate's write must not move them."""
        return moved(before.raw, after.raw, _FOLLOWING)


def site_of(raw: Mapping[str, Any], kept: Mapping[str, Any] = NOTHING) -> Site:
    """Read an answer's JSON. Field types are loose in the API's answers: the readers are tolerant."""
    return Site(
        id=int(raw["id"]),
        name=text_of(raw.get("name")),
        ssl_type=text_of(raw[TYPE_FIELD]).lower() if TYPE_FIELD in raw else UNKNOWN,
        expires=_unix_time(raw.get(EXPIRY_FIELD)),
        service_ip=_addresses(raw.get("service_ip")),
        status=text_of(raw.get("status")),
        updated=text_of(raw.get("updated")),
        certificate=text_of(raw.get(CERTIFICATE_FIELD)) or None,
        redirects_to_https=is_on(raw.get("is_redirect_to_https_enabled")),
        aliases=tuple(_aliases(raw.get("aliases"))),
        origins_count=_count(raw.get("origins")),
        product=WEB_SECURITY,
        raw=kept,
    )


def _addresses(value: Any) -> str:
    return ", ".join(text_of(one) for one in value) if isinstance(value, list) else text_of(value)


def _unix_time(value: Any) -> int | None:
    """Seconds; None where the field is absent, 0, or no number."""
    try:
        return int(float(value)) or None
    except (TypeError, ValueError, OverflowError):
        return None


def _aliases(value: Any) -> Iterator[Alias]:
    for alias in value if isinstance(value, list) else []:
        if isinstance(alias, Mapping) and alias.get("alias_data"):
            yield Alias(text_of(alias["alias_data"]), _unix_time(alias.get("alias_ssl_expire")))


def _count(origins: Any) -> int:
    """Count them, be they one object as in the vendor's schema, or a list as in its example."""
    if isinstance(origins, Mapping):
        return len(origins) if all(isinstance(origin, Mapping) for origin in origins.values()) else 1
    return len(origins) if isinstance(origins, list) else 0
