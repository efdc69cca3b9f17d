# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""The account that the simulator plays: resources that have one certificate of two, the old one or the new one."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from itertools import product

from simulator.authority import Authority, Issued
from simulator.handle import resource, with_installed
from stage.stage import Stage

_CHUNK = 500
"""Resources in one request to the admin door, which has a time limit."""


class Account:
    """Resources with the names n1.bench.example, n2 and so on; the certificate that they shall have covers them all.

    It is the file `site.crt`, its key `site.key`, and in the folder `sites` each resource has both under its own name.
    """

    def __init__(self, place: Stage) -> None:
        authority = Authority().intermediate()
        self._old, self._new = _issue(authority, days=9), _issue(authority, days=90)
        self._place = place
        self._links = place.folder / "sites"
        self._links.mkdir()
        self._is: tuple[int, bool] | None = None
        place.write("site.crt", self._new.full_chain_pem)
        place.write("site.key", self._new.private_key_pem)

    def open(self, items: int, *, is_drifted: bool) -> None:
        """Make it one of so many resources, all in sync or all drifted, and ready for handshakes."""
        if self._is != (items, is_drifted):
            self._place.simulator.clear_resources()
            self._seed(items, self._old if is_drifted else self._new)
            self._place.simulator.warm()
            self._link(items)
        self._is = None if is_drifted else (items, is_drifted)  # who gets a drifted one changes it

    def _seed(self, items: int, installed: Issued) -> None:
        for start in range(1, items + 1, _CHUNK):
            numbers = range(start, min(start + _CHUNK, items + 1))
            seeds = [with_installed(resource(number, f"n{number}.bench.example"), installed) for number in numbers]
            self._place.simulator.seed(seeds)

    def _link(self, items: int) -> None:
        for number, kind in product(range(1, items + 1), ("crt", "key")):
            path = self._links / f"n{number}.bench.example.{kind}"
            if not path.is_symlink():
                path.symlink_to(self._place.folder / f"site.{kind}")


def _issue(authority: Authority, days: int) -> Issued:
    now = datetime.now(timezone.utc).replace(microsecond=0)
    begin, end = now - timedelta(days=1), now + timedelta(days=days)
    return authority.issue(["*.bench.example"], not_before=begin, not_after=end)
