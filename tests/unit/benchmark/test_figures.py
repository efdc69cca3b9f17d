# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""From samples to figures."""

from dataclasses import replace

import pytest

from benchmark.figures import Figures, Spread
from benchmark.report import table
from benchmark.suite import Aim, Plan, Sample, Scenario, Suite
from benchmark.suites import STARTS, SUITES

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
    """Memory is no average, and nothing is subtracted from it; what the simulator took is a share of the time."""
    assert FIGURES.starts() == {"an empty play": Spread(2.0, 1.0, 4.0), "a client that does nothing": Spread.of([0.5])}
    theirs, ours, bare = FIGURES.costs()
    assert theirs.wall == Spread(0.8, 0.4, 1.6)
    assert ours.cpu == Spread(0.2, 0.1, 0.6)
    assert bare.wall == Spread.of([0.1, 0.2])
    assert (theirs.peak.most, ours.peak.most) == (10, 50)
    assert ours.is_small
    assert not replace(ours, memory=49).is_small
    assert ours.simulator == Spread.of([0.5, 0.5, 2.0 / 6.0])
    assert bare.simulator is None


def test_a_ratio_is_of_one_round_and_of_one_item():
    """Of the rounds that measured both."""
    ratio, scaled = FIGURES.ratios()
    assert ratio.wall == Spread(0.25, 0.25, 0.375)
    assert ratio.is_met
    assert scaled.wall == Spread.of([1.0 / 10 / (2.0 / 20), 2.0 / 10 / (4.0 / 20)])


def test_a_missed_aim_is_told():
    missed = Figures(Plan(replace(SUITE, aims=(Aim("ours", "theirs", 0.2),)), STARTS, 3), ROUNDS)
    assert not missed.ratios()[0].is_met
    assert [line for line in table(missed) if line.endswith("MISSED")]
    assert not [line for line in table(FIGURES) if line.endswith("MISSED")]


@pytest.mark.parametrize("suite", SUITES, ids=lambda suite: suite.name)
def test_what_is_compared_is_measured(suite):
    known = [scenario.name for scenario in suite.scenarios]
    assert len(set(known)) == len(known)
    assert {name for aim in suite.aims for name in (aim.scenario, aim.against)} <= set(known)
    assert {scenario.start for scenario in suite.scenarios} <= {start.name for start in STARTS}
