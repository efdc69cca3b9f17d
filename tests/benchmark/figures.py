# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""From samples to figures: what an item costs, and how many times what it costs another way."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median

from .suite import Aim, Plan, Round, Sample, Scenario


@dataclass(frozen=True)
class Spread:
    """The median and the extremes."""

    median: float
    least: float
    most: float

    @classmethod
    def of(cls, values: Iterable[float]) -> Spread:
        """Tell of some figures."""
        found = sorted(values)
        return cls(median(found), found[0], found[-1])


@dataclass(frozen=True)
class Cost:
    """What a scenario costs, the start subtracted."""

    scenario: str
    items: int
    wall: Spread  # seconds an item
    cpu: Spread  # of all processors
    peak: Spread  # bytes of memory
    memory: int | None  # how many are allowed
    simulator: Spread | None  # the share of one processor that it took meanwhile, where that is known

    @property
    def is_small(self) -> bool:
        """Whether it kept, always, to what is allowed."""
        return self.memory is None or self.peak.most <= self.memory


@dataclass(frozen=True)
class Ratio:
    """How one scenario compares with another: each round gives a ratio, so that a slow minute slows both sides."""

    aim: Aim
    wall: Spread
    cpu: Spread
    is_met: bool


@dataclass(frozen=True)
class Figures:
    """All that the rounds of a plan say."""

    plan: Plan
    rounds: Sequence[Round]

    def starts(self) -> dict[str, Spread]:
        """Return the seconds of what does nothing, by its title."""
        starts = self.plan.needed_starts()
        return {start.title: Spread.of(samples[start.name].wall for samples in self.rounds) for start in starts}

    def costs(self) -> list[Cost]:
        """Return the cost of each scenario."""
        return [self._cost(scenario) for scenario in self.plan.suite.scenarios]

    def ratios(self) -> list[Ratio]:
        """Return how far each aim is reached."""
        return [self._ratio(aim) for aim in self.plan.suite.aims]

    def _cost(self, scenario: Scenario) -> Cost:
        items, net = self.plan.items_of(scenario), self._net(scenario)
        shares = [sample.simulator / sample.wall for sample in net if sample.simulator is not None]
        return Cost(
            scenario.name,
            items,
            wall=Spread.of(sample.wall / items for sample in net),
            cpu=Spread.of(sample.cpu / items for sample in net),
            peak=Spread.of(samples[scenario.name].peak for samples in self._measured(scenario)),
            memory=scenario.memory,
            simulator=Spread.of(shares) if shares else None,
        )

    def _ratio(self, aim: Aim) -> Ratio:
        """Put an item beside an item; what was measured in some rounds only is compared in these."""
        scenarios = {scenario.name: scenario for scenario in self.plan.suite.scenarios}
        ours, theirs = scenarios[aim.scenario], scenarios[aim.against]
        scale = self.plan.items_of(theirs) / self.plan.items_of(ours)
        pairs = list(zip(self._net(ours), self._net(theirs)))  # noqa: B905  # the first rounds have all
        wall = Spread.of(scale * our.wall / their.wall for our, their in pairs)
        cpu = Spread.of(scale * our.cpu / their.cpu for our, their in pairs)
        return Ratio(aim, wall, cpu, wall.median <= aim.at_most)

    def _net(self, scenario: Scenario) -> list[Sample]:
        return [samples[scenario.name] - samples[scenario.start] for samples in self._measured(scenario)]

    def _measured(self, scenario: Scenario) -> list[Round]:
        return [samples for samples in self.rounds if scenario.name in samples]
