# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""What expires when, as a drawing's geometry: places on an axis in per cent, so that it fits any width.

The axis is wider where it matters: a place goes with the square root of the days that are left.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from .findings import Findings, Json
from .moments import (
    day,
    seconds,
    until,
)
from .states import CRITICAL, LEVELS, WARNING

LANES = 10
"""The dates that are drawn one by one."""

_COLUMNS = 36
_DAY = 86400
_HORIZONS = (30, 90, 180, 365, 730, 1825, 3650)
_TICKS = (7, *_HORIZONS)
_PAST = 18.0
"""Per cent for what is over, where something is."""

_APART = 10.0
"""Per cent between two labels, or they overlap on a phone."""

_TALLEST = 96.0
_TALL = 16.0
"""Pixels of a column, and of one host in it where there is room."""


@dataclass(frozen=True)
class Tick:
    """A label of the axis."""

    place: float
    label: str
    anchor: str = "middle"


@dataclass(frozen=True)
class Band:
    """The days before an expiry in which it is a warning, or critical."""

    level: str
    start: float
    width: float


@dataclass(frozen=True)
class Lane:
    """One moment at which something expires."""

    place: float
    level: str
    bands: tuple[Band, ...]
    hosts: tuple[str, ...]
    date: str
    left: str

    @property
    def others(self) -> int:
        """How many there are besides the first."""
        return len(self.hosts) - 1


@dataclass(frozen=True)
class Piece:
    """The hosts of one level in a column."""

    level: str
    top: float
    height: float


@dataclass(frozen=True)
class Column:
    """The hosts that expire in one stretch of the axis."""

    place: float
    count: int
    pieces: tuple[Piece, ...]


@dataclass(frozen=True)
class Timeline:
    """The drawing; columns only where the lanes do not show everything.

    Attributes:
        start: where today is.
        width: of a column.
        height: of the columns' drawing, in pixels.
        undated: how many hosts have no date.
    """

    start: float
    ticks: tuple[Tick, ...]
    lanes: tuple[Lane, ...]
    later: int
    columns: tuple[Column, ...]
    width: float
    height: float
    undated: int


@dataclass(frozen=True)
class Axis:
    """From days that are left to places."""

    start: float
    horizon: int

    def place(self, days: float) -> float:
        """Per cent from the left; what is over is in the middle of its own stretch, what is far is at the end."""
        if days < 0:
            return round(self.start / 2, 2)
        return round(self.start + (100 - self.start) * math.sqrt(min(days, self.horizon) / self.horizon), 2)


def timeline(findings: Findings) -> Timeline:
    """Lay it out."""
    now = seconds(findings.checked_at)
    dated = [(((seconds(host["not_after"]) - now) / _DAY), host) for host in findings.hosts if host["not_after"]]
    axis = _axis([days for days, _host in dated])
    groups = _groups(dated)
    columns = _columns(axis, dated) if len(groups) > LANES else ()
    return Timeline(
        start=axis.start,
        ticks=_ticks(axis),
        lanes=tuple(_lane(axis, *group) for group in groups[:LANES]),
        later=len(groups[LANES:]),
        columns=columns,
        width=round((100 - axis.start) / _COLUMNS, 2),
        height=_TALLEST + _TALL,
        undated=len(findings.hosts) - len(dated),
    )


def _axis(all_days: list[float]) -> Axis:
    last = max(all_days, default=0.0)
    horizon = next((days for days in _HORIZONS if days >= last), _HORIZONS[-1])
    return Axis(_PAST if any(days < 0 for days in all_days) else 0.0, horizon)


def _groups(dated: Iterable[tuple[float, Json]]) -> list[tuple[float, list[Json]]]:
    """The hosts that expire at the same moment and are judged alike, the first ones first."""
    groups: dict[tuple[Any, ...], list[Json]] = {}
    for days, host in dated:
        limits = (host.get("warning_from"), host.get("critical_from"))
        groups.setdefault((days, -LEVELS.index(host["level"]), limits), []).append(host)
    return [(key[0], hosts) for key, hosts in sorted(groups.items(), key=lambda group: group[0][:2])]


def _lane(axis: Axis, days: float, hosts: list[Json]) -> Lane:
    first = hosts[0]
    return Lane(
        axis.place(days),
        first["level"],
        _bands(axis, first),
        tuple(host["host"] for host in hosts),
        day(first["not_after"]),
        until(math.floor(days)),
    )


def _ticks(axis: Axis) -> tuple[Tick, ...]:
    """Bare numbers but for the last one, which says that they are days."""
    ticks = [Tick(axis.place(0), "today", "middle" if axis.start else "start")]
    for days in (days for days in _TICKS if days < axis.horizon):
        place = axis.place(days)
        if place - ticks[-1].place >= _APART:
            ticks.append(Tick(place, f"{days}"))
    ticks.append(Tick(100.0, f"{axis.horizon} days", "end"))
    return (Tick(0.0, "over", "start"), *ticks) if axis.start else tuple(ticks)


def _bands(axis: Axis, host: Json) -> tuple[Band, ...]:
    """How near an end is a finding depends on the certificate's life, so each lane has bands of its own."""
    bands = []
    start = axis.place(0)
    for level in (CRITICAL, WARNING):
        begins = host.get(f"{level}_from")  # a report that an earlier version wrote has none
        end = axis.place((seconds(host["not_after"]) - seconds(begins)) / _DAY) if begins else start
        if end > start:
            bands.append(Band(level, start, round(end - start, 2)))
            start = end
    return tuple(bands)


def _columns(axis: Axis, dated: list[tuple[float, Json]]) -> tuple[Column, ...]:
    """Each place has its column; the tallest one sets the scale."""
    width = (100 - axis.start) / _COLUMNS
    counts: dict[float, Counter[str]] = {}
    for days, host in dated:
        place = axis.place(days)
        nth = min(int((place - axis.start) / width), _COLUMNS - 1)
        left = place - width / 2 if days < 0 else axis.start + nth * width
        counts.setdefault(round(left, 2), Counter())[host["level"]] += 1
    scale = min(_TALL, _TALLEST / max(count.total() for count in counts.values()))
    return tuple(_column(place, count, scale) for place, count in sorted(counts.items()))


def _column(place: float, count: Counter[str], scale: float) -> Column:
    pieces = []
    top = _TALLEST + _TALL
    for level in reversed(LEVELS):
        if count[level]:
            height = max(count[level] * scale, 2.0)
            top -= height
            pieces.append(Piece(level, round(top, 1), round(height, 1)))
    return Column(place, count.total(), tuple(pieces))
