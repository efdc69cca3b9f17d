# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""What a TLS server really serves: handshakes with SNI, no trust needed, no failure that is not an answer."""

from __future__ import annotations

import math
import re
import socket
import ssl
import time
from dataclasses import dataclass, replace
from functools import lru_cache
from threading import Lock
from typing import Any

from .._errors import CertificateError
from .._x509.certificate import RSA_PSS, Certificate
from .._x509.hostname import normalised

_ADDRESSES = 8
"""No edge has more, and a list without an end is not asked to its end."""

_RSA, _ECDSA = "RSA", "ECDSA"
_OTHER = {_RSA: _ECDSA, _ECDSA: _RSA}
_HALVES = {"RSA": _RSA, RSA_PSS: _RSA, "ECDSA": _ECDSA, "Ed25519": _ECDSA}
"""Of two certificates for one name the one that a type of key belongs to (RFC 8422, section 2; RFC 8446, 4.2.3)."""

_NO_SUCH_HALF = ("HANDSHAKE_FAILURE", "INSUFFICIENT_SECURITY")
"""The alerts of a server that has no certificate for the suites that it is offered (RFC 5246, section 7.2.2)."""
_ONLY_TLS_1_3 = "PROTOCOL_VERSION"

_OP_LEGACY_SERVER_CONNECT = 0x4
"""OpenSSL's, that Python names since 3.12: a server from before RFC 5746 is looked at too."""


_FLIGHT = 65536
"""Bytes that are read at once of what a server says."""


@dataclass(frozen=True)
class EdgeAnswer:
    """The outcome of a probe: a leaf, or why there is none."""

    leaf: Certificate | None = None
    chain: tuple[Certificate, ...] | None = None  # all that was served, leaf first; None where this Python can't tell
    problem: str = ""
    address: str = ""  # the one that answered
    other_half: Certificate | None = None  # the leaf of the other type of key, where the same server has and shows one
    other_chain: tuple[Certificate, ...] | None = None
    unseen: str = ""  # why nobody can tell whether it has one
    patience: float = math.inf  # seconds after which it is of no use to wait for another answer


def probe(address: str, port: int, server_name: str, timeout: float, key_type: str | None = None) -> EdgeAnswer:
    """Ask a TLS server which certificate it serves for a name (SNI, RFC 6066, section 3), with such a key if it can."""
    answer, server = _first_answer(address, port, server_name, timeout)
    served, wanted = _half_of(answer.leaf), _HALVES.get(key_type or "")
    if server is None or served is None or wanted in (None, served):
        return answer
    half = server.ask_for(wanted)
    if half.leaf:
        return replace(half, other_half=answer.leaf, other_chain=answer.chain)
    return replace(answer, unseen=half.unseen)


def probe_both(address: str, port: int, server_name: str, timeout: float) -> EdgeAnswer:
    """Ask as `probe` does, and with a second handshake for the certificate that has a key of the other type."""
    answer, server = _first_answer(address, port, server_name, timeout)
    served = _half_of(answer.leaf)
    if server is None or served is None:
        return answer
    half = server.ask_for(_OTHER[served])
    return replace(answer, other_half=half.leaf, other_chain=half.chain, unseen=half.unseen)


def _half_of(leaf: Certificate | None) -> str | None:
    return _HALVES.get(leaf.key[0]) if leaf else None


def _first_answer(address: str, port: int, server_name: str, timeout: float) -> tuple[EdgeAnswer, _Server | None]:
    """Ask one address after the other, each with its share of the seconds; the first that answers counts."""
    addresses = [one for one in re.split(r"[,\s]+", address) if one][:_ADDRESSES]
    if not addresses:
        return EdgeAnswer(problem="the resource has no service_ip"), None
    end = time.monotonic() + timeout
    problems = []
    for asked, one in enumerate(addresses):
        share = timeout if len(addresses) == 1 else (end - time.monotonic()) / (len(addresses) - asked)
        server = _Server(one, port, server_name, share, time.monotonic() + share)
        try:
            return server.ask(), server
        except _NoAnswerError as error:
            problems.append(str(error))
    return EdgeAnswer(problem="; ".join(problems)), None


class _NoAnswerError(Exception):
    """A handshake that showed no certificate, or none that can be read; `alert` is what the TLS library calls why."""

    def __init__(self, problem: str, alert: str = "") -> None:
        super().__init__(problem)
        self.alert = alert


@dataclass(frozen=True)
class _Server:
    """One address of an edge, for one name, with so many seconds for all that it is asked."""

    address: str
    port: int
    server_name: str
    timeout: float
    end: float  # when these seconds are over, by the monotonic clock

    def ask(self, half: str | None = None) -> EdgeAnswer:
        """Make a handshake, as any client does or as one that takes a key of one type alone."""
        where = f"[{self.address}]:{self.port}" if ":" in self.address else f"{self.address}:{self.port}"
        try:
            served, is_whole_chain = self._handshake(_context(half))
            chain = tuple(Certificate.from_der(der, where) for der in served)
        except CertificateError as error:
            raise _NoAnswerError(error.message) from None
        except (OSError, ValueError, TypeError, OverflowError) as error:
            alert = str(getattr(error, "reason", None) or "")
            raise _NoAnswerError(f"{where} {_problem(error, self.timeout)}", alert) from None
        if not chain:
            raise _NoAnswerError(f"{where} served no certificate")
        return EdgeAnswer(chain[0], chain if is_whole_chain else None, address=self.address)

    def ask_for(self, half: str) -> EdgeAnswer:
        """Ask for the certificate of one type of key; where there is none to see, tell what can't be told."""
        try:
            return self.ask(half)
        except _NoAnswerError as error:
            if any(alert in error.alert for alert in _NO_SUCH_HALF):
                return EdgeAnswer()
            if _ONLY_TLS_1_3 in error.alert:
                unseen = f"it answers TLS 1.3 alone, where its {half} certificate, if it has one, can't be asked for"
                return EdgeAnswer(unseen=unseen)
            return EdgeAnswer(unseen=f"asked for its {half} certificate, {error}")

    def _handshake(self, context: ssl.SSLContext) -> tuple[list[bytes], bool]:
        family = socket.AF_INET6 if ":" in self.address else socket.AF_INET
        with socket.socket(family, socket.SOCK_STREAM) as connection:
            connection.settimeout(self._left())
            connection.connect((self.address, self.port))
            name = normalised(self.server_name)
            # In memory: the ssl module's own socket makes a dozen more calls of the system, a tenth of what this costs.
            received, to_send = ssl.MemoryBIO(), ssl.MemoryBIO()
            session = context.wrap_bio(received, to_send, server_hostname=name)
            while not _is_through(session):
                connection.sendall(to_send.read())
                connection.settimeout(self._left())
                flight = connection.recv(_FLIGHT)
                if flight:
                    received.write(flight)
                else:
                    received.write_eof()
            connection.sendall(to_send.read())
            return _served(session)

    def _left(self) -> float:
        left = self.end - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left


def _problem(error: Exception, timeout: float) -> str:
    if isinstance(error, TimeoutError):
        return f"did not answer within {round(timeout, 2):g} s"
    if isinstance(error, ssl.SSLError):
        return f"failed the TLS handshake ({error.reason or type(error).__name__})"
    return f"could not be asked ({getattr(error, 'strerror', None) or type(error).__name__})"


def _is_through(session: ssl.SSLObject) -> bool:
    try:
        session.do_handshake()
    except ssl.SSLWantReadError:
        return False
    return True


def _served(session: Any) -> tuple[list[bytes], bool]:
    """Read the DER of what is served, leaf first, and whether that is the whole chain or all that this Python tells."""
    # Reading the whole chain is public since Python 3.13; the same method is there, undocumented, since 3.10.
    leaf = session.getpeercert(binary_form=True)
    source = session if hasattr(session, "get_unverified_chain") else session._sslobj
    read_chain = getattr(source, "get_unverified_chain", None)
    if leaf is None or read_chain is None:
        return [leaf] if leaf else [], False
    ders = (link if isinstance(link, bytes) else ssl.PEM_cert_to_DER_cert(link.public_bytes()) for link in read_chain())
    return list(ders), True


@lru_cache
def _context(half: str | None) -> ssl.SSLContext:
    """Make a context that takes whatever it is shown."""
    # It only looks and never sends: what is served counts, whether that is trusted, strong or old does not.
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    context.options |= _OP_LEGACY_SERVER_CONNECT
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    if half:  # Python 3.10 to 3.13 can't choose signature algorithms: the suites of TLS 1.2 name the type of the key
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        context.set_ciphers(f"a{half}:@SECLEVEL=0")
    return context


_SILENT_EDGES = 5
"""When the first so many edges are all silent, the rest would be too: a job behind a firewall would wait in vain."""


class EdgeReachability:
    """Hears what the edges of many resources answer, and tells whether asking is of use; workers share it."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._answered = False
        self._silent = 0

    def is_worth_asking(self) -> bool:
        """Tell whether one edge answered, or too few were asked to know."""
        return self._answered or self._silent < _SILENT_EDGES

    def heard(self, answer: EdgeAnswer) -> None:
        """Learn from what an edge answered."""
        with self._lock:
            has_answered = answer.leaf is not None or bool(answer.address)
            self._answered = self._answered or has_answered
            self._silent += not has_answered
