# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors
"""Certificates as the CDN keeps them: objects with a number and a name, shared by any number of resources."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from cryptography import x509
from cryptography.x509.oid import NameOID

from .. import fingerprints
from ..material import Material

_FIELDS = ("cert_issuer", "cert_subject_cn", "cert_subject_alt", "validity_not_before", "validity_not_after")
_NOTHING: Mapping[str, Any] = dict.fromkeys(_FIELDS)


@dataclass
class SslObject:
    """A certificate object; without material it is one that Let's Encrypt has not issued yet.

    Attributes:
        owner: whose it is in the eyes of a test: ``seed``, ``client`` or ``somebody``.
    """

    id: int
    name: str
    material: Material | None = None
    automated: bool = False
    owner: str = "seed"

    def shown(self, form: str, *, in_use: bool, deleted: bool = False) -> dict[str, Any]:
        """Return what the API tells: names and dates in a form of ``FORMS``, never a certificate."""
        return {
            "id": self.id,
            "name": self.name,
            "automated": self.automated,
            "deleted": deleted,
            "hasRelatedResources": in_use,
            **(record(self.material, form) if self.material else _NOTHING),
        }

    def issuing(self) -> dict[str, Any]:
        """Return how far Let's Encrypt has come with it."""
        moment = "2026-01-01T00:00:00.000000Z"
        attempt = {"id": 1, "status": "Done", "error": "", "details": "", "created": moment, "retry_after": ""}
        is_over = self.material is not None
        return {
            "id": self.id,
            "active": not is_over,
            "attempts_count": int(is_over),
            "next_attempt_time": None,
            "started": moment,
            "finished": moment if is_over else None,
            "statuses": [attempt] if is_over else [],
            "latest_status": attempt if is_over else None,
        }


def _prefixed(leaf: x509.Certificate) -> dict[str, Any]:
    return {
        "cert_issuer": _common_name(leaf.issuer),
        "cert_subject_cn": _common_name(leaf.subject),
        "cert_subject_alt": ", ".join(f"DNS:{name}" for name in _names(leaf)),
        "validity_not_before": fingerprints.iso(fingerprints.not_before(leaf)),
        "validity_not_after": fingerprints.iso(fingerprints.not_after(leaf)),
    }


def _plain(leaf: x509.Certificate) -> dict[str, Any]:
    return {**_prefixed(leaf), "cert_issuer": leaf.issuer.rfc4514_string(), "cert_subject_alt": ",".join(_names(leaf))}


def _unreadable(leaf: x509.Certificate) -> dict[str, Any]:
    return {**dict.fromkeys(_FIELDS, ""), "cert_subject_alt": f"[{len(_names(leaf))}]", "validity_not_after": "?"}


# The facts do not tell how issuer and names are written, nor that they are always there.
FORMS: Mapping[str, Callable[[x509.Certificate], dict[str, Any]]] = {
    "prefixed": _prefixed,
    "plain": _plain,
    "unreadable": _unreadable,
    "missing": lambda _leaf: {},
}


@lru_cache(maxsize=20_000)
def record(material: Material, form: str) -> Mapping[str, Any]:
    """Return what the API tells of a certificate itself."""
    return FORMS[form](material.certificates[0])


def _common_name(name: x509.Name) -> str:
    found = name.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(found[0].value) if found else ""


def _names(leaf: x509.Certificate) -> list[str]:
    try:
        extension = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except x509.ExtensionNotFound:
        return []
    return list(extension.value.get_values_for_type(x509.DNSName))
