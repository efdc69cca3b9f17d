# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""Waves of resources that are written at once, and limits as counts or percentages."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TypeVar

from .._errors import InputError

Item = TypeVar("Item")


def share(value: object, total: int, option: str) -> int:
    """Return a count, or a percentage of a total, as a count; anything else is an InputError that names the option."""
    text = str(value).strip()
    number, percent, _rest = text.partition("%")
    try:
        amount = float(number) if percent else int(number)
    except ValueError:
        amount = -1
    if not 0 <= amount < math.inf or _rest:
        raise InputError(f"{option}: '{text}' is neither a count nor a percentage such as 10%")
    return math.floor(amount * total / 100) if percent else int(amount)


def waves(items: Sequence[Item], sizes: Sequence[object]) -> Iterator[Sequence[Item]]:
    """Yield the items in waves of at least one; the last size goes on to the end, as a play's `serial` does."""
    counts = [max(share(size, len(items), "waves"), 1) for size in sizes] or [len(items)]
    start = number = 0
    while start < len(items):
        size = counts[min(number, len(counts) - 1)]
        yield items[start : start + size]
        start, number = start + size, number + 1
