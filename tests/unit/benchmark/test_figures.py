# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""From samples to figures."""

from __future__ import annotations

import json

from benchmark.figures import Figures, Spread
from benchmark.report import table
from benchmark.sample import Sample
from benchmark.suite import Aim, Scenario, Suite

SUITE = Suite(
    name="loop",
    title="things in a loop",
    items=10,
    scenarios=(Scenario("theirs", "their way", "[]", {}), Scenario("ours", "our way", "[]", {})),
    aims=(Aim("ours", against="theirs", at_most=0.5),),
)
# The machine gets slower and slower, and the ratio stays what it is.
ROUNDS = [
    {"start": Sample(1.0, 0.5), "theirs": Sample(5.0, 4.5), "ours": Sample(2.0, 1.5)},
    {"start": Sample(2.0, 1.0), "theirs": Sample(10.0, 9.0), "ours": Sample(4.0, 3.0)},
    {"start": Sample(4.0, 2.0), "theirs": Sample(20.0, 18.0), "ours": Sample(10.0, 8.0)},
]
FIGURES = Figures(SUITE, 10, ROUNDS)


def test_the_start_is_subtracted_and_the_median_counts():
    assert FIGURES.start() == Spread(2.0, 1.0, 4.0)
    theirs, ours = FIGURES.costs()
    assert theirs.wall == Spread(0.8, 0.4, 1.6)
    assert ours.cpu == Spread(0.2, 0.1, 0.6)


def test_a_ratio_is_of_one_round():
    (ratio,) = FIGURES.ratios()
    assert ratio.wall == Spread(0.25, 0.25, 0.375)
    assert ratio.is_met


def test_a_missed_aim_is_told():
    missed = Figures(Suite("loop", "", 10, SUITE.scenarios, (Aim("ours", "theirs", 0.2),)), 10, ROUNDS)
    assert not missed.ratios()[0].is_met
    assert [line for line in table(missed) if line.endswith("MISSED")]
    assert not [line for line in table(FIGURES) if line.endswith("MISSED")]


def test_json_holds_the_samples():
    found = json.loads(json.dumps(FIGURES.as_json()))
    assert found["ratios"][0]["is_met"]
    assert found["rounds"][2]["ours"] == {"wall": 10.0, "cpu": 8.0}
