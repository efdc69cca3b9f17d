# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""Runs the scenarios of a suite in turn, A B C A B C ...: a machine that gets slower gets slower for all of them."""

from __future__ import annotations

import json
import math
import os
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from stage.stage import Stage, stage

from . import meter
from .account import Account
from .suite import Plan, Round, Sample, Scenario

_PAGE = 1000
"""Resources in a page of the CDN's list, of which there are no larger ones."""

_USER, _SYSTEM = 11, 12
"""Their places in a process's `stat`, behind the command's name, which is in brackets and holds anything; proc(5)."""


class BrokenRunError(Exception):
    """A run failed, or did not do the work that was to be measured."""


def run_plan(plan: Plan, tell: Callable[[str], None]) -> list[Round]:
    """Measure a suite, telling of each round; raises BrokenRunError where a run failed or did not do the work."""
    with stage(latency=plan.suite.latency) as opened:
        runner = _Runner(opened, plan)
        runner.round(0, replace(plan, items=2))  # what is compiled or cached at a first time is so for all
        rounds = []
        for number in range(1, plan.rounds + 1):
            rounds.append(runner.round(number, plan))
            seconds = ", ".join(f"{name} {sample.wall:.2f}" for name, sample in rounds[-1].items())
            tell(f"round {number} of {plan.rounds}, seconds: {seconds}")
        return rounds


class _Runner:
    """Runs scenarios on a stage."""

    def __init__(self, opened: Stage, plan: Plan) -> None:
        self._stage = opened
        self._account = Account(opened)
        opened.write("gcore.yml", "plugin: gcore.web_security.gcore_resources\n")
        for scenario in plan.due(0):
            opened.write(f"{scenario.name}.yml", scenario.play)

    def round(self, number: int, plan: Plan) -> Round:
        """Run each scenario once."""
        return {scenario.name: self._sample(scenario, plan) for scenario in plan.due(number)}

    def _sample(self, scenario: Scenario, plan: Plan) -> Sample:
        simulator, items = self._stage.simulator, plan.items_of(scenario)
        if scenario not in plan.starts:
            kind = {"is_drifted": scenario.is_drifted, "has_own": scenario.has_own, "is_mixed": scenario.is_mixed}
            self._account.open(items, **kind)
        simulator.clear_journal()
        before = _processor_seconds(simulator.pid)
        sample = self._run(scenario, items)
        after = _processor_seconds(simulator.pid)
        seen = Counter([entry["call"] for entry in simulator.journal()] + ["handshake"] * len(simulator.handshakes()))
        expected = Counter({call: int(times * items) for call, times in scenario.traffic.items()})
        expected += Counter(scenario.once) + Counter(cdn_list=math.ceil(items / 2 / _PAGE) if scenario.is_mixed else 0)
        if seen != expected:
            raise BrokenRunError(f"{scenario.name}: the simulator saw {dict(seen)}, not {dict(expected)}")
        return sample if before is None or after is None else replace(sample, simulator=after - before)

    def _run(self, scenario: Scenario, items: int) -> Sample:
        facts = {
            "name": scenario.name,
            "items": items,
            "edge_port": self._stage.simulator.edge_port,
            "python": sys.executable,
        }
        cost = self._stage.folder / "cost.json"
        words = [word.format_map(facts) for word in scenario.words]
        status, output = self._stage.run([sys.executable, "-I", str(Path(meter.__file__)), str(cost), *words])
        if status:
            raise BrokenRunError(f"{scenario.name}: exit status {status}\n{output}")
        return Sample(**json.loads(cost.read_text("utf-8")))


def _processor_seconds(pid: int) -> float | None:
    """Return what a process took of a processor until now, None where the system does not tell."""
    try:
        behind_name = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()
    except OSError:
        return None
    return (int(behind_name[_USER]) + int(behind_name[_SYSTEM])) / os.sysconf("SC_CLK_TCK")
