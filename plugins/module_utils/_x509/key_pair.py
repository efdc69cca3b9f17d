# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""What a resource shall serve: a chain and the key of its leaf, checked before anything leaves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from .._errors import CertificateError, PrivateKeyError
from .._libraries import pkcs12, serialization
from .certificate import RSA_PSS, Certificate, timestamp
from .chain import is_complete, ordered, without_root
from .private_key import PrivateKey

_RENEW = "Renew it first."
_SELF_SIGNED = "a self-signed certificate, which no browser trusts"
_NO_INTERMEDIATE = "no intermediate certificate; that is right only if a root issued the leaf itself"
_MINIMUM_BITS = {"RSA": 2048, "ECDSA": 256, "Ed25519": 256}
"""The key types that TLS servers use, and what clients still accept of each (CA/Browser Forum BR, section 6.1.5)."""


@dataclass(frozen=True)
class KeyPair:
    """A chain in order, leaf first, with its key, and what is worth a warning."""

    chain: tuple[Certificate, ...]
    key: PrivateKey = field(repr=False)
    warnings: tuple[str, ...] = ()

    @property
    def leaf(self) -> Certificate:
        """Return the certificate that names the site."""
        return self.chain[0]

    @cached_property
    def texts(self) -> tuple[str, str]:
        """Return certificates and key as they are sent, written once for a whole fleet."""
        return self.certificate_pem(), self.key.pem()

    def certificate_pem(self) -> str:
        """Write the chain as the API documents it: leaf first, lines of 64, no blank lines, a final line end."""
        encoding = serialization.Encoding.PEM
        return "".join(link.x509.public_bytes(encoding).decode("ascii") for link in self.chain)


def key_pair_of(certificates: Sequence[Certificate], key: PrivateKey, what: str) -> KeyPair:
    """Match what was read of a text or bundle with its key, and put the chain in order."""
    public = key.public_key_der()
    leaf = next((certificate for certificate in certificates if certificate.public_key_der == public), None)
    if leaf is None:
        raise PrivateKeyError(
            f"{what}: the private key does not belong to {certificates[0].label()} nor to any other certificate given",
            "Take certificate and key from the same issuance.",
        )
    chain = ordered(list(dict.fromkeys(certificates)), leaf, what)
    if is_complete(chain) is False:
        raise CertificateError(
            f"{what}: the intermediate certificate '{leaf.x509.issuer.rfc4514_string()}' is missing, "
            "clients that do not fetch it themselves would refuse the site",
            "Add it with chain or chain_path, or give the full chain.",
        )
    warnings = []
    if list(chain) != certificates:
        warnings.append(f"{what}: the chain was put in order: leaf first, then each issuer, nothing twice.")
    if len(chain) == 1:
        warnings.append(f"{what}: the file holds {_SELF_SIGNED if leaf.is_self_issued else _NO_INTERMEDIATE}.")
    return KeyPair(chain, key, tuple(warnings))


def read_pkcs12(content: bytes, passphrase: str | None, what: str) -> tuple[list[Certificate], PrivateKey]:
    """Read all certificates of a PKCS#12 bundle (RFC 7292), and the key."""
    try:
        found = pkcs12.load_pkcs12(content, None if passphrase is None else passphrase.encode())
        key = PrivateKey(found.key) if found.key else None
    except Exception:  # noqa: BLE001  # whatever these bytes do to the parser is about these bytes
        raise PrivateKeyError(
            f"{what}: not a readable PKCS#12 bundle (wrong or missing passphrase, or damaged)",
            "Its passphrase goes into private_key_passphrase.",
        ) from None
    if key is None or found.cert is None:
        raise PrivateKeyError(f"{what}: the PKCS#12 bundle holds no private key with its certificate")
    links = [
        link.certificate.public_bytes(serialization.Encoding.DER) for link in (found.cert, *found.additional_certs)
    ]
    return [Certificate.from_der(link, what) for link in links], key


def check_key_pair(key_pair: KeyPair, now: datetime, min_days_valid: int) -> tuple[str, ...]:
    """Check that clients would accept it, and its leaf for so many days, and return what is worth a warning."""
    leaf = key_pair.leaf
    checked = without_root(key_pair.chain)
    if leaf.key[0] == RSA_PSS:
        raise CertificateError(
            f"{leaf.label()} has an RSA-PSS key (id-RSASSA-PSS), which browsers do not take",
            "Have it issued for a key that is plain RSA (rsaEncryption) or ECDSA.",
        )
    for certificate in key_pair.chain:
        _check_strength(certificate)
        if certificate in checked and certificate.has_weak_signature:
            raise CertificateError(f"{certificate.label()} is signed with a hash that clients refuse (SHA-1 or MD5)")
    if not leaf.serves_tls:
        raise CertificateError(f"{leaf.label()} is not for TLS servers (extendedKeyUsage without serverAuth)")
    if not leaf.dns_names:
        raise CertificateError(f"{leaf.label()} has no subject alternative names, and clients look at nothing else")
    for certificate in checked:
        _check_validity(certificate, now)
    if leaf.days_left(now) < min_days_valid:
        raise CertificateError(
            f"{leaf.label()} expires at {timestamp(leaf.not_after)}, in {leaf.days_left(now)} days; "
            f"min_days_valid asks for {min_days_valid}",
            _RENEW,
        )
    # An intermediate that ends before its leaf ends the site before the leaf does.
    return tuple(
        f"The intermediate {link.label()} expires at {timestamp(link.not_after)}, before the leaf."
        for link in checked[1:]
        if link.not_after < leaf.not_after
    )


def _check_strength(certificate: Certificate) -> None:
    kind, bits = certificate.key
    kind = "RSA" if kind == RSA_PSS else kind
    least = _MINIMUM_BITS.get(kind)
    if least is None:
        raise CertificateError(f"{certificate.label()} has a {kind} key; TLS servers use {', '.join(_MINIMUM_BITS)}")
    if bits < least:
        raise CertificateError(f"{certificate.label()} has a {kind} key of {bits} bits, {least} are the minimum")


def _check_validity(certificate: Certificate, now: datetime) -> None:
    if certificate.not_before > now:
        raise CertificateError(
            f"{certificate.label()} is not valid before {timestamp(certificate.not_before)} (now: {timestamp(now)})",
            "Wait, or check this machine's clock.",
        )
    if certificate.not_after <= now:
        raise CertificateError(f"{certificate.label()} expired at {timestamp(certificate.not_after)}", _RENEW)
