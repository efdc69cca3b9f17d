# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""AWX's REST API: its root, its pages, and what to do where it refuses."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

from .._errors import GcoreError
from .._http.session import Session

Json = dict[str, Any]

ADDRESS = "Check awx_url (AWX_URL): the address that a browser shows, or the whole path of its API."
PERSON = "Check awx_token (AWX_TOKEN), or awx_username and awx_password (AWX_USERNAME, AWX_PASSWORD)."
_NOT_AWX = "The answer is not AWX's."
_HINTS = {
    None: f"{ADDRESS} If it is right, run it again later.",
    401: PERSON,
    403: "The user of this run needs to be an administrator of the organization; for credential types, of AWX.",
    404: ADDRESS,
}


class AwxError(GcoreError):
    """AWX answered, and does not have what was asked for."""


def hint(status: int | None, _message: str) -> str:
    """Say what to do about a refusal, or about no answer."""
    return _HINTS.get(status, "")


@dataclass(frozen=True)
class AwxClient:
    """Asks AWX, one request after the other.

    Attributes:
        session: the way to it.
        root: the path of the API's version 2, below the session's address.
    """

    session: Session
    root: str

    @classmethod
    def of(cls, session: Session, url: str) -> AwxClient:
        """Find the API's root: the address may have it, and otherwise `GET /api/` tells.

        AWX answers with `current_version`. The gateway of the Automation Platform 2.5 and later answers with `apis`, of
        which the controller's is asked again.

        Raises:
            ApiError: there was no answer.
            AwxError: it is not AWX's.
        """
        if urlsplit(url).path.strip("/"):
            return cls(session, "/")
        found = _told(session, "/api/")
        if isinstance(apis := found.get("apis"), dict):
            found = _told(session, str(apis.get("controller")))
        return cls(session, _path(found.get("current_version")))

    def ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Json:
        """Send a request; the answer of one that joins two objects is empty."""
        data = None if body is None else json.dumps(body).encode()
        answer, _whole = self.session.ask(method, self.root + path, data, parse=_parsed)
        return dict(answer)

    def find(self, kind: str, query: Mapping[str, Any]) -> Json | None:
        """Return the one object that fits, None where there is none.

        Raises:
            AwxError: there are several.
        """
        found = self.everything(f"{kind}/", query)
        if len(found) > 1:
            numbers = ", ".join(str(one["id"]) for one in found)
            names = ", ".join(f"{name} {value}" for name, value in query.items())
            raise AwxError(f"AWX has several {kind} with {names}: {numbers}.", "Rename all of them but one.")
        return found[0] if found else None

    def everything(self, path: str, query: Mapping[str, Any] | None = None) -> list[Json]:
        """Return all objects of a list, however many pages it has."""
        found: list[Json] = []
        pages: Json = {"page_size": 200, "page": 1}
        while True:
            answer = self.ask("GET", f"{path}?{urlencode({**(query or {}), **pages})}")
            results = answer.get("results")
            if not isinstance(results, list) or not all(isinstance(one, dict) and "id" in one for one in results):
                raise AwxError(_NOT_AWX, ADDRESS)
            found += results
            if not answer.get("next"):
                return found
            pages["page"] += 1


def _told(session: Session, path: str) -> Json:
    answer, _whole = session.ask("GET", _path(path), parse=_parsed)
    return dict(answer)


def _path(told: Any) -> str:
    """Return a path that AWX told; anything else would lead the password elsewhere."""
    if not isinstance(told, str) or not told.startswith("/") or told.startswith("//"):
        raise AwxError(_NOT_AWX, ADDRESS)
    return told


def _parsed(body: bytes) -> Json:
    parsed = json.loads(body) if body.strip() else {}
    if not isinstance(parsed, dict):
        raise ValueError("not an object")
    return parsed
