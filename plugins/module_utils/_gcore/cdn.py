# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""CDN and WAAP: a certificate is an object that resources share, and a write is a PATCH that attaches one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from threading import Lock
from typing import Any

from .._errors import ApiError, GcoreError, ResourceLookupError
from .client import Client
from .site import (
    CDN,
    CUSTOM,
    DISABLED,
    LETS_ENCRYPT,
    NOTHING,
    UNKNOWN,
    Alias,
    Content,
    Each,
    Prepared,
    Site,
    is_on,
    moved,
    text_of,
)
from .ssl_objects import OBJECTS, SslObject, SslObjects

RESOURCES = "/cdn/resources"
ACCOUNT = "/cdn/clients/me"

ID_FIELD, SWITCH_FIELD = "sslData", "sslEnabled"
DETACHED: Mapping[str, Any] = {ID_FIELD: None, SWITCH_FIELD: False}

_FOLLOWING = frozenset({"updated", "status", ID_FIELD, SWITCH_FIELD})
"""What a certificate's write may move: `status` is how far a change has come, and no setting."""

_NO_RIGHT = "The token's user may not do this: give it the role that may edit CDN resources and certificates."
_NO_EDGE = "nobody tells which edge to ask ({}); set edge_host to the host name that the DNS of the sites points to"

_ANY_LABEL = "www"
"""What stands for the star of a wildcard: an edge is asked for a name, not for a pattern."""


def _is_off(value: Any) -> bool:
    return value is not None and not is_on(value)


STATES: tuple[tuple[str, Callable[[Mapping[str, Any]], bool], str], ...] = (
    ("left_alone", lambda raw: _status(raw) == "suspended" or is_on(raw.get("suspended")), "it is suspended"),
    ("left_alone", lambda raw: _is_off(raw.get("active")), "it is switched off (active is false)"),
    ("refusal", lambda raw: _is_off(raw.get("enabled")), "the vendor has disabled it, and lets nobody change it"),
    ("refusal", lambda raw: _status(raw) == "processed", "it is pending: the vendor still sets it up"),
    ("only_if_named", lambda raw: is_on(raw.get("vp_enabled")), "the Streaming Platform uses it"),
)
"""What a resource's state means for it: which field of a site says so, where that holds, and why. The first counts."""


def _status(raw: Mapping[str, Any]) -> str:
    return text_of(raw.get("status")).lower()


def _is_deleted(raw: Mapping[str, Any]) -> bool:
    return _status(raw) == "deleted" or is_on(raw.get("deleted"))


class Cdn:
    """The account's CDN resources; the options that it takes are those of these names."""

    def __init__(self, client: Client, options: Mapping[str, Any]) -> None:
        self._client = client.hinting(403, _NO_RIGHT)
        self._objects = SslObjects(self._client, options.get("validate_root_ca"))
        self._is_tidy = bool(options.get("delete_superseded"))
        self._lock = Lock()
        host = options.get("edge_host")
        self._edge: tuple[str, str] | None = (host, "") if host else None

    def sites(self) -> Iterator[Site]:
        """Give every site of the account, each once; what is deleted is none."""
        self._objects.listed()
        for raw in self._listed():
            if not _is_deleted(raw):
                yield self._site(raw)

    def site(self, site_id: int, *, to_write: bool = False) -> Site:
        """Return one site as the API tells it now; a write that is to follow gets its place."""
        raw = self._client.read(f"{RESOURCES}/{site_id}", site_id, "that resource", to_write=to_write)
        if _is_deleted(raw):
            raise ResourceLookupError(f"the resource {CDN}:{site_id} is deleted", "Check the id.")
        return self._site(raw, raw)

    def _site(self, raw: Mapping[str, Any], kept: Mapping[str, Any] = NOTHING) -> Site:
        """Read a resource's JSON, and the record of the object that it has attached."""
        is_enabled, number = is_on(raw.get(SWITCH_FIELD)), text_of(raw.get(ID_FIELD))
        attached = self._objects.get(int(number)) if is_enabled and number.isdecimal() else None
        address, problem = self._address()
        name = text_of(raw.get("cname"))
        redirect = _inside(_inside(raw, "options"), "redirect_http_to_https")
        states: dict[str, str] = {}
        for field, holds, why in STATES:
            if field not in states and holds(raw):
                states[field] = why
        return Site(
            id=int(raw["id"]),
            name=name,
            ssl_type=UNKNOWN if SWITCH_FIELD not in raw else _ssl_type(attached) if is_enabled else DISABLED,
            expires=attached.record.not_after if attached else None,
            service_ip=address,
            status=text_of(raw.get("status")),
            updated=text_of(raw.get("updated")),
            certificate=None,
            redirects_to_https=is_on(redirect.get("enabled")) and is_on(redirect.get("value")),
            aliases=tuple(Alias(text_of(other), None) for other in _names(raw.get("secondaryHostnames"))),
            product=CDN,
            record=attached.record if attached else None,
            certificate_id=attached.id if attached else None,
            probe_name=f"{_ANY_LABEL}{name[1:]}" if name.startswith("*.") else "",
            shares_edge=True,
            edge_problem=problem,
            has_one_certificate=True,
            revokes_lets_encrypt=True,
            left_alone=states.get("left_alone", ""),
            refusal=states.get("refusal", ""),
            only_if_named=states.get("only_if_named", ""),
            raw=kept,
        )

    def _address(self) -> tuple[str, str]:
        """Return the host name of the account's edge, asked for once a run; without one, why there is none."""
        with self._lock:
            if self._edge is None:
                self._edge = self._found_edge()
            return self._edge

    def _found_edge(self) -> tuple[str, str]:
        try:
            host = text_of(self._client.read(ACCOUNT, None, "an account").get("cname"))
        except ApiError as error:
            return "", _NO_EDGE.format(error.message)
        return host, "" if host else _NO_EDGE.format("the account has no cname")

    def prepare(self, content: Content) -> Prepared:
        """Return what is to be written so that a site has it; a key pair becomes an object, once a run."""
        if content.key_pair is None:
            return Prepared(DETACHED)
        stored = self._objects.stored(content.key_pair)
        note = f"The certificate is in the account as {stored.record.name} (id {stored.id})."
        return Prepared({ID_FIELD: stored.id, SWITCH_FIELD: True}, note)

    def write(self, before: Site, fields: Mapping[str, Any]) -> str:
        """PATCH these fields and no other, once, and leave the answer unread: only a GET proves it."""
        try:
            return self._client.write("PATCH", f"{RESOURCES}/{before.id}", fields)
        except ApiError as error:
            if _is_issuing(error):
                error.retryable = True
                error.hint = "The vendor still issues a Let's Encrypt certificate for it: run the task again later."
            raise

    def collateral(self, before: Site, after: Site) -> list[dict[str, Any]]:
        """List the settings that differ, though a certificate's write must not move them."""
        return moved(before.raw, after.raw, _FOLLOWING)

    def tidy(self, sites: Sequence[Site], each: Each = map) -> list[str]:
        """Delete the objects of ours that those of these sites supersede and nobody uses; say what could not be."""
        attached = {one.certificate_id for one in sites if one.certificate_id}
        if not attached or not self._is_tidy:
            return []
        try:
            superseded = self._objects.superseded(attached)
            used = self._used() if superseded else frozenset()
            for _one in each(self._clear, [one for one in superseded if one.id not in used]):
                pass
        except GcoreError as error:
            return [f"Superseded certificates were left in the account: {error.message}."]
        return []

    def _used(self) -> frozenset[int]:
        """Return the ids of objects that resources serve, or show to their origins."""
        pairs = ((raw.get(ID_FIELD), raw.get("proxy_ssl_data")) for raw in self._listed())
        return frozenset(int(number) for pair in pairs for number in map(text_of, pair) if number.isdecimal())

    def _listed(self) -> Iterator[dict[str, Any]]:
        return self._client.listed(RESOURCES, "resources", is_paged=True)

    def _is_attached(self, one: SslObject) -> bool:
        """Ask once more who uses it; where an installation has no such call, by the resources that have it."""
        try:
            return bool(self._client.read(f"{OBJECTS}/{one.id}/usage", None, "a usage").get("resources", True))
        except ApiError as error:
            if error.status not in (404, 405):
                raise
        users = self._client.listed(f"{RESOURCES}?{ID_FIELD}={one.id}", "resources", is_paged=True)
        return any(str(raw.get(ID_FIELD)) == str(one.id) for raw in users)

    def _clear(self, one: SslObject) -> None:
        if self._is_attached(one):
            return
        try:
            self._objects.delete(one.id)
        except ApiError as error:
            if error.status not in (400, 409):  # somebody took it into use meanwhile
                raise


def _inside(raw: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = raw.get(name)
    return found if isinstance(found, Mapping) else {}


def _names(value: Any) -> list[Any]:
    return [name for name in value if name] if isinstance(value, list) else []


def _ssl_type(attached: SslObject | None) -> str:
    return LETS_ENCRYPT if attached and attached.is_automated else CUSTOM


def _is_issuing(error: ApiError) -> bool:
    """Tell whether the vendor refuses a certificate because it is about to issue one."""
    said = f"{error.body.get('invalid_fields')} {error.body.get('message')}".lower()
    return error.status == 400 and "issuing" in said and "in progress" in said
