# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""Lays out what expires when: places on an axis in per cent, so that the drawing fits any width.

The axis is wider where it matters: a place goes with the square root of the days that are left.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any, NamedTuple

from .findings import Findings, Json
from .words import CRITICAL, LEVELS, WARNING, day, seconds, until

# The dates that are drawn one by one.
LANES = 10

_COLUMNS = 36
_DAY = 86400
_HORIZONS = (30, 90, 180, 365, 730, 1825, 3650)
_TICKS = (7, *_HORIZONS)
# Per cent for what is over, where something is.
_PAST = 18.0
# Per cent between two labels, or they overlap on a phone.
_APART = 10.0
# Pixels of a column, and of one host in it where there is room.
_TALLEST = 96.0
_TALL = 16.0


class Axis(NamedTuple):
    """Turns days that are left into places."""

    start: float
    horizon: int

    def place(self, days: float) -> float:
        """Return per cent from the left; what is over is in the middle of its stretch, what is far is at the end."""
        if days < 0:
            return round(self.start / 2, 2)
        return round(self.start + (100 - self.start) * math.sqrt(min(days, self.horizon) / self.horizon), 2)


def timeline(findings: Findings) -> SimpleNamespace:
    """Lay it out, with columns only where the lanes do not show everything."""
    now = seconds(findings.checked_at)
    dated = [(((seconds(host["not_after"]) - now) / _DAY), host) for host in findings.hosts if host["not_after"]]
    last = max((days for days, _host in dated), default=0.0)
    axis = Axis(
        _PAST if any(days < 0 for days, _host in dated) else 0.0,
        next((days for days in _HORIZONS if days >= last), _HORIZONS[-1]),
    )
    groups = _groups(dated)
    return SimpleNamespace(
        start=axis.start,  # where today is
        ticks=_ticks(axis),
        lanes=[_lane(axis, *group) for group in groups[:LANES]],
        later=len(groups[LANES:]),  # dates that are in no lane
        columns=_columns(axis, dated) if len(groups) > LANES else [],
        width=round((100 - axis.start) / _COLUMNS, 2),  # of a column
        height=_TALLEST + _TALL,
        undated=len(findings.hosts) - len(dated),
    )


def _groups(dated: list[tuple[float, Json]]) -> list[tuple[float, list[Json]]]:
    """Bring together the hosts that expire at the same moment and are judged alike, the first ones first."""
    groups: dict[tuple[Any, ...], list[Json]] = {}
    for days, host in dated:
        limits = (host.get("warning_from"), host.get("critical_from"))
        groups.setdefault((days, -LEVELS.index(host["level"]), limits), []).append(host)
    return [(key[0], hosts) for key, hosts in sorted(groups.items(), key=lambda group: group[0][:2])]


def _lane(axis: Axis, days: float, hosts: list[Json]) -> SimpleNamespace:
    """Show one moment at which something expires."""
    first = hosts[0]
    return SimpleNamespace(
        place=axis.place(days),
        level=first["level"],
        bands=_bands(axis, first),
        hosts=[host["host"] for host in hosts],
        date=day(first["not_after"]),
        left=until(first["days_left"]),
    )


def _ticks(axis: Axis) -> list[SimpleNamespace]:
    """Write bare numbers but for the last one, which says that they are days."""
    ticks = [SimpleNamespace(place=axis.place(0), label="today", anchor="middle" if axis.start else "start")]
    for days in (days for days in _TICKS if days < axis.horizon):
        place = axis.place(days)
        if place - ticks[-1].place >= _APART:
            ticks.append(SimpleNamespace(place=place, label=f"{days}", anchor="middle"))
    ticks.append(SimpleNamespace(place=100.0, label=f"{axis.horizon} days", anchor="end"))
    return [SimpleNamespace(place=0.0, label="over", anchor="start"), *ticks] if axis.start else ticks


def _bands(axis: Axis, host: Json) -> list[SimpleNamespace]:
    """Draw how near its end is a finding: that depends on the certificate's life, so each lane has its own."""
    bands = []
    start = axis.place(0)
    for level in (CRITICAL, WARNING):
        begins = host.get(f"{level}_from")  # a report that an earlier version wrote has none
        end = axis.place((seconds(host["not_after"]) - seconds(begins)) / _DAY) if begins else start
        if end > start:
            bands.append(SimpleNamespace(level=level, start=start, width=round(end - start, 2)))
            start = end
    return bands


def _columns(axis: Axis, dated: list[tuple[float, Json]]) -> list[SimpleNamespace]:
    """Stack the hosts of each stretch of the axis by their levels; the tallest column sets the scale."""
    width = (100 - axis.start) / _COLUMNS
    counts: dict[float, Counter[str]] = {}
    for days, host in dated:
        place = axis.place(days)
        nth = min(int((place - axis.start) / width), _COLUMNS - 1)
        left = place - width / 2 if days < 0 else axis.start + nth * width
        counts.setdefault(round(left, 2), Counter())[host["level"]] += 1
    scale = min(_TALL, _TALLEST / max(count.total() for count in counts.values()))
    return [
        SimpleNamespace(place=place, size=count.total(), pieces=[*_pieces(count, scale)])
        for place, count in sorted(counts.items())
    ]


def _pieces(count: Counter[str], scale: float) -> Iterator[SimpleNamespace]:
    top = _TALLEST + _TALL
    for level in (level for level in reversed(LEVELS) if count[level]):
        height = max(count[level] * scale, 2.0)
        top -= height
        yield SimpleNamespace(level=level, top=round(top, 1), height=round(height, 1))
