# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors
"""One request to the API, read and taken apart."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from .credentials import Presented
from .faults import Call
from .journal import Entry

_LIST = "/security/resources"
_ONE = re.compile(r"/security/resources/(\d+)")
_CALLS: Mapping[tuple[bool, str], str] = {
    (False, "GET"): "list",
    (True, "GET"): "get",
    (True, "PUT"): "put",
}


@dataclass
class Exchange:
    """A request on its way to an answer; ``body`` is None where it is absent or no JSON."""

    request: web.BaseRequest
    raw: bytes
    known_path: bool
    call: Call
    presented: Presented
    body: Any
    entry: Entry = field(default_factory=dict)
    request_id: str = field(default_factory=lambda: str(uuid.uuid4()))

    @classmethod
    def read(cls, request: web.BaseRequest, raw: bytes) -> Exchange:
        """Take a request apart."""
        one = _ONE.fullmatch(request.path)
        known_path = one is not None or request.path == _LIST
        name = _CALLS.get((one is not None, request.method)) if known_path else None
        call = Call(request.method, name, int(one.group(1)) if one else None)
        presented = Presented.read(request.headers.get("Authorization", ""))
        return cls(request, raw, known_path, call, presented, _parsed(raw))

    @property
    def authorization(self) -> str:
        """The Authorization header, empty where there is none."""
        return self.request.headers.get("Authorization", "")


def _parsed(raw: bytes) -> Any:
    try:
        return json.loads(raw, parse_constant=_refuse_constant) if raw else None
    except ValueError:
        return None


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")
