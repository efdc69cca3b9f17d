# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""Tells when asking the edges is of no use: a job behind a firewall would wait for each of them in vain."""

from __future__ import annotations

from threading import Lock

from .edge import EdgeAnswer

_SILENT_EDGES = 5
"""When the first so many edges are all silent, the rest would be too."""


class EdgeReachability:
    """Hears what the edges of many resources answer; workers share it."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._answered = False
        self._silent = 0

    def is_worth_asking(self) -> bool:
        """Tell whether one edge answered, or too few were asked to know."""
        return self._answered or self._silent < _SILENT_EDGES

    def heard(self, answer: EdgeAnswer | None) -> None:
        """Learn from what an edge answered, None where it was not asked."""
        if answer is not None:
            with self._lock:
                self._answered = self._answered or answer.leaf is not None
                self._silent += answer.leaf is None
