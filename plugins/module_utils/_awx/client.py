# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""AWX's REST API: requests with Ansible's own HTTP client, and errors that say what to do."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode, urlsplit

from ansible.module_utils.urls import Request

from .._errors import GcoreError, InputError
from .._version import VERSION

Json = dict[str, Any]

_ROOT = "/api/v2"
_ADDRESS = "Check awx_url (AWX_URL): the address that a browser shows, or the whole path of its API."
_HINTS = {
    401: "Check awx_token (AWX_TOKEN), or awx_username and awx_password (AWX_USERNAME, AWX_PASSWORD).",
    403: "The user of this run needs to be an administrator of the organization; for credential types, of AWX.",
    404: _ADDRESS,
}


class AwxError(GcoreError):
    """AWX refused a request, gave no answer, or does not have what was asked for.

    Attributes:
        status: the HTTP status, None where there was no answer.
    """

    def __init__(self, message: str, hint: str | None = None, status: int | None = None) -> None:
        super().__init__(message, hint)
        self.status = status


@dataclass(frozen=True)
class AwxAccess:
    """Where AWX is, and who asks."""

    url: str
    username: str = ""
    password: str = ""
    token: str = ""
    validate_certs: bool = True
    ca_path: str | None = None
    timeout: int = 30

    def root(self) -> str:
        """The address of the API's version 2.

        Raises:
            InputError: there is no address, or nobody to ask as.
        """
        parts = urlsplit(self.url)
        if parts.scheme not in ("http", "https") or not parts.netloc:
            raise InputError("awx_url is not an address such as https://awx.example.com.", _ADDRESS)
        if not self.token and not (self.username and self.password):
            raise InputError("There is nobody to ask AWX as.", _HINTS[401])
        address = self.url.rstrip("/")
        return address if parts.path.strip("/") else f"{address}{_ROOT}"


class AwxClient:
    """Asks AWX, one request after the other."""

    def __init__(self, access: AwxAccess) -> None:
        self._root = access.root()
        headers = {"Accept": "application/json", "Content-Type": "application/json"}
        person: Json = {"url_username": access.username, "url_password": access.password, "force_basic_auth": True}
        if access.token:
            person, headers["Authorization"] = {}, f"Bearer {access.token}"
        self._request = Request(
            headers=headers,
            http_agent=f"gcore.web_security/{VERSION}",
            validate_certs=access.validate_certs,
            ca_path=access.ca_path,
            timeout=access.timeout,
            follow_redirects="none",
            use_netrc=False,
            **person,
        )

    def find(self, kind: str, query: Mapping[str, Any]) -> Json | None:
        """The one object that fits, None where there is none.

        Raises:
            AwxError: there are several, or the request failed.
        """
        found = self.get(f"{kind}/?{urlencode(dict(query))}")["results"]
        if len(found) > 1:
            numbers = ", ".join(str(one["id"]) for one in found)
            raise AwxError(f"AWX has several {kind} with {_told(query)}: {numbers}.", "Rename all of them but one.")
        return found[0] if found else None

    def everything(self, path: str) -> list[Json]:
        """All objects of a list, however many pages it has."""
        page, found = 1, []
        while True:
            answer = self.get(f"{path}?page_size=200&page={page}")
            found += answer["results"]
            if not answer.get("next"):
                return found
            page += 1

    def get(self, path: str) -> Json:
        """Read."""
        return self._ask("GET", path)

    def post(self, path: str, body: Mapping[str, Any]) -> Json:
        """Make, or do."""
        return self._ask("POST", path, body)

    def patch(self, path: str, body: Mapping[str, Any]) -> Json:
        """Change some fields."""
        return self._ask("PATCH", path, body)

    def _ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Json:
        call = f"{method} {urlsplit(path).path}"
        data = None if body is None else json.dumps(body).encode()
        try:
            with self._request.open(method, f"{self._root}/{path}", data=data) as response:
                return _parsed(call, response.read())
        except HTTPError as error:
            with error:
                raise _refused(call, error.code, error.read()) from None
        except (URLError, OSError) as error:
            reason = getattr(error, "reason", None) or error
            raise AwxError(f"AWX could not be reached at {self._root}: {reason}.", _ADDRESS) from None


def _parsed(call: str, answer: bytes) -> Json:
    """The answer's object; an association answers with nothing."""
    try:
        parsed = json.loads(answer) if answer.strip() else {}
    except ValueError:
        parsed = None
    if not isinstance(parsed, dict):
        raise AwxError(f"{call}: the answer is not AWX's.", _ADDRESS)
    return parsed


def _refused(call: str, status: int, answer: bytes) -> AwxError:
    try:
        reasons = _flat(json.loads(answer))
    except ValueError:
        reasons = ""
    return AwxError(f"AWX answered {call} with {status}{': ' if reasons else '.'}{reasons}", _HINTS.get(status), status)


def _flat(reasons: Any) -> str:
    """What AWX says of fields, as one line: it nests lists and objects."""
    if isinstance(reasons, dict):
        return " ".join(f"{name}: {_flat(reason)}" for name, reason in reasons.items())
    if isinstance(reasons, list):
        return " ".join(_flat(reason) for reason in reasons)
    return str(reasons)


def _told(query: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {value}" for name, value in query.items())
