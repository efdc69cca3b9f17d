# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""How the story looks: plain text, with a little colour where a terminal shows it and nobody minds."""

from __future__ import annotations

import os
import re
import textwrap
from typing import TextIO

_WIDTH = 100
_COMMAND = "    $ "
_OUTPUT = "      "
_COLOUR = re.compile(r"\033\[[0-9;]*m")


def plain(text: str) -> str:
    """Take the colours out."""
    return _COLOUR.sub("", text)


class Screen:
    """Headings, sentences, commands and what they print."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        # https://no-color.org
        self.is_coloured = stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
        self._headings = 0
        self._kind = ""
        self._has_blank = False

    def title(self, text: str) -> None:
        """Show the name of the story."""
        self._print("title", self._paint("1", text), self._paint("1", "=" * len(text)))

    def heading(self, text: str) -> None:
        """Show a step of the story, numbered."""
        self._headings += 1
        self._print("heading", "", self._paint("1", f"{self._headings}. {text}"))

    def say(self, text: str) -> None:
        """Show a sentence or two."""
        gap = [] if self._kind == "heading" else [""]
        self._print("prose", *gap, textwrap.fill(text, _WIDTH, break_on_hyphens=False, break_long_words=False))

    def command(self, text: str) -> None:
        """Show what a user would type."""
        lines = (_COMMAND + text.replace("\n", "\n" + " " * len(_COMMAND))).splitlines()
        self._print("command", "", *(self._paint("36", line) for line in lines))

    def output(self, line: str) -> None:
        """Show what a command prints, a line at a time: of its empty lines none at the ends, never two in a row."""
        if not plain(line).strip():
            self._has_blank = self._kind == "output"
            return
        gap = [""] if self._has_blank or self._kind == "prose" else []
        self._print("output", *gap, f"{_OUTPUT}{line}".rstrip())

    def end(self, text: str, *, is_good: bool) -> None:
        """Show how it ended."""
        self._print("end", "", self._paint("32" if is_good else "31", text))

    def _paint(self, code: str, text: str) -> str:
        return f"\033[{code}m{text}\033[0m" if self.is_coloured else text

    def _print(self, kind: str, *lines: str) -> None:
        self._kind, self._has_blank = kind, False
        print(*lines, sep="\n", file=self._stream, flush=True)
