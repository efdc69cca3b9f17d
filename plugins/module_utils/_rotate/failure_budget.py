# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""Stops a run between two writes: for too many failures, or an interrupt. A write in flight always ends."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable
from threading import RLock

from .._errors import ApiError, StoppedError


class FailureBudget:
    """Counts failed writes that were not made good since, and says when a run is to stop."""

    # A write that is tried again counts until it succeeds, so that an API at which every write fails is left alone at
    # once. One that the API wants later (429) does not count.

    def __init__(self) -> None:
        self.tolerated: int | None = None  # one failure more stops the run
        self.reason = ""
        self._failures: Counter[Hashable] = Counter()
        self._lock = RLock()  # a signal may call `stop` while its own thread counts

    def stop(self, reason: str) -> None:
        """Let no write begin after this. The first reason stays."""
        with self._lock:
            self.reason = self.reason or reason

    def authorize_write(self, failure: ApiError | None = None) -> None:
        """Raise an error where no write may begin: `failure` of the same write's last try, where there was one."""
        if self.reason:
            raise failure or StoppedError(f"the run was stopped: {self.reason}")

    def write_failed(self, site: Hashable, error: ApiError) -> None:
        """Count a failed write, and stop the run where there are too many."""
        if error.status != 429:
            self._count(site, 1)

    def gave_up(self, site: Hashable) -> None:
        """Count a resource that ends as failed, if its failed writes did not count yet."""
        self._count(site, 0 if self._failures[site] else 1)

    def _count(self, site: Hashable, more: int) -> None:
        with self._lock:
            self._failures[site] += more
            count = self._failures.total()
        if self.tolerated is not None and count > self.tolerated:
            self.stop(f"{count} failures, and max_failures tolerates {self.tolerated}")

    def write_succeeded(self, site: Hashable) -> None:
        """Count what failed before as made good."""
        with self._lock:
            self._failures.pop(site, None)
