# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""Runs the scenarios of a suite in turn, A B C A B C ...: a machine that gets slower gets slower for all of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from simulator.authority import Authority
from simulator.handle import resource, with_installed
from stage.stage import Stage, stage

from .sample import Sample, measured
from .suite import Scenario, Suite
from .suites import START

Round = dict[str, Sample]
"""The samples of a round by their scenario's name, the start included."""

_PLAY = "- hosts: localhost\n  gather_facts: false\n  tasks: "


class BrokenRunError(Exception):
    """A run failed, or did not do the work that was to be measured."""


def run_suite(suite: Suite, rounds: int, items: int, tell: Callable[[str], None]) -> list[Round]:
    """Measure a suite.

    Args:
        suite: what to measure.
        rounds: how often.
        items: resources to work on.
        tell: gets a line for each round that is done.

    Raises:
        BrokenRunError: a run failed, or did not do the work.
    """
    scenarios = (START, *suite.scenarios)
    with stage(latency=suite.latency) as opened:
        _prepare(opened, scenarios, items)
        _round(opened, scenarios, 1)  # what is compiled or cached at a first time is so for all
        return [_told(_round(opened, scenarios, items), number, rounds, tell) for number in range(1, rounds + 1)]


def _prepare(opened: Stage, scenarios: tuple[Scenario, ...], items: int) -> None:
    issued = Authority().intermediate().issue(["*.bench.example"])
    seeds = [with_installed(resource(number, f"n{number}.bench.example"), issued) for number in range(1, items + 1)]
    opened.simulator.seed(seeds)
    opened.simulator.warm()
    opened.write("site.crt", issued.full_chain_pem)
    opened.write("site.key", issued.private_key_pem)
    for scenario in scenarios:
        opened.write(f"{scenario.name}.yml", _PLAY + scenario.tasks.replace("\n", "\n    "))


def _round(opened: Stage, scenarios: tuple[Scenario, ...], items: int) -> Round:
    return {scenario.name: _sample(opened, scenario, items) for scenario in scenarios}


def _sample(opened: Stage, scenario: Scenario, items: int) -> Sample:
    opened.simulator.clear_journal()
    variables = f"items={items} edge_port={opened.simulator.edge_port}"
    words = ["ansible-playbook", f"{scenario.name}.yml", "--extra-vars", variables]

    def work() -> None:
        status, output = opened.run(words)
        if status:
            raise BrokenRunError(f"{scenario.name}: exit status {status}\n{output}")

    sample = measured(work)
    _check_traffic(opened, scenario, items)
    return sample


def _check_traffic(opened: Stage, scenario: Scenario, items: int) -> None:
    simulator = opened.simulator
    seen = Counter([entry["call"] for entry in simulator.journal()] + ["handshake"] * len(simulator.handshakes()))
    expected = {call: times * items for call, times in scenario.traffic.items()}
    if seen != expected:
        raise BrokenRunError(f"{scenario.name}: the simulator saw {dict(seen)}, not {expected}")


def _told(samples: Round, number: int, rounds: int, tell: Callable[[str], None]) -> Round:
    seconds = ", ".join(f"{name} {sample.wall:.2f}" for name, sample in samples.items())
    tell(f"round {number} of {rounds}, seconds: {seconds}")
    return samples
