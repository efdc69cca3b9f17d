# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""What a measurement is made of."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

PLAYBOOK = ("ansible-playbook", "{name}.yml", "--extra-vars", "items={items} edge_port={edge_port}")
"""The command of most scenarios: their play, which finds how many resources to work on, and the port of the edges."""


@dataclass(frozen=True)
class Scenario:
    """One way to do the work, as a command of its own.

    Attributes:
        name: its key in the JSON.
        title: its name in the table.
        play: what `{name}.yml` holds, in YAML.
        words: the command; `{name}`, `{items}`, `{edge_port}`, `{python}` and `{folder}` are filled in.
        traffic: what the simulator must see for each item; anything else was another work, and is no measurement.
        once: what it must see beside that, however many items there are.
        items: resources of the account, where they are not as many as the suite says: costs are those of an item.
        is_drifted: whether each of them has another certificate than it shall have. In sync they are otherwise.
        has_own: whether each of them has a certificate of its own; they share one otherwise.
        start: the scenario that does nothing, whose cost is no part of the work.
        rounds: how often to measure at most; for what takes long, and is so far from its aim that once is enough.
    """

    name: str
    title: str
    play: str = ""
    words: tuple[str, ...] = PLAYBOOK
    traffic: Mapping[str, int] = field(default_factory=dict)
    once: Mapping[str, int] = field(default_factory=dict)
    items: int | None = None
    is_drifted: bool = False
    has_own: bool = False
    start: str = "start"
    rounds: int | None = None


@dataclass(frozen=True)
class Aim:
    """What an item may cost one way, as a multiple of what it costs another way."""

    scenario: str
    against: str
    at_most: float


@dataclass(frozen=True)
class Limit:
    """Bytes of memory that no process of a scenario may exceed."""

    scenario: str
    at_most: int


@dataclass(frozen=True)
class Suite:
    """Scenarios that do the same work, so that their costs can be compared.

    Attributes:
        items: resources of the simulator.
        limits: of memory.
        latency: seconds before each answer of the API.
        rounds: how often to measure.
    """

    name: str
    title: str
    items: int
    scenarios: tuple[Scenario, ...]
    aims: tuple[Aim, ...]
    limits: tuple[Limit, ...] = ()
    latency: float = 0.0
    rounds: int = 5

    def only(self, names: Collection[str]) -> Suite:
        """The same without the scenarios that have other names, and without what they are compared for."""
        return replace(
            self,
            scenarios=tuple(scenario for scenario in self.scenarios if scenario.name in names),
            aims=tuple(aim for aim in self.aims if {aim.scenario, aim.against} <= set(names)),
            limits=tuple(limit for limit in self.limits if limit.scenario in names),
        )
