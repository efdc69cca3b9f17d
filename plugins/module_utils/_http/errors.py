# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""The errors of an exchange, in our own words: a library's may quote what was sent, or a proxy's password."""

from __future__ import annotations

import json
import socket
import zlib
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from .._libraries import requests, urllib3
from .._redaction import excerpt, origin

_CHECK_URL = "Is {url} ({option}) the API's address, and is the way to it open? If so, run the task again later."
_CHECK_PROXY = "Check the proxy variables of the environment (HTTPS_PROXY, NO_PROXY)."
_CHECK_TRUST = (
    "Is {url} ({option}) the API's address? The file of an authority of your own, such as a proxy's, goes into ca_path."
)

_NO_TRUST = "the TLS certificate of the API was not accepted, or the handshake failed"


class NoAnswerError(Exception):
    """The exchange broke off, or never began; the text says how, in words that hold nothing that was sent.

    Attributes:
        hint: what to do about it, where that is more than trying again.
    """

    def __init__(self, reason: str, hint: str = "") -> None:
        super().__init__(reason)
        self.hint = hint


class _Meaning(NamedTuple):
    kind: type[Exception]
    reason: str
    hint: str = ""


def _meanings() -> tuple[_Meaning, ...]:
    """List what errors mean, by their class or by that of a cause; the first that fits counts."""
    kinds = requests.exceptions
    return (
        _Meaning(kinds.ConnectTimeout, "got no connection within {timeout:g} s", _CHECK_URL),
        _Meaning(kinds.Timeout, "got no complete answer within {timeout:g} s"),
        _Meaning(kinds.ProxyError, "failed: the proxy refused or could not be reached", _CHECK_PROXY),
        _Meaning(kinds.SSLError, f"failed: {_NO_TRUST}", _CHECK_TRUST),
        _Meaning(kinds.ChunkedEncodingError, "got an answer that broke off"),
        _Meaning(zlib.error, "got an answer that could not be decoded"),
        _Meaning(ValueError, "failed: the URL, the proxy's URL or a header is not one that can be used"),
        _Meaning(socket.gaierror, "failed: the API's host name could not be resolved{way}", _CHECK_URL),
        _Meaning(ConnectionRefusedError, "failed: the connection was refused{way}", _CHECK_URL),
        _Meaning(urllib3.exceptions.NewConnectionError, "failed: no connection could be made{way}", _CHECK_URL),
        _Meaning(Exception, "failed: the connection was lost{way}"),
    )


def no_answer(error: Exception, *, timeout: float, url: str, option: str, by_proxy: bool) -> NoAnswerError:
    """Return what is to be said of an exchange with the URL of that option that a library's error ended."""
    causes = [*_chain(error)]
    meaning = next(row for row in _meanings() if any(isinstance(cause, row.kind) for cause in causes))
    reason = meaning.reason.format(timeout=timeout, way=" (by way of a proxy)" if by_proxy else "")
    hint = _CHECK_PROXY if by_proxy and "{way}" in meaning.reason else meaning.hint
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
