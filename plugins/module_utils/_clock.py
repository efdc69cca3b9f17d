# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""Time: a clock that tests replace, the deadline of a task, and what moments are to each other."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from ._errors import DeadlineError


@dataclass(frozen=True)
class Clock:
    """The machine's clock, in seconds but for the date and time, which is aware and UTC."""

    now: Callable[[], datetime] = lambda: datetime.now(timezone.utc)
    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep


class Deadline:
    """The total time of a task, in seconds from now; every wait of the task is shortened to fit into it."""

    def __init__(self, clock: Clock, seconds: float) -> None:
        self._clock = clock
        self._seconds = seconds
        self._end = clock.monotonic() + seconds

    def remaining(self) -> float:
        """Seconds left, never negative."""
        return max(self._end - self._clock.monotonic(), 0.0)

    def check(self, doing: str) -> None:
        """Raise `DeadlineError`, with what was about to be done, when the time is over."""
        if not self.remaining():
            raise DeadlineError(f"the total time of {self._seconds:g} s was over before: {doing}")

    def shorten(self, seconds: float) -> None:
        """From now on there are no more than this many seconds; those who sleep notice within one."""
        self._end = min(self._end, self._clock.monotonic() + seconds)

    def sleep(self, seconds: float) -> None:
        """Wait, at most until the time is over."""
        end = self._clock.monotonic() + seconds
        while (left := min(end - self._clock.monotonic(), self.remaining())) > 0:
            self._clock.sleep(min(left, 1.0))


def from_unix(seconds: int | None) -> datetime | None:
    """Return a Unix time as a moment in UTC, None where there is none, or none that a calendar has."""
    if seconds is None or seconds < 0:  # before 1970 there were no certificates: it is some program's "no time"
        return None
    try:
        return datetime.fromtimestamp(seconds, timezone.utc)
    except (ValueError, OverflowError, OSError):
        return None


def days_left(end: datetime, now: datetime) -> int:
    """Count the whole days until an end, negative once it is over."""
    return math.floor((end - now) / timedelta(days=1))
