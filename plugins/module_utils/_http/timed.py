# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""Connections on which an exchange ends in time and within bounds, whatever the other side does."""

from __future__ import annotations

import http.client
import io
import socket
import threading
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from .errors import NoAnswerError

if TYPE_CHECKING:
    from urllib3.connection import HTTPConnection
    from urllib3.connectionpool import HTTPConnectionPool
else:
    HTTPConnection = object

LARGEST_ANSWER = 64 << 20
"""Bytes of a body, unpacked. What frames it may need as much again."""

_RECORD = 16384
"""Bytes that TLS sends at once: for each record of a larger piece, a socket would begin its timeout anew."""

_exchange = threading.local()


def begin(seconds: float) -> None:
    """Give this thread's next exchange so many seconds, and as many bytes as an answer may have."""
    _exchange.end = time.monotonic() + seconds
    _exchange.room = 2 * LARGEST_ANSWER


def is_over() -> bool:
    """Tell whether the time of this thread's exchange is over."""
    return bool(time.monotonic() >= _exchange.end)


def too_large() -> NoAnswerError:
    """Return what is to be said of an answer that is beyond its limit."""
    return NoAnswerError(f"got an answer of more than {LARGEST_ANSWER >> 20} MiB")


def _left() -> float:
    left: float = _exchange.end - time.monotonic()
    if left <= 0:
        raise TimeoutError("timed out")
    return left


class _Received(io.RawIOBase):
    """What a socket receives. The socket alone would begin its timeout anew with each byte that drips in."""

    def __init__(self, sock: socket.socket) -> None:
        super().__init__()
        self._socket = sock
        self._file = sock.makefile("rb", buffering=0)

    def makefile(self, _mode: str) -> io.BufferedReader:
        """Give an answer what it reads its head and body from."""
        return io.BufferedReader(self)

    def readable(self) -> bool:
        """Tell a buffered reader that it may read."""
        return True

    def readinto(self, buffer: Any) -> int | None:
        """Receive the next bytes."""
        self._socket.settimeout(_left())
        received = self._file.readinto(buffer)
        _exchange.room -= received or 0
        if _exchange.room < 0:
            raise too_large()
        return received

    def close(self) -> None:
        """Let go of the socket, which may serve the next request."""
        self._file.close()
        super().close()


class _OptionsInTime(list[Any]):
    """The options of a socket, which each address of a host name gets before it is tried."""

    def __iter__(self) -> Iterator[Any]:
        _left()
        return super().__iter__()


class _Connection(HTTPConnection):
    """A connection each of whose steps gets what is left of the time for all of them."""

    @staticmethod
    def _answer(sock: Any, *args: Any, **options: Any) -> http.client.HTTPResponse:
        received: Any = _Received(sock)
        return http.client.HTTPResponse(received, *args, **options)

    response_class: Any = _answer
    """Makes an answer that receives its head and body in time."""

    def _new_conn(self) -> socket.socket:
        self.timeout = _left()
        self.socket_options = _OptionsInTime(self.socket_options or ())
        made = super()._new_conn()
        made.settimeout(_left())
        return made

    def _tunnel(self) -> None:
        super()._tunnel()
        self.sock.settimeout(_left())

    def send(self, data: Any) -> None:
        """Send piece by piece: who reads slowly gets no more time for it."""
        if self.sock is None:
            self.connect()
        whole = memoryview(data)
        for at in range(0, len(whole), _RECORD):
            self.sock.settimeout(_left())
            super().send(whole[at : at + _RECORD])


def in_time(pool: HTTPConnectionPool) -> HTTPConnectionPool:
    """Let a pool make such connections, through a proxy or not."""
    plain = pool.ConnectionCls  # read once: another worker may be about to do the same
    if not issubclass(plain, _Connection):
        pool.ConnectionCls = type("TimedConnection", (_Connection, plain), {})
    return pool
