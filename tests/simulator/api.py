# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors
"""The API: listing, reading and replacing resources, the way the vendor documents it."""

from __future__ import annotations

import asyncio
import datetime
import email.utils
import json
import re
import socket
import struct
import time
import uuid
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from . import answers, echo
from .answers import Answer, ApiError
from .credentials import Presented
from .edges import Edges
from .faults import Call, Fault
from .fields import Resource
from .journal import Entry, redacted, scrubbed
from .material import MaterialError
from .settings import SHAPES, Shape
from .store import Record
from .world import World

_LIST = "/security/resources"
_ONE = re.compile(r"/security/resources/(\d+)")
_CALLS: Mapping[tuple[bool, str], str] = {
    (False, "GET"): "list",
    (True, "GET"): "get",
    (True, "PUT"): "put",
}
_LARGEST_PAGE = 1000
_SECONDS_OF_DAY = 86400

_EXPIRY: Mapping[str, Callable[[int], Any]] = {
    "exact": lambda expire: expire,
    "day": lambda expire: expire - expire % _SECONDS_OF_DAY,
    "zero": lambda expire: 0,
    "string": str,
}


class Cut(Exception):
    """The connection is to be cut; ``sent`` is what goes out before."""

    def __init__(self, sent: bytes = b"") -> None:
        super().__init__("cut")
        self.sent = sent


@dataclass
class Exchange:
    """One request on its way to an answer."""

    request: web.BaseRequest
    call: Call
    entry: Entry
    presented: Presented
    body: Any
    known_path: bool
    request_id: str = field(default_factory=lambda: str(uuid.uuid4()))

    @property
    def authorization(self) -> str:
        """The Authorization header, empty where there is none."""
        return self.request.headers.get("Authorization", "")


class Api:
    """Answers requests out of the store, spoilt by the fault plan."""

    def __init__(self, world: World, edges: Edges) -> None:
        self._world = world
        self._edges = edges
        self._in_flight = 0
        self._faults: Mapping[str, Callable[[Exchange, Fault], Awaitable[Answer]]] = {
            "status": self._status,
            "cut": self._cut,
            "cut_body": self._cut_body,
            "hang": self._hang,
            "truncated_json": self._truncated_json,
            "wrong_content_type": self._wrong_content_type,
            "html_200": self._html_200,
            "drop_setting": self._drop_setting,
            "not_stored": self._not_stored,
            "redirect": self._redirect,
            "outside_edit": self._outside_edit,
        }
        self._calls: Mapping[str, Callable[..., Answer]] = {
            "list": self._list,
            "get": self._get,
            "put": self._put,
        }

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer one request, and write it into the journal."""
        raw = await request.read()
        self._in_flight += 1
        exchange = self._exchange(request, raw)
        try:
            await asyncio.sleep(self._world.settings.latency)
            answer = await self._answer(exchange)
            exchange.entry["status"] = answer.status
            return _response(answer, exchange.request_id)
        except Cut as cut:
            _abort(request, cut.sent)
            return web.Response()
        finally:
            self._in_flight -= 1
            self._world.journal.close(exchange.entry)

    def _exchange(self, request: web.BaseRequest, raw: bytes) -> Exchange:
        one = _ONE.fullmatch(request.path)
        known_path = one is not None or request.path == _LIST
        name = _CALLS.get((one is not None, request.method)) if known_path else None
        call = Call(request.method, name, int(one.group(1)) if one else None)
        presented = Presented.read(request.headers.get("Authorization", ""))
        body = _parsed(raw)
        entry = self._open(request, call, presented, body, raw)
        exchange = Exchange(request, call, entry, presented, body, known_path)
        entry["request_id"] = exchange.request_id
        return exchange

    def _open(
        self, request: web.BaseRequest, call: Call, presented: Presented, body: Any, raw: bytes
    ) -> Entry:
        known = self._world.credentials
        secrets = (known.api_key, known.bearer_token, presented.token)
        seen = redacted(body, secrets) if body is not None or not raw else {"unreadable": len(raw)}
        return self._world.journal.open(
            "request",
            method=request.method,
            path=scrubbed(request.path, secrets),
            query=redacted(dict(request.query), secrets),
            call=call.call,
            resource_id=call.resource_id,
            auth_scheme=presented.scheme or None,
            token_sha256=presented.sha256,
            user_agent=scrubbed(request.headers.get("User-Agent", ""), secrets),
            content_type=scrubbed(request.headers.get("Content-Type", ""), secrets),
            body=seen,
            status=None,
            fault=None,
            took_effect=False,
            concurrency=self._in_flight,
        )

    async def _answer(self, exchange: Exchange) -> Answer:
        seconds = self._world.rate_limit.wait(self._world.settings.rate_limit)
        if seconds:
            exchange.entry["fault"] = "rate_limit"
            error = ApiError(429, headers={"Retry-After": str(seconds)})
            return self._error(exchange, error)
        fault = self._world.faults.pick(exchange.call)
        if fault is None:
            return self._serve(exchange)
        exchange.entry["fault"] = fault["kind"]
        return await self._faults[fault["kind"]](exchange, fault)

    def _serve(self, exchange: Exchange, **spoilt: Any) -> Answer:
        try:
            return self._dispatch(exchange, **spoilt)
        except ApiError as error:
            return self._error(exchange, error)

    def _dispatch(self, exchange: Exchange, **spoilt: Any) -> Answer:
        if not exchange.known_path:
            raise ApiError(404, "The requested path does not exist.")
        if exchange.call.call is None:
            raise ApiError(405, f'Method "{exchange.call.method}" not allowed.')
        refusal = self._world.credentials.refusal(exchange.presented)
        if refusal:
            raise ApiError(401, refusal)
        return self._calls[exchange.call.call](exchange, **spoilt)

    def _error(self, exchange: Exchange, error: ApiError) -> Answer:
        return error.answer(exchange.request_id, self._echo(exchange))

    def _echo(self, exchange: Exchange) -> list[str]:
        if not self._world.settings.echo_secrets:
            return []
        return echo.received(exchange.authorization, exchange.body)

    def _list(self, exchange: Exchange) -> Answer:
        records = list(self._world.store)
        if not self._shape.paged:
            return answers.document([self._shown(record) for record in records])
        query = exchange.request.query
        limit = min(_number(query, "limit") or int(self._world.settings.page_size), _LARGEST_PAGE)
        offset = _number(query, "offset")
        page = [self._shown(record) for record in records[offset : offset + limit]]
        return answers.document({"count": len(records), "results": page})

    def _get(self, exchange: Exchange) -> Answer:
        return self._document(self._shown(self._record(exchange)))

    def _put(
        self,
        exchange: Exchange,
        *,
        dropped_setting: str | None = None,
        keep_certificate: bool = False,
    ) -> Answer:
        resource_id = self._record(exchange).resource["id"]
        if not isinstance(exchange.body, dict):
            raise ApiError(400, "The body is not a JSON object.")
        try:
            record = self._world.store.put(
                resource_id,
                exchange.body,
                dropped_setting=dropped_setting,
                keep_certificate=keep_certificate,
            )
        except MaterialError as error:
            message = "Invalid request data."
            raise ApiError(400, message, invalid_fields=error.invalid_fields) from None
        exchange.entry["took_effect"] = not keep_certificate
        shown = self._shown(record)
        if self._world.settings.echo_secrets:
            shown = {**shown, **exchange.body, "received": self._echo(exchange)}
        return self._document(shown)

    def _record(self, exchange: Exchange) -> Record:
        try:
            return self._world.store.get(exchange.call.resource_id or 0)
        except KeyError:
            raise ApiError(404, "Resource not found.") from None

    @property
    def _shape(self) -> Shape:
        return SHAPES[self._world.settings.shape]

    def _document(self, shown: Resource) -> Answer:
        return answers.document({"resource": shown} if self._shape.wrapped else shown)

    def _shown(self, record: Record) -> Resource:
        settings = self._world.settings
        shown = dict(record.resource)
        expire = shown.pop("service_ssl_expire", None)
        if expire is not None and settings.expiry in _EXPIRY:
            shown["service_ssl_expire"] = _EXPIRY[settings.expiry](expire)
        if not settings.ssl_type_visible:
            shown.pop("ssl_type", None)
        if settings.return_certificate and record.installed:
            shown["service_ssl_crt"] = record.installed.text
        return shown

    def _effect(self, exchange: Exchange, fault: Fault) -> None:
        if fault.get("effect") == "after":
            self._serve(exchange)

    async def _status(self, exchange: Exchange, fault: Fault) -> Answer:
        self._effect(exchange, fault)
        headers = _retry_after(fault)
        if fault.get("html"):
            return answers.page(fault["status"], self._echo(exchange), headers)
        error = ApiError(
            fault["status"],
            fault.get("message"),
            exception_class=fault.get("exception_class"),
            invalid_fields=fault.get("invalid_fields"),
            headers=headers,
        )
        return self._error(exchange, error)

    async def _cut(self, exchange: Exchange, fault: Fault) -> Answer:
        self._effect(exchange, fault)
        raise Cut

    async def _cut_body(self, exchange: Exchange, fault: Fault) -> Answer:
        body = self._serve(exchange).text.encode()
        head = f"HTTP/1.1 200 OK\r\nContent-Type: {answers.JSON}\r\nContent-Length: {len(body)}"
        raise Cut(head.encode() + b"\r\n\r\n" + body[: len(body) // 2])

    async def _hang(self, exchange: Exchange, fault: Fault) -> Answer:
        self._effect(exchange, fault)
        await asyncio.sleep(fault.get("seconds", 30))
        raise Cut

    async def _truncated_json(self, exchange: Exchange, fault: Fault) -> Answer:
        answer = self._serve(exchange)
        answer.text = answer.text[: len(answer.text) // 2]
        return answer

    async def _wrong_content_type(self, exchange: Exchange, fault: Fault) -> Answer:
        answer = self._serve(exchange)
        answer.content_type = answers.HTML
        return answer

    async def _html_200(self, exchange: Exchange, fault: Fault) -> Answer:
        self._effect(exchange, fault)
        return answers.page(200, self._echo(exchange))

    async def _drop_setting(self, exchange: Exchange, fault: Fault) -> Answer:
        return self._serve(exchange, dropped_setting=fault["setting"])

    async def _not_stored(self, exchange: Exchange, fault: Fault) -> Answer:
        return self._serve(exchange, keep_certificate=True)

    async def _redirect(self, exchange: Exchange, fault: Fault) -> Answer:
        return Answer(fault["status"], "", headers={"Location": fault["location"]})

    async def _outside_edit(self, exchange: Exchange, fault: Fault) -> Answer:
        resource_id = fault.get("resource_id", exchange.call.resource_id)
        parts = {name: fault[name] for name in ("resource", "install", "issue") if name in fault}
        self._world.store.edit(resource_id, parts)
        await self._edges.sync()
        return self._serve(exchange)


def _parsed(raw: bytes) -> Any:
    try:
        return json.loads(raw) if raw else None
    except ValueError:
        return None


def _number(query: Mapping[str, str], name: str) -> int:
    text = query.get(name, "0")
    if not text.isdecimal():
        reason = {name: ["A valid integer is required."]}
        raise ApiError(400, "Invalid request data.", invalid_fields=reason)
    return int(text)


def _retry_after(fault: Fault) -> dict[str, str]:
    if "retry_after_date" in fault:
        seconds = datetime.timedelta(seconds=fault["retry_after_date"])
        when = datetime.datetime.fromtimestamp(time.time(), datetime.timezone.utc) + seconds
        return {"Retry-After": email.utils.format_datetime(when, usegmt=True)}
    return {"Retry-After": str(fault["retry_after"])} if "retry_after" in fault else {}


def _response(answer: Answer, request_id: str) -> web.Response:
    return web.Response(
        status=answer.status,
        text=answer.text,
        content_type=answer.content_type,
        charset="utf-8",
        headers={**answer.headers, "X-Request-Id": request_id},
    )


def _abort(request: web.BaseRequest, sent: bytes) -> None:
    transport = request.transport
    if transport is None:
        return
    if sent:
        transport.write(sent)
        transport.close()
        return
    # Lingering for no time at all turns the close into a reset.
    raw = transport.get_extra_info("socket")
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()
