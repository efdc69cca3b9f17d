# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""What an API tells of a certificate that it does not return, beside the one that is desired."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from enum import Enum
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from .._libraries import x509
from .._x509.certificate import Certificate
from .._x509.hostname import normalised

if TYPE_CHECKING:
    from cryptography.x509 import Name, ObjectIdentifier

A_DAY = 86400
"""Seconds by which an expiry may be off and still be the same certificate's, rounded."""

OURS = "gws1-"
_LONGEST_NAME = 64
_DIGEST = 16
_NAME_OF_OURS = re.compile(f"{OURS}.+-([0-9a-f]{{{_DIGEST}}})(?:-2)?")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(Z|[+-]\d\d:\d\d)?")
_HOST = re.compile(r"(?:\*\.)?[\w-]+(?:\.[\w-]+)*\.?")


class Expiry(Enum):
    """Compares what the API tells of the stored certificate, its expiry above all, with the desired one."""

    EQUAL = "equal"
    ROUNDED = "rounded"
    DIFFERENT = "different"
    UNKNOWN = "unknown"
    NAMED = "equal, and named after what was sent"
    RECHAINED = "equal, and named after something else that was sent"


def expiry_beside(expires: int | None, not_after: datetime) -> Expiry:
    """Compare an API's expiry (Unix seconds) with a notAfter."""
    if expires is None:
        return Expiry.UNKNOWN
    distance = abs(expires - int(not_after.timestamp()))
    if distance == 0:
        return Expiry.EQUAL
    return Expiry.ROUNDED if distance <= A_DAY else Expiry.DIFFERENT


@dataclass(frozen=True)
class Record:
    """The record of a certificate object; None is what it does not tell, or what nobody can read."""

    name: str  # of the object
    not_before: int | None = None  # Unix seconds
    not_after: int | None = None
    names: frozenset[str] | None = None
    subject: str | None = None  # the common name
    issuer: str | None = None

    @classmethod
    def from_api(cls, raw: Mapping[str, Any]) -> Record:
        """Read an object's JSON."""
        return cls(
            str(raw.get("name") or ""),
            _moment(raw.get("validity_not_before")),
            _moment(raw.get("validity_not_after")),
            _names(raw.get("cert_subject_alt")),
            _text(raw.get("cert_subject_cn")),
            _text(raw.get("cert_issuer")),
        )

    @property
    def is_ours(self) -> bool:
        """Tell whether the object has a name that this collection gives."""
        return self.name.startswith(OURS)

    def beside(self, chain: Sequence[Certificate]) -> Expiry:
        """Compare it with a chain, leaf first: what is sent is in a name of ours, and all else is the leaf's."""
        told = self.not_before, self.not_after, self.names, self.subject, self.issuer
        alike = _spellings(chain[0])
        if any(value is not None and not agrees(value) for value, agrees in zip(told, alike, strict=True)):
            return Expiry.DIFFERENT
        if None in told[:3]:  # both dates and the names suffice
            return Expiry.UNKNOWN
        named = _NAME_OF_OURS.fullmatch(self.name)
        if not named:
            return Expiry.EQUAL
        return Expiry.NAMED if named[1] == _digest(tuple(chain)) else Expiry.RECHAINED


@lru_cache(maxsize=4096)
def _spellings(leaf: Certificate) -> tuple[Callable[[Any], bool], ...]:
    """Return for each field of a record how it agrees with a leaf."""
    begin, end = (int(moment.timestamp()) for moment in (leaf.not_before, leaf.not_after))
    names = frozenset(map(normalised, leaf.dns_names))
    common = {normalised(name) for name in _attributes(leaf.x509.subject, x509.NameOID.COMMON_NAME)}
    issuer = set(_attributes(leaf.x509.issuer, x509.NameOID.COMMON_NAME))
    center = set(_attributes(leaf.x509.issuer, x509.NameOID.ORGANIZATION_NAME))
    return (
        begin.__eq__,
        end.__eq__,
        # The names may be told without the one that is the common name too.
        lambda told: told in (names, names - common),
        lambda told: not common or normalised(told) in common,
        # How it is written is not documented: the common name, the organization, or all of it in some order.
        lambda told: not issuer | center or told in center or not issuer.isdisjoint((told, *_WITHIN.split(told))),
    )


_WITHIN = re.compile(r"\s*[,/=+]\s*")
"""What is between the parts of a distinguished name."""


def _attributes(name: Name, kind: ObjectIdentifier) -> list[str]:
    return [str(one.value) for one in name.get_attributes_for_oid(kind)]


@lru_cache(maxsize=4096)
def _digest(chain: tuple[Certificate, ...]) -> str:
    return hashlib.sha256(b"".join(link.der for link in chain)).hexdigest()[:_DIGEST]


def object_name(chain: Sequence[Certificate], suffix: str = "") -> str:
    """Name the object of a chain after its first host name, and all that is sent."""
    end = f"-{_digest(tuple(chain))}{suffix}"
    host = normalised(chain[0].dns_names[0]).replace("*", "_")
    return f"{OURS}{host[: _LONGEST_NAME - len(OURS) - len(end)]}{end}"


def _moment(value: Any) -> int | None:
    """Read a date with its time (ISO 8601); without a zone it is in UTC."""
    found = _MOMENT.fullmatch(value) if isinstance(value, str) else None
    if not found:
        return None
    try:
        moment = datetime.fromisoformat(value[:19] + (found[1] or "").replace("Z", "+00:00"))
    except ValueError:
        return None
    return int(moment.replace(tzinfo=moment.tzinfo or timezone.utc).timestamp())


def _names(value: Any) -> frozenset[str] | None:
    """Read the alternative names, which are one text; nothing of it counts where a part is no host name."""
    parts = re.split(r"[,;\s]+", value.strip()) if isinstance(value, str) and value.strip() else []
    names = [part.removeprefix("DNS:") for part in parts]
    return frozenset(map(normalised, names)) if names and all(map(_HOST.fullmatch, names)) else None


def _text(value: Any) -> str | None:
    return value.strip() or None if isinstance(value, str) else None
