# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""What answers on this machine where the simulator does not: web and other servers, nobody at all; how to wait."""

from __future__ import annotations

import socket
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

MINUTE = 60


@dataclass(frozen=True)
class Asked:
    """One request."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


class Web:
    """A web server that answers whatever the path with status and content, and remembers what it was asked."""

    def __init__(self, answer: Callable[[Asked], tuple[int, bytes]], kind: str = "text/html") -> None:
        self.asked: list[Asked] = []
        web = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"] or 0))
                asked = Asked(self.command, self.path, dict(self.headers), body)
                web.asked.append(asked)
                status, content = answer(asked)
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def do_POST(self) -> None:
                self.do_GET()

            def log_message(self, *_unused: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    @property
    def paths(self) -> list[str]:
        """What was asked for."""
        return [asked.path for asked in self.asked]

    def __enter__(self) -> Web:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_unused: object) -> None:
        self._server.shutdown()
        self._server.server_close()


def free_port() -> int:
    """One at which nobody listens."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


def nobody() -> str:
    """The address of a server that is down."""
    return f"http://127.0.0.1:{free_port()}"


class Server:
    """A program that serves until it is left, in a folder that has its log; a subclass says when it is ready."""

    def __init__(self, words: Sequence[str], folder: Path, env: Mapping[str, str]) -> None:
        self.folder = folder
        self._start = {"args": words, "cwd": folder, "env": env}

    def __enter__(self) -> Any:
        with (self.folder / "log").open("wb") as log:
            self._process = subprocess.Popen(**self._start, stdout=log, stderr=log)
        until(self._is_ready, f"{type(self).__name__} answers")
        return self

    def __exit__(self, *_unused: object) -> None:
        self._process.terminate()
        self._process.wait(MINUTE)

    def answers(self) -> None:
        """Ask it something; raises OSError while it can't be asked."""
        raise NotImplementedError

    def _is_ready(self) -> bool:
        assert self._process.poll() is None, (self.folder / "log").read_text()
        with suppress(OSError):
            self.answers()
            return True
        return False


def until(holds: Callable[[], object], what: str, seconds: float = MINUTE) -> None:
    """Wait for something to become true; fails when it does not in that time."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, f"not within {seconds} s: {what}"
        time.sleep(0.02)
