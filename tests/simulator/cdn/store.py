# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors
"""The certificate objects and the CDN resources that use them, and what a write makes of both."""

from __future__ import annotations

import copy
import datetime
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..answers import ApiError
from ..certifier import Certifier
from ..fingerprints import UTC
from ..material import Material
from ..serving import MODES, Serving
from .objects import SslObject

Resource = dict[str, Any]

READ_ONLY = frozenset(
    ("id", "client", "created", "updated", "status", "enabled", "deleted", "suspended", "vp_enabled", "cname")
)
_SEED_KEYS = frozenset(("resource", "object", "install", "issue", "automated", "edge"))
_FIRST_OBJECT = 501


@dataclass
class Record:
    """A CDN resource as the API shows it, and what its edge makes of it."""

    resource: Resource
    serving: Serving = field(default_factory=Serving)

    def names(self) -> set[str]:
        """Return the host names for which an edge answers."""
        found = [self.resource.get("cname"), *(self.resource.get("secondaryHostnames") or [])]
        return {name.lower() for name in found if isinstance(name, str)}


class CdnStore:
    """Resources and certificate objects, in the order of their numbers."""

    def __init__(self, certifier: Certifier) -> None:
        self._certifier = certifier
        self.resources: dict[int, Record] = {}
        self.objects: dict[int, SslObject] = {}
        self._last_object = _FIRST_OBJECT - 1
        self._last_write = datetime.datetime.min.replace(tzinfo=UTC)

    def served(self, server_name: str) -> Record | None:
        """Return the resource that the edges serve under a server name, if any."""
        name = server_name.lower()
        wildcard = "*." + name.partition(".")[2]
        live = [record for record in self.resources.values() if not record.resource.get("deleted")]
        for wanted in (name, wildcard):
            for record in live:
                if wanted in record.names():
                    return record
        return None

    def users(self, object_id: int) -> Iterator[Resource]:
        """Return the resources that have an object attached."""
        return (each.resource for each in self.resources.values() if each.resource.get("sslData") == object_id)

    def is_used(self, object_id: int) -> bool:
        """Tell whether a resource serves an object, or shows it to its origin."""
        in_use = [
            (each.resource.get("sslData"), each.resource.get("proxy_ssl_data")) for each in self.resources.values()
        ]
        return any(object_id in pair for pair in in_use)

    def create(self, name: str, material: Material | None, *, automated: bool, owner: str = "client") -> SslObject:
        """Add an object; its name must be new."""
        if any(each.name == name for each in self.objects.values()):
            raise ApiError(400, fields={"name": ["SSL certificate with this name already exists."]})
        self._last_object += 1
        made = SslObject(self._last_object, name, material, automated, owner)
        self.objects[made.id] = made
        return made

    def replace(self, found: SslObject, name: str, material: Material) -> None:
        """Change an object in place, for every resource that uses it at once."""
        found.name, found.material = name, material
        for record in self.resources.values():
            self._serve(record)

    def delete(self, found: SslObject) -> None:
        """Remove an object that nothing uses."""
        if self.is_used(found.id):
            raise ApiError(400, fields={"ssl": ["The certificate is used by resources."]})
        del self.objects[found.id]

    def patch(self, record: Record, changes: Mapping[str, Any], *, keep_certificate: bool = False) -> None:
        """Change the fields that are named, and no other."""
        wanted = {name: value for name, value in changes.items() if name not in READ_ONLY}
        self._check(record, wanted)
        if keep_certificate:
            wanted = {name: value for name, value in wanted.items() if name not in ("sslData", "sslEnabled")}
        before = record.resource.get("sslData")
        record.resource.update(copy.deepcopy(wanted))
        self._written(record)
        after = record.resource.get("sslData")
        if before != after and before in self.objects and self.objects[before].automated:
            del self.objects[before]  # the vendor calls that revoking
        self._serve(record)

    def _check(self, record: Record, wanted: Mapping[str, Any]) -> None:
        object_id = wanted.get("sslData", record.resource.get("sslData"))
        changes = object_id != record.resource.get("sslData")
        if object_id is not None and object_id not in self.objects:
            raise ApiError(400, fields={"sslData": [f'Invalid pk "{object_id}" - object does not exist.']})
        if wanted.get("sslEnabled") and object_id is None:
            raise ApiError(400, fields={"sslData": ["This field is required while HTTPS is on."]})
        if changes and not record.resource.get("full_custom_enabled", True):
            raise ApiError(400, fields={"sslData": ["The certificate of this resource can't be changed."]})

    def seed(self, item: Mapping[str, Any]) -> Record | SslObject:
        """Add or replace a resource, or add an object, as it is.

        A resource may come with ``install`` (a certificate and its key), ``issue`` (made here) or ``automated``, of
        which an object is made and attached; ``object`` is {"name", ...} beside the same.
        """
        parts: Mapping[str, Any] = item if item.keys() & {"resource", "object"} else {"resource": item}
        unknown = parts.keys() - _SEED_KEYS
        if unknown:
            raise ValueError(f"unknown parts of a CDN seed: {sorted(unknown)}")
        if "resource" not in parts:
            return self.create(parts["object"]["name"], self._given({}, parts), **_kind(parts))
        record = Record(copy.deepcopy(dict(parts["resource"])))
        self.resources[record.resource["id"]] = record
        if parts.keys() & {"install", "issue", "automated"}:
            name = parts.get("object", {}).get("name") or f"certificate of {record.resource['cname']}"
            attached = self.create(name, self._given(record.resource, parts), **_kind(parts))
            record.resource.update(sslData=attached.id, sslEnabled=True)
        self._serve(record)
        if "edge" in parts:
            self.set_edge(record.resource["id"], parts["edge"])
        return record

    def edit(self, resource_id: int, parts: Mapping[str, Any]) -> Record:
        """Change fields, read-only ones too, or the certificate, as somebody else would."""
        record = self.resources[resource_id]
        record.resource.update(copy.deepcopy(dict(parts.get("resource", {}))))
        if parts.keys() & {"install", "issue"}:
            name = f"somebody's {self._last_object + 1}"
            made = self.create(name, self._given(record.resource, parts), automated=False, owner="somebody")
            record.resource.update(sslData=made.id, sslEnabled=True)
        self._written(record)
        self._serve(record)
        return record

    def set_edge(self, resource_id: int, change: Mapping[str, Any], delay: float = 0.0) -> Record:
        """Set how the edges serve one resource; raises ValueError for an unknown mode."""
        mode, record = change.get("mode"), self.resources[resource_id]
        if mode not in MODES:
            raise ValueError(f"an edge has mode {'|'.join(MODES)}")
        pinned = {
            "frozen": lambda: record.serving.material(delay),
            "given": lambda: Material.parse(change.get("certificate"), change.get("private_key")),
            "dual": lambda: Material.parse(change.get("certificate"), change.get("private_key")),
            "other": lambda: self._certifier.issue(_named(record.resource), {"days": 97, "key_type": "ec"}),
        }
        record.serving.pinned = pinned[mode]() if mode in pinned else None
        record.serving.mode = mode
        return record

    def state(self, delay: float) -> dict[str, Any]:
        """Say what there is: resources with what their edges serve, and objects with what they hold."""
        resources = {}
        for number, record in self.resources.items():
            served = record.serving.material(delay)
            resources[number] = {"resource": record.resource, "served": served.fingerprint if served else None}
        objects = {
            each.id: {
                "name": each.name,
                "automated": each.automated,
                "owner": each.owner,
                "installed": each.material.facts() if each.material else None,
            }
            for each in self.objects.values()
        }
        return {"resources": resources, "objects": objects}

    def snapshot(self) -> tuple[list[Record], list[SslObject], int]:
        """Copy the state; what is installed is immutable and shared."""
        resources = [_copied(each) for each in self.resources.values()]
        return resources, [copy.copy(each) for each in self.objects.values()], self._last_object

    def restore(self, state: tuple[list[Record], list[SslObject], int]) -> None:
        """Go back to a snapshot, which stays usable."""
        resources, objects, self._last_object = state
        self.resources = {each.resource["id"]: _copied(each) for each in resources}
        self.objects = {each.id: copy.copy(each) for each in objects}

    def _given(self, resource: Resource, parts: Mapping[str, Any]) -> Material | None:
        if parts.get("install"):
            return Material.parse(parts["install"].get("certificate"), parts["install"].get("private_key"))
        if parts.get("issue") is not None:
            return self._certifier.issue(_named(resource), parts["issue"])
        return None

    def _serve(self, record: Record) -> None:
        attached = self.objects.get(record.resource.get("sslData") or 0)
        material = attached.material if attached and record.resource.get("sslEnabled") else None
        if not record.serving.history or record.serving.history[-1][1] is not material:
            record.serving.store(material)

    def _written(self, record: Record) -> None:
        now = datetime.datetime.now(UTC)
        self._last_write = max(now, self._last_write + datetime.timedelta(microseconds=1))
        record.resource["updated"] = self._last_write.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _kind(parts: Mapping[str, Any]) -> dict[str, Any]:
    return {"automated": bool(parts.get("automated")), "owner": "seed"}


def _named(resource: Resource) -> Resource:
    """Return the names of a CDN resource the way the certifier reads them."""
    aliases = [{"alias_data": name} for name in resource.get("secondaryHostnames") or []]
    return {"name": resource.get("cname"), "aliases": aliases}


def _copied(record: Record) -> Record:
    serving = Serving(record.serving.mode, record.serving.pinned, None, list(record.serving.history))
    return Record(copy.deepcopy(record.resource), serving)
