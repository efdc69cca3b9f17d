# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""Reads the guides and the READMEs."""

import re
import textwrap
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
GUIDES = sorted((ROOT / "docs" / "docsite" / "rst").glob("*.rst"))
READMES = [ROOT / "README.md", *sorted(ROOT.glob("roles/*/README.md")), *sorted(ROOT.glob("docs/**/README.md"))]

_BLOCK = re.compile(r"^( *)\.\. code-block:: (\w+)\n\n((?:\1 +.*\n|\n)+)", re.MULTILINE)
_FENCED = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def text_of(guide: str) -> str:
    """A guide, by its name."""
    return (ROOT / "docs" / "docsite" / "rst" / f"{guide}.rst").read_text("utf-8")


def blocks(guide: str, language: str) -> list[str]:
    """What stands in its code blocks of that language."""
    found = (block for _indent, kind, block in _BLOCK.findall(text_of(guide)) if kind == language)
    return [textwrap.dedent(block).strip("\n") + "\n" for block in found]


def block(guide: str, language: str, mark: str) -> str:
    """The one code block with that text in it."""
    (found,) = (text for text in blocks(guide, language) if mark in text)
    return found


def fenced(readme: Path, language: str = "") -> list[str]:
    """What stands between the fences of a README, in that language."""
    return [text for kind, text in _FENCED.findall(readme.read_text("utf-8")) if kind == language]
