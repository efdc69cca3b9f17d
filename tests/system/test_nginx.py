# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""A rotation that is proved at an edge that nobody here wrote: Debian's nginx."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from simulator.authority import Issued
from simulator.handle import resource, with_installed

from .cases import CERTIFICATE
from .material import NEW, OLD, ZONE, connection
from .playbook import MODULE, tasks_play
from .web import free_port, until

NGINX = shutil.which("nginx", path=os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/sbin", "/sbin"]))
"""The system's folders are not on everybody's path."""

_SECONDS = 30
_CONFIGURATION = """
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ }}
http {{
  access_log off;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  server {{
    listen 127.0.0.1:{port} ssl;
    ssl_certificate {folder}/pair.pem;
    ssl_certificate_key {folder}/pair.pem;
  }}
}}
"""

pytestmark = pytest.mark.skipif(NGINX is None, reason="nginx is not installed: no TLS server that nobody here wrote")

NAME = f"shop.{ZONE}"


class Nginx:
    """Serves one certificate with its chain, until it is given another one."""

    def __init__(self, folder: Path, pair: Issued) -> None:
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        self.port = free_port()
        self._write(pair)

    def __enter__(self) -> Nginx:
        assert NGINX
        configuration = self._folder / "nginx.conf"
        configuration.write_text(_CONFIGURATION.format(folder=self._folder, port=self.port))
        error_log = str(self._folder / "error.log")
        self._process = subprocess.Popen([NGINX, "-e", error_log, "-p", str(self._folder), "-c", str(configuration)])
        until(lambda: self.served() is not None, f"nginx serves on {self.port}")
        return self

    def __exit__(self, *_unused: object) -> None:
        assert self._process
        self._process.terminate()
        self._process.wait(_SECONDS)

    def deploy(self, pair: Issued) -> None:
        """Serve another certificate, as an edge does some time after it was stored."""
        assert self._process
        self._write(pair)
        self._process.send_signal(signal.SIGHUP)

    def served(self) -> bytes | None:
        """The leaf that a client gets now, in DER."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        try:
            with (
                socket.create_connection(("127.0.0.1", self.port), _SECONDS) as connection,
                context.wrap_socket(connection) as session,
            ):
                return session.getpeercert(binary_form=True)
        except OSError:
            return None

    def _write(self, pair: Issued) -> None:
        path = self._folder / "pair.pem"
        path.touch(mode=0o600)
        path.write_text(pair.full_chain_pem + pair.private_key_pem)


@pytest.fixture
def nginx(tmp_path) -> Iterator[Nginx]:
    with Nginx(tmp_path, OLD) as running:
        yield running


@pytest.fixture
def rotate(simulator, nginx) -> list:
    """A play for a resource of which the edge alone can tell which certificate it has."""
    simulator.reset()
    simulator.settings(expiry="missing")
    simulator.seed([with_installed(resource(1, NAME), OLD)])
    options = {
        **CERTIFICATE, **connection(simulator), "name": NAME, "edge_port": nginx.port, "verify": "edge",
        "verify_timeout": 60, "verify_interval": 1,
    }  # fmt: skip
    return [tasks_play({"name": "rotate", MODULE: options})]


def stored(simulator) -> str:
    return simulator.resource(1)["installed"]["fingerprint_sha256"]


def test_from_old_to_served_to_in_sync(rotate, nginx, simulator, ansible):
    with ansible.start(rotate) as running:
        until(lambda: stored(simulator) == NEW.fingerprint_sha256, "the new certificate is stored")
        assert nginx.served() == OLD.der
        nginx.deploy(NEW)
        first = running.wait().task("rotate")
    assert nginx.served() == NEW.der
    assert first.status == "ok", first.message
    assert first.result["changed"] is True
    assert first.result["drift"]["reason"] == "fingerprint_differs"
    assert first.result["drift"]["evidence"] == "edge"
    assert first.result["current"]["fingerprint_sha256"] == OLD.fingerprint_sha256
    assert first.result["verification"]["edge"] == "verified"

    second = ansible.run(rotate).task("rotate")
    assert second.result["changed"] is False
    assert (second.result["drift"]["reason"], second.result["drift"]["evidence"]) == ("fingerprint_matches", "edge")
    assert len(simulator.journal(call="put")) == 1
    assert simulator.handshakes() == []
