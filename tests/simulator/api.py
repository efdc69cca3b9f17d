# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors
"""What all calls of an API have in common: the journal, the fault plan, and who may call."""

import asyncio
import socket
import struct
from typing import Any

from aiohttp import web

from . import echo
from .answers import Answer, ApiError
from .cdn import calls as cdn
from .edges import Edges
from .exchange import Exchange
from .faults import Fault
from .journal import Entry, redacted, scrubbed
from .mishaps import MISHAPS, CutError
from .web_security import PATHS, WebSecurity
from .world import World

_EDIT_PARTS = ("resource", "install", "issue", "object", "automated", "remove")


class Api:
    """Answers requests out of the store, spoilt by the fault plan."""

    def __init__(self, world: World, edges: Edges) -> None:
        self._world = world
        self._edges = edges
        self._calls = {**WebSecurity(world).calls, **cdn.CdnCalls(world.cdn, world.certifier, world.settings).calls}

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer one request, and write it into the journal."""
        exchange = Exchange.read(request, await request.read(), {**PATHS, **cdn.PATHS})
        if self._world.settings.echo_secrets:
            exchange.echo = echo.received(request.headers.get("Authorization", ""), exchange.body)
        if exchange.is_of_cdn:
            exchange.errors = self._world.settings.cdn_errors
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
            self._world.journal.close(exchange.entry)

    def serve(self, exchange: Exchange) -> Answer:
        """Answer a request as if nothing went wrong but what its fault does to a write."""
        try:
            return self._calls[self._admitted(exchange)](exchange)
        except ApiError as error:
            return exchange.refused(error)

    async def edit(self, exchange: Exchange, fault: Fault) -> None:
        """Change a resource, or the CDN's objects, as somebody else would."""
        parts = {name: fault[name] for name in _EDIT_PARTS if name in fault}
        store = self._world.cdn if exchange.is_of_cdn else self._world.store
        store.edit(fault.get("resource_id", exchange.call.resource_id) or 0, parts)
        await self._edges.sync()

    def _open(self, exchange: Exchange) -> Entry:
        known = self._world.credentials
        secrets = (known.api_key, known.bearer_token, exchange.presented.token)
        request, body = exchange.request, exchange.body
        unreadable: Any = {"unreadable": len(exchange.raw)} if exchange.raw else None
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
            body=unreadable if body is None else redacted(body, secrets),
            status=None,
            fault=None,
            took_effect=False,
        )

    async def _answer(self, exchange: Exchange) -> Answer:
        fault = self._world.faults.pick(exchange.call)
        if fault is None:
            return self.serve(exchange)
        exchange.fault = fault
        exchange.entry["fault"] = fault["kind"]
        if fault.get("effect") == "after":
            self.serve(exchange)
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
