# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors
"""What a careless server repeats of a request, so that clients must redact it."""

import base64
import textwrap
from collections.abc import Iterator, Mapping
from typing import Any

from .fields import CREDENTIALS

_OTHER_WIDTH = 48


def received(authorization: str, body: Any) -> list[str]:
    """Return the request's secrets as sent, encoded again, and wrapped at another width."""
    found = [text for text in _secrets(authorization, body) if text]
    return [variant for text in found for variant in _variants(text)]


def _secrets(authorization: str, body: Any) -> Iterator[str]:
    yield authorization
    yield authorization.partition(" ")[2]
    if isinstance(body, Mapping):
        for name in sorted(CREDENTIALS):
            if isinstance(body.get(name), str):
                yield body[name]


def _variants(text: str) -> Iterator[str]:
    yield text
    yield base64.b64encode(text.encode(errors="replace")).decode()
    if text.startswith("-----BEGIN"):
        lines = [line for line in text.split("\n") if line and not line.startswith("-----")]
        yield "".join(lines)
        yield "\n".join(textwrap.wrap("".join(lines), _OTHER_WIDTH))
