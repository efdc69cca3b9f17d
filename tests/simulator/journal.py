# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors
"""What the simulator saw: every request, every handshake, and never a key or a token."""

import hashlib
import re
import time
from collections.abc import Mapping, Sequence
from typing import Any

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from . import fingerprints

Entry = dict[str, Any]

_KEY_FIELDS = frozenset(("service_ssl_key", "alias_ssl_key", "sslPrivateKey"))
_KEY_MARK = "PRIVATE KEY"
_LABEL = re.compile(r"-----BEGIN ([A-Z ]*PRIVATE KEY)-----")
# Shorter words would be cut out of the middle of others.
_SHORTEST_SECRET = 8


class Journal:
    """Entries in the order in which they began."""

    def __init__(self) -> None:
        self._entries: list[Entry] = []
        self._last = 0

    def open(self, kind: str, **facts: Any) -> Entry:
        """Add an entry, which the caller may complete until it closes it."""
        self._last += 1
        entry: Entry = {"seq": self._last, "type": kind, "start": time.monotonic(), "end": None, **facts}
        self._entries.append(entry)
        return entry

    def close(self, entry: Entry) -> None:
        """Note when it was over."""
        entry["end"] = time.monotonic()

    def find(self, filters: Mapping[str, str]) -> list[Entry]:
        """Return the entries whose fields, written as text, equal the filters."""
        return [
            entry for entry in self._entries if all(str(entry.get(name)) == value for name, value in filters.items())
        ]

    def clear(self) -> None:
        """Forget every entry; the sequence goes on."""
        self._entries.clear()


def key_facts(text: Any) -> dict[str, Any]:
    """Say which key a text holds without keeping it: its public part and its BEGIN line are None where it is none."""
    raw = str(text).encode(errors="surrogatepass")
    label = _LABEL.search(str(text))
    return {
        "sha256": hashlib.sha256(raw).hexdigest(),
        "spki_sha256": _public_key(raw),
        "label": label.group(1) if label else None,
    }


def redacted(value: Any, secrets: Sequence[str] = (), name: str = "") -> Any:
    """Copy a JSON value with keys replaced by their facts and tokens by a mark."""
    if name in _KEY_FIELDS and value is not None:
        return key_facts(value)
    if isinstance(value, str):
        return key_facts(value) if _KEY_MARK in value else scrubbed(value, secrets)
    if isinstance(value, list):
        return [redacted(item, secrets) for item in value]
    if isinstance(value, dict):
        return {scrubbed(key, secrets): redacted(item, secrets, key) for key, item in value.items()}
    return value


def scrubbed(text: str, secrets: Sequence[str]) -> str:
    """Replace tokens in a text."""
    for secret in secrets:
        if len(secret) >= _SHORTEST_SECRET:
            text = text.replace(secret, "<token>")
    return text


def token_sha256(token: str) -> str:
    """Return the fingerprint under which the journal knows a token."""
    return hashlib.sha256(token.encode(errors="surrogatepass")).hexdigest()


def _public_key(raw: bytes) -> str | None:
    try:
        return fingerprints.key_sha256(load_pem_private_key(raw, None))
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return None
