# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""Commands before the audience's eyes, just as a user would type them, and promises that are kept.

The proof that a step did what the story says is the simulator's journal: nothing of it is told by the collection.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from stage.stage import Stage

from .screen import Screen, plain
from .shop import Shop

_OMITTED = "[...]"

# The first that matches a line tells whether it, and what follows up to the next match, is shown.
_MARKS = (
    (re.compile(r"failed: \["), True),
    (re.compile(r" {4}msg:"), True),
    (re.compile(r" {4}\w+:"), False),
    (re.compile(r"PLAY RECAP"), True),
    (re.compile(r"[A-Z]+ \[|\[[A-Z]+\]"), False),  # PLAY [, TASK [, and [ERROR], where newer releases say it twice
)


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


class Excerpt:
    """Hands on what of a failed task's output is worth reading: its message, not the forty lines of its result."""

    def __init__(self, show: Callable[[str], None]) -> None:
        self._show = show
        self._is_shown = True
        self._has_gap = False

    def __call__(self, line: str) -> None:
        """Take the next line of the output; several that are not shown become one mark."""
        text = plain(line)
        decisions = (is_shown for mark, is_shown in _MARKS if mark.match(text))
        self._is_shown = next(decisions, self._is_shown)
        if self._is_shown:
            self._show(line)
        elif not self._has_gap:
            self._show(text[: len(text) - len(text.lstrip())] + _OMITTED)
        self._has_gap = not self._is_shown


class Performance:
    """All that a chapter of the story needs."""

    def __init__(self, stage: Stage, screen: Screen, shop: Shop) -> None:
        self.stage = stage
        self.screen = screen
        self.shop = shop

    def run(self, command: str, status: int = 0) -> str:
        """Show a command, run it by the shell, and show what it prints, of what is to fail the message; return that."""
        self.screen.command(command)
        show = Excerpt(self.screen.output) if status else self.screen.output
        ended, output = self.stage.run(["sh", "-c", command], show)
        expect(f"exit status of {command!r}", ended, status)
        return plain(output)

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
