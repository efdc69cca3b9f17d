# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors
"""Certificates as the CDN keeps them: objects with a number and a name, shared by any number of resources."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cryptography import x509
from cryptography.x509.oid import NameOID

from .. import fingerprints
from ..material import Material


@dataclass
class SslObject:
    """A certificate object; without material it is one that Let's Encrypt has not issued yet.

    Attributes:
        owner: whose it is in the eyes of a test: ``seed`` or ``client``.
    """

    id: int
    name: str
    material: Material | None = None
    automated: bool = False
    owner: str = "seed"

    def shown(self, *, in_use: bool, deleted: bool = False) -> dict[str, Any]:
        """Return what the API tells: names and dates, never a certificate."""
        return {
            "id": self.id,
            "name": self.name,
            "automated": self.automated,
            "deleted": deleted,
            "hasRelatedResources": in_use,
            **_record(self.material),
        }

    def issuing(self) -> dict[str, Any]:
        """Return how far Let's Encrypt has come with it."""
        latest = None if self.material else {"status": "Issuing", "error": None, "details": None, "retry_after": None}
        return {
            "id": self.id,
            "active": self.material is None,
            "attempts_count": 1,
            "next_attempt_time": None,
            "started": "2026-01-01T00:00:00.000000Z",
            "finished": None,
            "statuses": [latest] if latest else [],
            "latest_status": latest,
        }


def _record(material: Material | None) -> dict[str, Any]:
    if material is None:
        names = ("cert_issuer", "cert_subject_cn", "cert_subject_alt", "validity_not_before", "validity_not_after")
        return dict.fromkeys(names)
    leaf = material.certificates[0]
    return {
        "cert_issuer": _common_name(leaf.issuer),
        "cert_subject_cn": _common_name(leaf.subject),
        "cert_subject_alt": ", ".join(f"DNS:{name}" for name in _names(leaf)),
        "validity_not_before": fingerprints.iso(fingerprints.not_before(leaf)),
        "validity_not_after": fingerprints.iso(fingerprints.not_after(leaf)),
    }


def _common_name(name: x509.Name) -> str:
    found = name.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(found[0].value) if found else ""


def _names(leaf: x509.Certificate) -> list[str]:
    try:
        extension = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except x509.ExtensionNotFound:
        return []
    return list(extension.value.get_values_for_type(x509.DNSName))
