# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""The stage itself."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from simulator.handle import Simulator

from . import command
from .environment import environment

PREFIX = "gcore-"
"""Short: ansible-core makes a socket below it, and a socket's path has no more than a hundred characters."""


@dataclass(frozen=True)
class Stage:
    """A simulator that runs, a folder for what a user would have, and the environment of that user's shell."""

    simulator: Simulator
    folder: Path
    env: dict[str, str]

    def write(self, name: str, text: str) -> Path:
        """Put a file into the folder, readable for its owner alone: it may hold a key."""
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(text, "utf-8")
        return path

    def run(self, words: Sequence[str], show: Callable[[str], None] = lambda _line: None) -> tuple[int, str]:
        """Run a command in the folder, and return its exit status and all that it printed."""
        return command.run(words, self.env, self.folder, show)


@contextlib.contextmanager
def stage(**options: Any) -> Iterator[Stage]:
    """A stage, and afterwards nothing of it is left; `options` are the simulator's."""
    with tempfile.TemporaryDirectory(prefix=PREFIX) as name, Simulator(**options) as simulator:
        folder = Path(name)
        yield Stage(simulator, folder, environment(folder, simulator))
