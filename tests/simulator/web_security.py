# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors
"""The Web Security API, the way the vendor documents it: its paths, its calls, and how it shows a resource."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from .answers import Answer, ApiError, document
from .exchange import Exchange, Paths
from .fields import Resource
from .material import MaterialError
from .settings import SHAPES
from .store import Record
from .world import World

PATHS: Paths = {
    re.compile(r"/security/resources"): {"GET": "list"},
    re.compile(r"/security/resources/(?P<id>\d+)"): {"GET": "get", "PUT": "put"},
}
_SECONDS_OF_DAY = 86400
_LARGEST_PAGE = 1000
_INVALID = "Invalid request data."

# A form that is not here leaves the field out.
_EXPIRY: Mapping[str, Callable[[int], Any]] = {
    "exact": int,
    "day": lambda expire: expire - expire % _SECONDS_OF_DAY,
    "string": str,
}


class WebSecurity:
    """Answers the calls that are let in."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.calls: Mapping[str, Callable[[Exchange], Answer]] = {
            "list": self._list,
            "get": self._get,
            "put": self._put,
        }

    def _list(self, exchange: Exchange) -> Answer:
        settings = self._world.settings
        limit, offset = (_number(exchange.request.query, name) for name in ("limit", "offset"))
        records = list(self._world.store)
        if not SHAPES[settings.shape].paged:
            return document([self._shown(record) for record in records])
        size = min(limit or settings.page_size, _LARGEST_PAGE)
        page = [self._shown(record) for record in records[offset : offset + size]]
        return document({"count": len(records), "results": page})

    def _get(self, exchange: Exchange) -> Answer:
        return self._single(self._shown(self._record(exchange)))

    def _put(self, exchange: Exchange) -> Answer:
        record, fault = self._record(exchange), exchange.fault
        if not isinstance(exchange.body, dict):
            raise ApiError(400, "The body is not a JSON object.")
        body = {name: value for name, value in exchange.body.items() if name != fault.get("setting")}
        try:
            self._world.store.put(record, body, keep_certificate=exchange.is_lost)
        except MaterialError as error:
            raise ApiError(400, _INVALID, invalid_fields=error.invalid_fields) from None
        exchange.entry["took_effect"] = not exchange.is_lost
        shown = self._shown(record)
        return self._single({**exchange.body, **shown, "received": exchange.echo} if exchange.echo else shown)

    def _record(self, exchange: Exchange) -> Record:
        try:
            return self._world.store.get(exchange.call.resource_id or 0)
        except KeyError:
            raise ApiError(404, "Resource not found.") from None

    def _single(self, resource: Resource) -> Answer:
        return document({"resource": resource} if SHAPES[self._world.settings.shape].wrapped else resource)

    def _shown(self, record: Record) -> Resource:
        """Return a resource as an answer contains it."""
        settings = self._world.settings
        result = dict(record.resource)
        expire = result.pop("service_ssl_expire", None)
        if expire is not None and settings.expiry in _EXPIRY:
            result["service_ssl_expire"] = _EXPIRY[settings.expiry](expire)
        if not settings.ssl_type_visible:
            result.pop("ssl_type", None)
        if settings.return_certificate and record.installed:
            result["service_ssl_crt"] = record.installed.text
        return result


def _number(query: Mapping[str, str], name: str) -> int:
    text = query.get(name, "0")
    if not (text.isascii() and text.isdigit()):
        raise ApiError(400, _INVALID, invalid_fields={name: ["A valid integer is required."]})
    return int(text)
