# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""Secrets in options that are for none: a key in `name`, a passphrase in a path. What was put there is not shown."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from typing import Any

from ._options import CERTIFICATE, FLEET_CERT
from ._redaction import KEY_BLOCK, Redactor, origin
from ._wording import readable

_OPTIONS = {**FLEET_CERT, **CERTIFICATE}
_FOR_SECRETS = {name for name, option in _OPTIONS.items() if option.get("no_log")}
_FOR_PATHS = {name for name, option in _OPTIONS.items() if option["type"] == "path"}
# Others' fields may end in `_path` too: what AWX calls `source_path` is a path of its own, and may be an ordinary word.

_FOR_URLS = ("api_url", "awx_url")

_PUBLIC = re.compile(r"-----BEGIN ([A-Z0-9 ]*CERTIFICATE)-----[^-]*-----END \1-----")

_SHAPES = (
    KEY_BLOCK,
    re.compile(r"\d{1,12}\$[^\s/]{8,}"),  # a permanent token
    re.compile(r"eyJ[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]+)*"),  # a session token is a JSON Web Token (RFC 7519)
)

_BASE64 = (re.compile(r"[A-Za-z0-9+=]{32,}"), re.compile(r"\s*(?:[A-Za-z0-9+/=_-]{16,}\s+)*[A-Za-z0-9+/=_-]+\s*"))
"""What is in no path, and no path: a run without slashes, and a whole text that has nothing else in it."""

_CLASSES = (re.compile("[a-z]"), re.compile("[A-Z]"), re.compile("[0-9]"))
_AT_LEAST = 32

_PATH = re.compile(r"[~.]{0,2}/|[^\n]*(?:/|\.[A-Za-z0-9]{1,8}$)")
"""Where a path is not known, it begins at the root, home or here, has a slash, or an ending."""


def mind_misplaced(redactor: Redactor, values: Mapping[str, Any]) -> list[str]:
    """Let a redactor learn the secrets in options for none; return the path options whose value it hides as a whole."""
    hidden = []
    for name, text in _texts("", values):
        is_path = name in _FOR_PATHS
        if is_path and os.path.exists(text):
            continue
        for secret in _secrets(_PUBLIC.sub("", text)):
            redactor.add(secret)
        if is_path and not _PATH.match(text):
            redactor.hide(text)
            hidden.append(name)
    return hidden


def shown(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return options as the invocation in a result shows them."""
    redactor = Redactor()
    mind_misplaced(redactor, values)
    urls = {name: origin(values[name]) for name in _FOR_URLS if values.get(name)}
    return dict(readable(redactor.clean({**values, **urls})))


def _texts(name: str, value: Any) -> Iterator[tuple[str, str]]:
    """Yield every text, with the name of its option."""
    if isinstance(value, str):
        yield name, value
    elif isinstance(value, Mapping):
        for key, item in value.items():
            if key not in _FOR_SECRETS:
                yield from _texts(key, item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _texts(name, item)


def _secrets(text: str) -> Iterator[str]:
    for shape in _SHAPES:
        yield from (match[0] for match in shape.finditer(text))
    stretch, whole = _BASE64
    candidates = [match[0] for match in stretch.finditer(text)]
    if not text.startswith("/") and whole.fullmatch(text):
        candidates.append(text)
    yield from (one for one in candidates if len(one) >= _AT_LEAST and all(kind.search(one) for kind in _CLASSES))
