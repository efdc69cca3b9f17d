# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""One measured run."""

from __future__ import annotations

import resource
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Sample:
    """Seconds: on the wall's clock, and of all processors together for the command and what it started."""

    wall: float
    cpu: float

    def __sub__(self, other: Sample) -> Sample:
        return Sample(self.wall - other.wall, self.cpu - other.cpu)


def measured(work: Callable[[], None]) -> Sample:
    """What a command costs: `work` must start it and wait for its end."""
    wall, cpu = time.perf_counter(), _children()
    work()
    return Sample(time.perf_counter() - wall, _children() - cpu)


def _children() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime
