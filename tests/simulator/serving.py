# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors
"""What the edge makes of one resource: what is stored, a while later, or something else."""

import time
from dataclasses import dataclass, field

from .material import Material

MODES = ("follow", "frozen", "down", "silent", "plain", "leaf_only", "other", "given", "dual", "default")
PINNED = frozenset(("frozen", "other", "given"))
MUTE = frozenset(("down", "silent", "plain"))


@dataclass
class Serving:
    """The history of what was stored, and the mode that decides what is shown of it."""

    mode: str = "follow"
    pinned: Material | None = None
    home_address: str | None = None
    history: list[tuple[float, Material | None]] = field(default_factory=list)

    def store(self, material: Material | None) -> None:
        """Note what is stored from now on."""
        self.history.append((time.monotonic(), material))

    def material(self, delay: float) -> Material | None:
        """Return what a handshake gets, ``delay`` seconds after it was stored."""
        if self.mode in MUTE:
            return None
        return self.pinned if self.mode in PINNED else self.arrived(delay)

    def twin(self) -> Material | None:
        """Return what is shown to clients that take a key of the other type alone."""
        return self.pinned if self.mode == "dual" else None

    def arrived(self, delay: float) -> Material | None:
        """Return the latest that was stored ``delay`` seconds ago or earlier, and else what was seeded."""
        horizon = time.monotonic() - delay
        late = [material for moment, material in self.history[1:] if moment <= horizon]
        first = self.history[0][1] if self.history else None
        return late[-1] if late else first
