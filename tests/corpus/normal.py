# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""Results without what no two runs share: equal values get equal tokens."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

_VARYING = re.compile(
    r"\b(?:(?P<request_id>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"
    r"|(?P<time>\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d{6})?(?:Z|[+]00:00))"
    r"|(?P<sha256>[0-9a-f]{64}|[0-9a-f]{12})"
    r"|(?P<serial>\d{15,})"
    r"|(?P<seconds>\d+(?:\.\d+)?)(?= s\b))(?![0-9A-Za-z])"
)
_SHORT = 12
"""Characters of a fingerprint in messages."""
_WHOLE = {"exception": "<traceback>"}
"""Keys whose values say where in the code something happened, not what."""
_LEFT_OUT = ("invocation", "ansible_facts")


class Normaliser:
    """Replaces what varies within one result: values that are not known by a name are numbered by kind as they come."""

    def __init__(self, names: Mapping[str, str], now: datetime) -> None:
        self._names = names
        self._now = now  # times are whole hours from it: numbered, one time more would count the others anew
        longest_first = sorted(map(re.escape, names), key=len, reverse=True)
        self._known = re.compile(rf"(?<![0-9A-Za-z])(?:{'|'.join(longest_first) or '(?!)'})(?![0-9A-Za-z])")
        self._numbered: dict[str, list[str]] = {}

    def normal(self, value: Any) -> Any:
        """Return a value of JSON with its keys sorted and tokens for what varies."""
        if isinstance(value, dict):
            kept = (name for name in sorted(value) if name not in _LEFT_OUT)
            return {self._text(name): _WHOLE.get(name) or self.normal(value[name]) for name in kept}
        if isinstance(value, list):
            return [self.normal(item) for item in value]
        if isinstance(value, str):
            return self._text(value)
        return self._names.get(str(value), value)

    def _text(self, text: str) -> str:
        return _VARYING.sub(self._token, self._known.sub(lambda found: self._names[found[0]], text))

    def _token(self, found: re.Match[str]) -> str:
        kind = str(found.lastgroup)
        if kind == "seconds":
            return "<seconds>"
        if kind == "time":
            away = datetime.fromisoformat(found[0].replace("Z", "+00:00")) - self._now
            return f"<now{away // timedelta(hours=1):+} h>"
        values = self._numbered.setdefault(kind, [])
        key = found[0][:_SHORT] if kind == "sha256" else found[0]
        if key not in values:
            values.append(key)
        return f"<{kind} {values.index(key) + 1}{' short' if kind == 'sha256' and found[0] == key else ''}>"
