# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""What the story promises."""

from __future__ import annotations

from typing import Any


class BrokenPromiseError(Exception):
    """A step did not do what the story says."""


def expect(what: str, seen: Any, promised: Any) -> None:
    """Hold the story to its word.

    Raises:
        BrokenPromiseError: names what is not as promised.
    """
    if seen != promised:
        raise BrokenPromiseError(f"{what}: {promised!r} was promised, {seen!r} came.")


def expect_words(what: str, text: str, words: str) -> None:
    """Hold a command's output to a sentence, however it was wrapped or quoted on the way.

    Raises:
        BrokenPromiseError: the sentence is not there.
    """
    if words not in " ".join(text.replace("''", "'").split()):
        raise BrokenPromiseError(f"{what} does not say: {words}")
