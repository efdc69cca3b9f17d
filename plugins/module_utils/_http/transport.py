# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""One HTTP exchange over `requests`: TLS verified, no redirect followed, the whole answer in time and within bounds."""

from __future__ import annotations

import http.client
import os
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from .._errors import InputError
from .._libraries import requests, urllib3
from . import timed
from .errors import no_answer

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
    """A pool of connections to one server, shared by all workers of a run.

    Args:
        url: the base URL.
        validate_certs: whether TLS is verified.
        ca_path: what it is verified with, unless it is what the environment says, or what requests brings.
        connections: how many workers share the pool.
        option: what errors call the URL.
    """

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
        self._adapter = timed.timed_adapter(connections)
        self._base = str(requests.Request("GET", self._url).prepare().url).rstrip("/")

    def send(self, method: str, path: str, headers: Mapping[str, str], body: bytes | None, timeout: float) -> Answer:
        """Send one request and read its answer, all of it within so many seconds.

        Raises:
            NoAnswerError: no complete answer came.
        """
        timed.begin(timeout)
        try:
            request = self._request(method, path, headers, body)
            # Not by Session.send: it reads the body of a redirect that nobody follows, and keeps cookies.
            with self._adapter.send(request, stream=True, timeout=timeout, **self._settings) as response:
                return Answer(response.status_code, response.headers, _body(response))
        except (OSError, ValueError, zlib.error, http.client.HTTPException) as error:
            reason = requests.Timeout() if timed.is_over() and not isinstance(error, requests.ConnectTimeout) else error
            by_proxy = bool(requests.utils.select_proxy(self._url, self._settings["proxies"]))
            raise no_answer(reason, timeout=timeout, url=self._url, option=self._option, by_proxy=by_proxy) from None

    def _request(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes | None
    ) -> requests.PreparedRequest:
        """Prepare a request, without looking at its base URL again: that costs a tenth of the request."""
        request = requests.PreparedRequest()
        request.method, request.url = method, f"{self._base}{path}"
        request.prepare_headers({"Accept-Encoding": "gzip", **headers})
        request.prepare_body(body, None)
        return request


def _body(response: requests.Response) -> bytes:
    """Read the body, unpacked by us: what a few bytes unpack to, the libraries may hold as a whole."""
    encoding = response.headers.get("Content-Encoding", "").strip().lower()
    if encoding not in ("", "identity", "gzip"):
        raise zlib.error("not what was asked for")
    unpacker = zlib.decompressobj(_GZIP) if encoding == "gzip" else None
    body = bytearray()
    try:
        for piece in response.raw.stream(_CHUNK, decode_content=False):
            body += unpacker.decompress(piece, timed.LARGEST_ANSWER + 1 - len(body)) if unpacker else piece
            if len(body) > timed.LARGEST_ANSWER:
                raise timed.too_large()
    except urllib3.exceptions.HTTPError as error:
        raise requests.exceptions.ChunkedEncodingError from error
    if unpacker and body and not unpacker.eof:
        raise zlib.error("it is cut")
    response.raw.release_conn()
    return bytes(body)


def checked_url(url: str, option: str = "api_url") -> str:
    """Return the base URL without a final slash; no error quotes it, for it may be a token.

    Raises:
        InputError: not a URL, or one that would send the token and the key in the clear.
    """
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
