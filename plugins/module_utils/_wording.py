# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""Words for people: how numbers are said, and what a stranger's text may do to a terminal, which is nothing."""

from __future__ import annotations

import unicodedata
from typing import Any

_FOR_PEOPLE = frozenset(("msg", "warnings", "reasons", "problem", "other_problem", "stopped", "diff"))
"""What a result holds of texts, at any depth; the rest are facts for programs, which Ansible prints as JSON."""


def counted(count: int, noun: str) -> str:
    """Write `1 resource`, or `2 resources`."""
    return f"{count} {noun}{'' if count == 1 else 's'}"


def printable(text: str, but: str = "") -> str:
    """Spell by number what a terminal obeys, and what makes a text look like another one, all but some characters."""
    if text.isprintable():
        return text
    return "".join(one if one in but or _is_printable(one) else one.encode("unicode_escape").decode() for one in text)


def _is_printable(character: str) -> bool:
    """Return whether it is; Python calls all spaces but one unprintable."""
    return character.isprintable() or unicodedata.category(character) == "Zs"


def readable(result: Any, *, is_text: bool = False) -> Any:
    """Make every text of a result printable; in facts, line ends and tabs stay, which JSON spells anyway."""
    if isinstance(result, str):
        return printable(result, "" if is_text else "\n\t")
    if isinstance(result, dict):
        return {
            readable(name, is_text=is_text): readable(value, is_text=is_text or name in _FOR_PEOPLE)
            for name, value in result.items()
        }
    return [readable(value, is_text=is_text) for value in result] if isinstance(result, list) else result
