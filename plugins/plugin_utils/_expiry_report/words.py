# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""Says states, moments and spans in words, in English whatever the locale, and one sentence on all hosts."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import NamedTuple

from ...module_utils._expiry.judge import LEVELS as LEVEL_BY_STATE
from .findings import Findings

OK, WARNING, CRITICAL = "ok", "warning", "critical"
# The mildest first.
LEVELS = (OK, WARNING, CRITICAL)

# A pattern of how results and reports write a moment.
MOMENT = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"

_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


class State(NamedTuple):
    """Tells a state of a host name by more than a colour."""

    name: str
    level: str
    word: str
    sign: str  # one character, for where there are no drawings
    meaning: str  # a sentence; `{critical_days}` and the other thresholds stand for their values


_NEAR = "Fewer than {{{0}_days}} days and less than {{{0}_percent}} % of its life are left, or less than a day."
_WORDS = {
    "expired": ("Expired", "✖", "The certificate is no longer valid: visitors see a warning."),
    "not_covered": ("Not covered", "⊘", "The certificate is for other names: visitors see a warning."),
    "critical": ("Critical", "‼", f"{_NEAR.format('critical')} Or it is not valid yet."),
    "mismatch": ("Mismatch", "≠", "The edge serves another certificate than the API tells of, as just after a change."),
    "unreachable": ("Unreachable", "?", "The edge did not answer, or nobody tells when the certificate ends."),
    "warning": ("Warning", "!", f"{_NEAR.format('warning')} Or its chain is incomplete."),
    "no_certificate": ("No HTTPS", "○", "HTTPS is off, and there is no certificate."),
    "lets_encrypt": ("Let's Encrypt", "↻", "The certificate is from Let's Encrypt, and renewed by Gcore."),
    "ok": ("In order", "✓", "The certificate is valid, and has time left."),
}
# The worst first.
STATES = {name: State(name, level, *_WORDS[name]) for name, level in LEVEL_BY_STATE.items()}


def parsed(moment: str) -> datetime:
    """Read the moment that a result tells; raise ValueError where it is none."""
    return datetime.strptime(moment, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=timezone.utc)


def day(moment: str) -> str:
    """Write it such as `3 Nov 2026`."""
    at = parsed(moment)
    return f"{at.day} {_MONTHS[at.month - 1][:3]} {at.year}"


def minute(moment: str) -> str:
    """Write it such as `3 November 2026, 17:05 UTC`."""
    at = parsed(moment)
    return f"{at.day} {_MONTHS[at.month - 1]} {at.year}, {at.hour:02}:{at.minute:02} UTC"


def seconds(moment: str) -> int:
    """Count them since 1970."""
    return int(parsed(moment).timestamp())


def counted(number: int, noun: str) -> str:
    """Write such as `1 day`, `2 days`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def until(days_left: int) -> str:
    """Write such as `in 3 days`, `within a day`, `3 days ago`; whole days, begun ones count as gone."""
    if days_left < 0:
        return f"{counted(-days_left, 'day')} ago"
    return f"in {counted(days_left, 'day')}" if days_left else "within a day"


def expiry(not_after: str | None, days_left: int | None) -> str:
    """Write such as `3 Nov 2026 (in 3 days)`."""
    if not_after is None:
        return "unknown"
    return day(not_after) if days_left is None else f"{day(not_after)} ({until(days_left)})"


def verdict(findings: Findings) -> str:
    """Say how many hosts are how bad."""
    total = counted(len(findings.hosts), "host name")
    critical, warning = (sum(host["level"] == level for host in findings.hosts) for level in (CRITICAL, WARNING))
    if not findings.hosts:
        return "No host name was found."
    if not critical and not warning:
        return "The only host name is in order." if len(findings.hosts) == 1 else f"All {total} are in order."
    parts = [f"{critical:,} of {total} {'is' if critical == 1 else 'are'} critical"] if critical else []
    if warning:
        parts.append(f"{warning:,} {'more' if critical else f'of {total}'} need{'s' if warning == 1 else ''} a look")
    return f"{', '.join(parts)}."
