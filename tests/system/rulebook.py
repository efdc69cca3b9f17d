# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""Runs `ansible-rulebook`, which needs Java beside its Python packages."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
from collections.abc import Mapping
from pathlib import Path

from .canaries import Canaries
from .playbook import command, environment
from .web import until

_HOME = os.environ.get("JAVA_HOME")
JAVA = shutil.which("java", path=os.pathsep.join(filter(None, [_HOME and f"{_HOME}/bin", os.environ.get("PATH")])))

_RULEBOOK = command("ansible-rulebook")
_NEEDED = {
    "ansible-rulebook is not in this environment, the one named rulebook has it": Path(_RULEBOOK).exists(),
    "Java is not installed (Debian: openjdk-17-jre-headless)": JAVA,
}
MISSING = "; ".join(reason for reason, found in _NEEDED.items() if not found)
"""Why no rulebook can be run, empty where one can."""

SECONDS = 120
"""For anything that it does: it starts Java, and ansible-playbook for each rotation."""


class Rulebook:
    """A rulebook that runs until it is stopped; nothing that it prints may hold a secret."""

    def __init__(self, folder: Path, canaries: Canaries, words: list[str], env: Mapping[str, str]) -> None:
        self._output = folder / "output"
        self._record = folder / "record"
        self._canaries = canaries
        with self._output.open("wb") as output:
            self._process = subprocess.Popen(
                [_RULEBOOK, *words],
                env={**_environment(folder), "RECORD": str(self._record), **env},
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def __enter__(self) -> Rulebook:
        return self

    def __exit__(self, *_unused: object) -> None:
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    @property
    def output(self) -> str:
        """All that it printed until now."""
        return self._output.read_text("utf-8", "replace")

    def lines(self, head: str) -> list[str]:
        """What its rules said after such a word."""
        return re.findall(rf"^{re.escape(head)}: (.*)$", self.output, re.MULTILINE)

    def says(self, head: str, text: str = "") -> None:
        """Wait until a rule does; it fails with the output where it ended before."""

        def is_there() -> bool:
            assert self._process.poll() is None, self.output
            return any(text in line for line in self.lines(head))

        until(is_there, f"{head}: {text}", SECONDS)

    def stop(self) -> None:
        """End it as Ctrl-C does, and look through all that it left behind."""
        os.killpg(self._process.pid, signal.SIGINT)
        self.end()

    def end(self) -> int:
        """Wait for its end, and return its exit status."""
        status = self._process.wait(SECONDS)
        self._canaries.assert_absent(self.output, "the output")
        if self._record.exists():
            self._canaries.assert_absent(self._record.read_text("utf-8"), "a result")
        return status


def _environment(folder: Path) -> dict[str, str]:
    env = environment(folder)
    java = {"JAVA_HOME": _HOME} if _HOME else {}
    return {**env, **java, "PATH": os.pathsep.join([env["PATH"], str(Path(JAVA or "").parent)])}
