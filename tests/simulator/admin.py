# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors
"""The admin door: what the simulator holds and saw, and how it is to behave."""

import dataclasses
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, NamedTuple

from aiohttp import web

from .edges import Edges
from .material import MaterialError
from .store import Record
from .world import World

_LARGEST_BODY = 1 << 30


class Asked(NamedTuple):
    """What a request to the admin door holds; ``id`` is 0 where its path has none."""

    id: int
    query: Mapping[str, str]
    body: Any


Act = Callable[[Asked], Any]


class Admin:
    """Acts under ``/_admin``; open to whoever reaches it, on a port of its own."""

    def __init__(self, world: World, edges: Edges) -> None:
        self._world = world
        self._edges = edges

    def application(self) -> web.Application:
        """Return the routes."""
        application = web.Application(client_max_size=_LARGEST_BODY)
        for (method, path), act in self._acts().items():
            application.router.add_route(method, f"/_admin/{path}", self._answering(act))
        return application

    def _acts(self) -> Mapping[tuple[str, str], Act]:
        world, store = self._world, self._world.store
        return {
            ("GET", "journal"): lambda asked: world.journal.find(asked.query),
            ("DELETE", "journal"): lambda _asked: world.journal.clear(),
            ("GET", "resources"): lambda _asked: list(map(self._state, store)),
            ("PUT", "resources"): lambda asked: [self._state(store.seed(item)) for item in asked.body],
            ("DELETE", "resources"): lambda _asked: store.clear(),
            ("GET", "resources/{id}"): lambda asked: self._state(store.get(asked.id)),
            ("PATCH", "resources/{id}"): lambda asked: self._state(store.edit(asked.id, asked.body)),
            ("PATCH", "edges/{id}"): self._edge,
            ("POST", "edges/warm"): lambda _asked: self._edges.warm(),
            ("PATCH", "settings"): self._settings,
            ("GET", "faults"): lambda _asked: world.faults.facts(),
            ("PUT", "faults"): lambda asked: world.faults.replace(asked.body),
            ("DELETE", "faults"): lambda _asked: world.faults.replace([]),
            ("POST", "reset"): lambda _asked: world.reset(),
            ("GET", "cdn"): lambda _asked: world.cdn.state(world.settings.edge_delay),
            ("PUT", "cdn"): lambda asked: [world.cdn.seed(item) for item in asked.body],
            ("DELETE", "cdn"): lambda _asked: world.cdn.clear(),
            ("PATCH", "cdn/{id}"): lambda asked: world.cdn.edit(asked.id, asked.body),
            ("PATCH", "cdn/edges/{id}"): lambda asked: world.cdn.set_edge(
                asked.id, asked.body, world.settings.edge_delay
            ),
        }

    def _answering(self, act: Act) -> Callable[[web.Request], Awaitable[web.Response]]:
        """Answer with what an act returns, or with what was wrong instead of a page that says 500."""

        async def answer(request: web.Request) -> web.Response:
            try:
                body = await request.json() if request.can_read_body else None
                told = act(Asked(int(request.match_info.get("id", 0)), request.query, body))
                if request.method != "GET":
                    await self._edges.sync()
                return web.json_response(told)
            except KeyError as error:
                return web.json_response({"error": f"unknown or missing: {error}"}, status=404)
            except (ValueError, TypeError, MaterialError) as error:
                return web.json_response({"error": str(error)}, status=400)
            except OSError as error:
                return web.json_response({"error": str(error)}, status=409)

        return answer

    def _edge(self, asked: Asked) -> Any:
        delay = self._world.settings.edge_delay
        return self._state(self._world.store.set_edge(asked.id, asked.body, delay))

    def _settings(self, asked: Asked) -> Any:
        self._world.settings.patch(asked.body)
        return dataclasses.asdict(self._world.settings)

    def _state(self, record: Record) -> dict[str, Any]:
        served = record.serving.material(self._world.settings.edge_delay)
        return {
            "resource": record.resource,
            "installed": record.installed.facts() if record.installed else None,
            "served": served.fingerprint if served else None,
            "edge": record.serving.mode,
        }
