# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""One HTTP exchange over `requests`: TLS verified, no redirect followed, the whole answer in time and within bounds."""

from __future__ import annotations

import http.client
import os
import zlib
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from .._errors import InputError
from .._libraries import requests, urllib3
from . import timed
from .errors import no_answer

if TYPE_CHECKING:
    from urllib3 import BaseHTTPResponse, HTTPConnectionPool

_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_CHUNK = 65536

_ADDRESSES = {
    # by the option that gave it: how an address looks, and where the credentials go
    "api_url": ("https://api.gcore.com", "api_key or api_token"),
    "awx_url": ("https://awx.example.com", "awx_token, or awx_username and awx_password"),
}

_GZIP = 31
"""As zlib calls that format."""


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Transport:
    """A pool of connections to one server, shared by all workers of a run."""

    def __init__(
        self,
        url: str,
        *,
        validate_certs: bool,
        ca_path: str | None,
        connections: int = 1,
        option: str = "api_url",
    ) -> None:
        self._url = checked_url(url, option)
        self._option = option
        self._settings = _settings(self._url, validate_certs, ca_path)
        self._adapter = requests.adapters.HTTPAdapter(pool_maxsize=connections)
        self._pool: HTTPConnectionPool | None = None
        self._request = requests.Request("GET", self._url).prepare()
        self._base = urlsplit(str(self._request.url)).path.rstrip("/")

    def send(self, method: str, path: str, headers: Mapping[str, str], body: bytes | None, timeout: float) -> Answer:
        """Send one request and read its answer, within so many seconds or else `NoAnswerError`."""
        timed.begin(timeout)
        try:
            pool = self._pool or self._open()
            # Not by requests: it reads the body of a redirect that nobody follows, keeps cookies, and costs a quarter.
            answer = pool.request(
                method,
                self._base + path,
                body=body,
                headers={"Accept-Encoding": "gzip", **headers},
                retries=False,
                redirect=False,
                timeout=timeout,
                preload_content=False,
                decode_content=False,
            )
            with closing(answer):
                return Answer(answer.status, answer.headers, _body(answer))
        except (OSError, ValueError, zlib.error, http.client.HTTPException, urllib3.exceptions.HTTPError) as error:
            by_proxy = bool(requests.utils.select_proxy(self._url, self._settings["proxies"]))
            raise no_answer(
                error, is_late=timed.is_over(), timeout=timeout, url=self._url, option=self._option, by_proxy=by_proxy
            ) from None

    def _open(self) -> HTTPConnectionPool:
        """Let requests find the pool, through a proxy or not, once: for each request it costs a fifth of that."""
        pool: Any
        if hasattr(self._adapter, "get_connection_with_tls_context"):
            pool = self._adapter.get_connection_with_tls_context(self._request, **self._settings)
        else:  # before requests 2.32
            pool = self._adapter.get_connection(self._url, self._settings["proxies"])
        self._adapter.cert_verify(pool, self._url, self._settings["verify"], None)
        self._pool = timed.in_time(pool)
        return self._pool


def _body(answer: BaseHTTPResponse) -> bytes:
    """Read the body, unpacked by us: what a few bytes unpack to, the libraries may hold as a whole."""
    encoding = answer.headers.get("Content-Encoding", "").strip().lower()
    if encoding not in ("", "identity", "gzip"):
        raise zlib.error("not what was asked for")
    unpacker = zlib.decompressobj(_GZIP) if encoding == "gzip" else None
    body = bytearray()
    try:
        for piece in answer.stream(_CHUNK, decode_content=False):
            body += unpacker.decompress(piece, timed.LARGEST_ANSWER + 1 - len(body)) if unpacker else piece
            if len(body) > timed.LARGEST_ANSWER:
                raise timed.too_large()
    except urllib3.exceptions.HTTPError as error:
        raise http.client.IncompleteRead(b"") from error
    if unpacker and body and not unpacker.eof:
        raise zlib.error("it is cut")
    answer.release_conn()
    return bytes(body)


def checked_url(url: str, option: str = "api_url") -> str:
    """Return the base URL without a final slash; no error quotes it, for it may be a token."""
    url = url.strip()
    example, credentials = _ADDRESSES[option]
    if "@" in url:
        raise InputError(f"{option}: credentials do not belong into the URL", f"Use {credentials}.")
    try:
        parts = urlsplit(url)
        requests.Request("GET", url).prepare()
        is_base = bool(parts.hostname) and parts.port != 0 and not (parts.query or parts.fragment)
    except ValueError:
        is_base = False
    if not is_base or parts.scheme not in ("http", "https") or not url.isprintable() or " " in url:
        raise InputError(f"{option}: what was given is not a URL", f"It looks like {example}.")
    if parts.scheme == "http" and parts.hostname not in _LOOPBACK:
        raise InputError(f"{option}: plain http would send the token and the private key unencrypted", "Use https.")
    return url.rstrip("/")


def _settings(url: str, validate_certs: bool, ca_path: str | None) -> dict[str, Any]:
    """Read the environment's proxies and CA bundle, which the task may overrule, once and not with each request."""
    settings = requests.Session().merge_environment_settings(url, {}, True, ca_path if validate_certs else False, None)
    verify = settings["verify"] if validate_certs else False
    # Plain http leads to this machine alone. A proxy would take what is sent off it, unencrypted.
    proxies = settings["proxies"] if urlsplit(url).scheme == "https" else {}
    if not validate_certs:
        urllib3.disable_warnings(urllib3.exceptions.InsecureRequestWarning)
    for path in (ca_path, verify):
        if isinstance(path, str) and not (os.path.isfile(path) or os.path.isdir(path)):
            name = "ca_path" if ca_path else "REQUESTS_CA_BUNDLE or CURL_CA_BUNDLE"
            raise InputError(f"{name}: no such file or folder: {path}")
    return {"verify": verify, "proxies": proxies}
