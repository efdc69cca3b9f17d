# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""What a measurement is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Scenario:
    """One way to do the work, as an ansible-playbook run of its own.

    Attributes:
        name: its key in the JSON.
        title: its name in the table.
        tasks: of the play, in YAML. They find `items`, how many resources to work on, and `edge_port`.
        traffic: what the simulator must see for each item; anything else was another work, and is no measurement.
    """

    name: str
    title: str
    tasks: str
    traffic: Mapping[str, int]


@dataclass(frozen=True)
class Aim:
    """What one scenario may cost, as a multiple of what another costs."""

    scenario: str
    against: str
    at_most: float


@dataclass(frozen=True)
class Suite:
    """Scenarios that do the same work, so that their costs can be compared.

    Attributes:
        items: resources of the simulator, all in sync.
        latency: seconds before each answer of the API.
    """

    name: str
    title: str
    items: int
    scenarios: tuple[Scenario, ...]
    aims: tuple[Aim, ...]
    latency: float = field(default=0.0)
