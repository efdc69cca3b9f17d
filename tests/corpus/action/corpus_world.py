# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""Makes a simulator a case's own, from within a play."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ansible.plugins.action import ActionBase

from simulator.handle import Simulator


def arrange(
    simulator: Simulator, seeds: Iterable[Any], faults: Iterable[Any], settings: Mapping[str, Any] | None = None
) -> None:
    """Put one world in place of another."""
    simulator.reset()
    simulator.seed(seeds)
    simulator.faults(faults)
    simulator.settings(**(settings or {}))


class ActionModule(ActionBase):
    """Takes `admin_url`, and what `arrange` takes."""

    _requires_connection = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Arrange."""
        world = dict(self._task.args)
        simulator = Simulator()
        simulator.admin_url = world.pop("admin_url")
        arrange(simulator, **world)
        return {**super().run(tmp, task_vars), "changed": False}
