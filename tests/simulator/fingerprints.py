# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors
"""Facts read from certificates and keys: fingerprints and validity."""

import datetime
import hashlib

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

UTC = datetime.timezone.utc


def certificate_sha256(certificate: x509.Certificate) -> str:
    """Return the SHA-256 of the certificate's DER: lower-case hex, no colons."""
    return hashlib.sha256(certificate.public_bytes(Encoding.DER)).hexdigest()


def key_sha256(owner: object) -> str:
    """Return the SHA-256 of the SubjectPublicKeyInfo of a certificate or private key."""
    public_key = owner.public_key()  # type: ignore[attr-defined]
    der = public_key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha256(der).hexdigest()


def not_before(certificate: x509.Certificate) -> datetime.datetime:
    """Return the start of validity, aware and in UTC, on every supported cryptography."""
    if hasattr(certificate, "not_valid_before_utc"):
        return certificate.not_valid_before_utc
    return certificate.not_valid_before.replace(tzinfo=UTC)


def not_after(certificate: x509.Certificate) -> datetime.datetime:
    """Return the end of validity, aware and in UTC, on every supported cryptography."""
    if hasattr(certificate, "not_valid_after_utc"):
        return certificate.not_valid_after_utc
    return certificate.not_valid_after.replace(tzinfo=UTC)


def iso(moment: datetime.datetime) -> str:
    """Write a moment as ISO 8601 in UTC with a ``Z``, to the second."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
