# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors
"""The admin door: what the simulator holds and saw, and how it is to behave."""

from __future__ import annotations

import dataclasses
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from aiohttp import web

from .edges import Edges
from .material import MaterialError
from .store import Record
from .world import World

_LARGEST_BODY = 1 << 30

Act = Callable[[web.Request], Awaitable[Any]]


class Admin:
    """Handlers under ``/_admin``; open to whoever reaches it, on a port of its own."""

    def __init__(self, world: World, edges: Edges) -> None:
        self._world = world
        self._edges = edges

    def application(self) -> web.Application:
        """Return the routes."""
        application = web.Application(client_max_size=_LARGEST_BODY)
        acts: Mapping[tuple[str, str], Act] = {
            ("GET", "journal"): self._journal,
            ("DELETE", "journal"): self._clear_journal,
            ("GET", "resources"): self._resources,
            ("PUT", "resources"): self._seed,
            ("DELETE", "resources"): self._clear_resources,
            ("GET", "resources/{id}"): self._resource,
            ("PATCH", "resources/{id}"): self._edit,
            ("PATCH", "settings"): self._settings,
            ("GET", "faults"): self._faults,
            ("PUT", "faults"): self._set_faults,
            ("DELETE", "faults"): self._clear_faults,
            ("PATCH", "edges/{id}"): self._edge,
            ("POST", "edges/warm"): self._warm,
            ("POST", "reset"): self._reset,
        }
        for (method, path), act in acts.items():
            application.router.add_route(method, f"/_admin/{path}", _answering(act))
        return application

    async def _journal(self, request: web.Request) -> Any:
        return self._world.journal.find(request.query)

    async def _clear_journal(self, _request: web.Request) -> Any:
        self._world.journal.clear()

    async def _resources(self, _request: web.Request) -> Any:
        return [self._state(record) for record in self._world.store]

    async def _seed(self, request: web.Request) -> Any:
        records = [self._world.store.seed(item) for item in await request.json()]
        await self._edges.sync()
        return [self._state(record) for record in records]

    async def _clear_resources(self, _request: web.Request) -> Any:
        self._world.store.clear()
        await self._edges.sync()

    async def _resource(self, request: web.Request) -> Any:
        return self._state(self._world.store.get(_id(request)))

    async def _edit(self, request: web.Request) -> Any:
        record = self._world.store.edit(_id(request), await request.json())
        await self._edges.sync()
        return self._state(record)

    async def _settings(self, request: web.Request) -> Any:
        self._world.settings.patch(await request.json())
        return dataclasses.asdict(self._world.settings)

    async def _faults(self, _request: web.Request) -> Any:
        return [rule.facts() for rule in self._world.faults.rules]

    async def _set_faults(self, request: web.Request) -> Any:
        self._world.faults.replace(await request.json())
        return await self._faults(request)

    async def _clear_faults(self, _request: web.Request) -> Any:
        self._world.faults.replace([])

    async def _edge(self, request: web.Request) -> Any:
        delay = self._world.settings.edge_delay
        record = self._world.store.set_edge(_id(request), await request.json(), delay)
        await self._edges.sync()
        return self._state(record)

    async def _warm(self, _request: web.Request) -> Any:
        self._edges.warm()

    async def _reset(self, _request: web.Request) -> Any:
        self._world.reset()
        await self._edges.sync()

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


def _answering(act: Act) -> Callable[[web.Request], Awaitable[web.Response]]:
    """Answer with what an act returns, or with what was wrong instead of a page that says 500."""

    async def answer(request: web.Request) -> web.Response:
        try:
            return web.json_response(await act(request))
        except KeyError as error:
            return web.json_response({"error": f"unknown or missing: {error}"}, status=404)
        except (ValueError, TypeError, MaterialError) as error:
            return web.json_response({"error": str(error)}, status=400)
        except OSError as error:
            return web.json_response({"error": str(error)}, status=409)

    return answer
