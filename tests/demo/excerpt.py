# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""What of a failed task's output is worth reading: its message, not the forty lines of its result."""

from __future__ import annotations

import re
from collections.abc import Callable

_COLOUR = re.compile(r"\033\[[0-9;]*m")
_OMITTED = "[...]"

# The first that matches a line tells whether it, and what follows up to the next match, is shown.
_MARKS = (
    (re.compile(r"failed: \["), True),
    (re.compile(r" {4}msg:"), True),
    (re.compile(r" {4}\w+:"), False),
    (re.compile(r"PLAY RECAP"), True),
    (re.compile(r"[A-Z]+ \[|\[[A-Z]+\]"), False),  # PLAY [, TASK [, and [ERROR], where newer releases say it twice
)


def plain(text: str) -> str:
    """Without colours."""
    return _COLOUR.sub("", text)


class Excerpt:
    """Hands on the lines that are shown, and one mark for those that are not."""

    def __init__(self, show: Callable[[str], None]) -> None:
        self._show = show
        self._is_shown = True
        self._has_gap = False

    def __call__(self, line: str) -> None:
        """The next line of the output."""
        text = plain(line)
        decisions = (is_shown for mark, is_shown in _MARKS if mark.match(text))
        self._is_shown = next(decisions, self._is_shown)
        if self._is_shown:
            self._show(line)
        elif not self._has_gap:
            self._show(text[: len(text) - len(text.lstrip())] + _OMITTED)
        self._has_gap = not self._is_shown
