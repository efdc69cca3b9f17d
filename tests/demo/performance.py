# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""Commands before the audience's eyes, just as a user would type them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from stage.stage import Stage

from .excerpt import Excerpt, plain
from .expectation import expect
from .screen import Screen
from .shop import Shop
from .witness import Witness


@dataclass(frozen=True)
class Performance:
    """All that a chapter of the story needs."""

    stage: Stage
    screen: Screen
    shop: Shop
    witness: Witness

    def run(self, command: str, status: int = 0) -> str:
        """Show a command, run it by the shell, show what it prints, and return that.

        Raises:
            BrokenPromiseError: it ends with another exit status.
        """
        return self._run(command, self.screen.output, status)

    def run_failing(self, command: str, status: int) -> str:
        """The same for a command whose failure is the point: of the result nothing but the message is shown."""
        return self._run(command, Excerpt(self.screen.output), status)

    def _run(self, command: str, show: Callable[[str], None], promised: int) -> str:
        self.screen.command(command)
        status, output = self.stage.run(["sh", "-c", command], _frugal(show))
        expect(f"exit status of {command!r}", status, promised)
        return plain(output)


def _frugal(show: Callable[[str], None]) -> Callable[[str], None]:
    """Ansible is generous with empty lines: none at the ends, never two in a row."""
    blanks: list[str] = []
    is_first = True

    def shown(line: str) -> None:
        nonlocal is_first
        if not plain(line).strip():
            blanks.append("")
            return
        if blanks and not is_first:
            show("")
        blanks.clear()
        is_first = False
        show(line)

    return shown
