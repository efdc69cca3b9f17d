# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors
"""Clients of the API and of its edges that know nothing of the collection."""

import hashlib
import http.client
import json
import socket
import ssl
import time
from dataclasses import dataclass
from urllib.parse import urlsplit

from simulator.handle import Simulator

LIST = "/security/resources"
_SECONDS = 10


@dataclass(frozen=True)
class Reply:
    """An answer of the API."""

    status: int
    headers: dict[str, str]
    text: str

    @property
    def data(self):
        return json.loads(self.text)


@dataclass
class Client:
    """Calls the API, each time over a new connection."""

    simulator: Simulator
    context: ssl.SSLContext | None = None

    def call(self, method="GET", path=LIST, body=None, authorization="", timeout=_SECONDS):
        """Send a request; an empty authorization stands for the right one, None for no header."""
        told = {"Authorization": authorization or f"APIKey {self.simulator.api_key}"}
        headers = {} if authorization is None else told
        data = body if body is None or isinstance(body, bytes) else json.dumps(body)
        url = urlsplit(self.simulator.api_url)
        connect = {"http": http.client.HTTPConnection, "https": http.client.HTTPSConnection}[url.scheme]
        connection = connect(url.netloc, timeout=timeout, **({"context": self.context} if self.context else {}))
        try:
            connection.request(method, path, data, headers)
            response = connection.getresponse()
            return Reply(response.status, dict(response.headers), response.read().decode())
        finally:
            connection.close()

    def get(self, resource_id):
        return self.call(path=f"{LIST}/{resource_id}")

    def put(self, resource_id, body, **options):
        return self.call("PUT", f"{LIST}/{resource_id}", body, **options)

    def renew(self, resource_id, issued, **options):
        """Write back what is read, with another certificate."""
        return self.put(resource_id, renewed(self.get(resource_id).data, issued), **options)


def renewed(resource, issued, **changes):
    """Make the body of a PUT that installs a certificate."""
    pair = {"service_ssl_crt": issued.full_chain_pem, "service_ssl_key": issued.private_key_pem}
    return {**resource, "ssl_type": "custom", **pair, **changes}


def changed(before, after):
    """Name the fields in which two resources differ."""
    return {name for name in before.keys() | after.keys() if before.get(name, "-") != after.get(name, "-")}


@dataclass(frozen=True)
class Shown:
    """What an edge showed in a handshake, and answered to a request."""

    fingerprint: str
    raw: bytes
    answer: bytes


@dataclass
class EdgeClient:
    """Makes handshakes with the edges and trusts everything."""

    simulator: Simulator

    def show(self, server_name, address="127.0.0.1"):
        """Shake hands once; raises OSError (ssl.SSLError is one) where that does not work."""
        with (
            socket.create_connection((address, self.simulator.edge_port), _SECONDS) as raw,
            trusting().wrap_socket(raw, server_hostname=server_name) as tls,
        ):
            tls.sendall(b"GET / HTTP/1.1\r\nHost: shop.example\r\n\r\n")
            der = tls.getpeercert(binary_form=True) or b""
            return Shown(hashlib.sha256(der).hexdigest(), der, tls.recv(1000))

    def fingerprint(self, server_name, address="127.0.0.1"):
        return self.show(server_name, address).fingerprint


def trusting():
    """Make a context that takes any certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def until(condition, seconds=_SECONDS):
    """Wait until a condition holds; fails when it does not in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.01)
