# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""One X.509 certificate (RFC 5280): identity by its DER, and the facts that results show."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime, timezone
from functools import cached_property, lru_cache
from typing import Any
from weakref import WeakValueDictionary

from .._clock import days_left
from .._errors import CertificateError
from .._libraries import (
    crypto_exceptions,
    ec,
    ed25519,
    rsa,
    serialization,
    x509,
)
from .pem import PemBlock

_WEAK_HASHES = ("md2", "md5", "sha1")
_PARSED_WHEN_ASKED = (
    "_lasting_facts", "is_authority", "serves_tls", "issuer_address", "public_key_der", "has_weak_signature",
)  # fmt: skip
RSA_PSS = "RSA-PSS"
_ID_RSASSA_PSS = bytes.fromhex("06092a864886f70d01010a")
_SERVER_USAGES = ("1.3.6.1.5.5.7.3.1", "2.5.29.37.0")
"""serverAuth and anyExtendedKeyUsage (RFC 5280, section 4.2.1.12)."""


@dataclass(frozen=True)
class Certificate:
    """Equal to another when the DER is the same. Every reader of `x509` here survives what a stranger put in it."""

    der: bytes = field(repr=False)

    @classmethod
    def from_der(cls, der: bytes, what: str) -> Certificate:
        """Read it.

        Raises:
            CertificateError: the bytes are no X.509 certificate, or one whose extensions can't be read.
        """
        known = _KNOWN.get(der)
        if known is not None:
            return known
        certificate = cls(der)
        try:
            for name in _PARSED_WHEN_ASKED:
                getattr(certificate, name)
        except Exception as error:  # noqa: BLE001  # whatever a stranger's bytes do to the parser is about these bytes
            raise CertificateError(f"{what}: not a readable X.509 certificate ({type(error).__name__})") from None
        return _KNOWN.setdefault(der, certificate)

    @cached_property
    def x509(self) -> Any:
        """The parsed certificate."""
        return x509.load_der_x509_certificate(self.der)

    @cached_property
    def fingerprint_sha256(self) -> str:
        """SHA-256 of the DER, lower-case hexadecimal without colons."""
        return hashlib.sha256(self.der).hexdigest()

    @cached_property
    def public_key_der(self) -> bytes:
        """SubjectPublicKeyInfo, to compare with a private key's."""
        encoding, form = serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        return bytes(self.x509.public_key().public_bytes(encoding, form))

    @cached_property
    def not_before(self) -> datetime:
        """The start of the validity, aware, UTC."""
        return self._moment("not_valid_before")

    @cached_property
    def not_after(self) -> datetime:
        """The end of the validity, aware, UTC."""
        return self._moment("not_valid_after")

    def _moment(self, name: str) -> datetime:
        """cryptography 42 brought the aware twins and deprecated the naive ones."""
        aware = getattr(self.x509, f"{name}_utc", None)
        return aware or getattr(self.x509, name).replace(tzinfo=timezone.utc)

    @cached_property
    def dns_names(self) -> tuple[str, ...]:
        """The host names that it is for: its subject alternative names, never its common name (RFC 9525, section 2)."""
        names = self._extension("SubjectAlternativeName")
        return tuple(names.get_values_for_type(x509.DNSName)) if names else ()

    @cached_property
    def is_authority(self) -> bool:
        """Whether it may issue others (basicConstraints, RFC 5280, section 4.2.1.9)."""
        constraints = self._extension("BasicConstraints")
        return bool(constraints and constraints.ca)

    @cached_property
    def is_self_issued(self) -> bool:
        """Issuer and subject are the same: a root, or a self-signed leaf."""
        return bool(self.x509.issuer == self.x509.subject)

    @cached_property
    def serves_tls(self) -> bool:
        """Whether its extended key usage, where it has one, allows a TLS server."""
        usages = self._extension("ExtendedKeyUsage")
        return usages is None or any(usage.dotted_string in _SERVER_USAGES for usage in usages)

    @cached_property
    def issuer_address(self) -> str | None:
        """Where its issuer's certificate can be fetched (caIssuers): only a certificate with a public issuer has it."""
        access = self._extension("AuthorityInformationAccess") or ()
        method = x509.oid.AuthorityInformationAccessOID.CA_ISSUERS
        return next((entry.access_location.value for entry in access if entry.access_method == method), None)

    @cached_property
    def has_weak_signature(self) -> bool:
        """Signed with a hash that no browser accepts any more, or by an algorithm that not even the library knows."""
        try:
            algorithm = self.x509.signature_hash_algorithm
        except crypto_exceptions.UnsupportedAlgorithm:
            return True
        return algorithm is not None and algorithm.name in _WEAK_HASHES

    @cached_property
    def key(self) -> tuple[str, int]:
        """Tell type and bits of the public key, such as ("RSA", 2048); 0 bits where the type is not for TLS servers."""
        public = self.x509.public_key()
        if isinstance(public, rsa.RSAPublicKey):
            return RSA_PSS if self._is_for_pss_alone() else "RSA", public.key_size
        if isinstance(public, ec.EllipticCurvePublicKey):
            return "ECDSA", public.key_size
        if isinstance(public, ed25519.Ed25519PublicKey):
            return "Ed25519", 256
        return type(public).__name__.strip("_"), 0

    def _is_for_pss_alone(self) -> bool:
        """Tell id-RSASSA-PSS (RFC 4055, section 1.2) from rsaEncryption: the library takes both for the same key."""
        # What it writes anew is as it was read, unless it was the former.
        signed = self.x509.tbs_certificate_bytes
        return _ID_RSASSA_PSS in signed and self.public_key_der not in signed

    def is_issued_by(self, issuer: Certificate) -> bool:
        """Whether the issuer's name and its key's signature say so; of a signature too weak to be verified the name."""
        return _is_issued_by(self, issuer)

    def days_left(self, now: datetime) -> int:
        """Whole days until it expires, negative once it has."""
        return days_left(self.not_after, now)

    def label(self) -> str:
        """How an error names it."""
        return f"'{self.x509.subject.rfc4514_string()}'"

    def facts(self, now: datetime) -> dict[str, Any]:
        """What results and diffs show of it."""
        return {**self._lasting_facts, "days_left": self.days_left(now)}

    @cached_property
    def _lasting_facts(self) -> dict[str, Any]:
        return {
            "fingerprint_sha256": self.fingerprint_sha256,
            "subject": self.x509.subject.rfc4514_string(),
            "issuer": self.x509.issuer.rfc4514_string(),
            "serial_number": str(self.x509.serial_number),
            "subject_alt_names": list(self.dns_names),
            "key_type": self.key[0],
            "key_size": self.key[1],
            "not_before": timestamp(self.not_before),
            "not_after": timestamp(self.not_after),
        }

    def _extension(self, name: str) -> Any:
        try:
            return self.x509.extensions.get_extension_for_class(getattr(x509, name)).value
        except x509.ExtensionNotFound:
            return None


@lru_cache(maxsize=1024)
def _is_issued_by(certificate: Certificate, issuer: Certificate) -> bool:
    """A signature takes longer to verify than anything else that is asked of a certificate, and is asked for again."""
    if certificate.has_weak_signature:
        return bool(certificate.x509.issuer == issuer.x509.subject)
    try:
        certificate.x509.verify_directly_issued_by(issuer.x509)
    except Exception:  # noqa: BLE001  # a signature that can't be verified, for whatever reason, proves nothing
        return False
    return True


_KNOWN: WeakValueDictionary[bytes, Certificate] = WeakValueDictionary()
"""Those in use: what a thousand edges serve is mostly what the run has read before."""


def timestamp(moment: datetime) -> str:
    """ISO 8601, UTC, to the second, with `Z`."""
    return moment.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def certificates_from_pem(blocks: list[PemBlock], what: str) -> list[Certificate]:
    """The certificates of a PEM text.

    Raises:
        CertificateError: a block is anything else; a private key among certificates above all.
    """
    for block in blocks:
        if block.label.endswith("PRIVATE KEY"):
            raise CertificateError(
                f"{what}, line {block.line}: a private key among the certificates",
                "Give the key to private_key alone: this option's value is shown in logs.",
            )
        if block.label != "CERTIFICATE":
            raise CertificateError(f"{what}, line {block.line}: a {block.label} where only CERTIFICATE belongs")
    return [Certificate.from_der(block.der, f"{what}, line {block.line}") for block in blocks]
