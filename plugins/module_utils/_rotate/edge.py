# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""What a TLS server really serves: one handshake with SNI, no trust needed, no failure that is not an answer."""

from __future__ import annotations

import socket
import ssl
import time
from dataclasses import dataclass
from typing import Any

from .._errors import CertificateError
from .._x509.certificate import Certificate
from .._x509.hostname import normalised


@dataclass(frozen=True)
class EdgeAnswer:
    """The outcome of a probe: a leaf, or why there is none.

    Attributes:
        leaf: the certificate that was served.
        chain: all that was served, leaf first; None where this Python can't tell.
        problem: why there is no leaf.
    """

    leaf: Certificate | None = None
    chain: tuple[Certificate, ...] | None = None
    problem: str = ""


def probe(address: str, port: int, server_name: str, timeout: float) -> EdgeAnswer:
    """Ask a TLS server which certificate it serves for a name (SNI, RFC 6066, section 3).

    Args:
        address: an IPv4 or IPv6 address.
        port: the TCP port.
        server_name: the host name, international or not.
        timeout: seconds for connection and handshake together.
    """
    where = f"[{address}]:{port}" if ":" in address else f"{address}:{port}"
    if not address:
        return EdgeAnswer(problem="the resource has no service_ip")
    try:
        served, is_whole_chain = _handshake(address, port, normalised(server_name), timeout)
        chain = tuple(Certificate.from_der(der, where) for der in served)
    except CertificateError as error:
        return EdgeAnswer(problem=error.message)
    except (OSError, ValueError, TypeError, OverflowError) as error:
        return EdgeAnswer(problem=f"{where} {_problem(error, timeout)}")
    if not chain:
        return EdgeAnswer(problem=f"{where} served no certificate")
    return EdgeAnswer(chain[0], chain if is_whole_chain else None)


def _problem(error: Exception, timeout: float) -> str:
    if isinstance(error, TimeoutError):
        return f"did not answer within {timeout:g} s"
    if isinstance(error, ssl.SSLError):
        return f"failed the TLS handshake ({error.reason or type(error).__name__})"
    return f"could not be asked ({getattr(error, 'strerror', None) or type(error).__name__})"


def _handshake(address: str, port: int, server_name: str, timeout: float) -> tuple[list[bytes], bool]:
    """The DER of what is served, leaf first, and whether that is the whole chain or all that this Python can tell."""
    deadline = time.monotonic() + timeout
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as connection:
        connection.settimeout(timeout)
        connection.connect((address, port))
        connection.settimeout(max(deadline - time.monotonic(), 0.001))
        with _CONTEXT.wrap_socket(connection, server_hostname=server_name, do_handshake_on_connect=False) as session:
            session.do_handshake()
            return _served(session)


def _served(session: Any) -> tuple[list[bytes], bool]:
    """Reading the whole chain is public since Python 3.13; the same method is there, undocumented, since 3.10."""
    leaf = session.getpeercert(binary_form=True)
    source = session if hasattr(session, "get_unverified_chain") else session._sslobj
    read_chain = getattr(source, "get_unverified_chain", None)
    if leaf is None or read_chain is None:
        return [leaf] if leaf else [], False
    return [_der(link) for link in read_chain()], True


def _der(link: Any) -> bytes:
    return link if isinstance(link, bytes) else ssl.PEM_cert_to_DER_cert(link.public_bytes())


def _inspection_context() -> ssl.SSLContext:
    """Only looks, never sends: what is served counts, whether it is trusted or even strong does not."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    return context


_CONTEXT = _inspection_context()
