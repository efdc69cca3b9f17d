# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors
"""The admin door: what the simulator holds and saw, and how it is to behave."""

from __future__ import annotations

import dataclasses
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from .edges import Edges
from .material import MaterialError
from .store import Record
from .world import World

_LARGEST_BODY = 1 << 30


class Admin:
    """Handlers under ``/_admin``; open to whoever reaches it, on a port of its own."""

    def __init__(self, world: World, edges: Edges) -> None:
        self._world = world
        self._edges = edges

    def application(self) -> web.Application:
        """Return the routes."""
        application = web.Application(client_max_size=_LARGEST_BODY, middlewares=[_errors])
        application.add_routes(
            [
                web.get("/_admin/journal", self._journal),
                web.delete("/_admin/journal", self._clear_journal),
                web.get("/_admin/resources", self._resources),
                web.put("/_admin/resources", self._seed),
                web.delete("/_admin/resources", self._clear_resources),
                web.get("/_admin/resources/{id}", self._resource),
                web.patch("/_admin/resources/{id}", self._edit),
                web.get("/_admin/settings", self._settings),
                web.patch("/_admin/settings", self._change_settings),
                web.get("/_admin/faults", self._faults),
                web.put("/_admin/faults", self._set_faults),
                web.delete("/_admin/faults", self._clear_faults),
                web.patch("/_admin/edges/{id}", self._edge),
                web.post("/_admin/edges/warm", self._warm),
                web.post("/_admin/reset", self._reset),
            ]
        )
        return application

    async def _journal(self, request: web.Request) -> web.Response:
        return web.json_response(self._world.journal.find(request.query))

    async def _clear_journal(self, _request: web.Request) -> web.Response:
        self._world.journal.clear()
        return web.json_response({})

    async def _resources(self, _request: web.Request) -> web.Response:
        return web.json_response([self._state(record) for record in self._world.store])

    async def _seed(self, request: web.Request) -> web.Response:
        records = [self._world.store.seed(item) for item in await request.json()]
        await self._edges.sync()
        return web.json_response([self._state(record) for record in records])

    async def _clear_resources(self, _request: web.Request) -> web.Response:
        self._world.store.clear()
        await self._edges.sync()
        return web.json_response({})

    async def _resource(self, request: web.Request) -> web.Response:
        return web.json_response(self._state(self._world.store.get(_id(request))))

    async def _edit(self, request: web.Request) -> web.Response:
        record = self._world.store.edit(_id(request), await request.json())
        await self._edges.sync()
        return web.json_response(self._state(record))

    async def _settings(self, _request: web.Request) -> web.Response:
        return web.json_response(dataclasses.asdict(self._world.settings))

    async def _change_settings(self, request: web.Request) -> web.Response:
        self._world.settings.patch(await request.json())
        return await self._settings(request)

    async def _faults(self, _request: web.Request) -> web.Response:
        return web.json_response([rule.facts() for rule in self._world.faults.rules])

    async def _set_faults(self, request: web.Request) -> web.Response:
        self._world.faults.replace(await request.json())
        return await self._faults(request)

    async def _clear_faults(self, _request: web.Request) -> web.Response:
        self._world.faults.replace([])
        return web.json_response([])

    async def _edge(self, request: web.Request) -> web.Response:
        delay = self._world.settings.edge_delay
        record = self._world.store.set_edge(_id(request), await request.json(), delay)
        await self._edges.sync()
        return web.json_response(self._state(record))

    async def _warm(self, _request: web.Request) -> web.Response:
        self._edges.warm()
        return web.json_response({})

    async def _reset(self, _request: web.Request) -> web.Response:
        self._world.reset()
        await self._edges.sync()
        return web.json_response({})

    def _state(self, record: Record) -> dict[str, Any]:
        served = record.serving.material(self._world.settings.edge_delay)
        return {
            "resource": record.resource,
            "installed": record.installed.facts() if record.installed else None,
            "served": served.fingerprint if served else None,
            "edge": record.serving.mode,
        }


def _id(request: web.Request) -> int:
    return int(request.match_info["id"])


Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@web.middleware
async def _errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Tell what was wrong with a request instead of a page that says 500."""
    try:
        return await handler(request)
    except KeyError as error:
        return web.json_response({"error": f"unknown or missing: {error}"}, status=404)
    except (ValueError, TypeError, MaterialError) as error:
        return web.json_response({"error": str(error)}, status=400)
    except OSError as error:
        return web.json_response({"error": str(error)}, status=409)
