# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""Planted secrets, and the hunt for any part of them, and for control characters, in what a run left behind."""

import base64
import re
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

WINDOW = 12
"""This many characters of a secret in a row are a leak."""

_BETWEEN = re.compile(r"\\+[nrtu\"']?|\s+|\"|'")
"""What may stand between two characters of a secret: line ends, escaped ones, quotes of a wrapped text."""


def assert_printable(text: str, where: str) -> None:
    """Fail where a character is meant for a terminal, and not for who looks at it."""
    found = {one for one in text if one not in "\n\t" and not one.isprintable() and unicodedata.category(one) != "Zs"}
    assert not found, f"{where} has control characters: {found}"


class Canaries:
    """Secrets in every spelling in which they could get out."""

    def __init__(self) -> None:
        self._windows: dict[str, str] = {}

    def plant_text(self, name: str, secret: str) -> str:
        """Plant a token or a passphrase, and return it."""
        self._add(name, [secret, *_encodings(secret.encode())])
        return secret

    def plant_key(self, name: str, key: Any) -> None:
        """Plant a private key: its secret numbers alone, the rest of its PEM is in every certificate too."""
        der = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        for part in _secret_parts(key):
            self._add(name, [*_encodings(part), str(int.from_bytes(part, "big"))])
            self._add(name, _body_parts(der, part))

    def found_in(self, text: str) -> list[str]:
        """Which canaries, with what was seen of each; empty where there are none."""
        folded = _BETWEEN.sub("", text)
        seen = {folded[start : start + WINDOW] for start in range(len(folded) - WINDOW + 1)}
        shown = {*seen, *(window.lower() for window in seen)} & self._windows.keys()
        return sorted(f"{self._windows[window]}: {window}" for window in shown)

    def assert_absent(self, text: str, where: str) -> None:
        """Fail where a canary sings."""
        found = self.found_in(text)
        assert not found, f"{where} shows secrets: {found[:5]}"

    def assert_absent_below(self, folder: Path, but: Iterable[Path] = ()) -> int:
        """Search every file below a folder, and return how many there were."""
        files = sorted(path for path in folder.rglob("*") if path.is_file() and path not in set(but))
        for path in files:
            self.assert_absent(path.read_bytes().decode("utf-8", "replace"), str(path))
        return len(files)

    def _add(self, name: str, spellings: Iterable[str]) -> None:
        for spelling in spellings:
            folded = _BETWEEN.sub("", spelling)
            for start in range(len(folded) - WINDOW + 1):
                self._windows[folded[start : start + WINDOW]] = name


def _secret_parts(key: Any) -> list[bytes]:
    """The octets that only the key's owner knows."""
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return [key.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())]
    numbers = key.private_numbers()
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return [numbers.private_value.to_bytes((key.key_size + 7) // 8, "big")]
    assert isinstance(key, rsa.RSAPrivateKey)
    secret = (numbers.d, numbers.p, numbers.q, numbers.dmp1, numbers.dmq1, numbers.iqmp)
    return [number.to_bytes((number.bit_length() + 7) // 8, "big") for number in secret]


def _body_parts(der: bytes, part: bytes) -> Iterator[str]:
    """The characters of the PEM's base64 that the secret part alone decides; and all that encoded once more."""
    start = der.index(part)
    body = base64.b64encode(der).decode()
    first, last = -(-start * 8 // 6), (start + len(part)) * 8 // 6
    yield body[first:last]
    yield from _encodings(body[first:last].encode())
    for line in (body[at : at + 64] for at in range(0, len(body), 64)):
        if body.index(line) >= first and body.index(line) + len(line) <= last:
            yield from _encodings(f"{line}\n".encode())


def _encodings(raw: bytes) -> Iterator[str]:
    """Hexadecimal, and base64 at each alignment."""
    yield raw.hex()
    for offset in range(3):
        yield base64.b64encode(bytes(offset) + raw).decode().rstrip("=")[2 * offset : -2]
