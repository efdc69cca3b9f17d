# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""A private key: read in any of its usual forms, compared by its public half, written in the one form that is sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .._errors import PrivateKeyError
from .._libraries import ec, serialization
from .certificate import public_key_der
from .pem import PemBlock

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes

_LABELS = ("PRIVATE KEY", "ENCRYPTED PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY")
"""PKCS#8 (RFC 5958), PKCS#1 (RFC 8017), SEC1 (RFC 5915); the old two may be encrypted by headers (RFC 1421)."""

_PARAMETERS = "EC PARAMETERS"
"""What `openssl ecparam -genkey` writes before the key; the key repeats it."""


@dataclass(frozen=True)
class PrivateKey:
    """A key that is never shown: its representation is empty, and `pem` is for the request that is written alone."""

    _key: PrivateKeyTypes = field(repr=False)

    def __post_init__(self) -> None:
        # Older releases of the library read an EC key whose public half, the one that is compared, is not its own.
        if isinstance(self._key, ec.EllipticCurvePrivateKey):
            own = ec.derive_private_key(self._key.private_numbers().private_value, self._key.curve)
            if own.public_key().public_numbers() != self._key.public_key().public_numbers():
                raise ValueError("the two halves of the key differ")

    def public_key_der(self) -> bytes:
        """Return the SubjectPublicKeyInfo, to compare with a certificate's."""
        return public_key_der(self._key.public_key())

    def pem(self) -> str:
        """Write it as the API documents it: PKCS#8, PEM, not encrypted."""
        encoding, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
        return self._key.private_bytes(encoding, form, serialization.NoEncryption()).decode("ascii")


def private_key_from_pem(blocks: Sequence[PemBlock], passphrase: str | None, what: str) -> PrivateKey:
    """Read the one private key of a PEM text, in a form that is for TLS; the error says why it can't be."""
    keys = [block for block in blocks if block.label != _PARAMETERS]
    strange = next((block for block in keys if block.label not in _LABELS), None)
    if strange:
        raise PrivateKeyError(
            f"{what}, line {strange.line}: a {strange.label} where only a private key belongs",
            f"The forms that are read: {', '.join(_LABELS)}.",
        )
    if len(keys) != 1:
        raise PrivateKeyError(f"{what}: {len(keys)} private keys in it, exactly one is needed")
    block = keys[0]
    encrypted = block.label.startswith("ENCRYPTED") or any("ENCRYPTED" in header for header in block.headers)
    if encrypted and passphrase is None:
        raise PrivateKeyError(
            f"{what}, line {block.line}: the private key is encrypted", "Give private_key_passphrase."
        )
    try:
        password = passphrase.encode() if encrypted and passphrase is not None else None
        return PrivateKey(serialization.load_pem_private_key(block.text().encode("ascii"), password))
    except Exception:  # noqa: BLE001  # whatever these bytes do to the parser is about these bytes
        reason = "wrong passphrase, or damaged" if encrypted else "damaged, or of a type that is not for TLS"
        raise PrivateKeyError(f"{what}, line {block.line}: the private key can't be read ({reason})") from None
