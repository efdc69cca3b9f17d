# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors
"""A token bucket for the API's rate limit."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping


class RateLimit:
    """Allows ``burst`` calls at once and ``rate`` calls a second in the long run."""

    def __init__(self) -> None:
        self._limit: Mapping[str, float] | None = None
        self._tokens = 0.0
        self._filled = 0.0

    def wait(self, limit: Mapping[str, float] | None) -> int:
        """Take one call; return 0, or the whole seconds after which to come again."""
        now = time.monotonic()
        if limit != self._limit:
            self._limit, self._tokens, self._filled = limit, limit["burst"] if limit else 0, now
        if limit is None:
            return 0
        gained = (now - self._filled) * limit["rate"]
        self._tokens = min(limit["burst"], self._tokens + gained)
        self._filled = now
        if self._tokens >= 1:
            self._tokens -= 1
            return 0
        return max(1, math.ceil((1 - self._tokens) / limit["rate"]))
