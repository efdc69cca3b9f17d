# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""The pace of a run: when the API asks one worker to wait, all of them wait."""

from __future__ import annotations

from threading import Lock

from ansible_collections.gcore.web_security.plugins.module_utils.clock import Clock, Deadline


class Pacer:
    """Shared by all workers of a run; each asks it for its turn before each request."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = Lock()
        self._next = 0.0

    def hold(self, seconds: float) -> None:
        """Nobody sends anything for this long."""
        with self._lock:
            self._next = max(self._next, self._clock.monotonic() + seconds)

    def wait(self, deadline: Deadline) -> None:
        """Come back when it is this worker's turn, or when the deadline is over."""
        while deadline.remaining():
            with self._lock:
                seconds = self._next - self._clock.monotonic()
            if seconds <= 0:
                return
            deadline.sleep(seconds)
