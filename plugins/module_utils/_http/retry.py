# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""Which failed calls are worth another try, and when: tables, not branches."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime

LONGEST_RETRY_AFTER = 60.0
"""Seconds; an API that asks for more is asked again after this long all the same."""


@dataclass(frozen=True)
class Disposition:
    """What a failure means.

    Attributes:
        retryable: the same call may succeed later.
        outcome_unknown: a write may have taken effect all the same.
    """

    retryable: bool = False
    outcome_unknown: bool = False


FINAL = Disposition()
LATER = Disposition(retryable=True)
UNKNOWN = Disposition(retryable=True, outcome_unknown=True)

NO_ANSWER = range(1)
"""The connection failed, timed out, or broke off."""

BY_STATUS: tuple[tuple[range, Disposition, Disposition], ...] = (
    # statuses, a read's disposition, a write's
    (NO_ANSWER, LATER, UNKNOWN),
    (range(408, 409), LATER, UNKNOWN),
    (range(429, 430), LATER, LATER),
    (range(500, 600), LATER, UNKNOWN),
)
"""All others are final: repeating a call that was refused for what it is would only be refused again."""


def disposition(status: int | None, *, is_write: bool) -> Disposition:
    """Tell what a status means, None for no answer at all."""
    for statuses, for_reads, for_writes in BY_STATUS:
        if (status or 0) in statuses:
            return for_writes if is_write else for_reads
    return FINAL


@dataclass(frozen=True)
class Backoff:
    """How long to wait before which try: exponential, with jitter so that workers do not come back together.

    Attributes:
        tries: how many times a call is repeated at the most.
        first: seconds before the first repetition, doubled before each further one.
        longest: seconds, where doubling ends.
        chance: a number from 0 to 1, for the jitter.
    """

    tries: int = 5
    first: float = 0.5
    longest: float = 8.0
    chance: Callable[[], float] = random.random

    def seconds(self, attempt: int) -> float:
        """Return the wait after failed attempt `attempt` (1 for the first): at least three quarters of the step."""
        doublings = min(attempt - 1, 64)  # a float has no room for those of a thousand attempts
        step = min(self.first * 2**doublings, self.longest)
        return step * (0.75 + 0.25 * self.chance())


def retry_after_seconds(value: str | None, now: datetime) -> float | None:
    """Read a `Retry-After` header (RFC 9110, section 10.2.3): seconds or a date, clamped; None if it says nothing."""
    if not value:
        return None
    try:
        seconds = float(value) if value.strip().isdigit() else _until(value, now)
    except (TypeError, ValueError, OverflowError):
        return None
    return min(max(seconds, 0.0), LONGEST_RETRY_AFTER)


def _until(date: str, now: datetime) -> float:
    moment = parsedate_to_datetime(date)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=timezone.utc)
    return (moment - now).total_seconds()
