# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""The stage itself."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from simulator.handle import Simulator

from . import command
from .environment import environment

PREFIX = "gcore-"
"""Short: ansible-core makes a socket below it, and a socket's path has no more than a hundred characters."""

_TRIES, _PAUSE = 30, 0.1


@dataclass(frozen=True)
class Stage:
    """A simulator that runs, a folder for what a user would have, and the environment of that user's shell."""

    simulator: Simulator
    folder: Path
    env: dict[str, str]

    def write(self, name: str, text: str) -> Path:
        """Put a file into the folder, readable for its owner alone: it may hold a key."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(text, "utf-8")
        return path

    def run(self, words: Sequence[str], show: Callable[[str], None] = lambda _line: None) -> tuple[int, str]:
        """Run a command in the folder, and return its exit status and all that it printed."""
        return command.run(words, self.env, self.folder, show)


@contextlib.contextmanager
def stage(**options: Any) -> Iterator[Stage]:
    """A stage, and afterwards nothing of it is left; `options` are the simulator's."""
    with _folder() as folder, Simulator(**options) as simulator:
        yield Stage(simulator, folder, environment(folder, simulator))


@contextlib.contextmanager
def _folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix=PREFIX))
    try:
        yield folder
    finally:
        _remove(folder)


def _remove(folder: Path) -> None:
    """A process that was told to end may still be writing: what is there after the first try goes with the next."""
    for _attempt in range(_TRIES):
        shutil.rmtree(folder, ignore_errors=True)
        if not folder.exists():
            return
        time.sleep(_PAUSE)
