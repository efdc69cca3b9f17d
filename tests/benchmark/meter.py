# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""Runs a command and writes down what it cost: `python -I meter.py FILE WORD...`.

A process of its own, and a small one: the system counts what a process held before it became a command as that
command's own memory, and the benchmark itself holds a whole account.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

_UNIT = 1 if sys.platform == "darwin" else 1024


def main() -> int:
    """The command's exit status."""
    path, *words = sys.argv[1:]
    begin = time.perf_counter()
    process = os.posix_spawnp(words[0], words, os.environ)
    _pid, status, usage = os.wait4(process, 0)
    wall = time.perf_counter() - begin
    cost = {"wall": wall, "cpu": usage.ru_utime + usage.ru_stime, "peak": usage.ru_maxrss * _UNIT}
    Path(path).write_text(json.dumps(cost), "utf-8")
    return os.waitstatus_to_exitcode(status)


if __name__ == "__main__":
    sys.exit(main())
