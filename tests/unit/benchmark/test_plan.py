# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""What a round measures, on how many resources; and the suites themselves."""

from __future__ import annotations

import pytest

from benchmark.suite import Plan, Scenario, Suite
from benchmark.suites import STARTS, SUITES

SUITE = Suite(
    name="suite",
    title="",
    items=10,
    scenarios=(Scenario("quick", "", start="floor-start"), Scenario("slow", "", items=2, rounds=1)),
    aims=(),
)


def names(scenarios):
    return [scenario.name for scenario in scenarios]


def test_the_starts_that_are_subtracted_are_measured_in_each_round():
    plan = Plan(SUITE, STARTS, 3)
    assert names(plan.due(1)) == ["start", "floor-start", "quick", "slow"]
    assert names(plan.due(2)) == ["start", "floor-start", "quick"]


def test_a_scenario_may_have_its_own_number_of_items_and_the_caller_has_the_last_word():
    quick, slow = SUITE.scenarios
    assert [Plan(SUITE, STARTS, 1).items_of(each) for each in (quick, slow)] == [10, 2]
    assert Plan(SUITE, STARTS, 1, items=3).items_of(slow) == 3


@pytest.mark.parametrize("suite", SUITES, ids=lambda suite: suite.name)
def test_what_is_compared_is_measured(suite):
    known = names(suite.scenarios)
    assert len(set(known)) == len(known)
    assert {name for aim in suite.aims for name in (aim.scenario, aim.against)} <= set(known)
    assert {scenario.start for scenario in suite.scenarios} <= set(names(STARTS))


def test_what_is_left_out_is_compared_with_nothing():
    rotation = next(suite for suite in SUITES if suite.name == "rotation")
    part = rotation.only(["fleet", "floor"])
    assert names(part.scenarios) == ["fleet", "floor"]
    assert [(aim.scenario, aim.against) for aim in part.aims] == [("fleet", "floor")]
