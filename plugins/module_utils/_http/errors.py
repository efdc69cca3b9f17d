# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""The errors of an exchange, in our own words: a library's may quote what was sent, or a proxy's password."""

from __future__ import annotations

import http.client
import json
import socket
import zlib
from collections.abc import Iterator, Mapping
from typing import Any

from .._libraries import urllib3
from .._redaction import excerpt, origin

_CHECK_URL = "Is {url} ({option}) the API's address, and is the way to it open? If so, run the task again later."
_CHECK_PROXY = "Check the proxy variables of the environment (HTTPS_PROXY, NO_PROXY)."
_CHECK_TRUST = (
    "Is {url} ({option}) the API's address? The file of an authority of your own, such as a proxy's, goes into ca_path."
)
_NO_TRUST = "failed: the TLS certificate of the API was not accepted, or the handshake failed"
_NO_REQUEST = "failed: the URL, the proxy's URL or a header is not one that can be used"


class NoAnswerError(Exception):
    """The exchange broke off, or never began; the text, and the hint if it has one, hold nothing that was sent."""

    def __init__(self, reason: str, hint: str = "") -> None:
        super().__init__(reason)
        self.hint = hint


def _meanings() -> tuple[tuple[type[Exception] | tuple[type[Exception], ...], str, str], ...]:
    """List what errors mean, by their class or by that of a cause, and what to do; the first that fits counts."""
    kinds = urllib3.exceptions
    return (
        (kinds.ProxyError, "failed: the proxy refused or could not be reached", _CHECK_PROXY),
        (kinds.SSLError, _NO_TRUST, _CHECK_TRUST),
        (http.client.IncompleteRead, "got an answer that broke off", ""),
        (zlib.error, "got an answer that could not be decoded", ""),
        ((ValueError, kinds.InvalidHeader), _NO_REQUEST, ""),
        (socket.gaierror, "failed: the API's host name could not be resolved{way}", _CHECK_URL),
        (ConnectionRefusedError, "failed: the connection was refused{way}", _CHECK_URL),
        (kinds.NewConnectionError, "failed: no connection could be made{way}", _CHECK_URL),
        (kinds.ConnectTimeoutError, "got no connection within {timeout:g} s", _CHECK_URL),
        (kinds.TimeoutError, "got no complete answer within {timeout:g} s", ""),
        (Exception, "failed: the connection was lost{way}", ""),
    )


def no_answer(
    error: Exception, *, is_late: bool, timeout: float, url: str, option: str, by_proxy: bool
) -> NoAnswerError:
    """Return what is to be said of an exchange with the URL of that option that a library's error ended."""
    kinds = urllib3.exceptions
    if is_late and (not isinstance(error, kinds.ConnectTimeoutError) or isinstance(error, kinds.NewConnectionError)):
        error = kinds.TimeoutError()
    causes = [*_chain(error)]
    reason, hint = next(row[1:] for row in _meanings() if any(isinstance(cause, row[0]) for cause in causes))
    if by_proxy and "{way}" in reason:
        hint = _CHECK_PROXY
    reason = reason.format(timeout=timeout, way=" (by way of a proxy)" if by_proxy else "")
    return NoAnswerError(reason, hint.format(url=origin(url), option=option))


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


_SAID = ("message", "title", "detail", "error", "error_description", "non_field_errors", "__all__")
"""The names of what an API says of a request as a whole; Gcore's own, and others'."""

_SAID_OF_FIELDS = ("invalid_fields", "errors")
_ASIDE = ("exception_class", "info", "request_id")


def told(content: bytes, *, is_text: bool) -> tuple[dict[str, Any], str]:
    """Return what results show of what a refusal says, in whichever shape, and what it says of fields, as one line."""
    try:
        said = excerpt(json.loads(content))
        return _told(said) if isinstance(said, dict) else _told({"message": said})
    except (ValueError, RecursionError):
        return _told({"message": content.decode("utf-8", "replace").strip() if is_text else ""})


def _told(said: Mapping[str, Any]) -> tuple[dict[str, Any], str]:
    words = {name: _flat(said[name]) for name in _SAID if said.get(name)}
    fields = next((said[name] for name in _SAID_OF_FIELDS if said.get(name)), None)
    if not words and not fields:
        fields = {name: reason for name, reason in said.items() if name not in _ASIDE and reason}
    shown = {name: said.get(name) for name in _ASIDE}
    shown |= {"message": " ".join(dict.fromkeys(words.values())), "invalid_fields": fields}
    pairs = fields.items() if isinstance(fields, dict) else ()
    notes = "; ".join(f"{name}: {_flat(reason)}" for name, reason in pairs) or _flat(fields)
    return {name: value for name, value in shown.items() if value}, notes


def _flat(reasons: Any) -> str:
    """Write as one line what lists and objects say."""
    if isinstance(reasons, dict):
        return " ".join(f"{name}: {_flat(reason)}" for name, reason in reasons.items())
    if isinstance(reasons, list):
        return " ".join(map(_flat, reasons))
    return "" if reasons is None else str(reasons)
