# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""The pace of a run: when the API asks one worker to wait, all of them wait, and go on more slowly."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock

from .._clock import Clock, Deadline

_FIRST_INTERVAL = 0.05
_SLOWER = 1.5
_FASTER = 0.95
_LONGEST_INTERVAL = 2.0
"""Seconds between two requests after the first complaint; what a further complaint makes of it, and each success; and
what no number of complaints goes beyond: a pause that is longer is for the API to ask for."""


class RateLimiter:
    """Shared by all workers of a run; each asks it for its turn before each request.

    Without requests per second they are as many as the API takes; `on_hold` is told of the pauses that it asks for.
    """

    def __init__(
        self, clock: Clock, per_second: float | None = None, on_hold: Callable[[float], None] | None = None
    ) -> None:
        self._clock = clock
        self._least_interval = 1 / per_second if per_second else 0.0
        self._interval = self._least_interval
        self._on_hold = on_hold
        self._lock = Lock()
        self._next = self._held_until = float("-inf")

    def hold(self, seconds: float) -> None:
        """Nobody sends anything for this long. Complaints about what was sent before the first one are no news."""
        with self._lock:
            now = self._clock.monotonic()
            is_news = now >= self._held_until
            self._held_until = max(self._held_until, now + seconds)
            self._next = max(self._next, self._held_until)
            if is_news:
                slower = min(max(self._interval * _SLOWER, _FIRST_INTERVAL), _LONGEST_INTERVAL)
                self._interval = max(slower, self._least_interval)
        if is_news and self._on_hold:
            self._on_hold(seconds)

    def succeeded(self) -> None:
        """Let the next requests come a little closer together, for the API took one."""
        if self._interval > self._least_interval:
            with self._lock:
                self._interval = max(self._interval * _FASTER, self._least_interval)

    def wait(self, deadline: Deadline, places: int = 1) -> None:
        """Come back when it is this worker's turn, or when the deadline is over.

        A turn has places for so many requests in a row; 0 is for one that has its place, and is only held back.
        """
        while deadline.remaining():
            with self._lock:
                now = self._clock.monotonic()
                turn = max(now, self._next if places else self._held_until)
                self._next = max(self._next, turn + places * self._interval)
            deadline.sleep(turn - now)
            if self._clock.monotonic() >= self._held_until:
                return
