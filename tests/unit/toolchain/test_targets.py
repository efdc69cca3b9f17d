# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""A target tries all of its parts, and says how each of them ended."""

from __future__ import annotations

import sys

import pytest

from toolchain import targets
from toolchain.process import Failed, Skipped, run

LANES = {"one lane": ("floor", "floor"), "two lanes": ("floor", "newest")}


@pytest.fixture
def target(monkeypatch, tmp_path):
    """Makes a target of two parts that end as wanted; returns its exit status."""
    monkeypatch.setattr(targets, "BUILD", tmp_path)
    monkeypatch.setattr(targets, "ensure", lambda name: None)

    def call(environments, *errors):
        parts = [
            targets.Part(f"part {number}", environment, ending(number, error))
            for number, (environment, error) in enumerate(zip(environments, errors, strict=True))
        ]
        monkeypatch.setitem(targets.TARGETS, "some", tuple(parts))
        return targets.run("some", [])

    return call


def ending(number, error):
    def action(_built, _words):
        run([sys.executable, "-c", f"print('from', {number})"], {})
        if error:
            raise error

    return action


@pytest.mark.parametrize("environments", LANES.values(), ids=LANES)
@pytest.mark.parametrize(
    ("errors", "status"),
    [
        ((None, None), 0),
        ((None, Skipped("no Python")), 0),
        ((Failed("broken"), None), 1),
        ((Failed("broken"), Failed("too")), 1),
    ],
)
def test_one_failed_part_fails_the_target_after_all_were_tried(target, capfd, environments, errors, status):
    assert target(environments, *errors) == status
    printed, _separator, summary = capfd.readouterr().out.partition("=== summary")
    assert "from 0" in printed
    assert "from 1" in printed
    rows = [line for line in summary.splitlines() if "part" in line]
    assert [row.split("part ")[1][0] for row in rows] == ["0", "1"]
    assert all(str(error) in row for error, row in zip(errors, rows, strict=True) if error)


def test_what_two_lanes_print_does_not_mix(target, capfd):
    target(LANES["two lanes"], None, None)
    printed = capfd.readouterr().out
    for number in (0, 1):
        _before, _title, block = printed.partition(f"=== part {number}")
        assert block.splitlines()[2] == f"from {number}"
