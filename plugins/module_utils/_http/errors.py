# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""The errors of an exchange, in our own words: a library's may quote what was sent, or a proxy's password."""

from __future__ import annotations

import socket
import zlib
from collections.abc import Iterator
from typing import NamedTuple

from .._libraries import requests, urllib3
from .._redaction import origin

_CHECK_URL = "Is {url} ({option}) the API's address, and is the way to it open? If so, run the task again later."
_CHECK_PROXY = "Check the proxy variables of the environment (HTTPS_PROXY, NO_PROXY)."
_CHECK_TRUST = (
    "Is {url} ({option}) the API's address? The file of an authority of your own, such as a proxy's, goes into ca_path."
)


class NoAnswerError(Exception):
    """The exchange broke off, or never began; the text says how, in words that hold nothing that was sent.

    Attributes:
        hint: what to do about it, where that is more than trying again.
    """

    def __init__(self, reason: str, hint: str = "") -> None:
        super().__init__(reason)
        self.hint = hint


class _Told(NamedTuple):
    kind: type[Exception]
    reason: str
    hint: str = ""


def _told() -> tuple[_Told, ...]:
    """List what the classes of errors mean; the first that fits counts."""
    kinds = requests.exceptions
    return (
        _Told(kinds.ConnectTimeout, "got no connection within {timeout:g} s", _CHECK_URL),
        _Told(kinds.Timeout, "got no complete answer within {timeout:g} s"),
        _Told(kinds.ProxyError, "failed: the proxy refused or could not be reached", _CHECK_PROXY),
        _Told(
            kinds.SSLError,
            "failed: the TLS certificate of the API was not accepted, or the handshake failed",
            _CHECK_TRUST,
        ),
        _Told(urllib3.exceptions.HTTPError, "got an answer that broke off"),
        _Told(zlib.error, "got an answer that could not be decoded"),
        _Told(ValueError, "failed: the URL, the proxy's URL or a header is not one that can be used"),
    )


def _causes() -> tuple[_Told, ...]:
    """List what may be at the bottom of all others."""
    return (
        _Told(socket.gaierror, "failed: the API's host name could not be resolved", _CHECK_URL),
        _Told(ConnectionRefusedError, "failed: the connection was refused", _CHECK_URL),
        _Told(urllib3.exceptions.NewConnectionError, "failed: no connection could be made", _CHECK_URL),
        _Told(Exception, "failed: the connection was lost"),
    )


def no_answer(error: Exception, *, timeout: float, url: str, option: str, by_proxy: bool) -> NoAnswerError:
    """Return what is to be said of an exchange that ended so.

    Args:
        error: what a library raised.
        timeout: seconds that the exchange had.
        url: the address that was asked.
        option: the option that gave it.
        by_proxy: a proxy stood between.
    """
    told = next((row for row in _told() if isinstance(error, row.kind)), None)
    if told is None:
        told = next(row for row in _causes() if any(isinstance(cause, row.kind) for cause in _chain(error)))
        if by_proxy:
            told = told._replace(reason=f"{told.reason} (by way of a proxy)", hint=_CHECK_PROXY)
    return NoAnswerError(told.reason.format(timeout=timeout), told.hint.format(url=origin(url), option=option))


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
