# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""curl and openssl for machines without them: `python -m demo.peek api ID`, `python -m demo.peek edge PLACE NAME`."""

from __future__ import annotations

import json
import os
import sys
import urllib.request
from collections.abc import Callable, Iterator

from cryptography.hazmat.primitives.hashes import SHA256

from simulator import fingerprints

from .handshake import served

_FIELDS = ("name", "status", "ssl_type", "service_ssl_expire")
_TIMEOUT = 10


def api(resource_id: str) -> Iterator[str]:
    """The fields of a resource that matter here, as the API tells them."""
    headers = {"Authorization": f"APIKey {os.environ['GCORE_API_KEY']}"}
    url = f"{os.environ['GCORE_BASE_URL']}/security/resources/{resource_id}"
    with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=_TIMEOUT) as answer:
        found = json.load(answer)
    return (f'    "{name}": {json.dumps(found[name])},' for name in _FIELDS)


def edge(place: str, name: str) -> Iterator[str]:
    """The certificate that a TLS server serves for a name, trusted or not."""
    certificate = served(place, name)
    yield f"subject={certificate.subject.rfc4514_string()}"
    yield f"notAfter={fingerprints.not_after(certificate):%b %e %H:%M:%S %Y} GMT"
    yield f"sha256 Fingerprint={certificate.fingerprint(SHA256()).hex(':').upper()}"


_LOOKS: dict[str, Callable[..., Iterator[str]]] = {"api": api, "edge": edge}


def main(words: list[str]) -> int:
    """Print it."""
    look = _LOOKS[words[0]]
    print(*look(*words[1:]), sep="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
