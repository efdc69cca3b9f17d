# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""What a measurement is made of."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

PLAYBOOK = ("ansible-playbook", "{name}.yml", "--extra-vars", "items={items} edge_port={edge_port}")
"""The command of most scenarios: their play, which finds how many resources to work on, and the port of the edges."""


@dataclass(frozen=True)
class Scenario:
    """One way to do the work, as a command of its own; with other traffic it was another work, and no measurement."""

    name: str
    title: str  # its name in the table
    play: str = ""  # what `{name}.yml` holds, in YAML
    words: tuple[str, ...] = PLAYBOOK  # the command; `{name}`, `{items}`, `{edge_port}` and `{python}` are filled in
    traffic: Mapping[str, float] = field(default_factory=dict)  # what the simulator must see for each item
    once: Mapping[str, int] = field(default_factory=dict)  # and beside that, however many items there are
    items: int | None = None  # resources of the account, where they are not as many as the suite says
    is_drifted: bool = False  # whether each has another certificate than it shall have
    has_own: bool = False  # whether each has a certificate of its own; they share one otherwise
    is_mixed: bool = False  # whether half of them are of the CDN, whose list comes in pages
    start: str = "start"  # the scenario that does nothing, whose cost is no part of the work
    rounds: int | None = None  # at most; for what takes long, and is so far from its aim that once is enough
    memory: int | None = None  # bytes that none of its processes may exceed


@dataclass(frozen=True)
class Aim:
    """What an item may cost one way, as a multiple of what it costs another way."""

    scenario: str
    against: str
    at_most: float


@dataclass(frozen=True)
class Suite:
    """Scenarios that do the same work, so that their costs can be compared; ``latency`` is seconds an answer."""

    name: str
    title: str
    items: int
    scenarios: tuple[Scenario, ...]
    aims: tuple[Aim, ...]
    latency: float = 0.0
    rounds: int = 5

    def only(self, names: Collection[str]) -> Suite:
        """Leave out the scenarios that have other names, and what they are compared for."""
        scenarios = tuple(scenario for scenario in self.scenarios if scenario.name in names)
        aims = tuple(aim for aim in self.aims if {aim.scenario, aim.against} <= set(names))
        return replace(self, scenarios=scenarios, aims=aims)


@dataclass(frozen=True)
class Plan:
    """A suite as it is to be run; ``items`` stand in place of what suite and scenarios say."""

    suite: Suite
    starts: tuple[Scenario, ...]
    rounds: int
    items: int | None = None

    def items_of(self, scenario: Scenario) -> int:
        """Return how many resources a scenario works on."""
        return self.items or scenario.items or self.suite.items

    def needed_starts(self) -> list[Scenario]:
        """Return the starts that are subtracted from what the suite has."""
        needed = {scenario.start for scenario in self.suite.scenarios}
        return [start for start in self.starts if start.name in needed]

    def due(self, number: int) -> Sequence[Scenario]:
        """Return what the round of that number measures, 0 being the one that warms up."""
        scenarios = [*self.needed_starts(), *self.suite.scenarios]
        return [each for each in scenarios if each.rounds is None or number <= each.rounds]


@dataclass(frozen=True)
class Sample:
    """What a command cost in seconds, all that it started and waited for included."""

    wall: float
    cpu: float  # of all processors together
    peak: int = 0  # bytes of memory that the largest of its processes held
    simulator: float | None = None  # what the simulator took of a processor meanwhile, where the system tells

    def __sub__(self, start: Sample) -> Sample:
        """Take off what the start alone costs; memory is no sum."""
        return replace(self, wall=self.wall - start.wall, cpu=self.cpu - start.cpu)


Round = dict[str, Sample]
"""The samples of a round by their scenario's name, the starts included."""
