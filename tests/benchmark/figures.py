# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""From samples to figures: what an item costs, and how many times what it costs another way."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any

from .runner import Round
from .sample import Sample
from .suite import Aim, Suite
from .suites import START


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
    """Seconds an item, the start subtracted."""

    scenario: str
    wall: Spread
    cpu: Spread


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
class Figures:
    """All that a suite's rounds say."""

    suite: Suite
    items: int
    rounds: Sequence[Round]

    def start(self) -> Spread:
        """Seconds of the empty play."""
        return Spread.of(samples[START.name].wall for samples in self.rounds)

    def costs(self) -> list[Cost]:
        """Of each scenario."""
        return [self._cost(scenario.name) for scenario in self.suite.scenarios]

    def ratios(self) -> list[Ratio]:
        """Of each aim."""
        return [self._ratio(aim) for aim in self.suite.aims]

    def as_json(self) -> dict[str, Any]:
        """Figures and the samples that they come from."""
        return {
            "name": self.suite.name,
            "title": self.suite.title,
            "items": self.items,
            "start_seconds": asdict(self.start()),
            "seconds_an_item": [asdict(cost) for cost in self.costs()],
            "ratios": [{**asdict(ratio), "is_met": ratio.is_met} for ratio in self.ratios()],
            "rounds": [{name: asdict(sample) for name, sample in samples.items()} for samples in self.rounds],
        }

    def _cost(self, name: str) -> Cost:
        net = self._net(name)
        wall, cpu = (sample.wall / self.items for sample in net), (sample.cpu / self.items for sample in net)
        return Cost(name, Spread.of(wall), Spread.of(cpu))

    def _ratio(self, aim: Aim) -> Ratio:
        pairs = list(zip(self._net(aim.scenario), self._net(aim.against), strict=True))
        wall, cpu = (
            (ours.wall / theirs.wall for ours, theirs in pairs),
            (ours.cpu / theirs.cpu for ours, theirs in pairs),
        )
        return Ratio(aim, Spread.of(wall), Spread.of(cpu))

    def _net(self, name: str) -> list[Sample]:
        return [samples[name] - samples[START.name] for samples in self.rounds]
