# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors
"""Run the simulator: ``python -m simulator``."""

import argparse
import asyncio
import contextlib
import ipaddress
import json
import os
import signal
import ssl
import sys
import threading
from pathlib import Path

from aiohttp import web

from .admin import Admin
from .api import Api
from .contexts import ServerContexts
from .credentials import Credentials
from .edges import Edges
from .material import Material
from .settings import DEFAULT_API_KEY, DEFAULT_BEARER_TOKEN, SHAPES, Settings
from .world import World, numbered

_EDGE_HOST = "127.0.0.1"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="simulator", description=__doc__)
    parser.add_argument("--host", type=_loopback, default="127.0.0.1", help="address of the API")
    parser.add_argument("--port", type=int, default=0, help="port of the API; 0 picks one")
    parser.add_argument("--edge-port", type=int, default=0, help="port of every edge")
    parser.add_argument("--seed", type=Path, help="JSON file with the resources to begin with")
    parser.add_argument("--resources", type=int, default=0, help="how many ready resources to make")
    parser.add_argument("--latency", type=float, default=0.0, help="seconds before each answer")
    parser.add_argument("--edge-delay", type=float, default=0.0, help="seconds from stored to served")
    parser.add_argument("--shape", choices=SHAPES, default="bare", help="how answers are wrapped")
    parser.add_argument("--api-key", default=DEFAULT_API_KEY, help="the permanent token")
    parser.add_argument("--bearer-token", default=DEFAULT_BEARER_TOKEN, help="the session token")
    parser.add_argument("--tls", action="store_true", help="serve the API by HTTPS")
    parser.add_argument("--exit-with-stdin", action="store_true", help="stop when stdin closes")
    return parser.parse_args()


def _loopback(text: str) -> str:
    if not ipaddress.ip_address(text).is_loopback:
        raise argparse.ArgumentTypeError("only loopback addresses are served")
    return text


def _world(arguments: argparse.Namespace) -> World:
    settings = Settings()
    settings.patch({name: getattr(arguments, name) for name in ("latency", "edge_delay", "shape")})
    world = World(settings, Credentials(arguments.api_key, arguments.bearer_token))
    seeds = json.loads(arguments.seed.read_text("utf-8")) if arguments.seed else []
    world.begin([*numbered(arguments.resources), *seeds])
    return world


async def _run(arguments: argparse.Namespace) -> None:
    """Tidy while the loop still handles signals: whoever stops this process may send a second one."""
    stopped = _stopping(arguments.exit_with_stdin)
    with contextlib.closing(ServerContexts()) as contexts:
        world = _world(arguments)
        edges = Edges(world, contexts, _EDGE_HOST, arguments.edge_port)
        await edges.start()
        own = world.certifier.root.issue([arguments.host, "localhost"])
        context = contexts.get(Material.of(own)) if arguments.tls else None
        api = web.ServerRunner(web.Server(Api(world, edges).handle))
        admin = web.AppRunner(Admin(world, edges).application(), access_log=None)
        ready = {
            "api_url": await _open(api, arguments.host, arguments.port, context),
            "admin_url": f"{await _open(admin, arguments.host)}/_admin",
            "edge_host": edges.host,
            "edge_port": edges.port,
            "pid": os.getpid(),
            **({"ca_pem": world.certifier.root.pem} if context else {}),
        }
        print(json.dumps(ready), flush=True)
        await stopped.wait()
        edges.close()


async def _open(runner: web.BaseRunner, host: str, port: int = 0, context: ssl.SSLContext | None = None) -> str:
    """Listen, and return the URL."""
    await runner.setup()
    await web.TCPSite(runner, host, port, ssl_context=context, backlog=1024).start()
    place = f"[{host}]" if ":" in host else host
    return f"{'https' if context else 'http'}://{place}:{runner.addresses[0][1]}"


def _stopping(with_stdin: bool) -> asyncio.Event:
    """Return what a signal sets, and the end of stdin where asked for."""
    loop = asyncio.get_running_loop()
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)

    def await_end() -> None:
        while os.read(sys.stdin.fileno(), 4096):
            pass
        loop.call_soon_threadsafe(stopped.set)

    if with_stdin:
        # A thread, because an event loop can't watch every kind of stdin.
        threading.Thread(target=await_end, daemon=True).start()
    return stopped


if __name__ == "__main__":
    asyncio.run(_run(_arguments()))
