# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""Certificates as objects of an account, immutable and shared: found, uploaded once, and cleared away."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import count
from threading import Lock
from typing import Any

from .._errors import ApiError, ConflictError
from .._x509.key_pair import KeyPair
from .client import Client
from .record import Expiry, Record, object_name
from .site import is_on

OBJECTS = "/cdn/sslData"

_KEPT = 2
"""So many of our newest objects for the same names stay: edges take their time, and some may serve the former one."""

_NO_UPLOAD = (
    "The account's plan, or the permission of the token's user, may lack custom certificates: "
    "look at both, or ask the vendor's support."
)
_MAY_BE_THERE = (
    "Whether the certificate came into the account is not known: run the task again, it looks for it by its name."
)
_TAKEN = (400, 409, 422)
"""How a name that is not unique may be refused."""
_NOT_UNIQUE = re.compile(r"\bname\b.*(?:exist|unique|taken|in use)", re.IGNORECASE)


@dataclass(frozen=True)
class SslObject:
    """A certificate object."""

    id: int
    record: Record
    is_automated: bool
    is_used: bool

    @classmethod
    def from_api(cls, raw: Mapping[str, Any]) -> SslObject:
        """Read an object's JSON."""
        is_automated, is_used = is_on(raw.get("automated")), is_on(raw.get("hasRelatedResources"))
        return cls(int(raw["id"]), Record.from_api(raw), is_automated, is_used)


class SslObjects:
    """The objects of one account, as one run knows them; its workers share it."""

    def __init__(self, client: Client, validate_root_ca: bool | None = None) -> None:
        self._client = client
        self._uploading = client.hinting(403, _NO_UPLOAD)
        self._options = {} if validate_root_ca is None else {"validate_root_ca": validate_root_ca}
        self._lock = Lock()
        self._known: dict[int, SslObject] | None = None  # all that were listed, or nothing was yet
        self._read: dict[int, SslObject | None] = {}  # those that were asked for one by one
        self._turns: dict[str, Lock] = {}
        self._stored: dict[str, SslObject | ApiError] = {}  # by the name that it shall have

    def listed(self, *, anew: bool = False) -> Mapping[int, SslObject]:
        """Return all of them by their ids, read once a run, or anew."""
        with self._lock:
            if self._known is None or anew:
                items = self._client.listed(OBJECTS, "certificates", is_paged=True)
                self._known = {
                    int(raw["id"]): SslObject.from_api(raw) for raw in items if not is_on(raw.get("deleted"))
                }
            return self._known

    def get(self, number: int) -> SslObject | None:
        """Return one, None where there is none of this id (any more)."""
        found = (self._known or {}).get(number) or self._read.get(number)
        if found or number in self._read:
            return found
        try:
            self._read[number] = SslObject.from_api(
                self._client.read(f"{OBJECTS}/{number}", number, "that certificate")
            )
        except ApiError as error:
            if error.status != 404:
                raise
            self._read[number] = None
        return self._read[number]

    def stored(self, key_pair: KeyPair) -> SslObject:
        """Return the object of a key pair: found by its name, else uploaded, once a run however many ask for it."""
        name = object_name(key_pair.chain)
        with self._lock:
            turn = self._turns.setdefault(name, Lock())
        with turn:
            if name not in self._stored:
                try:
                    self._stored[name] = self._found_or_uploaded((name, object_name(key_pair.chain, "-2")), key_pair)
                except ApiError as error:
                    self._stored[name] = error
            stored = self._stored[name]
        if isinstance(stored, ApiError):
            raise stored.again()
        if stored.record.beside(key_pair.chain) is Expiry.DIFFERENT:
            raise ConflictError(
                f"there is a certificate named {stored.record.name} (id {stored.id}) whose record is another one's: "
                "it is not used",
                "Delete it, or give it another name.",
            )
        return stored

    def _found_or_uploaded(self, names: tuple[str, str], key_pair: KeyPair) -> SslObject:
        name = names[0]
        if found := _named(names, self.listed()):
            return found
        for tries in count(1):
            try:
                return self._uploaded(name, key_pair)
            except ApiError as error:
                if _is_doubtful(error) and (found := _named(names, self.listed(anew=True))):
                    return found
                if _is_name_taken(error) and name != names[1]:
                    name = names[1]  # for a duplicate that no list shows
                    continue
                if error.outcome_unknown:
                    error.hint = _MAY_BE_THERE
                self._client.pause(error, tries)
        raise AssertionError

    def _uploaded(self, name: str, key_pair: KeyPair) -> SslObject:
        """Upload, and return what was made of it: the answer may tell nothing, or call what was made deleted."""
        certificate, key = key_pair.texts
        body = {"name": name, "sslCertificate": certificate, "sslPrivateKey": key, **self._options}
        raw, answer = self._uploading.send("POST", OBJECTS, body)
        made = SslObject.from_api(raw) if raw and not is_on(raw.get("deleted")) else None
        if made and made.record.beside(key_pair.chain) in (Expiry.NAMED, Expiry.DIFFERENT):
            self._read[made.id] = made
            return made
        made = _named((name,), self.listed(anew=True))
        if made is None:
            problem = "took the certificate, and does not list it"
            raise self._uploading.doubtful(f"POST {OBJECTS}", answer, problem)
        return made

    def superseded(self, attached: Iterable[int]) -> list[SslObject]:
        """List the objects of ours that attached ones have replaced: for the same names, and to end earlier."""
        known = self.listed(anew=True)
        ours: dict[Any, list[SslObject]] = {}
        for one in known.values():
            if one.record.is_ours and one.record.names and not one.is_automated:
                ours.setdefault(one.record.names, []).append(one)
        found: dict[int, SslObject] = {}
        for number in attached:
            record = known[number].record if number in known else None
            family = sorted(ours.get(record.names, ()) if record else (), key=lambda one: one.id)
            for one in family[:-_KEPT]:
                if record and one.id != number and not one.is_used and _ends_earlier(one.record, record):
                    found[one.id] = one
        return list(found.values())

    def delete(self, number: int) -> None:
        """Delete one; one that is gone is deleted."""
        for tries in count(1):
            try:
                self._client.send("DELETE", f"{OBJECTS}/{number}")
            except ApiError as error:
                if error.status == 404:
                    return
                self._client.pause(error, tries)
            else:
                return


def _named(names: Iterable[str], known: Mapping[int, SslObject]) -> SslObject | None:
    return next((one for name in names for one in known.values() if one.record.name == name), None)


def _ends_earlier(one: Record, other: Record) -> bool:
    return one.not_after is not None and other.not_after is not None and one.not_after < other.not_after


def _is_doubtful(error: ApiError) -> bool:
    """Tell whether there may be such an object after a refusal: made by this upload, or by somebody else's."""
    return error.outcome_unknown or error.status in _TAKEN


def _is_name_taken(error: ApiError) -> bool:
    fields, said = error.body.get("invalid_fields"), str(error.body.get("message"))
    is_named = "name" in fields if isinstance(fields, dict) else bool(_NOT_UNIQUE.search(said))
    return error.status in _TAKEN and is_named
