# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""What a site shall have: the user's certificate, Let's Encrypt, or no HTTPS."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from typing import Any, ClassVar, TypeAlias

from .._errors import CertificateError, ConflictError, DowngradeError
from .._gcore.record import Expiry
from .._gcore.site import CUSTOM, DISABLED, LETS_ENCRYPT, UNKNOWN, Site
from .._x509.certificate import Certificate, timestamp
from .._x509.chain import without_root
from .._x509.hostname import covered
from .._x509.key_pair import KeyPair
from .observe import Observation, installed_chain
from .verdict import State, Verdict, compare_certificate, later_than_desired


class Proof(Enum):
    """Says whether somebody shows that a site has what it shall have."""

    VERIFIED = "verified"
    MISMATCH = "mismatch"
    PENDING = "pending"
    SKIPPED = "skipped"


_SHOWN = {
    Expiry.DIFFERENT: Proof.MISMATCH,
    Expiry.RECHAINED: Proof.MISMATCH,
    Expiry.UNKNOWN: Proof.SKIPPED,
}
"""What the API's word of a stored certificate proves; all else verifies it."""


@dataclass(frozen=True)
class CustomCertificate:
    """The user's own certificate and key, checked, and what the options of these names let it do."""

    key_pair: KeyPair
    force: bool = False
    replace_lets_encrypt: bool = False
    allow_downgrade: bool = False
    require_alias_coverage: bool = False
    ssl_type: ClassVar[str] = CUSTOM

    @classmethod
    def permitted(cls, key_pair: KeyPair, values: Mapping[str, Any]) -> CustomCertificate:
        """Return one that may do what the options of a task allow."""
        options = ("force", "replace_lets_encrypt", "allow_downgrade", "require_alias_coverage")
        return cls(key_pair, **{name: values[name] for name in options})

    @property
    def leaf(self) -> Certificate:
        """Return what an edge shall serve."""
        return self.key_pair.leaf

    def compare(self, observed: Observation) -> Verdict:
        """Compare by fingerprint, on the best evidence there is; by force, what is in sync counts as drift."""
        found = compare_certificate(self.key_pair.chain, observed, replace_lets_encrypt=self.replace_lets_encrypt)
        if self.force and found.state is not State.CONFLICT:
            return replace(found, state=State.DRIFT, reason="forced", propagating=False, warning="")
        return found

    def validate(self, resource: Site) -> tuple[str, ...]:
        """Check that it covers the names that the site serves with it, which are not aliases with their own."""
        names = self.leaf.dns_names
        own = (alias.name for alias in resource.aliases if not alias.has_certificate)
        bare = [name for name in (resource.name, *own) if not covered(names, name)]
        if not bare:
            return ()
        listed = f"it covers {', '.join(names)}"
        if bare[0] == resource.name:
            raise CertificateError(f"the certificate does not cover {resource.name}; {listed}", "Is it the right one?")
        aliases = f"these aliases, which have none of their own: {', '.join(bare)}"
        message = f"the certificate does not cover {aliases}; {listed}"
        if resource.has_one_certificate:
            raise CertificateError(message, "One certificate is for all names of this resource: reissue it with them.")
        if self.require_alias_coverage:
            raise CertificateError(message, "Reissue it with these names, or set require_alias_coverage to false.")
        return (f"{resource.label()}: {message}.",)

    def authorize(self, observed: Observation, verdict: Verdict) -> tuple[str, ...]:
        """Keep it from replacing Let's Encrypt, or a certificate that lives longer, unasked."""
        if verdict.state is State.CONFLICT:
            raise ConflictError(
                "the resource uses Let's Encrypt, which renews itself",
                "Set replace_lets_encrypt to true if the custom certificate shall take its place.",
            )
        if verdict.state is State.IN_SYNC or self.allow_downgrade:
            return ()
        later = later_than_desired(observed, self.leaf)
        if later:
            raise DowngradeError(
                f"the current certificate is valid until {timestamp(later)}, "
                f"the desired one only until {timestamp(self.leaf.not_after)}",
                "Give the newer certificate, or set allow_downgrade to true.",
            )
        perhaps = later_than_desired(observed, self.leaf, rounding=0)
        if not perhaps or (observed.edge and observed.edge.leaf == self.leaf):
            return ()
        doubt = (
            f"{observed.resource.label()}: the API tells that the current certificate is valid until "
            f"{timestamp(perhaps)}, the desired one only until {timestamp(self.leaf.not_after)}; "
            "within a day that may be a rounded date, so it is no downgrade."
        )
        return (doubt,)

    def store_check(self, resource: Site) -> Proof:
        """Tell it by the certificate, where the API returns it, else by its expiry."""
        if resource.ssl_type in (DISABLED, LETS_ENCRYPT):
            return Proof.MISMATCH
        if resource.certificate is not None:
            is_there = without_root(installed_chain(resource)) == without_root(self.key_pair.chain)
            return Proof.VERIFIED if is_there else Proof.MISMATCH
        return _SHOWN.get(resource.beside(self.key_pair.chain), Proof.VERIFIED)

    def facts(self, now: datetime) -> dict[str, Any]:
        """Tell the leaf's facts."""
        return {"ssl_type": CUSTOM, **self.leaf.facts(now)}


@dataclass(frozen=True)
class SslType:
    """HTTPS without a certificate of the user's: Let's Encrypt, or off. There is nothing that an edge shall serve."""

    ssl_type: str
    replace_lets_encrypt: bool = False  # where that is lost with it
    leaf = key_pair = None

    def compare(self, observed: Observation) -> Verdict:
        """Compare by the API's word."""
        known = observed.resource.supposed_type
        reason = {DISABLED: "https_disabled", LETS_ENCRYPT: "lets_encrypt"}.get(known, "custom_certificate")
        return Verdict(State.IN_SYNC if known == self.ssl_type else State.DRIFT, reason, "api")

    def validate(self, resource: Site) -> tuple[str, ...]:
        """Warn of HTTPS off behind a redirect to HTTPS: that is a site that is down."""
        if self.ssl_type == DISABLED and resource.redirects_to_https:
            return (f"{resource.label()} redirects HTTP to HTTPS: with HTTPS off, its visitors reach nothing.",)
        return ()

    def authorize(self, observed: Observation, verdict: Verdict) -> tuple[str, ...]:
        """Allow it: whoever asks for it means it, but for what can't be had back."""
        is_lost = observed.resource.revokes_lets_encrypt and verdict.reason == "lets_encrypt"
        if is_lost and verdict.state is State.DRIFT and not self.replace_lets_encrypt:
            raise ConflictError(
                "the resource uses Let's Encrypt, and the vendor revokes a certificate that is taken away",
                "Set replace_lets_encrypt to true if that is meant.",
            )
        return ()

    def store_check(self, resource: Site) -> Proof:
        """Tell it by the type, where the answer has one."""
        if resource.ssl_type == UNKNOWN:
            return Proof.SKIPPED
        return Proof.VERIFIED if resource.ssl_type == self.ssl_type else Proof.MISMATCH

    def facts(self, _now: datetime) -> dict[str, Any]:
        """Tell the type alone."""
        return {"ssl_type": self.ssl_type or None}


HTTPS_OFF = SslType(DISABLED)
RENEWED_BY_VENDOR = SslType(LETS_ENCRYPT)

Desired: TypeAlias = "CustomCertificate | SslType"
