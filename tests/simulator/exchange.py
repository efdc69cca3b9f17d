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

from .answers import Answer, ApiError
from .credentials import Presented
from .faults import Call, Fault
from .journal import Entry

Paths = Mapping[re.Pattern[str], Mapping[str, str]]
"""The names of calls by path, where a group ``id`` is the resource's, and method."""


@dataclass
class Exchange:
    """A request on its way to an answer.

    ``body`` is None where it is absent or no JSON, ``echo`` is what answers repeat of the request, and ``fault`` is
    what happens to it. ``errors`` is the shape of its errors.
    """

    request: web.BaseRequest
    raw: bytes
    known_path: bool
    call: Call
    presented: Presented
    body: Any
    echo: list[str] = field(default_factory=list)
    errors: str = "object"
    fault: Fault = field(default_factory=dict)
    entry: Entry = field(default_factory=dict)
    request_id: str = field(default_factory=lambda: str(uuid.uuid4()))

    @classmethod
    def read(cls, request: web.BaseRequest, raw: bytes, paths: Paths) -> Exchange:
        """Take a request apart."""
        found = next(((match, paths[path]) for path in paths if (match := path.fullmatch(request.path))), None)
        number = found[0].groupdict().get("id") if found else None
        name = found[1].get(request.method) if found else None
        call = Call(request.method, name, int(number) if number else None)
        presented = Presented.read(request.headers.get("Authorization", ""))
        return cls(request, raw, found is not None, call, presented, _parsed(raw))

    @property
    def is_of_cdn(self) -> bool:
        """Whether it is a call of the CDN API."""
        return self.request.path.startswith("/cdn/")

    @property
    def is_lost(self) -> bool:
        """Whether its fault is that a write is answered and not stored."""
        return self.fault.get("kind") == "not_stored"

    def refused(self, error: ApiError) -> Answer:
        """Answer with an error."""
        return error.answer(self.request_id, self.echo, self.errors)


def _parsed(raw: bytes) -> Any:
    try:
        return json.loads(raw, parse_constant=_refuse_constant) if raw else None
    except ValueError:
        return None


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")
