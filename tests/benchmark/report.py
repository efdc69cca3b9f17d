# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""Figures as a table."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator
from importlib.metadata import version

from .figures import Cost, Figures, Ratio, Spread

_LIBRARIES = ("ansible-core", "requests", "cryptography")
_MEGABYTE = 1_000_000


def versions() -> dict[str, str]:
    """What the figures were measured with."""
    found = {name: version(name) for name in _LIBRARIES}
    return {**found, "Python": platform.python_version(), "processors": str(os.cpu_count())}


def table(figures: Figures) -> Iterator[str]:
    """The lines of a suite's tables: what each way costs, and how they compare."""
    titles = {scenario.name: scenario.title for scenario in figures.plan.suite.scenarios}
    starts = ", ".join(f"{title} {spread.median:.2f} s" for title, spread in figures.starts().items())
    yield f"{figures.plan.suite.name}: {figures.plan.suite.title}"
    yield f"{len(figures.rounds)} rounds; subtracted: {starts}"
    width = max(map(len, titles.values()))
    yield ""
    yield f"{'':{width}}  items  ms an item (CPU)    memory  simulator's CPU"
    for cost in figures.costs():
        yield f"{titles[cost.scenario]:{width}}  {_cost(cost)}"
    lines = [_ratio(ratio, titles) for ratio in figures.ratios()]
    lines += [_memory(cost, titles) for cost in figures.costs() if cost.memory]
    width = max((len(what) for what, _rest in lines), default=0)
    yield ""
    yield from (f"{what:{width}}  {rest}" for what, rest in lines)


def _cost(cost: Cost) -> str:
    wall, cpu = cost.wall.median * 1000, cost.cpu.median * 1000
    simulator = f"{cost.simulator.median:15.0%}" if cost.simulator else ""
    return f"{cost.items:5}  {f'{wall:.2f} ({cpu:.2f})':16}  {_megabytes(cost.peak.most):>8}  {simulator}".rstrip()


def _ratio(ratio: Ratio, titles: dict[str, str]) -> tuple[str, str]:
    what = f"{titles[ratio.aim.scenario]} / {titles[ratio.aim.against]}"
    told = _verdict(f"{ratio.aim.at_most:g}", ratio.is_met)
    return what, f"{_spread(ratio.wall)}  CPU {_spread(ratio.cpu)}  {told}"


def _memory(cost: Cost, titles: dict[str, str]) -> tuple[str, str]:
    told = _verdict(_megabytes(cost.memory or 0), cost.is_small)
    return f"{titles[cost.scenario]}: memory", f"{_megabytes(cost.peak.most)}  {told}"


def _verdict(at_most: str, is_met: bool) -> str:
    return f"at most {at_most}: {'met' if is_met else 'MISSED'}"


def _megabytes(size: float) -> str:
    return f"{size / _MEGABYTE:.0f} MB"


def _spread(spread: Spread) -> str:
    return f"{spread.median:.3g} ({spread.least:.3g} to {spread.most:.3g})"
