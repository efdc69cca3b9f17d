# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""How the story looks: plain text."""

import textwrap
from typing import TextIO

_WIDTH = 100
_COMMAND = "    $ "
_OUTPUT = "      "


class Screen:
    """Headings, sentences, commands and what they print."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._headings = 0
        self._kind = ""
        self._has_blank = False

    def title(self, text: str) -> None:
        """Show the name of the story."""
        self._print("title", text, "=" * len(text))

    def heading(self, text: str) -> None:
        """Show a step of the story, numbered."""
        self._headings += 1
        self._print("heading", "", f"{self._headings}. {text}")

    def say(self, text: str) -> None:
        """Show a sentence or two."""
        gap = [] if self._kind == "heading" else [""]
        self._print("prose", *gap, textwrap.fill(text, _WIDTH, break_on_hyphens=False, break_long_words=False))

    def command(self, text: str) -> None:
        """Show what a user would type."""
        lines = (_COMMAND + text.replace("\n", "\n" + " " * len(_COMMAND))).splitlines()
        self._print("command", "", *lines)

    def output(self, line: str) -> None:
        """Show what a command prints, a line at a time: of its empty lines none at the ends, never two in a row."""
        if not line.strip():
            self._has_blank = self._kind == "output"
            return
        gap = [""] if self._has_blank or self._kind == "prose" else []
        self._print("output", *gap, f"{_OUTPUT}{line}".rstrip())

    def end(self, text: str) -> None:
        """Show how it ended."""
        self._print("end", "", text)

    def _print(self, kind: str, *lines: str) -> None:
        self._kind, self._has_blank = kind, False
        print(*lines, sep="\n", file=self._stream, flush=True)
