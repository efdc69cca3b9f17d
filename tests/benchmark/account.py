# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""The account that the simulator plays: resources that have one certificate of two, the old one or the new one."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from simulator.authority import Authority, Issued
from simulator.handle import Simulator, resource, with_installed

_CHUNK = 500
"""Resources in one request to the admin door, which has a time limit."""


class Account:
    """Resources with the names n1.bench.example, n2 and so on, all of which the new certificate covers.

    Attributes:
        new: the certificate that they shall have.
    """

    def __init__(self, simulator: Simulator) -> None:
        authority = Authority().intermediate()
        self.new = _issue(authority, days=90)
        self._old = _issue(authority, days=9)
        self._simulator = simulator
        self._is: tuple[int, bool] | None = None

    def open(self, items: int, *, is_drifted: bool) -> None:
        """Make it one of so many resources, all in sync or all drifted, and ready for handshakes."""
        if self._is != (items, is_drifted):
            self._simulator.clear_resources()
            self._seed(items, self._old if is_drifted else self.new)
            self._simulator.warm()
        self._is = None if is_drifted else (items, is_drifted)  # who gets a drifted one changes it

    def _seed(self, items: int, installed: Issued) -> None:
        for start in range(1, items + 1, _CHUNK):
            numbers = range(start, min(start + _CHUNK, items + 1))
            seeds = [with_installed(resource(number, f"n{number}.bench.example"), installed) for number in numbers]
            self._simulator.seed(seeds)


def _issue(authority: Authority, days: int) -> Issued:
    now = datetime.now(timezone.utc).replace(microsecond=0)
    begin, end = now - timedelta(days=1), now + timedelta(days=days)
    return authority.issue(["*.bench.example"], not_before=begin, not_after=end)
