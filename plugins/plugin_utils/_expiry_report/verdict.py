# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""One sentence on all host names."""

from __future__ import annotations

from .findings import Findings
from .moments import counted
from .states import CRITICAL, WARNING


def verdict(findings: Findings) -> str:
    """How many are how bad."""
    total = counted(len(findings.hosts), "host name")
    critical, warning = (sum(host["level"] == level for host in findings.hosts) for level in (CRITICAL, WARNING))
    if not findings.hosts:
        return "No host name was found."
    if not critical and not warning:
        return "The only host name is in order." if len(findings.hosts) == 1 else f"All {total} are in order."
    of_total = f"of {total}"
    worst = f"{critical:,} {of_total} {'is' if critical == 1 else 'are'} critical" if critical else ""
    others = (
        f"{warning:,} {'more' if critical else of_total} need{'s' if warning == 1 else ''} a look" if warning else ""
    )
    return f"{', '.join(part for part in (worst, others) if part)}."
