# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""An HTTP answer that is there as a whole in time, also from a server that sends a byte now and then."""

from __future__ import annotations

import http.client
import io
import time
from typing import Any

from .._libraries import requests

_AT_ONCE = 0.001
"""Seconds; a timeout of 0 would mean something else to a socket."""


class _Received(io.RawIOBase):
    """What a socket receives, each wait given what is left of its timeout; a socket alone begins it anew each time."""

    def __init__(self, sock: Any) -> None:
        super().__init__()
        self._socket = sock
        self._file = sock.makefile("rb", buffering=0)
        self._timeout = sock.gettimeout()
        self._end = time.monotonic() + self._timeout

    def readable(self) -> bool:
        """As a buffered reader asks."""
        return True

    def readinto(self, buffer: Any) -> int | None:
        """The next bytes."""
        self._socket.settimeout(max(self._end - time.monotonic(), _AT_ONCE))
        received: int | None = self._file.readinto(buffer)
        return received

    def close(self) -> None:
        """Leave the socket, which may serve the next request, as it was."""
        if not self.closed:
            self._socket.settimeout(self._timeout)
            self._file.close()
        super().close()


class TimedResponse(http.client.HTTPResponse):
    """Head and body within the socket's timeout."""

    def __init__(self, sock: Any, *args: Any, **options: Any) -> None:
        super().__init__(sock, *args, **options)
        self.fp.close()
        self.fp = io.BufferedReader(_Received(sock))


def timed_adapter(connections: int) -> Any:
    """An adapter of `requests`, with a pool of connections whose answers are timed, through a proxy or not."""

    class Adapter(requests.adapters.HTTPAdapter):
        def init_poolmanager(self, *args: Any, **options: Any) -> None:
            super().init_poolmanager(*args, **options)
            _time(self.poolmanager)

        def proxy_manager_for(self, *args: Any, **options: Any) -> Any:
            return _time(super().proxy_manager_for(*args, **options))

    return Adapter(pool_maxsize=connections)


def _time(manager: Any) -> Any:
    pools = manager.pool_classes_by_scheme
    manager.pool_classes_by_scheme = {scheme: _timed(pool) for scheme, pool in pools.items()}
    return manager


def _timed(pool: Any) -> Any:
    connection = type("TimedConnection", (pool.ConnectionCls,), {"response_class": TimedResponse})
    return type("TimedPool", (pool,), {"ConnectionCls": connection})
