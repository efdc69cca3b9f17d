# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""The addresses of AWX's API."""

from __future__ import annotations

import base64
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from .rules import check_survey
from .store import Store
from .tables import FIELDS, RELATED, Refusal, absent


@dataclass
class Api:
    """Answers requests, and remembers them: each as method, path and body."""

    store: Store
    username: str
    password: str
    token: str
    journal: list[tuple[str, str, Any]] = field(default_factory=list)

    def application(self) -> web.Application:
        """Return the API as an application."""
        application = web.Application(middlewares=[self._answer])
        base = "/api/v2/"
        many, one = base + "{kind}/", base + r"{kind}/{id:\d+}/"
        nodes = base + r"{kind:workflow_job_template_nodes}/{id:\d+}/"
        application.add_routes(
            [
                web.get("/api/", self._root),
                web.get(many, self._list),
                web.post(many, self._make),
                web.get(one, self._show),
                web.patch(one, self._change),
                web.post(base + r"{kind:projects}/{id:\d+}/update/", self._update_project),
                web.get(one + "survey_spec/", self._survey),
                web.post(one + "survey_spec/", self._ask),
                web.post(nodes + "create_approval_template/", self._approve),
                web.get(one + "{related}/", self._joined),
                web.post(one + "{related}/", self._join),
            ]
        )
        return application

    @property
    def writes(self) -> list[tuple[str, str, Any]]:
        """The requests that are more than looks."""
        return [entry for entry in self.journal if entry[0] != "GET"]

    @web.middleware
    async def _answer(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        body = await request.json() if request.can_read_body else None
        self.journal.append((request.method, request.path_qs, body))
        pair = base64.b64encode(f"{self.username}:{self.password}".encode()).decode()
        if request.headers.get("Authorization") not in (f"Basic {pair}", f"Bearer {self.token}"):
            return web.json_response({"detail": "Authentication credentials were not provided."}, status=401)
        try:
            return await handler(request)
        except Refusal as refusal:
            return web.json_response(refusal.body, status=refusal.status)

    async def _root(self, request: web.Request) -> web.Response:
        version = f"{request.path}v2/"
        return web.json_response({"current_version": version, "available_versions": {"v2": version}})

    async def _list(self, request: web.Request) -> web.Response:
        kind = _listed(request)
        found = [item for item in self.store.all(kind) if self._fits(kind, item, request)]
        return self._page(kind, found)

    def _page(self, kind: str, found: list[dict[str, Any]]) -> web.Response:
        results = [self.store.shown(kind, item) for item in found]
        return web.json_response({"count": len(found), "next": None, "results": results})

    def _fits(self, kind: str, item: dict[str, Any], request: web.Request) -> bool:
        filters = [(name, value) for name, value in request.query.items() if name not in ("page", "page_size")]
        return all(self._reached(kind, item, name.split("__")) == value for name, value in filters)

    def _reached(self, kind: str, item: dict[str, Any], steps: list[str]) -> str:
        """Return the value at the end of a filter such as `inventory__organization__name`."""
        if steps[0] not in item:
            raise Refusal({"detail": f"{kind} has no field named '{steps[0]}'"})
        if len(steps) == 1:
            return str(item[steps[0]])
        to = "organizations" if steps[0] == "organization" else FIELDS[kind][steps[0]].to
        return self._reached(to, self.store.get(to, item[steps[0]]), steps[1:])

    def _item(self, request: web.Request) -> dict[str, Any]:
        return self.store.get(_kind(request), _number(request))

    async def _make(self, request: web.Request) -> web.Response:
        kind = _listed(request)
        return web.json_response(self.store.shown(kind, self.store.make(kind, await request.json())), status=201)

    async def _show(self, request: web.Request) -> web.Response:
        item = self._item(request)
        told = self.store.shown(_kind(request), item)
        if item.get("status") == "pending":  # it is done when it is looked at again
            item["status"] = "successful"
        return web.json_response(told)

    async def _change(self, request: web.Request) -> web.Response:
        kind = _kind(request)
        changed = self.store.change(kind, _number(request), await request.json())
        return web.json_response(self.store.shown(kind, changed))

    async def _update_project(self, request: web.Request) -> web.Response:
        self._item(request)["status"] = "pending"
        return web.json_response({"project_update": 1}, status=202)

    async def _survey(self, request: web.Request) -> web.Response:
        return web.json_response(self._item(request)["survey"])

    async def _ask(self, request: web.Request) -> web.Response:
        survey = await request.json()
        check_survey(survey)
        self._item(request)["survey"] = survey
        return web.Response(status=200)

    async def _approve(self, request: web.Request) -> web.Response:
        return web.json_response(self.store.approve(_number(request), await request.json()), status=201)

    async def _joined(self, request: web.Request) -> web.Response:
        kind, name = _related(request)
        to = RELATED[kind, name]
        found = [item for item in self.store.joined(kind, _number(request), name) if self._fits(to, item, request)]
        return self._page(to, found)

    async def _join(self, request: web.Request) -> web.Response:
        kind, name = _related(request)
        self.store.join(kind, _number(request), name, (await request.json())["id"])
        return web.Response(status=204)


def _kind(request: web.Request) -> str:
    kind = request.match_info["kind"]
    if kind not in FIELDS:
        raise absent()
    return kind


def _listed(request: web.Request) -> str:
    """Leave out approvals, which are made and found through their nodes alone."""
    kind = _kind(request)
    if kind == "workflow_approval_templates":
        raise absent()
    return kind


def _number(request: web.Request) -> int:
    return int(request.match_info["id"])


def _related(request: web.Request) -> tuple[str, str]:
    key = (_kind(request), request.match_info["related"])
    if key not in RELATED:
        raise absent()
    return key
