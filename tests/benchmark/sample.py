# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""One measured run."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Sample:
    """What a command cost, all that it started and waited for included.

    Attributes:
        wall: seconds on the wall's clock.
        cpu: seconds of all processors together.
        peak: bytes of memory that the largest of its processes held.
        simulator: seconds of a processor that the simulator took meanwhile; None where the system does not tell.
    """

    wall: float
    cpu: float
    peak: int = 0
    simulator: float | None = None

    def __sub__(self, start: Sample) -> Sample:
        """Without what the start alone costs; memory is no sum."""
        return replace(self, wall=self.wall - start.wall, cpu=self.cpu - start.cpu)
