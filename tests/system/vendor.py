# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""The vendor's own description of the CDN API, where there is a copy, as judge of what was sent to it."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest

from checks.openapi import OpenApi

VARIABLE = "CDN_OPENAPI"
"""Where the file is; the project has no copy of it."""


def assert_described(entries: Iterable[Mapping[str, Any]]) -> None:
    """Fail where the vendor's file does not describe a request of the journal; skip where there is no such file."""
    place = os.environ.get(VARIABLE)
    if not place:
        pytest.skip(f"{VARIABLE} names no copy of the vendor's OpenAPI file: requests are not held to it")
    judge = OpenApi.read(Path(place))
    sent = {json.dumps([each["method"], each["path"], each["query"], _sent(each["body"])]) for each in entries}
    requests = [json.loads(each) for each in sorted(sent)]
    of_cdn = [each for each in requests if each[1].startswith("/cdn/")]
    assert of_cdn, "no request of the CDN's was seen"
    complaints = {f"{each[0]} {each[1]} {each[2]}": judge.of_request(*each) for each in of_cdn}
    assert not any(complaints.values()), {call: said for call, said in complaints.items() if said}


def _sent(body: Any) -> Any:
    """Put a text where the journal keeps but the facts of a key."""
    if not isinstance(body, dict):
        return body
    return {
        name: "a key" if isinstance(value, dict) and "spki_sha256" in value else value for name, value in body.items()
    }
