# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""What the simulator saw: the proof that a step did what the story says. Nothing of it is told by the collection."""

from __future__ import annotations

from typing import Any

from simulator.handle import Simulator


class Witness:
    """The simulator's journal."""

    def __init__(self, simulator: Simulator) -> None:
        self._simulator = simulator

    def forget(self) -> None:
        """Leave out what came until now."""
        self._simulator.clear_journal()

    def calls(self) -> list[str]:
        """Return the calls of the API."""
        return [entry["call"] for entry in self._simulator.journal()]

    def writes(self) -> list[int]:
        """Return the resources that a PUT went to, in the order of their ids."""
        return sorted(entry["resource_id"] for entry in self._simulator.journal(method="PUT"))

    def entries(self) -> list[dict[str, Any]]:
        """Return all that came, requests and handshakes, in the order in which it began."""
        entries = [*self._simulator.journal(), *self._simulator.handshakes()]
        return sorted(entries, key=lambda entry: float(entry["start"]))
