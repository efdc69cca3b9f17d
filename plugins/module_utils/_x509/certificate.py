# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""One X.509 certificate (RFC 5280): identity by its DER, and the facts that results show."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime, timezone
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeVar
from weakref import WeakValueDictionary

from .._clock import days_left
from .._errors import CertificateError
from .._libraries import crypto_exceptions, ec, ed25519, rsa, serialization, x509
from .pem import PemBlock

if TYPE_CHECKING:
    from cryptography.x509 import Certificate as Parsed
    from cryptography.x509 import ExtensionType

    Extension = TypeVar("Extension", bound=ExtensionType)

RSA_PSS = "RSA-PSS"
_ID_RSASSA_PSS = bytes.fromhex("06092a864886f70d01010a")
_WEAK_HASHES = ("md2", "md5", "sha1")
_SERVER_USAGES = ("1.3.6.1.5.5.7.3.1", "2.5.29.37.0")
"""serverAuth and anyExtendedKeyUsage (RFC 5280, section 4.2.1.12)."""
_CA_ISSUERS = "1.3.6.1.5.5.7.48.2"
"""caIssuers (RFC 5280, section 4.2.2.1)."""


class Certificate:
    """A certificate, read as a whole, that equals another when the DER is the same."""

    def __init__(self, der: bytes) -> None:
        parsed = x509.load_der_x509_certificate(der)
        self.der, self.x509 = der, parsed
        self.public_key_der = public_key_der(parsed.public_key())
        self.not_before, self.not_after = _moment(parsed, "not_valid_before"), _moment(parsed, "not_valid_after")
        # Host names are its subject alternative names, never its common name (RFC 9525, section 2).
        names = _extension(parsed, x509.SubjectAlternativeName)
        self.dns_names = tuple(names.get_values_for_type(x509.DNSName)) if names else ()
        # It may issue others (RFC 5280, section 4.2.1.9).
        constraints = _extension(parsed, x509.BasicConstraints)
        self.is_authority = constraints is not None and constraints.ca
        # A root or a self-signed leaf.
        self.is_self_issued = parsed.issuer == parsed.subject
        usages = _extension(parsed, x509.ExtendedKeyUsage)
        self.serves_tls = usages is None or any(usage.dotted_string in _SERVER_USAGES for usage in usages)
        # Where its issuer's certificate can be fetched, as one with a public issuer tells.
        access = _extension(parsed, x509.AuthorityInformationAccess) or ()
        issuers = [one.access_location.value for one in access if one.access_method.dotted_string == _CA_ISSUERS]
        self.issuer_address: str | None = next(iter(issuers), None)
        self.has_weak_signature = _has_weak_signature(parsed)
        self.key = _key(parsed, self.public_key_der)
        self.fingerprint_sha256 = hashlib.sha256(der).hexdigest()
        self._facts = {
            "fingerprint_sha256": self.fingerprint_sha256,
            "subject": parsed.subject.rfc4514_string(),
            "issuer": parsed.issuer.rfc4514_string(),
            "serial_number": str(parsed.serial_number),
            "subject_alt_names": list(self.dns_names),
            "key_type": self.key[0],
            "key_size": self.key[1],
            "not_before": timestamp(self.not_before),
            "not_after": timestamp(self.not_after),
        }

    @classmethod
    def from_der(cls, der: bytes, what: str) -> Certificate:
        """Read a certificate, or raise `CertificateError` for what is none, or can't be read to its end."""
        try:
            return _KNOWN.get(der) or _KNOWN.setdefault(der, cls(der))
        except Exception as error:  # noqa: BLE001  # whatever a stranger's bytes do to the parser is about these bytes
            raise CertificateError(f"{what}: not a readable X.509 certificate ({type(error).__name__})") from None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Certificate) and self.der == other.der

    def __hash__(self) -> int:
        return hash(self.der)

    def __repr__(self) -> str:
        return "Certificate()"

    # A signature takes longer to verify than anything else that is asked of a certificate, and is asked for again.
    @lru_cache(maxsize=1024)  # noqa: B019  # certificates are values
    def is_issued_by(self, issuer: Certificate) -> bool:
        """Tell whether the issuer's name and its key's signature say so; of too weak a signature the name alone."""
        if self.has_weak_signature:
            return self.x509.issuer == issuer.x509.subject
        try:
            self.x509.verify_directly_issued_by(issuer.x509)
        except Exception:  # noqa: BLE001  # a signature that can't be verified, for whatever reason, proves nothing
            return False
        return True

    def days_left(self, now: datetime) -> int:
        """Count the whole days until it expires, negative once it has."""
        return days_left(self.not_after, now)

    def label(self) -> str:
        """Name it for an error."""
        return f"'{self._facts['subject']}'"

    def facts(self, now: datetime) -> dict[str, Any]:
        """Tell what results and diffs show of it."""
        return {**self._facts, "days_left": self.days_left(now)}


def _moment(parsed: Parsed, name: str) -> datetime:
    # cryptography 42 brought the aware twins and deprecated the naive ones.
    aware: datetime | None = getattr(parsed, f"{name}_utc", None)
    return aware or getattr(parsed, name).replace(tzinfo=timezone.utc)


def _extension(parsed: Parsed, kind: type[Extension]) -> Extension | None:
    try:
        return parsed.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None


def _has_weak_signature(parsed: Parsed) -> bool:
    """Tell whether its hash is one that no browser accepts any more, or one that not even the library knows."""
    try:
        algorithm = parsed.signature_hash_algorithm
    except crypto_exceptions.UnsupportedAlgorithm:
        return True
    return algorithm is not None and algorithm.name in _WEAK_HASHES


def _key(parsed: Parsed, info: bytes) -> tuple[str, int]:
    """Tell type and bits of the public key, such as ("RSA", 2048); 0 bits where the type is not for TLS servers."""
    public = parsed.public_key()
    if isinstance(public, rsa.RSAPublicKey):
        # The library takes id-RSASSA-PSS (RFC 4055, section 1.2) for rsaEncryption, and writes it anew as that.
        signed = parsed.tbs_certificate_bytes
        return RSA_PSS if _ID_RSASSA_PSS in signed and info not in signed else "RSA", public.key_size
    if isinstance(public, ec.EllipticCurvePublicKey):
        return "ECDSA", public.key_size
    if isinstance(public, ed25519.Ed25519PublicKey):
        return "Ed25519", 256
    return type(public).__name__.strip("_"), 0


def public_key_der(key: Any) -> bytes:
    """Write a public key's SubjectPublicKeyInfo, by which a private key is told to be a certificate's."""
    return bytes(key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo))


_KNOWN: WeakValueDictionary[bytes, Certificate] = WeakValueDictionary()
"""Those in use: what a thousand edges serve is mostly what the run has read before."""


def timestamp(moment: datetime) -> str:
    """Write a moment as ISO 8601, UTC, to the second, with `Z`."""
    return moment.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def certificates_from_pem(blocks: Sequence[PemBlock], what: str) -> list[Certificate]:
    """Read the certificates of a PEM text; a block that is anything else, above all a private key, is refused."""
    for block in blocks:
        if block.label.endswith("PRIVATE KEY"):
            raise CertificateError(
                f"{what}, line {block.line}: a private key among the certificates",
                "Give the key to private_key alone: this option's value is shown in logs.",
            )
        if block.label != "CERTIFICATE":
            raise CertificateError(f"{what}, line {block.line}: a {block.label} where only CERTIFICATE belongs")
    return [Certificate.from_der(block.der, f"{what}, line {block.line}") for block in blocks]
