# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""What a resource shall have: the user's certificate, Let's Encrypt, or no HTTPS."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any, Protocol

from .._errors import ConflictError, DowngradeError
from .._gcore.resource import (
    CERTIFICATE_FIELD,
    CUSTOM,
    DISABLED,
    KEY_FIELD,
    LETS_ENCRYPT,
    TYPE_FIELD,
    UNKNOWN,
    Resource,
    collateral,
)
from .._x509.certificate import timestamp
from .._x509.chain import without_root
from .._x509.key_pair import KeyPair
from .coverage import check_names
from .edge import EdgeAnswer
from .verdict import (
    Expiry,
    Observation,
    State,
    Verdict,
    expiry_beside,
    installed_chain,
    judge_certificate,
    judge_type,
    later_than_desired,
)


class StoreCheck(Enum):
    """Whether an answer of the API shows that the target is stored."""

    YES = "verified"
    NO = "mismatch"
    UNTOLD = "skipped"


class Target(Protocol):
    """What a rotation aims at."""

    wants_edge: bool

    @property
    def key_type(self) -> str | None:
        """Tell the type of the key that is looked for at an edge, None where none is."""

    def judge(self, observed: Observation) -> Verdict:
        """Whether it is there."""

    def admit(self, resource: Resource) -> tuple[str, ...]:
        """Warnings; an `InputError` where the target does not fit the resource."""

    def guard(self, observed: Observation, verdict: Verdict) -> tuple[str, ...]:
        """Warnings; a `ConflictError` where it must not be written over what is there."""

    def fields(self) -> dict[str, Any]:
        """The fields of the PUT that are not the resource's own."""

    def shown(self, resource: Resource) -> StoreCheck:
        """Whether the API's answer shows it."""

    def served(self, answer: EdgeAnswer | None, /) -> bool:
        """Whether the edge serves it."""

    def facts(self, now: datetime, /) -> dict[str, Any]:
        """What results and diffs show of it."""


def took_effect(target: Target, before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """Tell whether a write of unknown outcome is there: it shows now, and did not before, or nothing else was written.

    `updated` alone tells nothing: somebody else's write moves it too.
    """
    earlier, now = Resource.from_api(before), Resource.from_api(after)
    if target.shown(now) is not StoreCheck.YES:
        return False
    was_written = bool(now.updated) and now.updated != earlier.updated and not collateral(before, after)
    return was_written or target.shown(earlier) is not StoreCheck.YES


@dataclass(frozen=True)
class CustomCertificate:
    """The user's own certificate and key.

    Attributes:
        bundle: the checked chain and key.
        force: write it even where it is already there.
        replace_lets_encrypt: it may take the place of one that renews itself.
        allow_downgrade: it may take the place of one that lives longer.
        require_alias_coverage: an alias that it leaves uncovered is an error.
    """

    key_pair: KeyPair
    force: bool = False
    replace_lets_encrypt: bool = False
    allow_downgrade: bool = False
    require_alias_coverage: bool = False
    wants_edge = True

    @property
    def key_type(self) -> str:
        """Tell the leaf's."""
        return self.key_pair.leaf.key[0]

    def judge(self, observed: Observation) -> Verdict:
        """By fingerprint, on the best evidence there is."""
        return judge_certificate(
            self.key_pair.chain, observed, force=self.force, replace_lets_encrypt=self.replace_lets_encrypt
        )

    def admit(self, resource: Resource) -> tuple[str, ...]:
        """It must cover the resource's names."""
        return check_names(self.key_pair.leaf, resource, self.require_alias_coverage)

    def guard(self, observed: Observation, verdict: Verdict) -> tuple[str, ...]:
        """Neither Let's Encrypt nor a certificate that lives longer is replaced unasked."""
        if verdict.state is State.CONFLICT:
            raise ConflictError(
                "the resource uses Let's Encrypt, which renews itself",
                "Set replace_lets_encrypt to true if the custom certificate shall take its place.",
            )
        if verdict.state is State.IN_SYNC or self.allow_downgrade:
            return ()
        later = later_than_desired(observed, self.key_pair.leaf)
        if later:
            raise DowngradeError(
                f"the current certificate is valid until {timestamp(later)}, "
                f"the desired one only until {timestamp(self.key_pair.leaf.not_after)}",
                "Give the newer certificate, or set allow_downgrade to true.",
            )
        perhaps = later_than_desired(observed, self.key_pair.leaf, rounding=0)
        if not perhaps or self.served(observed.edge):
            return ()
        return (
            f"{observed.resource.label()}: the API tells that the current certificate is valid until "
            f"{timestamp(perhaps)}, the desired one only until {timestamp(self.key_pair.leaf.not_after)}; within a day "
            "that may be a rounded date, so it is no downgrade.",
        )

    def fields(self) -> dict[str, Any]:
        """The one place where the key leaves."""
        return {
            CERTIFICATE_FIELD: self.key_pair.certificate_pem(),
            KEY_FIELD: self.key_pair.key.pem(),
            TYPE_FIELD: CUSTOM,
        }

    def shown(self, resource: Resource) -> StoreCheck:
        """By the certificate, where the API returns it, else by its expiry."""
        if resource.ssl_type in (DISABLED, LETS_ENCRYPT):
            return StoreCheck.NO
        if resource.certificate is not None:
            is_there = without_root(installed_chain(resource)) == without_root(self.key_pair.chain)
            return StoreCheck.YES if is_there else StoreCheck.NO
        beside = expiry_beside(resource.expires, self.key_pair.leaf.not_after)
        return {Expiry.DIFFERENT: StoreCheck.NO, Expiry.UNKNOWN: StoreCheck.UNTOLD}.get(beside, StoreCheck.YES)

    def served(self, answer: EdgeAnswer | None) -> bool:
        """By the leaf's fingerprint."""
        return answer is not None and answer.leaf == self.key_pair.leaf

    def facts(self, now: datetime) -> dict[str, Any]:
        """The leaf's."""
        return {"ssl_type": CUSTOM, **self.key_pair.leaf.facts(now)}


@dataclass(frozen=True)
class SslType:
    """HTTPS without a certificate of the user's: Let's Encrypt, or off."""

    ssl_type: str
    wants_edge = False
    key_type = None

    def judge(self, observed: Observation) -> Verdict:
        """By the API's word."""
        return judge_type(self.ssl_type, observed.resource)

    def admit(self, resource: Resource) -> tuple[str, ...]:
        """HTTPS off behind a redirect to HTTPS is a site that is down."""
        if self.ssl_type == DISABLED and resource.redirects_to_https:
            return (f"{resource.label()} redirects HTTP to HTTPS: with HTTPS off, its visitors reach nothing.",)
        return ()

    def guard(self, observed: Observation, verdict: Verdict) -> tuple[str, ...]:
        """Whoever asks for it means it."""
        return ()

    def fields(self) -> dict[str, Any]:
        """The type alone."""
        return {TYPE_FIELD: self.ssl_type or None}

    def shown(self, resource: Resource) -> StoreCheck:
        """An answer that lacks the type tells nothing."""
        if resource.ssl_type == UNKNOWN:
            return StoreCheck.UNTOLD
        return StoreCheck.YES if resource.ssl_type == self.ssl_type else StoreCheck.NO

    def served(self, _answer: EdgeAnswer | None) -> bool:
        """The edge is not asked."""
        return False

    def facts(self, _now: datetime) -> dict[str, Any]:
        """The type alone."""
        return {"ssl_type": self.ssl_type or None}


HTTPS_OFF = SslType(DISABLED)
RENEWED_BY_VENDOR = SslType(LETS_ENCRYPT)
