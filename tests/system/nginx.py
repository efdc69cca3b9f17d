# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""nginx as a TLS edge, so that a server that nobody here wrote is probed too."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import ssl
import subprocess
from pathlib import Path

from simulator.authority import Issued

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
