# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""Looks at a resource without the collection: `python -m demo.peek api ID`, `python -m demo.peek edge PLACE NAME`."""

import json
import os
import socket
import ssl
import sys
import urllib.request
from collections.abc import Iterator

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256

from simulator import fingerprints

_FIELDS = ("name", "status", "ssl_type", "service_ssl_expire")
_SECONDS = 10


def served(place: str, name: str) -> x509.Certificate:
    """Return the certificate that a TLS server serves for a name, trusted or not; raises OSError where it has none."""
    host, _colon, port = place.rpartition(":")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with (
        socket.create_connection((host, int(port)), _SECONDS) as connection,
        context.wrap_socket(connection, server_hostname=name) as session,
    ):
        return x509.load_der_x509_certificate(session.getpeercert(binary_form=True) or b"")


def _api(resource_id: str) -> Iterator[str]:
    headers = {"Authorization": f"APIKey {os.environ['GCORE_API_KEY']}"}
    url = f"{os.environ['GCORE_BASE_URL']}/security/resources/{resource_id}"
    with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=_SECONDS) as answer:
        found = json.load(answer)
    return (f"{name}: {json.dumps(found[name])}" for name in _FIELDS)


def _edge(place: str, name: str) -> Iterator[str]:
    certificate = served(place, name)
    yield f"subject={certificate.subject.rfc4514_string()}"
    yield f"notAfter={fingerprints.not_after(certificate):%b %e %H:%M:%S %Y} GMT"
    yield f"sha256 Fingerprint={certificate.fingerprint(SHA256()).hex(':').upper()}"


if __name__ == "__main__":
    what, *words = sys.argv[1:]
    print(*(_api(*words) if what == "api" else _edge(*words)), sep="\n")
