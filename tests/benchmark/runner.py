# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""Runs the scenarios of a suite in turn, A B C A B C ...: a machine that gets slower gets slower for all of them."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from stage.stage import Stage, stage

from . import meter
from .account import Account
from .processor import seconds_of
from .sample import Sample
from .suite import Scenario, Suite
from .suites import STARTS

Round = dict[str, Sample]
"""The samples of a round by their scenario's name, the starts included."""


class BrokenRunError(Exception):
    """A run failed, or did not do the work that was to be measured."""


@dataclass(frozen=True)
class Plan:
    """A suite as it is to be run.

    Attributes:
        rounds: how often.
        items: resources to work on, in place of what suite and scenarios say.
    """

    suite: Suite
    rounds: int
    items: int | None = None

    def items_of(self, scenario: Scenario) -> int:
        """How many resources a scenario works on."""
        return self.items or scenario.items or self.suite.items

    def scenarios(self) -> tuple[Scenario, ...]:
        """The starts that are needed, and what the suite has."""
        starts = {scenario.start for scenario in self.suite.scenarios}
        return (*(start for start in STARTS if start.name in starts), *self.suite.scenarios)

    def due(self, number: int) -> Sequence[Scenario]:
        """What the round of that number measures, 0 being the one that warms up."""
        return [scenario for scenario in self.scenarios() if scenario.rounds is None or number <= scenario.rounds]


def run_plan(plan: Plan, tell: Callable[[str], None]) -> list[Round]:
    """Measure a suite.

    Args:
        plan: what to measure.
        tell: gets a line for each round that is done.

    Raises:
        BrokenRunError: a run failed, or did not do the work.
    """
    with stage(latency=plan.suite.latency) as opened:
        runner = _Runner(opened, plan)
        runner.round(0, replace(plan, items=1))  # what is compiled or cached at a first time is so for all
        return [_told(runner.round(number, plan), number, plan, tell) for number in range(1, plan.rounds + 1)]


class _Runner:
    """Runs scenarios on a stage."""

    def __init__(self, opened: Stage, plan: Plan) -> None:
        self._stage = opened
        self._account = Account(opened)
        opened.write("gcore.yml", "plugin: gcore.web_security.gcore_resources\n")
        for scenario in plan.scenarios():
            opened.write(f"{scenario.name}.yml", scenario.play)

    def round(self, number: int, plan: Plan) -> Round:
        """Each scenario once."""
        return {scenario.name: self._sample(scenario, plan.items_of(scenario)) for scenario in plan.due(number)}

    def _sample(self, scenario: Scenario, items: int) -> Sample:
        if scenario not in STARTS:
            self._account.open(items, is_drifted=scenario.is_drifted, has_own=scenario.has_own)
        self._stage.simulator.clear_journal()
        before = seconds_of(self._stage.simulator.pid)
        sample = self._run(scenario, items)
        after = seconds_of(self._stage.simulator.pid)
        self._check_traffic(scenario, items)
        return sample if before is None or after is None else replace(sample, simulator=after - before)

    def _run(self, scenario: Scenario, items: int) -> Sample:
        facts = {
            "name": scenario.name,
            "items": items,
            "edge_port": self._stage.simulator.edge_port,
            "python": sys.executable,
            "folder": self._stage.folder,
        }
        cost = self._stage.folder / "cost.json"
        words = [word.format_map(facts) for word in scenario.words]
        status, output = self._stage.run([sys.executable, "-I", str(Path(meter.__file__)), str(cost), *words])
        if status:
            raise BrokenRunError(f"{scenario.name}: exit status {status}\n{output}")
        return Sample(**json.loads(cost.read_text("utf-8")))

    def _check_traffic(self, scenario: Scenario, items: int) -> None:
        simulator = self._stage.simulator
        seen = Counter([entry["call"] for entry in simulator.journal()] + ["handshake"] * len(simulator.handshakes()))
        expected = Counter({call: times * items for call, times in scenario.traffic.items()}) + Counter(scenario.once)
        if seen != expected:
            raise BrokenRunError(f"{scenario.name}: the simulator saw {dict(seen)}, not {dict(expected)}")


def _told(samples: Round, number: int, plan: Plan, tell: Callable[[str], None]) -> Round:
    seconds = ", ".join(f"{name} {sample.wall:.2f}" for name, sample in samples.items())
    tell(f"round {number} of {plan.rounds}, seconds: {seconds}")
    return samples
