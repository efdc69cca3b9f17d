# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""The stage itself: a simulator, a folder that goes away, and a user's shell that sees nobody's own settings."""

import contextlib
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from paths import isolated_environment, linked
from simulator.handle import Simulator

from . import command

_PREFIX = "gcore-"
"""Short: ansible-core makes a socket below it, and a socket's path has no more than a hundred characters."""

_UTF8 = "en_US.UTF-8" if sys.platform == "darwin" else "C.UTF-8"
"""Ansible insists on UTF-8, whatever the caller's shell speaks."""

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
    """Make a stage, of which nothing is left afterwards; `options` are the simulator's."""
    folder = Path(tempfile.mkdtemp(prefix=_PREFIX))
    try:
        with Simulator(**options) as simulator:
            yield Stage(simulator, folder, _environment(folder, simulator))
    finally:
        _remove(folder)


def _environment(folder: Path, simulator: Simulator) -> dict[str, str]:
    settings = folder / "ansible.cfg"
    settings.touch()
    return isolated_environment(Path(sys.executable).parent) | {
        "ANSIBLE_COLLECTIONS_PATH": os.environ.get("ANSIBLE_COLLECTIONS_PATH") or str(linked()),
        "ANSIBLE_CONFIG": str(settings), "ANSIBLE_HOME": str(folder / ".ansible"),
        "ANSIBLE_INVENTORY_UNPARSED_WARNING": "0", "ANSIBLE_LOCALHOST_WARNING": "0", "GCORE_API_KEY": simulator.api_key,
        "GCORE_BASE_URL": simulator.api_url, "LC_ALL": _UTF8, "TMPDIR": str(folder),
    }  # fmt: skip


def _remove(folder: Path) -> None:
    """A process that was told to end may still be writing: what is there after the first try goes with the next."""
    for _attempt in range(_TRIES):
        shutil.rmtree(folder, ignore_errors=True)
        if not folder.exists():
            return
        time.sleep(_PAUSE)
