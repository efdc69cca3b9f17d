# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors
"""The API: listing, reading and replacing resources, the way the vendor documents it."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Callable, Mapping

from aiohttp import web

from . import answers, echo, presentation
from .answers import Answer, ApiError
from .edges import Edges
from .exchange import Exchange
from .faults import Fault
from .journal import Entry, redacted, scrubbed
from .material import MaterialError
from .mishaps import MISHAPS, CutError
from .store import Record
from .world import World

_INVALID = "Invalid request data."
_EDIT_PARTS = ("resource", "install", "issue")


class Api:
    """Answers requests out of the store, spoilt by the fault plan."""

    def __init__(self, world: World, edges: Edges) -> None:
        self._world = world
        self._edges = edges
        self._in_flight = 0
        self._reads: Mapping[str, Callable[[Exchange], Answer]] = {"list": self._list, "get": self._get}

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer one request, and write it into the journal."""
        exchange = Exchange.read(request, await request.read())
        self._in_flight += 1
        exchange.entry = self._open(exchange)
        try:
            await asyncio.sleep(self._world.settings.latency)
            answer = await self._answer(exchange)
            exchange.entry["status"] = answer.status
            return _response(answer, exchange.request_id)
        except CutError as cut:
            _abort(request, cut.sent)
            return web.Response()
        finally:
            self._in_flight -= 1
            self._world.journal.close(exchange.entry)

    def serve(
        self, exchange: Exchange, *, dropped_setting: str | None = None, keep_certificate: bool = False
    ) -> Answer:
        """Answer a request; the two options make a PUT go wrong in silence."""
        try:
            call = self._admitted(exchange)
            if call == "put":
                return self._put(exchange, dropped_setting, keep_certificate)
            return self._reads[call](exchange)
        except ApiError as error:
            return self.refuse(exchange, error)

    def refuse(self, exchange: Exchange, error: ApiError) -> Answer:
        """Answer with an error."""
        return error.answer(exchange.request_id, self.echo(exchange))

    def echo(self, exchange: Exchange) -> list[str]:
        """Return what answers repeat of the request."""
        if not self._world.settings.echo_secrets:
            return []
        return echo.received(exchange.authorization, exchange.body)

    async def edit(self, resource_id: int | None, fault: Fault) -> None:
        """Change a resource as somebody else would."""
        parts = {name: fault[name] for name in _EDIT_PARTS if name in fault}
        self._world.store.edit(resource_id or 0, parts)
        await self._edges.sync()

    def _open(self, exchange: Exchange) -> Entry:
        known = self._world.credentials
        secrets = (known.api_key, known.bearer_token, exchange.presented.token)
        request = exchange.request
        unreadable = exchange.body is None and exchange.raw
        return self._world.journal.open(
            "request",
            request_id=exchange.request_id,
            method=request.method,
            path=scrubbed(request.path, secrets),
            query=redacted(dict(request.query), secrets),
            call=exchange.call.call,
            resource_id=exchange.call.resource_id,
            auth_scheme=exchange.presented.scheme or None,
            token_sha256=exchange.presented.sha256,
            user_agent=scrubbed(request.headers.get("User-Agent", ""), secrets),
            content_type=scrubbed(request.headers.get("Content-Type", ""), secrets),
            body={"unreadable": len(exchange.raw)} if unreadable else redacted(exchange.body, secrets),
            status=None,
            fault=None,
            took_effect=False,
            concurrency=self._in_flight,
        )

    async def _answer(self, exchange: Exchange) -> Answer:
        seconds = self._world.rate_limit.wait(self._world.settings.rate_limit)
        if seconds:
            exchange.entry["fault"] = "rate_limit"
            return self.refuse(exchange, ApiError(429, headers={"Retry-After": str(seconds)}))
        fault = self._world.faults.pick(exchange.call)
        if fault is None:
            return self.serve(exchange)
        exchange.entry["fault"] = fault["kind"]
        return await MISHAPS[fault["kind"]](self, exchange, fault)

    def _admitted(self, exchange: Exchange) -> str:
        if not exchange.known_path:
            raise ApiError(404, "The requested path does not exist.")
        if exchange.call.call is None:
            raise ApiError(405, f'Method "{exchange.call.method}" not allowed.')
        refusal = self._world.credentials.refusal(exchange.presented)
        if refusal:
            raise ApiError(401, refusal)
        return exchange.call.call

    def _list(self, exchange: Exchange) -> Answer:
        query = exchange.request.query
        limit, offset = _number(query, "limit"), _number(query, "offset")
        records = list(self._world.store)
        return answers.document(presentation.listed(records, self._world.settings, limit, offset))

    def _get(self, exchange: Exchange) -> Answer:
        settings = self._world.settings
        shown = presentation.shown(self._record(exchange), settings)
        return answers.document(presentation.single(shown, settings))

    def _put(self, exchange: Exchange, dropped_setting: str | None, keep_certificate: bool) -> Answer:
        record = self._record(exchange)
        if not isinstance(exchange.body, dict):
            raise ApiError(400, "The body is not a JSON object.")
        try:
            self._world.store.put(
                record, exchange.body, dropped_setting=dropped_setting, keep_certificate=keep_certificate
            )
        except MaterialError as error:
            raise ApiError(400, _INVALID, invalid_fields=error.invalid_fields) from None
        exchange.entry["took_effect"] = not keep_certificate
        shown = presentation.shown(record, self._world.settings)
        if self._world.settings.echo_secrets:
            shown = {**exchange.body, **shown, "received": self.echo(exchange)}
        return answers.document(presentation.single(shown, self._world.settings))

    def _record(self, exchange: Exchange) -> Record:
        try:
            return self._world.store.get(exchange.call.resource_id or 0)
        except KeyError:
            raise ApiError(404, "Resource not found.") from None


def _number(query: Mapping[str, str], name: str) -> int:
    text = query.get(name, "0")
    if not (text.isascii() and text.isdigit()):
        raise ApiError(400, _INVALID, invalid_fields={name: ["A valid integer is required."]})
    return int(text)


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
