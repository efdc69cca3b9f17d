# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

from __future__ import annotations

import pytest

from ansible_collections.gcore.web_security.plugins.module_utils._fleet.progress import Progress
from unit.plugins.fakes import FakeClock

OLD, NEW = "0c5e6ad1c9a0" + "0" * 52, "9b74c9897bac" + "0" * 52


class Shown(Progress):
    """Keeps the lines."""

    def __init__(self):
        self.time = FakeClock()
        self.lines = []
        super().__init__(self.lines.append, self.time.clock)


def test_a_line_for_each_resource_with_a_counter_and_the_time_left():
    shown = Shown()
    shown.begin(4)
    shown.wave(1, 2)
    shown.time.sleep(30)
    shown.finished("a.example.com", OLD, NEW, "rotated")
    shown.time.sleep(2)
    shown.finished("b.example.com", None, NEW, "failed")
    assert shown.lines == [
        "Wave 1: 2 of 4 resources",
        "  [1/4] a.example.com: rotated (0c5e6ad1c9a0 -> 9b74c9897bac), 2 min left",
        "  [2/4] b.example.com: failed (none -> 9b74c9897bac), 32 s left",
    ]


@pytest.mark.parametrize(
    ("seconds", "left"),
    [(0, "0 s left"), (0.4, "0 s left"), (89, "89 s left"), (90, "2 min left"), (3600, "60 min left")],
)
def test_the_time_left(seconds, left):
    shown = Shown()
    shown.begin(2)
    if seconds:
        shown.time.sleep(seconds)
    shown.finished("a", OLD, NEW, "rotated")
    assert shown.lines[-1].endswith(f", {left}")


def test_what_is_in_sync_is_told_now_and_then():
    shown = Shown()
    shown.checking(1000)
    for _number in range(1000):
        shown.time.sleep(0.0501)
        shown.checked()
    assert shown.lines[0] == "Checking 1000 resources"
    assert [line.split()[0] for line in shown.lines[1:]] == [
        "200/1000",
        "400/1000",
        "600/1000",
        "800/1000",
        "1000/1000",
    ]
    assert shown.lines[2] == "  400/1000 checked, 30 s left"


def test_the_clock_of_the_writes_starts_with_them():
    shown = Shown()
    shown.checking(2)
    shown.time.sleep(500)
    shown.checked()
    shown.begin(2)
    shown.time.sleep(5)
    shown.finished("a", OLD, NEW, "rotated")
    assert shown.lines[-1].startswith("  [1/2] a: rotated")
    assert shown.lines[-1].endswith("5 s left")


@pytest.mark.parametrize(("seconds", "lines"), [(0.5, 0), (1, 1), (30, 1)])
def test_a_pause_is_told_when_a_person_would_notice(seconds, lines):
    shown = Shown()
    shown.held_back(seconds)
    assert shown.lines == [f"  held back: the API asks to wait {seconds:g} s"] * lines


def test_waiting_for_nothing_is_not_told():
    shown = Shown()
    shown.awaiting(0)
    shown.awaiting(3)
    assert shown.lines == ["  waiting for the edges of 3 resources"]


def test_the_end():
    shown = Shown()
    shown.stopped("interrupted by SIGTERM", 7)
    shown.summary({"rotated": 2, "would_rotate": 0, "not_attempted": 7})
    assert shown.lines == [
        "Stopped: interrupted by SIGTERM; not attempted: 7 resources",
        "Done: 2 rotated, 7 not attempted",
    ]


def test_a_plan_has_a_line_for_each_resource():
    shown = Shown()
    shown.begin(2)
    shown.planned(1, "a.example.com", OLD, NEW)
    shown.planned(2, "b.example.com", None, NEW)
    assert shown.lines == [
        "  [1/2] a.example.com: would rotate (0c5e6ad1c9a0 -> 9b74c9897bac), wave 1",
        "  [2/2] b.example.com: would rotate (none -> 9b74c9897bac), wave 2",
    ]


def test_one_is_not_many():
    shown = Shown()
    shown.checking(1)
    shown.awaiting(1)
    shown.summary({"in_sync": 1, "unmatched_resources": 1, "bad_certificates": 1, "resources": 2})
    assert shown.lines == [
        "Checking 1 resource",
        "  waiting for the edges of 1 resource",
        "Done: 1 in sync, 1 unmatched resource, 1 bad certificate, 2 resources",
    ]
