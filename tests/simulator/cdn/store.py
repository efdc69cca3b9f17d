# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors
"""The certificate objects and the CDN resources that use them, and what a write makes of both."""

from __future__ import annotations

import copy
import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..answers import ApiError
from ..certifier import Certifier
from ..fingerprints import UTC
from ..material import Material
from ..serving import MODES, Serving
from ..store import asked_name
from .objects import SslObject

Resource = dict[str, Any]

READ_ONLY = frozenset(
    ("id", "client", "created", "updated", "status", "enabled", "deleted", "suspended", "vp_enabled", "cname")
)
_CERTIFICATE = frozenset(("sslData", "sslEnabled"))
_SEED_KEYS = frozenset(("resource", "object", "install", "issue", "automated", "edge"))
_EDIT_KEYS = frozenset(("resource", "object", "install", "issue", "automated", "remove"))
_GIVEN = frozenset(("install", "issue"))
_FIRST_OBJECT = 501


@dataclass
class Record:
    """A CDN resource as the API shows it, and what its edge makes of it."""

    resource: Resource
    serving: Serving = field(default_factory=Serving)

    @property
    def is_deleted(self) -> bool:
        """Whether only a stub is left."""
        return bool(self.resource.get("deleted"))

    def names(self) -> set[str]:
        """Return the host names for which an edge answers: none of a resource that delivers nothing."""
        if self.is_deleted or self.resource.get("suspended") or not self.resource.get("active", True):
            return set()
        found = [self.resource.get("cname"), *(self.resource.get("secondaryHostnames") or [])]
        return {asked_name(name) for name in found if isinstance(name, str)}


class CdnStore:
    """Resources and certificate objects, by their numbers."""

    def __init__(self, certifier: Certifier) -> None:
        self._certifier = certifier
        self.resources: dict[int, Record] = {}
        self.objects: dict[int, SslObject] = {}
        self._by_name: dict[str, Record] | None = None
        self._last_object = _FIRST_OBJECT - 1
        self._last_write = datetime.datetime.min.replace(tzinfo=UTC)

    def served(self, server_name: str) -> Serving | None:
        """Return what the edges make of a server name, if they know it."""
        if self._by_name is None:
            self._by_name = {name: record for record in self.resources.values() for name in record.names()}
        name = server_name.lower()
        found = self._by_name.get(name) or self._by_name.get("*." + name.partition(".")[2])
        return found.serving if found else None

    def users(self, object_id: int) -> list[Resource]:
        """Return the resources that have an object attached."""
        return [each.resource for each in self.resources.values() if each.resource.get("sslData") == object_id]

    def is_used(self, object_id: int) -> bool:
        """Tell whether a resource has an object attached; nobody says that to show it to an origin counts too."""
        return any(each.resource.get("sslData") == object_id for each in self.resources.values())

    def used(self) -> set[Any]:
        """Return the numbers of the objects that a resource has attached."""
        return {each.resource.get("sslData") for each in self.resources.values()}

    def create(
        self, name: str, material: Material | None, *, automated: bool = False, owner: str = "client"
    ) -> SslObject:
        """Add an object; its name must be new."""
        if any(each.name == name for each in self.objects.values()):
            raise ApiError(400, invalid_fields={"name": ["SSL certificate with this name already exists."]})
        self._last_object += 1
        made = SslObject(self._last_object, name, material, automated, owner)
        self.objects[made.id] = made
        return made

    def replace(self, found: SslObject, name: str, material: Material) -> None:
        """Change an object in place, for every resource that uses it at once."""
        found.name, found.material = name, material
        for record in self.resources.values():
            self._serve(record)

    def delete(self, object_id: int) -> None:
        """Remove an object that nothing uses."""
        if self.is_used(object_id):
            raise ApiError(400, invalid_fields={"ssl": ["The certificate is used by resources."]})
        del self.objects[object_id]

    def patch(self, record: Record, changes: Mapping[str, Any], *, keep_certificate: bool = False) -> None:
        """Change the fields that are named, and no other."""
        wanted = {name: value for name, value in changes.items() if name not in READ_ONLY}
        self._check(record, wanted)
        if keep_certificate:
            wanted = {name: value for name, value in wanted.items() if name not in _CERTIFICATE}
        before = self.objects.get(record.resource.get("sslData") or 0)
        self._change(record, wanted)
        if before and before.automated and not record.resource.get("sslEnabled"):
            before.material = None  # which the vendor calls revoking; the object may be used again

    def _check(self, record: Record, wanted: Mapping[str, Any]) -> None:
        """Refuse what a real API refuses; raises ApiError."""
        resource = record.resource
        if not resource.get("enabled", True):
            raise ApiError(400, invalid_fields={"enabled": ["The resource is disabled and can't be changed."]})
        if resource.get("full_custom_enabled") and wanted.keys() - _CERTIFICATE:
            raise ApiError(400, invalid_fields={"resource": ["Only the certificate of this resource can be changed."]})
        if wanted.keys() & _CERTIFICATE:
            reason = self._refusal(resource, {**resource, **wanted})
            if reason:
                raise ApiError(400, invalid_fields={"sslData": [reason]})

    def _refusal(self, before: Resource, after: Resource) -> str | None:
        number, attached = after.get("sslData"), self.objects.get(before.get("sslData") or 0)
        if number is not None and number not in self.objects:
            return f'Invalid pk "{number}" - object does not exist.'
        if not isinstance(after.get("sslEnabled"), bool) or after["sslEnabled"] is (number is None):
            return "A certificate is required while HTTPS is on, and there is none while it is off."
        if attached and attached.automated and attached.material is None and number not in (None, attached.id):
            return "An issuing attempt is in progress. Try again when it is over."
        return None

    def seed(self, item: Mapping[str, Any]) -> int | None:
        """Add or replace a resource, or add an object, as it is; return the number of its object.

        A resource may come with ``install`` (a certificate and its key), ``issue`` (made here) or ``automated`` (being
        issued where neither is there), of which an object is made and attached; ``object`` is {"name"} beside the same.
        """
        parts: Mapping[str, Any] = item if item.keys() & {"resource", "object"} else {"resource": item}
        _refuse_unknown(parts, _SEED_KEYS)
        resource = copy.deepcopy(dict(parts.get("resource", {})))
        if parts.keys() & {*_GIVEN, "automated"}:
            name = parts.get("object", {}).get("name") or f"certificate of {resource['cname']}"
            automated = bool(parts.get("automated"))
            made = self.create(name, self._given(resource, parts), automated=automated, owner="seed")
            resource.update(sslData=made.id, sslEnabled=True)
        if "resource" in parts:
            self._add(Record(resource), parts.get("edge"))
        return resource.get("sslData")

    def edit(self, resource_id: int, parts: Mapping[str, Any]) -> None:
        """Change fields, read-only ones too, or the certificate, or add or ``remove`` an object, as others would."""
        _refuse_unknown(parts, _EDIT_KEYS)
        if "remove" in parts:
            self.delete(parts["remove"])
        record = self.resources.get(resource_id)
        changes = copy.deepcopy(dict(parts.get("resource", {})))
        if parts.keys() & {*_GIVEN, "automated"}:
            name = parts.get("object", {}).get("name") or f"somebody's {self._last_object + 1}"
            material, automated = self._given(record.resource if record else {}, parts), bool(parts.get("automated"))
            made = self.create(name, material, automated=automated, owner="somebody")
            if "object" not in parts:
                changes.update(sslData=made.id, sslEnabled=True)
        if changes:
            self._change(self.resources[resource_id], changes)

    def clear(self) -> None:
        """Forget everything."""
        self.resources.clear()
        self.objects.clear()
        self._last_object, self._by_name = _FIRST_OBJECT - 1, None

    def set_edge(self, resource_id: int, change: Mapping[str, Any], delay: float = 0.0) -> None:
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

    def state(self, delay: float) -> dict[str, Any]:
        """Say what there is: resources with what their edges serve, and objects with what they hold."""
        resources = {}
        for number, record in sorted(self.resources.items()):
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

    def _add(self, record: Record, edge: Mapping[str, Any] | None) -> None:
        number = record.resource["id"]
        self.resources[number] = record
        self._by_name = None
        self._serve(record)
        if edge:
            self.set_edge(number, edge)

    def _change(self, record: Record, changes: Resource) -> None:
        names = record.names()
        record.resource.update(copy.deepcopy(changes))
        now = datetime.datetime.now(UTC)
        self._last_write = max(now, self._last_write + datetime.timedelta(microseconds=1))
        record.resource["updated"] = self._last_write.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        if record.names() != names:
            self._by_name = None
        self._serve(record)

    def _given(self, resource: Resource, parts: Mapping[str, Any]) -> Material | None:
        if parts.get("install"):
            return Material.parse(**parts["install"])
        if parts.get("issue") is not None:
            return self._certifier.issue(_named(resource), parts["issue"])
        return None

    def _serve(self, record: Record) -> None:
        attached = self.objects.get(record.resource.get("sslData") or 0)
        material = attached.material if attached and record.resource.get("sslEnabled") else None
        if not record.serving.history or record.serving.history[-1][1] is not material:
            record.serving.store(material)


def _refuse_unknown(parts: Mapping[str, Any], known: frozenset[str]) -> None:
    unknown = parts.keys() - known
    if unknown:
        raise ValueError(f"unknown parts of the CDN's: {sorted(unknown)}")


def _named(resource: Resource) -> Resource:
    """Return the names of a CDN resource the way the certifier reads them."""
    aliases = [{"alias_data": name} for name in resource.get("secondaryHostnames") or []]
    return {"name": resource.get("cname"), "aliases": aliases}
