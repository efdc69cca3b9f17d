# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""A TLS handshake that the collection has no part in."""

from __future__ import annotations

import socket
import ssl

from cryptography import x509

_TIMEOUT = 10


def served(place: str, name: str) -> x509.Certificate:
    """The certificate that a TLS server serves for a name, trusted or not.

    Raises:
        OSError: it serves none.
    """
    host, _colon, port = place.rpartition(":")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with (
        socket.create_connection((host, int(port)), _TIMEOUT) as connection,
        context.wrap_socket(connection, server_hostname=name) as session,
    ):
        return x509.load_der_x509_certificate(session.getpeercert(binary_form=True) or b"")
