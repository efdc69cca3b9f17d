# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors
"""What the CDN API answers to each call."""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from ..answers import Answer, ApiError, document
from ..certifier import Certifier
from ..exchange import Exchange, Paths
from ..fingerprints import not_after
from ..material import Material, MaterialError
from ..settings import Settings
from .objects import SslObject
from .store import CdnStore, Record

PATHS: Paths = {
    re.compile(r"/cdn/resources"): {"GET": "cdn_list"},
    re.compile(r"/cdn/resources/(?P<id>\d+)"): {"GET": "cdn_get", "PATCH": "cdn_patch"},
    re.compile(r"/cdn/sslData"): {"GET": "ssl_list", "POST": "ssl_create"},
    re.compile(r"/cdn/sslData/(?P<id>\d+)"): {"GET": "ssl_get", "PUT": "ssl_replace", "DELETE": "ssl_delete"},
    re.compile(r"/cdn/sslData/(?P<id>\d+)/usage"): {"GET": "ssl_usage"},
    re.compile(r"/cdn/sslData/(?P<id>\d+)/status"): {"GET": "ssl_status"},
    re.compile(r"/cdn/clients/me"): {"GET": "cdn_client"},
}
_LARGEST_PAGE = 1000
_ATTACHED = ("id", "cname", "status")

# What a POST of a certificate answers, by the setting: the facts about it differ.
_CREATED: Mapping[str, Callable[[SslObject], Any]] = {
    "nothing": lambda _made: None,
    "object": lambda made: made.shown(in_use=False),
    "deleted": lambda made: made.shown(in_use=False, deleted=True),
}


class CdnCalls:
    """Answers the calls of the CDN API out of its store."""

    def __init__(self, store: CdnStore, certifier: Certifier, settings: Settings) -> None:
        self._store = store
        self._certifier = certifier
        self._settings = settings
        self.calls: Mapping[str, Callable[[Exchange], Answer]] = {
            "cdn_list": self._list,
            "cdn_get": lambda exchange: document(self._record(exchange).resource),
            "ssl_list": self._ssl_list,
            "ssl_get": lambda exchange: document(self._shown(self._object(exchange))),
            "ssl_usage": self._usage,
            "ssl_status": self._status,
            "cdn_client": lambda _exchange: document({"id": 2, "cname": settings.cdn_edge, "use_balancer": True}),
            "cdn_patch": self._patch,
            "ssl_create": self._create,
            "ssl_replace": self._replace,
            "ssl_delete": self._delete,
        }

    def _list(self, exchange: Exchange) -> Answer:
        query = exchange.request.query
        found = [record.resource for _number, record in sorted(self._store.resources.items())]
        if "cname" in query:
            found = [each for each in found if each["cname"] == query["cname"]]
        if "sslData" in query:
            found = [each for each in found if str(each.get("sslData")) == query["sslData"]]
        return _page(found, exchange, "/cdn/resources")

    def _ssl_list(self, exchange: Exchange) -> Answer:
        query = exchange.request.query
        found = [each for _number, each in sorted(self._store.objects.items())]
        if "automated" in query:
            found = [each for each in found if each.automated is (query["automated"].lower() == "true")]
        if "resource_id" in query:
            record = self._store.resources.get(int(query["resource_id"]))
            attached = record.resource.get("sslData") if record else None
            found = [each for each in found if each.id == attached]
        if "validity_not_after_lte" in query:
            end = datetime.datetime.fromisoformat(query["validity_not_after_lte"].replace("Z", "+00:00"))
            found = [each for each in found if each.material and not_after(each.material.certificates[0]) <= end]
        return _page([self._shown(each) for each in found], exchange, "/cdn/sslData")

    def _usage(self, exchange: Exchange) -> Answer:
        if not self._settings.cdn_usage:
            raise ApiError(404, "The requested path does not exist.")
        users = self._store.users(self._object(exchange).id)
        return document({"resources": [{name: each[name] for name in _ATTACHED} for each in users]})

    def _status(self, exchange: Exchange) -> Answer:
        found = self._object(exchange)
        if not found.automated:
            raise ApiError(400, fields={"ssl": ["This is not a Let's Encrypt certificate."]})
        return document(found.issuing())

    def _create(self, exchange: Exchange) -> Answer:
        body = _body(exchange)
        if self._settings.cdn_upload_forbidden and not body.get("automated"):
            raise ApiError(403, "You do not have permission to perform this action.")
        name = body.get("name")
        if not isinstance(name, str) or not name.strip():
            raise ApiError(400, fields={"name": ["This field is required."]})
        material = None if body.get("automated") else self._material(body)
        if exchange.is_lost:
            return _created(None)
        made = self._store.create(name, material, automated=bool(body.get("automated")))
        exchange.entry["took_effect"] = True
        return _created(_CREATED[self._settings.cdn_created](made))

    def _replace(self, exchange: Exchange) -> Answer:
        found, body = self._object(exchange), _body(exchange)
        material = self._material(body)
        if not exchange.is_lost:
            self._store.replace(found, str(body.get("name", found.name)), material)
            exchange.entry["took_effect"] = True
        return document(self._shown(found))

    def _delete(self, exchange: Exchange) -> Answer:
        found = self._object(exchange)
        if not exchange.is_lost:
            self._store.delete(found)
            exchange.entry["took_effect"] = True
        return Answer(204, "")

    def _patch(self, exchange: Exchange) -> Answer:
        record = self._record(exchange)
        body = _body(exchange)
        dropped = {exchange.fault["setting"]: None} if "setting" in exchange.fault else {}
        self._store.patch(record, {**body, **dropped}, keep_certificate=exchange.is_lost)
        exchange.entry["took_effect"] = not exchange.is_lost
        return document(record.resource)

    def _material(self, body: Mapping[str, Any]) -> Material:
        try:
            material = Material.parse(body.get("sslCertificate"), body.get("sslPrivateKey"))
        except MaterialError as error:
            names = {"service_ssl_crt": "sslCertificate", "service_ssl_key": "sslPrivateKey"}
            fields = {names.get(name, name): reasons for name, reasons in error.invalid_fields.items()}
            raise ApiError(400, fields=fields) from None
        if body.get("validate_root_ca") and not self._certifier.is_rooted(material):
            raise ApiError(400, fields={"sslCertificate": ["The certificate chain ends at no trusted root."]})
        return material

    def _shown(self, found: SslObject) -> dict[str, Any]:
        return found.shown(in_use=self._store.is_used(found.id))

    def _record(self, exchange: Exchange) -> Record:
        record = self._store.resources.get(exchange.call.resource_id or 0)
        if record is None:
            raise ApiError(404, "CDN resource is not found.")
        return record

    def _object(self, exchange: Exchange) -> SslObject:
        found = self._store.objects.get(exchange.call.resource_id or 0)
        if found is None:
            raise ApiError(404, "Certificate not found.")
        return found


def _body(exchange: Exchange) -> dict[str, Any]:
    if not isinstance(exchange.body, dict):
        raise ApiError(400, "The body is not a JSON object.")
    return exchange.body


def _created(value: Any) -> Answer:
    return Answer(201, "" if value is None else json.dumps(value))


def _page(found: list[dict[str, Any]], exchange: Exchange, path: str) -> Answer:
    """Answer with all as a bare array, or with a page where one was asked for."""
    query = exchange.request.query
    if "limit" not in query:
        return document(found)
    limit, offset = int(query["limit"]), int(query.get("offset", "0"))
    if not 1 <= limit <= _LARGEST_PAGE:
        raise ApiError(400, fields={"limit": ["Ensure this value is between 1 and 1000."]})
    more = offset + limit < len(found)
    following = f"https://api.invalid{path}?limit={limit}&offset={offset + limit}" if more else None
    document_ = {"count": len(found), "next": following, "previous": None, "results": found[offset : offset + limit]}
    return document(document_)
