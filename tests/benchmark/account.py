# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""The account that the simulator plays: resources that have one certificate of two, the old one or the new one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta, timezone
from itertools import product

from simulator.authority import Authority, Issued
from simulator.handle import cdn_resource, installation, resource, with_installed
from stage.stage import Stage

_CHUNK = 500
"""Resources in one request to the admin door, which has a time limit."""


class Account:
    """Resources with the names n1.bench.example, n2 and so on, which shall all have one certificate or each its own.

    The one is the file `site.crt`, its key `site.key`. In the folder `sites` each resource has the same under its own
    name, and in the folder `own` a certificate that covers nothing else. Where it is mixed, half of them are of the
    CDN, and these share one object.
    """

    def __init__(self, place: Stage) -> None:
        self._place = place
        self._authority = Authority().intermediate()
        self._old, self._new = self._issued("*.bench.example", days=9), self._issued("*.bench.example", days=90)
        self._own: list[Issued] = []
        self._is: tuple[int, bool, bool, bool] | None = None
        for folder in ("sites", "own"):
            (place.folder / folder).mkdir()
        self._write("site", self._new)

    def open(self, items: int, *, is_drifted: bool, has_own: bool, is_mixed: bool = False) -> None:
        """Make it one of so many resources, all in sync or all drifted, and ready for handshakes."""
        simulator, of_cdn = self._place.simulator, items // 2 * is_mixed
        if self._is != (items, is_drifted, has_own, is_mixed):
            self._provide(items, has_own)
            simulator.clear_resources()
            simulator.clear_cdn()
            shared = self._old if is_drifted else self._new
            self._seed(self._own[:items] if has_own else [shared] * (items - of_cdn))
            if is_mixed:
                self._seed_cdn(range(items - of_cdn + 1, items + 1), shared)
            simulator.warm()
        self._is = None if is_drifted else (items, is_drifted, has_own, is_mixed)  # who gets a drifted one changes it

    def _seed(self, installed: Sequence[Issued]) -> None:
        seeds = [with_installed(resource(at, _name(at)), each) for at, each in enumerate(installed, start=1)]
        for start in range(0, len(seeds), _CHUNK):
            self._place.simulator.seed(seeds[start : start + _CHUNK])

    def _seed_cdn(self, numbers: Sequence[int], shared: Issued) -> None:
        simulator = self._place.simulator
        (at,) = simulator.seed_cdn([{"object": {"name": "shared"}, "install": installation(shared)}])
        for start in range(0, len(numbers), _CHUNK):
            some = numbers[start : start + _CHUNK]
            simulator.seed_cdn([cdn_resource(each, _name(each), sslData=at, sslEnabled=True) for each in some])

    def _provide(self, items: int, has_own: bool) -> None:
        """The files of so many resources, where they are not there yet."""
        for number, kind in product(range(1, items + 1), ("crt", "key")):
            path = self._place.folder / "sites" / f"{_name(number)}.{kind}"
            if not path.is_symlink():
                path.symlink_to(self._place.folder / f"site.{kind}")
        for number in range(len(self._own) + 1, items * has_own + 1):
            self._own.append(self._issued(_name(number), days=90))
            self._write(f"own/{_name(number)}", self._own[-1])

    def _write(self, name: str, issued: Issued) -> None:
        self._place.write(f"{name}.crt", issued.full_chain_pem)
        self._place.write(f"{name}.key", issued.private_key_pem)

    def _issued(self, name: str, days: int) -> Issued:
        now = datetime.now(timezone.utc).replace(microsecond=0)
        begin, end = now - timedelta(days=1), now + timedelta(days=days)
        return self._authority.issue([name], not_before=begin, not_after=end)


def _name(number: int) -> str:
    return f"n{number}.bench.example"
