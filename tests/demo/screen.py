# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""How the story looks: plain text, with a little colour where a terminal shows it and nobody minds."""

from __future__ import annotations

import os
import textwrap
from typing import TextIO

_WIDTH = 100
_COMMAND = "    $ "
_OUTPUT = "      "


class Screen:
    """Headings, sentences, commands and what they print."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        # https://no-color.org
        self.is_coloured = stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
        self._headings = 0
        self._kind = ""

    def title(self, text: str) -> None:
        """The name of the story."""
        self._print("title", self._paint("1", text), self._paint("1", "=" * len(text)))

    def heading(self, text: str) -> None:
        """A step of the story, numbered."""
        self._headings += 1
        self._gap()
        self._print("heading", self._paint("1", f"{self._headings}. {text}"))

    def say(self, text: str) -> None:
        """A sentence or two."""
        if self._kind != "heading":
            self._gap()
        self._print("prose", textwrap.fill(text, _WIDTH, break_on_hyphens=False, break_long_words=False))

    def command(self, text: str) -> None:
        """What a user would type."""
        lines = textwrap.indent(text, " " * len(_COMMAND)).splitlines()
        self._gap()
        self._print("command", *(self._paint("36", line) for line in [_COMMAND + text.splitlines()[0], *lines[1:]]))

    def output(self, line: str) -> None:
        """What a command prints, a line at a time."""
        if self._kind == "prose":
            self._gap()
        self._print("output", f"{_OUTPUT}{line}".rstrip())

    def success(self, text: str) -> None:
        """The end that was promised."""
        self._gap()
        self._print("end", self._paint("32", text))

    def failure(self, text: str) -> None:
        """The end that was not."""
        self._gap()
        self._print("end", self._paint("31", text))

    def _gap(self) -> None:
        if self._kind:
            self._print(self._kind, "")

    def _paint(self, code: str, text: str) -> str:
        return f"\033[{code}m{text}\033[0m" if self.is_coloured else text

    def _print(self, kind: str, *lines: str) -> None:
        self._kind = kind
        print(*lines, sep="\n", file=self._stream, flush=True)
