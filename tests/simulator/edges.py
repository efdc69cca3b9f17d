# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors
"""The edges: real TLS servers on loopback addresses, choosing by server name."""

import asyncio
import contextlib
import ipaddress
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .contexts import ServerContexts
from .material import Material
from .serving import MUTE, Serving
from .store import DEAD_ADDRESS
from .world import World

_CHUNK = 65536
_PLAIN = b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
_HELLO = b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\nConnection: close\r\n\r\nsimulated\n"


@dataclass
class Choice:
    """What a server name leads to; without material the handshake is refused."""

    server_name: str | None
    mode: str
    material: Material | None
    twin: Material | None = None


class Edges:
    """One listener for each loopback address in use, all on one port."""

    def __init__(self, world: World, contexts: ServerContexts, host: str, port: int) -> None:
        self.host = host
        self.port = port
        self._world = world
        self._contexts = contexts
        self._servers: dict[str, asyncio.Server] = {}
        self._connections: dict[Any, Connection] = {}
        self._entrance = contexts.get(world.certifier.fallback)
        self._entrance.sni_callback = self._server_name

    async def start(self) -> None:
        """Open the first listener, which settles the port, and then the others."""
        await self._listen(self.host)
        self.port = self._servers[self.host].sockets[0].getsockname()[1]
        await self.sync()

    async def sync(self) -> None:
        """Open and close listeners until they fit the resources' addresses; raises OSError where one can't be used."""
        wanted = {each for each in self._world.store.addresses() if _is_loopback(each)}
        wanted |= {self.host, self._world.settings.cdn_edge} if self._world.cdn.resources else {self.host}
        wanted.discard(DEAD_ADDRESS)
        for address in self._servers.keys() - wanted:
            self._servers.pop(address).close()
        for address in sorted(wanted - self._servers.keys()):
            await self._listen(address)

    def warm(self) -> None:
        """Make every context now, so that no first handshake has to wait for its own."""
        for record in (*self._world.store, *self._world.cdn.resources.values()):
            self._context(self._choice(None, record.serving))

    def close(self) -> None:
        """Stop listening."""
        for server in self._servers.values():
            server.close()

    async def _listen(self, address: str) -> None:
        self._servers[address] = await asyncio.start_server(self._connected, address, self.port, backlog=1024)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = Connection(self._world, self._entrance, reader, writer)
        self._connections[connection.tls] = connection
        try:
            # The loop cancels only when all is over; asyncio before 3.13 would complain about it.
            with contextlib.suppress(ConnectionError, asyncio.CancelledError):
                await connection.serve()
        finally:
            del self._connections[connection.tls]
            writer.close()

    def _server_name(self, tls: ssl.SSLObject, server_name: str | None, _context: ssl.SSLContext) -> int | None:
        connection = self._connections[tls]
        serving = self._serving(connection.address, server_name) if server_name else None
        connection.choice = self._choice(server_name, serving)
        context = self._context(connection.choice)
        if context is None:
            return ssl.ALERT_DESCRIPTION_UNRECOGNIZED_NAME
        tls.context = context
        return None

    def _serving(self, address: str, server_name: str) -> Serving | None:
        """Return what is served there under a name; an edge of the CDN speaks for no name that has no certificate."""
        settings = self._world.settings
        if address == settings.cdn_edge:
            serving = self._world.cdn.served(server_name)
            if serving and serving.arrived(settings.edge_delay) is None:
                return None
        else:
            found = self._world.store.served_at(address, server_name)
            serving = found.serving if found else None
        return None if serving and serving.mode == "default" else serving

    def _choice(self, server_name: str | None, serving: Serving | None) -> Choice:
        if serving is None:
            return Choice(server_name, "unknown", self._world.certifier.fallback)
        material = serving.material(self._world.settings.edge_delay)
        return Choice(server_name, serving.mode, material, serving.twin())

    def _context(self, choice: Choice) -> ssl.SSLContext | None:
        if choice.material is None:
            return None
        return self._contexts.get(choice.material, choice.mode == "leaf_only", choice.twin)


class Connection:
    """One client, from its first byte; the TLS runs in memory so that it can be withheld."""

    def __init__(
        self, world: World, context: ssl.SSLContext, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.address: str = writer.get_extra_info("sockname")[0]
        self.choice: Choice | None = None
        self._world = world
        self._reader = reader
        self._writer = writer
        self._incoming = ssl.MemoryBIO()
        self._outgoing = ssl.MemoryBIO()
        self.tls = context.wrap_bio(self._incoming, self._outgoing, server_side=True)

    async def serve(self) -> None:
        """Shake hands as the edge's mode wants it, then answer one request."""
        if not await self._pump(lambda: self._handshake() or self._outgoing.pending > 0, is_heard=False):
            return
        choice = self.choice or Choice(None, "unknown", None)
        mode, shown = choice.mode, None if choice.mode in MUTE else choice.material
        entry = self._world.journal.open(
            "handshake",
            address=self.address,
            server_name=choice.server_name,
            mode=mode,
            served=shown.fingerprint if shown else None,
        )
        try:
            if mode == "silent":
                await self._pump(lambda: False, is_heard=False)
            elif mode == "plain":
                self._writer.write(_PLAIN)
            elif await self._pump(self._handshake) and self.tls.version() is not None:
                await self._pump(lambda: _is_over(self._answer))
        finally:
            self._world.journal.close(entry)

    async def _pump(self, step: Callable[[], bool], *, is_heard: bool = True) -> bool:
        """Carry bytes, out only where the client shall hear, until a step says that it is over; False where it left."""
        while not step():
            if is_heard:
                await self._flush()
            data = await self._reader.read(_CHUNK)
            if not data:
                return False
            self._incoming.write(data)
        if is_heard:
            await self._flush()
        return True

    def _handshake(self) -> bool:
        return _is_over(self.tls.do_handshake)

    def _answer(self) -> None:
        """Answer whatever is asked."""
        if self.tls.read(_CHUNK):
            self.tls.write(_HELLO)

    async def _flush(self) -> None:
        if self._outgoing.pending > 0:
            self._writer.write(self._outgoing.read())
            await self._writer.drain()


def _is_over(act: Callable[[], object]) -> bool:
    """Go on with something; True when there is nothing more to wait for, well or badly."""
    try:
        act()
    except ssl.SSLWantReadError:
        return False
    except ssl.SSLError:
        return True
    return True


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False
