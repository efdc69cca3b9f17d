# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""From samples to figures."""

from __future__ import annotations

import json
from dataclasses import replace

from benchmark.figures import Figures, Spread
from benchmark.report import table
from benchmark.suite import Aim, Plan, Sample, Scenario, Suite
from benchmark.suites import STARTS

SUITE = Suite(
    name="loop",
    title="things in a loop",
    items=10,
    scenarios=(
        Scenario("theirs", "their way"),
        Scenario("ours", "our way", memory=50),
        Scenario("bare", "the bare way", items=20, start="floor-start", rounds=2),
    ),
    aims=(Aim("ours", against="theirs", at_most=0.5), Aim("ours", against="bare", at_most=2)),
)
EMPTY = [Sample(1.0, 0.5), Sample(2.0, 1.0), Sample(4.0, 2.0)]
# The machine gets slower and slower, and the ratio stays what it is.
ROUNDS = [
    {"theirs": Sample(5.0, 4.5, 10), "ours": Sample(2.0, 1.5, 40, 0.5), "bare": Sample(2.5, 1.0)},
    {"theirs": Sample(10.0, 9.0, 10), "ours": Sample(4.0, 3.0, 50, 1.0), "bare": Sample(4.5, 2.0)},
    {"theirs": Sample(20.0, 18.0, 10), "ours": Sample(10.0, 8.0, 45, 2.0)},
]
ROUNDS = [{"start": start, "floor-start": Sample(0.5, 0.5), **each} for start, each in zip(EMPTY, ROUNDS, strict=True)]
FIGURES = Figures(Plan(SUITE, STARTS, 3), ROUNDS)


def test_each_start_is_subtracted_from_what_has_it_and_the_median_counts():
    assert FIGURES.starts() == {"an empty play": Spread(2.0, 1.0, 4.0), "a client that does nothing": Spread.of([0.5])}
    theirs, ours, bare = FIGURES.costs()
    assert theirs.wall == Spread(0.8, 0.4, 1.6)
    assert ours.cpu == Spread(0.2, 0.1, 0.6)
    assert bare.wall == Spread.of([0.1, 0.2])


def test_a_ratio_is_of_one_round():
    ratio, _other = FIGURES.ratios()
    assert ratio.wall == Spread(0.25, 0.25, 0.375)
    assert ratio.is_met


def test_items_are_compared_where_the_ways_have_not_as_many_in_the_rounds_that_measured_both():
    _ratio, scaled = FIGURES.ratios()
    assert scaled.wall == Spread.of([1.0 / 10 / (2.0 / 20), 2.0 / 10 / (4.0 / 20)])


def test_memory_is_no_average_and_no_start_is_subtracted():
    theirs, ours, _bare = FIGURES.costs()
    assert (theirs.peak.most, ours.peak.most) == (10, 50)
    assert ours.is_small
    assert not replace(ours, memory=49).is_small


def test_what_the_simulator_took_is_a_share_of_the_time_that_was_measured():
    _theirs, ours, bare = FIGURES.costs()
    assert ours.simulator == Spread.of([0.5, 0.5, 2.0 / 6.0])
    assert bare.simulator is None


def test_a_missed_aim_is_told():
    missed = Figures(Plan(replace(SUITE, aims=(Aim("ours", "theirs", 0.2),)), STARTS, 3), ROUNDS)
    assert not missed.ratios()[0].is_met
    assert [line for line in table(missed) if line.endswith("MISSED")]
    assert not [line for line in table(FIGURES) if line.endswith("MISSED")]


def test_json_holds_the_samples():
    found = json.loads(json.dumps(FIGURES.as_json()))
    assert found["ratios"][0]["is_met"]
    assert found["rounds"][2]["ours"] == {"wall": 10.0, "cpu": 8.0, "peak": 45, "simulator": 2.0}
