# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""What a process that goes on running took of the processors."""

from __future__ import annotations

import os
from pathlib import Path

_USER, _SYSTEM = 11, 12
"""Their places behind the command's name, which is in brackets and may hold anything; see proc(5)."""


def seconds_of(pid: int) -> float | None:
    """Seconds of a processor until now, None where the system has no such file."""
    try:
        behind_name = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()
    except OSError:
        return None
    return (int(behind_name[_USER]) + int(behind_name[_SYSTEM])) / os.sysconf("SC_CLK_TCK")
