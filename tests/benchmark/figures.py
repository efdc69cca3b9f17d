# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""From samples to figures: what an item costs, and how many times what it costs another way."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any

from .runner import Plan, Round
from .sample import Sample
from .suite import Aim, Limit, Scenario


@dataclass(frozen=True)
class Spread:
    """The median and the extremes."""

    median: float
    least: float
    most: float

    @classmethod
    def of(cls, values: Iterable[float]) -> Spread:
        """Of some figures."""
        found = sorted(values)
        return cls(median(found), found[0], found[-1])


@dataclass(frozen=True)
class Cost:
    """What a scenario costs, the start subtracted.

    Attributes:
        items: how many it worked on.
        wall: seconds an item.
        cpu: seconds of all processors an item.
        peak: bytes of memory.
        simulator: the share of one processor that the simulator took meanwhile, None where that is not known.
    """

    scenario: str
    items: int
    wall: Spread
    cpu: Spread
    peak: Spread
    simulator: Spread | None


@dataclass(frozen=True)
class Ratio:
    """How one scenario compares with another: each round gives a ratio, so that a slow minute slows both sides."""

    aim: Aim
    wall: Spread
    cpu: Spread

    @property
    def is_met(self) -> bool:
        """Whether the aim is reached."""
        return self.wall.median <= self.aim.at_most


@dataclass(frozen=True)
class Peak:
    """What a scenario held at most, beside its limit."""

    limit: Limit
    peak: Spread

    @property
    def is_met(self) -> bool:
        """Whether it was kept, always."""
        return self.peak.most <= self.limit.at_most


@dataclass(frozen=True)
class Figures:
    """All that the rounds of a plan say."""

    plan: Plan
    rounds: Sequence[Round]

    def starts(self) -> dict[str, Spread]:
        """Seconds of what does nothing, by its title."""
        starts = [scenario for scenario in self.plan.scenarios() if scenario not in self.plan.suite.scenarios]
        return {start.title: Spread.of(samples[start.name].wall for samples in self.rounds) for start in starts}

    def costs(self) -> list[Cost]:
        """Of each scenario."""
        return [self._cost(scenario) for scenario in self.plan.suite.scenarios]

    def ratios(self) -> list[Ratio]:
        """Of each aim."""
        return [self._ratio(aim) for aim in self.plan.suite.aims]

    def peaks(self) -> list[Peak]:
        """Of each limit."""
        return [
            Peak(limit, Spread.of(sample.peak for sample in self._samples(limit.scenario)))
            for limit in self.plan.suite.limits
        ]

    def as_json(self) -> dict[str, Any]:
        """Figures and the samples that they come from."""
        return {
            "name": self.plan.suite.name,
            "title": self.plan.suite.title,
            "start_seconds": {title: asdict(spread) for title, spread in self.starts().items()},
            "costs": [asdict(cost) for cost in self.costs()],
            "ratios": [{**asdict(ratio), "is_met": ratio.is_met} for ratio in self.ratios()],
            "peaks": [{**asdict(peak), "is_met": peak.is_met} for peak in self.peaks()],
            "rounds": [{name: asdict(sample) for name, sample in samples.items()} for samples in self.rounds],
        }

    def _cost(self, scenario: Scenario) -> Cost:
        items = self.plan.items_of(scenario)
        net, gross = self._net(scenario.name), self._samples(scenario.name)
        shares = [sample.simulator / sample.wall for sample in net if sample.simulator is not None]
        return Cost(
            scenario.name,
            items,
            wall=Spread.of(sample.wall / items for sample in net),
            cpu=Spread.of(sample.cpu / items for sample in net),
            peak=Spread.of(sample.peak for sample in gross),
            simulator=Spread.of(shares) if shares else None,
        )

    def _ratio(self, aim: Aim) -> Ratio:
        """An item beside an item; a scenario that was measured in some rounds only is compared in these."""
        scale = self.plan.items_of(self._scenario(aim.against)) / self.plan.items_of(self._scenario(aim.scenario))
        pairs = list(zip(self._net(aim.scenario), self._net(aim.against)))  # noqa: B905  # the first rounds have all
        wall = (scale * ours.wall / theirs.wall for ours, theirs in pairs)
        cpu = (scale * ours.cpu / theirs.cpu for ours, theirs in pairs)
        return Ratio(aim, Spread.of(wall), Spread.of(cpu))

    def _net(self, name: str) -> list[Sample]:
        start = self._scenario(name).start
        return [samples[name] - samples[start] for samples in self.rounds if name in samples]

    def _samples(self, name: str) -> list[Sample]:
        return [samples[name] for samples in self.rounds if name in samples]

    def _scenario(self, name: str) -> Scenario:
        return next(scenario for scenario in self.plan.scenarios() if scenario.name == name)
