# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors
"""The store, where its process would be too slow to show it."""

from __future__ import annotations

import datetime

import simulator.store
from simulator.certifier import Certifier
from simulator.sample import resource


class StoppedClock(datetime.datetime):
    """A clock that shows the same moment for ever."""

    @classmethod
    def now(cls, tz=None):
        return cls(2026, 1, 1, tzinfo=tz)


def test_writes_within_one_microsecond_differ(monkeypatch):
    store = simulator.store.Store(Certifier())
    record = store.seed(resource(1, "a.example"))
    monkeypatch.setattr(simulator.store.datetime, "datetime", StoppedClock)
    stamps = []
    for _unused in range(3):
        store.edit(1, {})
        stamps.append(record.resource["updated"])
    assert stamps == [f"2026-01-01 00:00:00.00000{number}+00:00" for number in range(3)]
