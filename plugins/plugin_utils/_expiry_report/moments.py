# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""Moments and spans in words. They are in English whatever the locale, so that a report is the same everywhere."""

from __future__ import annotations

from datetime import datetime, timezone

MOMENT = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"
"""A pattern of how results and reports write a moment."""

_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def parsed(moment: str) -> datetime:
    """The moment that a result tells; raises ValueError where it is none."""
    return datetime.strptime(moment, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=timezone.utc)


def day(moment: str) -> str:
    """Such as `3 Nov 2026`."""
    at = parsed(moment)
    return f"{at.day} {_MONTHS[at.month - 1][:3]} {at.year}"


def minute(moment: str) -> str:
    """Such as `3 November 2026, 17:05 UTC`."""
    at = parsed(moment)
    return f"{at.day} {_MONTHS[at.month - 1]} {at.year}, {at.hour:02}:{at.minute:02} UTC"


def seconds(moment: str) -> int:
    """Since 1970."""
    return int(parsed(moment).timestamp())


def counted(number: int, noun: str) -> str:
    """Such as `1 day`, `2 days`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def until(days_left: int) -> str:
    """Such as `in 3 days`, `today`, `3 days ago`; whole days, begun ones count as gone."""
    if days_left < 0:
        return f"{counted(-days_left, 'day')} ago"
    return f"in {counted(days_left, 'day')}" if days_left else "within a day"


def expiry(not_after: str | None, days_left: int | None) -> str:
    """Such as `3 Nov 2026 (in 3 days)`."""
    if not_after is None:
        return "unknown"
    return day(not_after) if days_left is None else f"{day(not_after)} ({until(days_left)})"
