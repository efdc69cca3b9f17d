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
_Test = Callable[[Any, str], bool]

# What a POST of a certificate answers, by the setting: the facts about it differ.
_CREATED: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "nothing": lambda _shown: "",
    "object": json.dumps,
    "deleted": lambda shown: json.dumps({**shown, "deleted": True}),
}


def _equal(value: Any, wanted: str) -> bool:
    return json.dumps(value) == wanted.lower() if isinstance(value, bool) else str(value) == wanted


# The filters of the list of resources; what is not here is ignored.
_FILTERS: Mapping[str, _Test] = {
    **dict.fromkeys(("cname", "status", "sslData", "active", "deleted", "enabled", "sslEnabled", "suspended"), _equal),
    "vp_enabled": _equal,
    "name": lambda value, wanted: wanted.lower() in str(value).lower(),
    "secondaryHostnames": lambda value, wanted: wanted in (value or []),
    "sslData_in": lambda value, wanted: str(value) in wanted.split(","),
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
            "ssl_get": self._ssl_get,
            "ssl_usage": self._usage,
            "ssl_status": self._status,
            "cdn_client": self._client,
            "cdn_patch": self._patch,
            "ssl_create": self._create,
            "ssl_replace": self._replace,
            "ssl_delete": self._delete,
        }

    def _list(self, exchange: Exchange) -> Answer:
        found = [record.resource for _number, record in sorted(self._store.resources.items())]
        for name, wanted in exchange.request.query.items():
            test = _FILTERS.get(name)
            field = name.removesuffix("_in")
            found = [each for each in found if test(each.get(field), wanted)] if test else found
        return _page(found, exchange)

    def _ssl_list(self, exchange: Exchange) -> Answer:
        query = exchange.request.query
        found = [each for _number, each in sorted(self._store.objects.items())]
        if "automated" in query:
            found = [each for each in found if _equal(each.automated, query["automated"])]
        if "resource_id" in query:
            record = self._store.resources.get(_number(query, "resource_id"))
            attached = record.resource.get("sslData") if record else None
            found = [each for each in found if each.id == attached]
        if "validity_not_after_lte" in query:
            end = _moment(query, "validity_not_after_lte")
            found = [each for each in found if each.material and not_after(each.material.certificates[0]) <= end]
        used = self._store.used()
        return _page([each.shown(self._settings.cdn_record, in_use=each.id in used) for each in found], exchange)

    def _ssl_get(self, exchange: Exchange) -> Answer:
        return document(self._shown(self._object(exchange)))

    def _usage(self, exchange: Exchange) -> Answer:
        if not self._settings.cdn_usage:
            raise ApiError(404, "The requested path does not exist.")
        users = self._store.users(self._object(exchange).id)
        return document({"resources": [{name: each[name] for name in _ATTACHED} for each in users]})

    def _status(self, exchange: Exchange) -> Answer:
        found = self._object(exchange)
        if not found.automated:
            raise ApiError(400, invalid_fields={"certificate": ["This is no Let's Encrypt certificate."]})
        return document(found.issuing())

    def _client(self, _exchange: Exchange) -> Answer:
        if self._settings.cdn_client_forbidden:
            raise ApiError(403, "You do not have permission to perform this action.")
        return document({"id": 2, "cname": self._settings.cdn_edge, "use_balancer": True})

    def _create(self, exchange: Exchange) -> Answer:
        body = _body(exchange)
        is_automated = body.get("automated") is True
        if self._settings.cdn_upload_forbidden and not is_automated:
            raise ApiError(403, "You do not have permission to perform this action.")
        name = _name(body.get("name"))
        material = None if is_automated else self._material(body)
        if exchange.is_lost:
            return Answer(201, "")
        made = self._store.create(name, material, automated=is_automated)
        exchange.entry["took_effect"] = True
        return Answer(201, _CREATED[self._settings.cdn_created](self._shown(made)))

    def _replace(self, exchange: Exchange) -> Answer:
        found, body = self._object(exchange), _body(exchange)
        material = self._material(body)
        if not exchange.is_lost:
            self._store.replace(found, _name(body.get("name")), material)
            exchange.entry["took_effect"] = True
        return document(self._shown(found))

    def _delete(self, exchange: Exchange) -> Answer:
        found = self._object(exchange)
        if not exchange.is_lost:
            self._store.delete(found.id)
            exchange.entry["took_effect"] = True
        return Answer(204, "")

    def _patch(self, exchange: Exchange) -> Answer:
        record, body = self._record(exchange), _body(exchange)
        if record.is_deleted:
            raise ApiError(404, "CDN resource is not found.")
        self._store.patch(record, body, keep_certificate=exchange.is_lost)
        if "setting" in exchange.fault:
            setting = exchange.fault["setting"]
            record.resource[setting] = type(record.resource[setting])()
        exchange.entry["took_effect"] = not exchange.is_lost
        return document(record.resource)

    def _material(self, body: Mapping[str, Any]) -> Material:
        try:
            material = Material.parse(body.get("sslCertificate"), body.get("sslPrivateKey"))
        except MaterialError as error:
            names = {"service_ssl_crt": "sslCertificate", "service_ssl_key": "sslPrivateKey"}
            fields = {names.get(name, name): reasons for name, reasons in error.invalid_fields.items()}
            raise ApiError(400, invalid_fields=fields) from None
        if body.get("validate_root_ca") and not self._certifier.is_rooted(material):
            reason = "The certificate chain ends at no trusted root."
            raise ApiError(400, invalid_fields={"sslCertificate": [reason]})
        return material

    def _shown(self, found: SslObject) -> dict[str, Any]:
        return found.shown(self._settings.cdn_record, in_use=self._store.is_used(found.id))

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


def _name(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ApiError(400, invalid_fields={"name": ["This field is required."]})
    return value


def _number(query: Mapping[str, str], name: str) -> int:
    text = query.get(name, "0")
    if not (text.isascii() and text.isdigit()):
        raise ApiError(400, invalid_fields={name: ["A valid integer is required."]})
    return int(text)


def _moment(query: Mapping[str, str], name: str) -> datetime.datetime:
    try:
        return datetime.datetime.fromisoformat(query[name].replace("Z", "+00:00"))
    except ValueError:
        raise ApiError(400, invalid_fields={name: ["Enter a valid date and time."]}) from None


def _page(found: list[dict[str, Any]], exchange: Exchange) -> Answer:
    """Answer with all as a bare array, or with a page where one was asked for."""
    query = exchange.request.query
    if "limit" not in query:
        return document(found)
    limit, offset = _number(query, "limit"), _number(query, "offset")
    if not 1 <= limit <= _LARGEST_PAGE:
        raise ApiError(400, invalid_fields={"limit": ["Ensure this value is between 1 and 1000."]})

    def at(start: int) -> str:
        return str(exchange.request.url.update_query(limit=limit, offset=start))

    pages = {
        "next": at(offset + limit) if offset + limit < len(found) else None,
        "previous": at(max(offset - limit, 0)) if offset else None,
    }
    return document({"count": len(found), **pages, "results": found[offset : offset + limit]})
