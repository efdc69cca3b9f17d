# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""Which failed calls are worth another try, and when: tables, not branches."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime

_LONGEST_RETRY_AFTER = 60.0
"""Seconds; an API that asks for more is asked again after this long all the same."""


@dataclass(frozen=True)
class Disposition:
    """What a failure means: the same call may succeed later, and a write may have taken effect all the same."""

    retryable: bool = False
    outcome_unknown: bool = False


FINAL = Disposition()
LATER = Disposition(retryable=True)
UNKNOWN = Disposition(retryable=True, outcome_unknown=True)

_READS = ("GET ", "OPTIONS ")
_BY_STATUS = (
    # statuses (0 is that of no answer), a read's disposition, a write's
    (range(1), LATER, UNKNOWN),
    (range(408, 409), LATER, UNKNOWN),
    (range(429, 430), LATER, LATER),
    (range(500, 600), LATER, UNKNOWN),
)
"""All others are final: repeating a call that was refused for what it is would only be refused again."""


def disposition(call: str, status: int | None) -> Disposition:
    """Tell what a call's status means, None for no answer at all."""
    for statuses, for_reads, for_writes in _BY_STATUS:
        if (status or 0) in statuses:
            return for_reads if call.startswith(_READS) else for_writes
    return FINAL


@dataclass(frozen=True)
class Backoff:
    """How often to repeat a call at the most, and how long to wait before each try.

    The wait doubles from the first to the longest, with jitter so that workers do not come back together.
    """

    tries: int = 5
    first: float = 0.5
    longest: float = 8.0
    chance: Callable[[], float] = random.random

    def seconds(self, attempt: int) -> float:
        """Return the wait after failed attempt `attempt` (1 for the first): at least three quarters of the step."""
        doublings = min(attempt - 1, 64)  # a float has no room for those of a thousand attempts
        return min(self.first * 2**doublings, self.longest) * (0.75 + 0.25 * self.chance())


def retry_after_seconds(value: str | None, now: datetime) -> float | None:
    """Read a `Retry-After` header (RFC 9110, section 10.2.3): seconds or a date, clamped; None if it says nothing."""
    if not value:
        return None
    try:
        if value.strip().isdigit():
            seconds = float(value)
        else:
            moment = parsedate_to_datetime(value)
            seconds = (moment.replace(tzinfo=moment.tzinfo or timezone.utc) - now).total_seconds()
    except (TypeError, ValueError, OverflowError):
        return None
    return min(max(seconds, 0.0), _LONGEST_RETRY_AFTER)
