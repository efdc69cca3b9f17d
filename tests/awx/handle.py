# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""Starts the stand-in in a thread, so that tests can look at what it holds."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterable

from aiohttp import web

from .api import Api
from .store import Store


class Awx:
    """A stand-in that runs at `url`: `api` tells what it was asked, `store` what it holds."""

    def __init__(self, playbooks: Iterable[str], *, username: str, password: str, token: str) -> None:
        self.store = Store(playbooks)
        self.api = Api(self.store, username, password, token)
        self.url = ""
        self._loop = asyncio.new_event_loop()
        self._started = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Awx:
        self._thread.start()
        assert self._started.wait(30), "the stand-in for AWX did not start"
        return self

    def __exit__(self, *_unused: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _run(self) -> None:
        runner = web.AppRunner(self.api.application(), access_log=None)
        self._loop.run_until_complete(self._serve(runner))
        self._loop.run_forever()
        self._loop.run_until_complete(runner.cleanup())

    async def _serve(self, runner: web.AppRunner) -> None:
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        self._started.set()
