# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors
"""The resources, what is installed on them, and what a write makes of them."""

from __future__ import annotations

import copy
import datetime
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from . import fields
from .authority import a_label
from .certifier import LETS_ENCRYPT_DAYS, Certifier, host_names
from .fields import Resource
from .fingerprints import UTC
from .material import Material, MaterialError
from .serving import MODES, Serving

# Nothing ever listens here: the address of a resource whose edge is down.
DEAD_ADDRESS = "127.0.0.254"
_SEED_KEYS = frozenset(("resource", "install", "issue", "edge"))
_EDGE_KEYS = frozenset(("mode", "certificate", "private_key"))


@lru_cache(maxsize=100_000)
def asked_name(name: str) -> str:
    """Write a host name the way a client asks for it."""
    try:
        return a_label(name)
    except UnicodeError:
        # What can't be a host name is kept as it is; no client will ask for it.
        return name.lower()


@dataclass
class Record:
    """A resource as the API shows it, and beside it what it never shows."""

    resource: Resource
    installed: Material | None = None
    serving: Serving = field(default_factory=Serving)

    def install(self, material: Material | None, *, serve: bool = True) -> None:
        """Store a certificate, or none, and let the edge have it too where asked for."""
        self.installed = material
        self.resource["service_ssl_expire"] = material.expire if material else 0
        if serve:
            self.serving.store(material)

    def copy(self) -> Record:
        """Copy what may change; what is installed is immutable and shared."""
        serving = replace(self.serving, history=list(self.serving.history))
        return Record(copy.deepcopy(self.resource), self.installed, serving)

    def host_keys(self) -> set[tuple[str, str]]:
        """Return the addresses and server names under which an edge serves it."""
        address = self.resource.get("service_ip", "")
        return {(address, asked_name(name)) for name in host_names(self.resource)}


class Store:
    """All resources, in the order of their ids."""

    def __init__(self, certifier: Certifier) -> None:
        self._certifier = certifier
        self._records: dict[int, Record] = {}
        self._by_host: dict[tuple[str, str], Record] | None = None
        self._last_write = datetime.datetime.min.replace(tzinfo=UTC)

    def __iter__(self) -> Iterator[Record]:
        return (self._records[key] for key in sorted(self._records))

    def get(self, resource_id: int) -> Record:
        """Return a record; raises KeyError where there is none."""
        return self._records[resource_id]

    def served_at(self, address: str, server_name: str) -> Record | None:
        """Return the resource that an edge's address serves under a server name, if any."""
        if self._by_host is None:
            self._by_host = {key: record for record in self for key in record.host_keys()}
        name = server_name.lower()
        wildcard = "*." + name.partition(".")[2]
        return self._by_host.get((address, name)) or self._by_host.get((address, wildcard))

    def addresses(self) -> set[str]:
        """Return every edge address in use."""
        return {record.resource.get("service_ip", "") for record in self} - {"", DEAD_ADDRESS}

    def put(self, record: Record, body: Mapping[str, Any], *, keep_certificate: bool = False) -> None:
        """Replace a resource by ``body``; raises MaterialError for bad TLS fields."""
        material = self._wanted(record, body)
        hosts, ssl_type = record.host_keys(), record.resource.get("ssl_type")
        record.resource = fields.replaced(record.resource, copy.deepcopy(dict(body)))
        if keep_certificate:
            record.resource["ssl_type"] = ssl_type
        else:
            # Switched off, a Let's Encrypt certificate stays served until it expires.
            record.install(material, serve=material is not None or ssl_type != "le")
        self._written(record, hosts)

    def seed(self, item: Mapping[str, Any]) -> Record:
        """Add or replace one resource as it is, with what is installed there from the start."""
        wrapped = isinstance(item.get("resource"), dict) and item.keys() <= _SEED_KEYS
        parts: Mapping[str, Any] = item if wrapped else {"resource": item}
        record = Record(copy.deepcopy(dict(parts["resource"])))
        material = self._given(record.resource, parts)
        if material is None:
            record.serving.store(None)
        else:
            _install_typed(record, material, parts)
        self._records[record.resource["id"]] = record
        self._by_host = None
        if "edge" in parts:
            self.set_edge(record.resource["id"], parts["edge"])
        return record

    def edit(self, resource_id: int, parts: Mapping[str, Any]) -> Record:
        """Merge ``resource`` into the fields, and ``install`` or ``issue`` a certificate, as somebody else would."""
        unknown = parts.keys() - (_SEED_KEYS - {"edge"})
        if unknown:
            raise ValueError(f"unknown parts of an edit: {sorted(unknown)}")
        record = self._records[resource_id]
        hosts = record.host_keys()
        changes = copy.deepcopy(dict(parts.get("resource", {})))
        material = self._given(record.resource, parts)
        if material is not None:
            _install_typed(record, material, parts)
        elif not changes.get("ssl_type", "unchanged"):
            record.install(None)
        record.resource.update(changes)
        self._written(record, hosts)
        return record

    def clear(self) -> None:
        """Forget every resource."""
        self._records.clear()
        self._by_host = None

    def snapshot(self) -> list[Record]:
        """Copy the state."""
        return [record.copy() for record in self]

    def restore(self, records: list[Record]) -> None:
        """Go back to a snapshot, which stays usable."""
        self._records = {record.resource["id"]: record.copy() for record in records}
        self._by_host = None

    def set_edge(self, resource_id: int, change: Mapping[str, Any], delay: float = 0.0) -> Record:
        """Set how the edge serves one resource; raises ValueError for an unknown mode."""
        mode = change.get("mode")
        if mode not in MODES or change.keys() - _EDGE_KEYS:
            raise ValueError(f"an edge has mode {'|'.join(MODES)} and {sorted(_EDGE_KEYS)}")
        record = self._records[resource_id]
        record.serving.pinned = self._pinned(record, mode, change, delay)
        record.serving.mode = mode
        self._move(record, down=mode == "down")
        self._by_host = None
        return record

    def _pinned(self, record: Record, mode: str, change: Mapping[str, Any], delay: float) -> Material | None:
        if mode == "frozen":
            return record.serving.material(delay)
        if mode in ("given", "dual"):
            return Material.parse(change.get("certificate"), change.get("private_key"))
        if mode == "other":
            return self._certifier.issue(record.resource, {"days": LETS_ENCRYPT_DAYS + 7.5, "key_type": "ec"})
        return None

    def _move(self, record: Record, *, down: bool) -> None:
        serving = record.serving
        if down and serving.home_address is None:
            serving.home_address = record.resource.get("service_ip", "")
            record.resource["service_ip"] = DEAD_ADDRESS
        elif not down and serving.home_address is not None:
            record.resource["service_ip"] = serving.home_address
            serving.home_address = None

    def _wanted(self, record: Record, body: Mapping[str, Any]) -> Material | None:
        ssl_type = body.get("ssl_type") or None
        if ssl_type is None:
            return None
        if ssl_type == "custom":
            return Material.parse(body.get("service_ssl_crt"), body.get("service_ssl_key"))
        if ssl_type != "le":
            raise MaterialError("ssl_type", "Not a valid choice.")
        if record.resource.get("ssl_type") == "le" and record.installed is not None:
            return record.installed
        return self._certifier.issue(record.resource, {"lets_encrypt": True})

    def _given(self, resource: Resource, parts: Mapping[str, Any]) -> Material | None:
        if parts.get("install"):
            return Material.parse(**parts["install"])
        if parts.get("issue") is not None:
            return self._certifier.issue(resource, parts["issue"])
        return None

    def _written(self, record: Record, hosts_before: set[tuple[str, str]]) -> None:
        now = datetime.datetime.now(UTC)
        self._last_write = max(now, self._last_write + datetime.timedelta(microseconds=1))
        record.resource["updated"] = self._last_write.isoformat(" ", "microseconds")
        if record.host_keys() != hosts_before:
            self._by_host = None


def _install_typed(record: Record, material: Material, parts: Mapping[str, Any]) -> None:
    record.resource["ssl_type"] = "le" if (parts.get("issue") or {}).get("lets_encrypt") else "custom"
    record.install(material)
