# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""One X.509 certificate (RFC 5280): identity by its DER, and the facts that results show."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timezone
from functools import cached_property, lru_cache
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

_PARSED_WHEN_ASKED = (
    "_lasting_facts", "is_authority", "serves_tls", "issuer_address", "public_key_der", "has_weak_signature",
)  # fmt: skip


@dataclass(frozen=True)
class Certificate:
    """A certificate that equals another when the DER is the same."""

    der: bytes = field(repr=False)

    @classmethod
    def from_der(cls, der: bytes, what: str) -> Certificate:
        """Read a certificate, and all of it that is ever asked for.

        Raises:
            CertificateError: the bytes are no X.509 certificate, or one of which something can't be read.
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
    def x509(self) -> Parsed:
        """Parse it."""
        return x509.load_der_x509_certificate(self.der)

    @cached_property
    def fingerprint_sha256(self) -> str:
        """Return the SHA-256 of the DER, lower-case hexadecimal without colons."""
        return hashlib.sha256(self.der).hexdigest()

    @cached_property
    def public_key_der(self) -> bytes:
        """Return the SubjectPublicKeyInfo, to compare with a private key's."""
        encoding, form = serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        return self.x509.public_key().public_bytes(encoding, form)

    @cached_property
    def not_before(self) -> datetime:
        """Return the start of the validity, aware, UTC."""
        return self._moment("not_valid_before")

    @cached_property
    def not_after(self) -> datetime:
        """Return the end of the validity, aware, UTC."""
        return self._moment("not_valid_after")

    def _moment(self, name: str) -> datetime:
        # cryptography 42 brought the aware twins and deprecated the naive ones.
        aware: datetime | None = getattr(self.x509, f"{name}_utc", None)
        return aware or getattr(self.x509, name).replace(tzinfo=timezone.utc)

    @cached_property
    def dns_names(self) -> tuple[str, ...]:
        """Return the host names: its subject alternative names, never its common name (RFC 9525, section 2)."""
        names = self._extension(x509.SubjectAlternativeName)
        return tuple(names.get_values_for_type(x509.DNSName)) if names else ()

    @cached_property
    def is_authority(self) -> bool:
        """Tell whether it may issue others (basicConstraints, RFC 5280, section 4.2.1.9)."""
        constraints = self._extension(x509.BasicConstraints)
        return constraints is not None and constraints.ca

    @cached_property
    def is_self_issued(self) -> bool:
        """Tell a root or a self-signed leaf, of which issuer and subject are the same."""
        return self.x509.issuer == self.x509.subject

    @cached_property
    def serves_tls(self) -> bool:
        """Tell whether its extended key usage, where it has one, allows a TLS server."""
        usages = self._extension(x509.ExtendedKeyUsage)
        return usages is None or any(usage.dotted_string in _SERVER_USAGES for usage in usages)

    @cached_property
    def issuer_address(self) -> str | None:
        """Tell where its issuer's certificate can be fetched (caIssuers), as one with a public issuer does."""
        access = self._extension(x509.AuthorityInformationAccess) or ()
        found = (entry for entry in access if entry.access_method.dotted_string == _CA_ISSUERS)
        return next((entry.access_location.value for entry in found), None)

    @cached_property
    def has_weak_signature(self) -> bool:
        """Tell whether its hash is one that no browser accepts any more, or one that not even the library knows."""
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
            # The library takes id-RSASSA-PSS (RFC 4055, section 1.2) for rsaEncryption, and writes it anew as that.
            signed = self.x509.tbs_certificate_bytes
            is_for_pss_alone = _ID_RSASSA_PSS in signed and self.public_key_der not in signed
            return RSA_PSS if is_for_pss_alone else "RSA", public.key_size
        if isinstance(public, ec.EllipticCurvePublicKey):
            return "ECDSA", public.key_size
        if isinstance(public, ed25519.Ed25519PublicKey):
            return "Ed25519", 256
        return type(public).__name__.strip("_"), 0

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
        return f"'{self.x509.subject.rfc4514_string()}'"

    def facts(self, now: datetime) -> dict[str, Any]:
        """Tell what results and diffs show of it."""
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

    def _extension(self, kind: type[Extension]) -> Extension | None:
        try:
            return self.x509.extensions.get_extension_for_class(kind).value
        except x509.ExtensionNotFound:
            return None


_KNOWN: WeakValueDictionary[bytes, Certificate] = WeakValueDictionary()
"""Those in use: what a thousand edges serve is mostly what the run has read before."""


def timestamp(moment: datetime) -> str:
    """Write a moment as ISO 8601, UTC, to the second, with `Z`."""
    return moment.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def certificates_from_pem(blocks: Sequence[PemBlock], what: str) -> list[Certificate]:
    """Read the certificates of a PEM text.

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
