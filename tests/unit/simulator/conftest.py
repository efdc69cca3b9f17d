# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors
"""One simulator for all, and clients of its API and its edges that know nothing of the collection."""

from __future__ import annotations

import contextlib
import hashlib
import http.client
import json
import socket
import ssl
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from simulator.authority import Authority
from simulator.handle import Simulator, SimulatorError

_SECONDS = 10


@dataclass(frozen=True)
class Reply:
    """An answer of the API."""

    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def data(self) -> Any:
        return json.loads(self.text)


@dataclass
class Client:
    """Calls the API, each time over a new connection."""

    simulator: Simulator
    context: ssl.SSLContext | None = None

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        authorization: str | None = "",
        timeout: float = _SECONDS,
    ) -> Reply:
        """Send a request; an empty authorization stands for the right one, None for no header."""
        headers = {"Content-Type": "application/json", "User-Agent": "unit-test"}
        if authorization is not None:
            headers["Authorization"] = authorization or f"APIKey {self.simulator.api_key}"
        data = body if body is None or isinstance(body, bytes) else json.dumps(body)
        connection = self._connect(timeout)
        try:
            connection.request(method, path, data, headers)
            response = connection.getresponse()
            return Reply(response.status, dict(response.headers), response.read().decode())
        finally:
            connection.close()

    def get(self, resource_id: int) -> Reply:
        return self.call("GET", f"/security/resources/{resource_id}")

    def put(self, resource_id: int, body: Any, **options: Any) -> Reply:
        return self.call("PUT", f"/security/resources/{resource_id}", body, **options)

    def _connect(self, timeout: float) -> http.client.HTTPConnection:
        url = urlsplit(self.simulator.api_url)
        if url.scheme == "https":
            return http.client.HTTPSConnection(url.netloc, timeout=timeout, context=self.context)
        return http.client.HTTPConnection(url.netloc, timeout=timeout)


@dataclass(frozen=True)
class Shown:
    """What an edge showed in a handshake."""

    fingerprint: str
    version: str | None
    raw: bytes


@dataclass
class EdgeClient:
    """Makes handshakes with the edges and trusts everything."""

    simulator: Simulator

    def show(self, server_name: str | None, address: str = "127.0.0.1", **options: Any) -> Shown:
        """Shake hands once; raises OSError (ssl.SSLError is one) where that does not work."""
        place = (address, self.simulator.edge_port)
        context = _trusting(**options)
        with (
            socket.create_connection(place, _SECONDS) as raw,
            context.wrap_socket(raw, server_hostname=server_name) as tls,
        ):
            der = tls.getpeercert(binary_form=True) or b""
            return Shown(hashlib.sha256(der).hexdigest(), tls.version(), der)

    def fingerprint(self, server_name: str | None, address: str = "127.0.0.1") -> str:
        return self.show(server_name, address).fingerprint


def _trusting(version: ssl.TLSVersion | None = None) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    if version is not None:
        context.minimum_version = context.maximum_version = version
    return context


_shared = Simulator()


def _running() -> Simulator:
    return _shared if _shared.pid else _shared.start()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_protocol(item: pytest.Function) -> Iterator[None]:
    """Start the simulator here and not in a fixture: ansible-test runs each test in a fork of this process."""
    if "simulator" in item.fixturenames:
        with contextlib.suppress(SimulatorError):
            _running()
    yield


def pytest_sessionfinish() -> None:
    _shared.stop()


@pytest.fixture
def simulator() -> Simulator:
    running = _running()
    running.reset()
    return running


@pytest.fixture
def api(simulator: Simulator) -> Client:
    return Client(simulator)


@pytest.fixture
def edges(simulator: Simulator) -> EdgeClient:
    return EdgeClient(simulator)


@pytest.fixture(scope="session")
def authority() -> Authority:
    return Authority().intermediate()


@pytest.fixture(scope="session")
def make_client() -> Callable[..., Client]:
    return Client


@pytest.fixture(scope="session")
def until() -> Callable[..., None]:
    def wait(condition: Callable[[], Any], seconds: float = _SECONDS) -> None:
        """Wait until a condition holds; fails when it does not in time."""
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline, "it did not happen in time"
            time.sleep(0.01)

    return wait


@pytest.fixture(scope="session")
def renewed() -> Callable[..., dict[str, Any]]:
    def change(resource: Mapping[str, Any], issued: Any, **changes: Any) -> dict[str, Any]:
        """Make the body of a PUT that installs a certificate."""
        return {
            **resource,
            "ssl_type": "custom",
            "service_ssl_crt": issued.full_chain_pem,
            "service_ssl_key": issued.private_key_pem,
            **changes,
        }

    return change
