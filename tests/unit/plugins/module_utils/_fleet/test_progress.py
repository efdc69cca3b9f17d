# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

import pytest

from ansible_collections.gcore.web_security.plugins.module_utils._fleet.progress import Progress
from unit.plugins.fakes import FakeClock

OLD, NEW = "0c5e6ad1c9a0" + "0" * 52, "9b74c9897bac" + "0" * 52


class Shown(Progress):
    """Keeps the lines."""

    def __init__(self):
        self.time, self.lines = FakeClock(), []
        super().__init__(self.lines.append, self.time.clock)


def test_a_line_for_each_resource_with_a_counter_and_the_time_left():
    shown = Shown()
    shown.checking(4)
    shown.time.sleep(500)  # the clock of the writes starts with them
    shown.checked()
    shown.lines.clear()
    shown.begin(4)
    shown.wave(1, 2)
    shown.time.sleep(30)
    shown.finished("a.example.com", OLD, NEW, "rotated")
    shown.time.sleep(2)
    shown.finished("b.example.com", None, NEW, "failed")
    shown.planned(2, "c.example.com", None, NEW)
    assert shown.lines == [
        "Wave 1: 2 of 4 resources", "  [1/4] a.example.com: rotated (0c5e6ad1c9a0 -> 9b74c9897bac), 2 min left",
        "  [2/4] b.example.com: failed (none -> 9b74c9897bac), 32 s left",
        "  [3/4] c.example.com: would rotate (none -> 9b74c9897bac), wave 2",
    ]  # fmt: skip


LEFT = [(0, "0 s left"), (0.4, "0 s left"), (89, "89 s left"), (90, "2 min left"), (3600, "60 min left")]


@pytest.mark.parametrize(("seconds", "left"), LEFT)
def test_the_time_left(seconds, left):
    shown = Shown()
    shown.begin(2)
    shown.time.elapsed += seconds
    shown.finished("a", OLD, NEW, "rotated")
    assert shown.lines[-1].endswith(f", {left}")


def test_what_is_in_sync_is_told_now_and_then():
    shown = Shown()
    shown.checking(1000)
    for _number in range(1000):
        shown.time.sleep(0.0501)
        shown.checked()
    told = [f"  {number}/1000 checked" for number in (200, 400, 600, 800, 1000)]
    assert [line.partition(",")[0] for line in shown.lines] == ["Checking 1000 resources", *told]
    assert shown.lines[2] == "  400/1000 checked, 30 s left"


def test_what_a_person_would_not_notice_is_not_told_and_one_is_not_many():
    shown = Shown()
    shown.held_back(0.5)
    shown.held_back(1)
    shown.awaiting(0)
    shown.checking(1)
    shown.awaiting(1)
    shown.stopped("interrupted by SIGTERM", 7)
    shown.summary({"rotated": 2, "would_rotate": 0, "in_sync": 1, "not_attempted": 7})
    shown.summary({"unmatched_resources": 1, "bad_certificates": 1, "resources": 2})
    assert shown.lines == [
        "  held back: the API asks to wait 1 s",
        "Checking 1 resource",
        "  waiting for the edges of 1 resource",
        "Stopped: interrupted by SIGTERM; not attempted: 7 resources",
        "Done: 2 rotated, 1 in sync, 7 not attempted",
        "Done: 1 unmatched resource, 1 bad certificate, 2 resources",
    ]
