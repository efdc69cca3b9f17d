# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors
"""The admin door: seeding, outside edits, settings, and the way back."""

import datetime

import pytest

import simulator.store as store_module
from simulator.certifier import Certifier
from simulator.handle import SimulatorError, resource


def test_seed_adds_and_replaces_what_is_kept_as_it_is(simulator, api):
    odd = {**resource(1, "a.example"), "service_methods": 3, "whitelists": None, "x": [1]}
    simulator.seed([odd, resource(2, "b.example")])
    assert api.get(1).data == odd
    simulator.seed([resource(1, "c.example")])
    assert [each["name"] for each in api.call().data] == ["c.example", "b.example"]
    assert "x" not in api.get(1).data
    simulator.clear_resources()
    assert simulator.resources() == []


@pytest.mark.parametrize(("name", "value"), [("odd", 1), ("latency", True), ("shape", "round"), ("page_size", 0)])
def test_bad_settings_are_refused_whole(simulator, name, value):
    before = simulator.settings()
    with pytest.raises(SimulatorError, match="400"):
        simulator.settings(edge_delay=9, **{name: value})
    assert simulator.settings() == before


class StoppedClock(datetime.datetime):
    """A clock that shows the same moment for ever."""

    @classmethod
    def now(cls, tz=None):
        return cls(2026, 1, 1, tzinfo=tz)


def test_writes_within_one_microsecond_differ(monkeypatch):
    store = store_module.Store(Certifier())
    record = store.seed(resource(1, "a.example"))
    monkeypatch.setattr(store_module.datetime, "datetime", StoppedClock)
    stamps = []
    for _unused in range(3):
        store.edit(1, {})
        stamps.append(record.resource["updated"])
    assert stamps == [f"2026-01-01 00:00:00.00000{number}+00:00" for number in range(3)]
