# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors
"""Start a simulator and talk to its admin door; needs nothing but the standard library."""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from .cdn.sample import cdn_resource, deleted_stub
from .faults import FAULTS, rule
from .sample import ODD_FIELDS, installation, resource, with_installed, with_issued
from .settings import DEFAULT_API_KEY, DEFAULT_BEARER_TOKEN

__all__ = (
    "FAULTS", "ODD_FIELDS", "Simulator", "SimulatorError", "cdn_resource", "deleted_stub", "installation", "resource",
    "rule", "with_installed", "with_issued",
)  # fmt: skip

_START_SECONDS = 60
_STOP_SECONDS = 10
_ADMIN_SECONDS = 60
_TESTS = Path(__file__).resolve().parent.parent


class SimulatorError(Exception):
    """The simulator did not start, or its admin door refused a request."""


class Simulator:
    """A simulator in a process of its own, which ends with this one.

    Keyword arguments are command-line options: ``Simulator(resources=10, tls=True)``.
    """

    def __init__(
        self, *, api_key: str = DEFAULT_API_KEY, bearer_token: str = DEFAULT_BEARER_TOKEN, **options: Any
    ) -> None:
        self.api_key, self.bearer_token = api_key, bearer_token
        self.api_url = self.admin_url = self.edge_host = ""
        self.edge_port = self.pid = 0
        self.ca_pem: str | None = None
        self._options = {"api_key": api_key, "bearer_token": bearer_token, **options}
        self._process: subprocess.Popen[bytes] | None = None
        # A proxy in the environment is for the code under test, not for the witness.
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def __enter__(self) -> Simulator:
        return self.start()

    def __exit__(self, *_unused: object) -> None:
        self.stop()

    def start(self) -> Simulator:
        """Start it and wait until it is ready; raises SimulatorError where it is not."""
        command = [sys.executable, "-m", "simulator", "--exit-with-stdin", *_flags(self._options)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=_environment())
        try:
            ready = json.loads(_first_line(self._process))
        except ValueError:
            self.stop()
            raise SimulatorError("the simulator did not start; see its stderr") from None
        for name, value in ready.items():
            setattr(self, name, value)
        return self

    def stop(self) -> None:
        """Stop it; does nothing when it does not run."""
        process, self._process = self._process, None
        if process is None:
            return
        process.terminate()
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()

    def journal(self, call: str | None = None, resource_id: int | None = None, **filters: Any) -> list[dict[str, Any]]:
        """Return the API requests in order; filters name a field and its value."""
        return self._find(type="request", call=call, resource_id=resource_id, **filters)

    def handshakes(self, server_name: str | None = None, **filters: Any) -> list[dict[str, Any]]:
        """Return what reached the edges, in order."""
        return self._find(type="handshake", server_name=server_name, **filters)

    def clear_journal(self) -> None:
        """Forget requests and handshakes."""
        self._admin("DELETE", "/journal")

    def seed(self, items: Iterable[Mapping[str, Any]], issue: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
        """Add or replace resources, with ``issue`` each with a certificate that the simulator issues."""
        seeds = [with_issued(dict(item), **issue) if issue is not None else item for item in items]
        return self._admin("PUT", "/resources", seeds)

    def clear_resources(self) -> None:
        """Delete every resource."""
        self._admin("DELETE", "/resources")

    def seed_cdn(self, items: Iterable[Mapping[str, Any]]) -> list[int | None]:
        """Add or replace CDN resources, and add certificate objects; return the number of each one's object."""
        return self._admin("PUT", "/cdn", list(items))

    def clear_cdn(self) -> None:
        """Delete every CDN resource and every certificate object."""
        self._admin("DELETE", "/cdn")

    def cdn(self) -> dict[str, Any]:
        """Return the CDN's `resources` and `objects`, both by their number as text."""
        return self._admin("GET", "/cdn")

    def edit_cdn(self, resource_id: int = 0, **parts: Any) -> None:
        """Change a CDN resource, or an object, as somebody else would; see `outside_edit` in README.md."""
        self._admin("PATCH", f"/cdn/{resource_id}", parts)

    def cdn_edge(self, resource_id: int, mode: str, **how: Any) -> None:
        """Set how the edges of the CDN serve one resource."""
        self._admin("PATCH", f"/cdn/edges/{resource_id}", {"mode": mode, **how})

    def resources(self) -> list[dict[str, Any]]:
        """Return the state of every resource."""
        return self._admin("GET", "/resources")

    def resource(self, resource_id: int) -> dict[str, Any]:
        """Return the state of one resource: what is stored and installed, what its edge serves, and the edge's mode."""
        return self._admin("GET", f"/resources/{resource_id}")

    def edit(
        self,
        resource_id: int,
        changes: Mapping[str, Any] | None = None,
        *,
        install: Mapping[str, str] | None = None,
        issue: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        """Change fields, or the certificate, as somebody else would at the same time."""
        parts = {"resource": changes or {}, "install": install, "issue": issue}
        given = {name: part for name, part in parts.items() if part is not None}
        return self._admin("PATCH", f"/resources/{resource_id}", given)

    def settings(self, **changes: Any) -> dict[str, Any]:
        """Change settings, and return all of them."""
        return self._admin("PATCH", "/settings", changes)

    def faults(self, rules: Iterable[Mapping[str, Any]] | None = None) -> list[dict[str, Any]]:
        """Put rules in force, or only look; returns them with ``seen`` and ``hits``."""
        method, body = ("GET", None) if rules is None else ("PUT", list(rules))
        return self._admin(method, "/faults", body)

    def clear_faults(self) -> None:
        """Let everything work again."""
        self.faults([])

    def edge(self, resource_id: int, mode: str, **options: Any) -> dict[str, Any]:
        """Set how the edge serves one resource; see the table in README.md."""
        return self._admin("PATCH", f"/edges/{resource_id}", {"mode": mode, **options})

    def warm(self) -> None:
        """Make the edges ready for their first handshakes, for measurements."""
        self._admin("POST", "/edges/warm")

    def reset(self) -> None:
        """Go back to the resources and settings of the start; no faults, an empty journal."""
        self._admin("POST", "/reset")

    def _find(self, **wanted: Any) -> list[dict[str, Any]]:
        given = {name: str(value) for name, value in wanted.items() if value is not None}
        return self._admin("GET", f"/journal?{urllib.parse.urlencode(given)}")

    def _admin(self, method: str, path: str, body: Any = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(self.admin_url + path, data, headers, method=method)
        try:
            with self._opener.open(request, timeout=_ADMIN_SECONDS) as response:
                return json.load(response)
        except urllib.error.HTTPError as error:
            with error:
                reason = error.read().decode(errors="replace")
            raise SimulatorError(f"{method} {path}: {error.code} {reason}") from None


def _flags(options: Mapping[str, Any]) -> list[str]:
    """Write keyword arguments as command-line options; False and None leave one out."""
    flags: list[str] = []
    for name, value in options.items():
        flag = "--" + name.replace("_", "-")
        if value is True:
            flags.append(flag)
        elif value is not None and value is not False:
            flags.append(f"{flag}={value}")
    return flags


def _environment() -> dict[str, str]:
    paths = [str(_TESTS), os.environ.get("PYTHONPATH", "")]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))}


def _first_line(process: subprocess.Popen[bytes]) -> bytes:
    assert process.stdout is not None
    ready, _unused, _unused = select.select([process.stdout], [], [], _START_SECONDS)
    return process.stdout.readline() if ready else b""
