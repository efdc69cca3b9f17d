# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""Commands before the audience's eyes, just as a user would type them, and promises that are kept.

The proof that a step did what the story says is the simulator's journal: nothing of it is told by the collection.
"""

import re
from typing import Any

from stage.stage import Stage

from .screen import Screen
from .shop import Shop

_MESSAGE = re.compile(r"^ {4}msg:.*\n(?: {8}.*\n)*", re.MULTILINE)
"""Of a failed task: the forty lines of its result around it are not worth reading."""


class BrokenPromiseError(Exception):
    """A step did not do what the story says."""


def expect(what: str, seen: Any, promised: Any) -> None:
    """Hold the story to its word; raises BrokenPromiseError."""
    if seen != promised:
        raise BrokenPromiseError(f"{what}: {promised!r} was promised, {seen!r} came.")


def expect_words(what: str, text: str, words: str) -> None:
    """Hold a command's output to a sentence, however it was wrapped or quoted; raises BrokenPromiseError."""
    if words not in " ".join(text.replace("''", "'").split()):
        raise BrokenPromiseError(f"{what} does not say: {words}")


def expect_recap(output: str, words: str) -> None:
    """Hold a play's last lines to a word, and to no failure; raises BrokenPromiseError."""
    for each in (words, "failed=0"):
        expect_words("the recap", output.partition("PLAY RECAP")[2], each)


class Performance:
    """All that a chapter of the story needs."""

    def __init__(self, stage: Stage, screen: Screen, shop: Shop) -> None:
        self.stage = stage
        self.screen = screen
        self.shop = shop

    def run(self, command: str, status: int = 0) -> str:
        """Show a command, run it by the shell, and show what it prints, of what is to fail the message; return that."""
        self.screen.command(command)
        ended, output = self.stage.run(["sh", "-c", command], *([] if status else [self.screen.output]))
        expect(f"exit status of {command!r}", ended, status)
        for line in "".join(_MESSAGE.findall(output)).splitlines() if status else ():
            self.screen.output(line)
        return output

    def forget(self) -> None:
        """Leave out of the journal what came until now."""
        self.stage.simulator.clear_journal()

    def calls(self) -> list[str]:
        """Return the calls of the API."""
        return [entry["call"] for entry in self.stage.simulator.journal()]

    def writes(self) -> list[int]:
        """Return the resources that a PUT went to, in the order of their ids."""
        return sorted(entry["resource_id"] for entry in self.stage.simulator.journal(method="PUT"))

    def entries(self) -> list[dict[str, Any]]:
        """Return all that came, requests and handshakes, in the order in which it began."""
        entries = [*self.stage.simulator.journal(), *self.stage.simulator.handshakes()]
        return sorted(entries, key=lambda entry: float(entry["start"]))
