# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""One HTTP exchange over `requests`: TLS verified, no redirect followed, the whole answer within its time."""

from __future__ import annotations

import http.client
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from .._clock import Clock
from .._errors import InputError
from .._libraries import requests, urllib3
from .timed_response import timed_adapter

_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_CHUNK = 65536


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class NoAnswerError(Exception):
    """The exchange broke off, or never began; the text says how, in words that hold nothing that was sent.

    Attributes:
        hint: what to do about it, where that is more than trying again.
    """

    def __init__(self, reason: str, hint: str = "") -> None:
        super().__init__(reason)
        self.hint = hint


class Transport:
    """A pool of connections to one API, shared by all workers of a run."""

    def __init__(
        self, api_url: str, *, validate_certs: bool, ca_path: str | None, clock: Clock, connections: int = 1
    ) -> None:
        self._url = checked_url(api_url)
        self._clock = clock
        self._settings = _settings(self._url, validate_certs, ca_path)
        self._proxy = requests.utils.select_proxy(self._url, self._settings["proxies"])
        self._adapter = timed_adapter(connections)
        self._defaults = dict(requests.utils.default_headers())
        self._found: tuple[Any, str] | None = None

    def send(self, method: str, path: str, headers: Mapping[str, str], body: bytes | None, timeout: float) -> Answer:
        """Send one request and read its answer.

        Args:
            method: GET or PUT.
            path: the path, with its query.
            headers: of the request.
            body: of the request.
            timeout: seconds for all of it.

        Raises:
            NoAnswerError: no complete answer came.
        """
        end = self._clock.monotonic() + timeout
        try:
            pool, base = self._way()
            response = pool.request(
                method, base + path, body=body, headers={**self._defaults, **headers}, timeout=timeout,
                retries=self._adapter.max_retries, redirect=False, assert_same_host=False, preload_content=False,
            )  # fmt: skip
            return Answer(response.status, response.headers, self._read(response, end))
        except (OSError, ValueError, http.client.HTTPException, urllib3.exceptions.HTTPError) as error:
            raise _no_answer(error, timeout, self._url, self._proxy) from None

    def _read(self, response: Any, end: float) -> bytes:
        """Connecting and sending count as well."""
        chunks = []
        try:
            for chunk in response.stream(_CHUNK, decode_content=True):
                chunks.append(chunk)
                if self._clock.monotonic() > end:
                    raise requests.Timeout
            response.release_conn()
        except urllib3.exceptions.ProtocolError:
            raise requests.exceptions.ChunkedEncodingError from None
        finally:
            response.close()  # a connection that is released by then serves the next request
        return b"".join(chunks)

    def _way(self) -> tuple[Any, str]:
        """The connections of `requests` to the API, by way of a proxy or not, and what stands before each path.

        It is found once: to find it anew for each request costs as much as the request.
        """
        if self._found is None:
            request = requests.Request("GET", f"{self._url}/").prepare()
            verify, proxies = self._settings["verify"], self._settings["proxies"]
            if hasattr(self._adapter, "get_connection_with_tls_context"):  # since requests 2.32
                pool = self._adapter.get_connection_with_tls_context(request, verify, proxies=proxies)
            else:
                pool = self._adapter.get_connection(request.url, proxies)
            self._adapter.cert_verify(pool, request.url, verify, None)
            self._found = pool, self._adapter.request_url(request, proxies).rstrip("/")
        return self._found


def checked_url(url: str) -> str:
    """The base URL without a final slash.

    Raises:
        InputError: not a URL, or one that would send the token and the key in the clear.
    """
    url = url.strip()
    if "@" in url:
        raise InputError("api_url: credentials do not belong into the URL", "Use api_key or api_token.")
    try:
        parts = urlsplit(url)
        is_base = bool(parts.hostname) and parts.port != 0 and not (parts.query or parts.fragment)
    except ValueError:
        is_base = False
    if not is_base or parts.scheme not in ("http", "https") or not url.isprintable() or " " in url:
        raise InputError(f"api_url: '{url}' is not a URL", "It looks like https://api.gcore.com.")
    if parts.scheme == "http" and parts.hostname not in _LOOPBACK:
        raise InputError(f"api_url: '{url}' would send the token and the private key unencrypted", "Use https.")
    return url.rstrip("/")


def _settings(url: str, validate_certs: bool, ca_path: str | None) -> dict[str, Any]:
    """The environment's proxies and CA bundle, read once: left to itself, a session lets the environment win over the
    task, looks for a password in ~/.netrc, and does all that again with each request."""
    if not validate_certs:
        urllib3.disable_warnings(urllib3.exceptions.InsecureRequestWarning)
    verify = None if validate_certs else False
    settings = requests.Session().merge_environment_settings(url, {}, True, ca_path or verify, None)
    for path in (ca_path, settings["verify"] if validate_certs else None):
        if isinstance(path, str) and not (os.path.isfile(path) or os.path.isdir(path)):
            name = "ca_path" if ca_path else "REQUESTS_CA_BUNDLE or CURL_CA_BUNDLE"
            raise InputError(f"{name}: no such file or folder: {path}")
    # Plain http leads to this machine alone. A proxy would take what is sent off it, unencrypted.
    proxies = settings["proxies"] if urlsplit(url).scheme == "https" else {}
    return {"proxies": proxies, "verify": settings["verify"] if validate_certs else False}


_CHECK_URL = "Is {url} (api_url) the API's address, and is the way to it open? If so, run the task again later."
_CHECK_PROXY = "Check the proxy variables of the environment (HTTPS_PROXY, NO_PROXY)."
_CHECK_TRUST = (
    "Is {url} (api_url) the API's address? The file of an authority of your own, such as a proxy's, goes into ca_path."
)

_REASONS = (
    ("NewConnectionError", "", ""),  # of several causes, see there; some releases take it for a timeout as well
    ("ConnectTimeoutError", "got no connection within {timeout:g} s", _CHECK_URL),
    ("ReadTimeoutError", "got no complete answer within {timeout:g} s", ""),
    ("Timeout", "got no complete answer within {timeout:g} s", ""),
    ("ProxyError", "failed: the proxy refused or could not be reached", _CHECK_PROXY),
    ("SSLError", "failed: the TLS certificate of the API was not accepted, or the handshake failed", _CHECK_TRUST),
    ("ChunkedEncodingError", "got an answer that broke off", ""),
    ("DecodeError", "got an answer that could not be decoded", ""),
    ("InvalidHeader", "failed: the URL, the proxy's URL or a header is not one that can be used", ""),
    ("ValueError", "failed: the URL, the proxy's URL or a header is not one that can be used", ""),
)

_CAUSES = (
    ("NameResolutionError", "failed: the API's host name could not be resolved", _CHECK_URL),
    ("gaierror", "failed: the API's host name could not be resolved", _CHECK_URL),
    ("ConnectionRefusedError", "failed: the connection was refused", _CHECK_URL),
    ("NewConnectionError", "failed: no connection could be made", _CHECK_URL),
)
_LOST = ("", "failed: the connection was lost", "")


def _no_answer(error: Exception, timeout: float, url: str, proxy: str | None) -> NoAnswerError:
    """In our own words: a library's may quote what was sent, and a proxy's URL may hold a password."""
    ground = error.reason if isinstance(error, urllib3.exceptions.MaxRetryError) else error
    names = [kind.__name__ for kind in type(ground).__mro__]
    reason, hint = next((row[1:] for row in _REASONS if row[0] in names), ("", ""))
    if not reason:
        _name, reason, hint = _cause(error)
        reason, hint = (f"{reason} (by way of a proxy)", _CHECK_PROXY) if proxy else (reason, hint)
    return NoAnswerError(reason.format(timeout=timeout), hint.format(url=url))


def _cause(error: Exception) -> tuple[str, str, str]:
    """The innermost reason that we have words for."""
    seen: list[str] = []
    cause: Any = error
    while cause is not None and len(seen) < 10:
        seen.append(type(cause).__name__)
        inner = (getattr(cause, "reason", None), *cause.args)
        cause = next((arg for arg in inner if isinstance(arg, Exception)), None) or cause.__context__
    return next((row for row in _CAUSES if row[0] in seen), _LOST)
