# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors
"""Everything that makes up one simulator, and the way back to how it began."""

import dataclasses
from collections.abc import Iterable, Mapping
from typing import Any

from .cdn.store import CdnStore
from .certifier import Certifier
from .credentials import Credentials
from .faults import FaultPlan
from .journal import Journal
from .sample import resource, with_issued
from .settings import Settings
from .store import Record, Store


class World:
    """The state that the API, the edges and the admin door share."""

    def __init__(self, settings: Settings, credentials: Credentials) -> None:
        self.settings = settings
        self.credentials = credentials
        self.certifier = Certifier()
        self.store = Store(self.certifier)
        self.cdn = CdnStore(self.certifier)
        self.faults = FaultPlan()
        self.journal = Journal()
        self._first_settings = dataclasses.asdict(settings)
        self._first_records: list[Record] = []

    def begin(self, seeds: Iterable[Mapping[str, Any]]) -> None:
        """Fill the store, and keep that state as the one to reset to."""
        for seed in seeds:
            self.store.seed(seed)
        self._first_records = self.store.snapshot()

    def reset(self) -> None:
        """Go back to how it began."""
        self.settings.patch(self._first_settings)
        self.store.restore(self._first_records)
        self.cdn.clear()
        self.faults.replace([])
        self.journal.clear()


def numbered(count: int) -> Iterable[dict[str, Any]]:
    """Make seeds with the ids 1 to ``count``, each with a certificate of its own."""
    for number in range(1, count + 1):
        name = f"site{number:04d}.example.test"
        yield with_issued(resource(number, name, [f"www.{name}"]), days=20)
