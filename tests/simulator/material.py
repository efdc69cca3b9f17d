# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors
"""What can be installed on a resource: a certificate, its chain and its private key."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from . import fingerprints
from .authority import Issued


class MaterialError(Exception):
    """The certificate or the key can't be installed; says why, field by field."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.invalid_fields = {field: [reason]}


@dataclass(frozen=True)
class Material:
    """A certificate with its key as installed; ``text`` is the PEM as it was sent, and settles all the rest."""

    text: str
    certificates: tuple[x509.Certificate, ...] = field(compare=False)
    key: Any = field(compare=False)

    @classmethod
    def of(cls, issued: Issued) -> Material:
        """Take what the simulator issued itself, chain included."""
        return cls(issued.full_chain_pem, (issued.certificate, *issued.issuers[:-1]), issued.key)

    @classmethod
    def parse(cls, certificate: Any, private_key: Any) -> Material:
        """Read what a client sent; raises MaterialError for what a real API refuses."""
        certificates = _certificates(certificate)
        key = _private_key(private_key)
        if fingerprints.key_sha256(key) != fingerprints.key_sha256(certificates[0]):
            raise MaterialError("service_ssl_key", "The key does not match the certificate.")
        for position, pair in enumerate(pairwise(certificates), start=2):
            if not _issued_by(*pair):
                reason = f"Certificate {position} is not the issuer of the one before it."
                raise MaterialError("service_ssl_crt", reason)
        return cls(certificate, certificates, key)

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of the leaf."""
        return fingerprints.certificate_sha256(self.certificates[0])

    @cached_property
    def expire(self) -> int:
        """The leaf's end of validity in Unix seconds."""
        return int(fingerprints.not_after(self.certificates[0]).timestamp())

    def facts(self) -> dict[str, Any]:
        """Say what is installed; never the key itself."""
        leaf = self.certificates[0]
        return {
            "fingerprint_sha256": self.fingerprint,
            "key_fingerprint_sha256": fingerprints.key_sha256(leaf),
            "chain_fingerprints_sha256": [fingerprints.certificate_sha256(each) for each in self.certificates[1:]],
            "not_before": fingerprints.iso(fingerprints.not_before(leaf)),
            "not_after": fingerprints.iso(fingerprints.not_after(leaf)),
            "expire": self.expire,
        }


def _required(field: str, text: Any) -> bytes:
    if not isinstance(text, str) or not text.strip():
        raise MaterialError(field, "This field is required.")
    return text.encode()


def _certificates(text: Any) -> tuple[x509.Certificate, ...]:
    pem = _required("service_ssl_crt", text)
    if b"PRIVATE KEY" in pem:
        raise MaterialError("service_ssl_crt", "A private key is no certificate.")
    try:
        return tuple(x509.load_pem_x509_certificates(pem))
    except ValueError:
        raise MaterialError("service_ssl_crt", "Not a valid PEM certificate.") from None


def _private_key(text: Any) -> Any:
    pem = _required("service_ssl_key", text)
    try:
        return load_pem_private_key(pem, None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise MaterialError("service_ssl_key", "Not a valid unencrypted PEM private key.") from None


def _issued_by(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    if certificate.issuer != issuer.subject:
        return False
    try:
        certificate.verify_directly_issued_by(issuer)
    except InvalidSignature:
        return False
    except (ValueError, TypeError, UnsupportedAlgorithm):
        # An algorithm that cryptography does not verify (SHA-1): the names have to do.
        return True
    return True
