# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""Figures as a table for people, and as JSON."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Iterator, Sequence
from importlib.metadata import version
from pathlib import Path

from .figures import Figures, Ratio, Spread

_LIBRARIES = ("ansible-core", "requests", "cryptography")


def versions() -> dict[str, str]:
    """What the figures were measured with."""
    found = {name: version(name) for name in _LIBRARIES}
    return {**found, "Python": platform.python_version(), "processors": str(os.cpu_count())}


def table(figures: Figures) -> Iterator[str]:
    """The lines of a suite's table."""
    titles = {scenario.name: scenario.title for scenario in figures.suite.scenarios}
    width = max(map(len, titles.values()))
    yield f"{figures.items} {figures.suite.title}"
    yield f"{len(figures.rounds)} rounds; an empty play, subtracted: {figures.start().median:.2f} s"
    yield ""
    yield f"{'':{width}}  seconds an item (CPU)  {'ratio (least to most)':28}  {'CPU':24}  aim"
    ratios = {ratio.aim.scenario: ratio for ratio in figures.ratios()}
    for cost in figures.costs():
        seconds = f"{cost.wall.median:.3f} ({cost.cpu.median:.3f})"
        yield f"{titles[cost.scenario]:{width}}  {seconds:21}  {_compared(ratios.get(cost.scenario))}".rstrip()


def _compared(ratio: Ratio | None) -> str:
    if ratio is None:
        return "1"
    verdict = f"at most {ratio.aim.at_most:g} x {ratio.aim.against}: {'met' if ratio.is_met else 'MISSED'}"
    return f"{_spread(ratio.wall):28}  {_spread(ratio.cpu):24}  {verdict}"


def _spread(spread: Spread) -> str:
    return f"{spread.median:.3f} ({spread.least:.3f} to {spread.most:.3f})"


def write_json(path: Path, all_figures: Sequence[Figures]) -> None:
    """Write all figures to a file."""
    content = {"versions": versions(), "suites": [figures.as_json() for figures in all_figures]}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, indent=2) + "\n", "utf-8")
