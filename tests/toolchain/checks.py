# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""Rules over all files that no other tool checks."""

from __future__ import annotations

import re
import tarfile
from collections.abc import Iterable
from pathlib import Path

from .paths import ROOT
from .process import Failed

LICENCE = b"SPDX-License-Identifier: GPL-3.0-or-later"
COPYRIGHT = b"SPDX-FileCopyrightText: 2026 The gcore.web_security authors"

# A shebang, a document start or the opening of a comment may stand above the licence line.
_HEAD_LINES = 4
_WITHOUT_LICENCE_LINE = {Path("COPYING")}

# What Automation Hub's template of a README asks for, in its order.
_SECTIONS = [
    "Description",
    "Requirements",
    "Installation",
    "Use Cases",
    "Testing",
    "Support",
    "Release Notes and Roadmap",
    "Related Information",
    "License Information",
]
_SECTION = re.compile(r"^## (.+)$", re.MULTILINE)
_LINK = re.compile(r"\]\(([^)\s]+)|^\[[^\]]+\]: *(\S+)", re.MULTILINE)
_REPOSITORY = re.compile(r"^repository: (\S+)$", re.MULTILINE)

# Split, so that this file does not hold what it looks for.
_PRIVATE_KEY = re.compile(rb"-----BEGIN " + rb"([A-Z0-9]+ )*PRIVATE KEY")


def licences(files: Iterable[Path], root: Path = ROOT) -> None:
    """Every file says its licence: in its first lines, or in a `.license` file beside it.

    Raises:
        Failed: names the files that do not.
    """
    bare = [str(name) for name in files if name not in _WITHOUT_LICENCE_LINE and not _says_licence(root / name)]
    if bare:
        raise Failed("no SPDX lines (see CONTRIBUTING.md) in: " + ", ".join(bare))


def private_keys(files: Iterable[Path], root: Path = ROOT) -> None:
    """No file holds a private key, nor anything that looks like the start of one.

    Raises:
        Failed: names the files that do.
    """
    holding = [str(name) for name in files if _PRIVATE_KEY.search((root / name).read_bytes())]
    if holding:
        raise Failed("the header of a private key (tests make keys in memory) in: " + ", ".join(holding))


def sections(root: Path = ROOT) -> None:
    """The README has the sections of Automation Hub's template, in its order; others may stand between them.

    Raises:
        Failed: names the order that they should be in.
    """
    found = _SECTION.findall((root / "README.md").read_text(encoding="utf-8"))
    if [title for title in found if title in _SECTIONS] != _SECTIONS:
        raise Failed(f"README.md needs these sections, in this order: {', '.join(_SECTIONS)}")


def links(files: Iterable[Path], root: Path = ROOT) -> None:
    """What Galaxy and Automation Hub show links by full addresses, and in the repository only to what is there.

    Raises:
        Failed: names the links that work in the repository alone, or nowhere.
    """
    (repository,) = _REPOSITORY.findall((root / "galaxy.yml").read_text(encoding="utf-8"))
    dead = [
        f"{name}: {link}"
        for name in files
        if name.name == "README.md" and name.parts[0] in ("README.md", "roles")
        for link in _links((root / name).read_text(encoding="utf-8"))
        if not _leads_somewhere(link, repository, root)
    ]
    if dead:
        raise Failed("links that are no full https address, or lead nowhere: " + ", ".join(dead))


def archive(path: Path, files: Iterable[Path]) -> None:
    """The collection's archive holds what git knows, and nothing that a working tree grew beside it.

    Raises:
        Failed: names what should not be in there.
    """
    known = {str(name) for name in files} | {"MANIFEST.json", "FILES.json"}
    with tarfile.open(path) as opened:
        names = {member.name for member in opened.getmembers() if not member.isdir()}
    if foreign := sorted(names - known):
        raise Failed(f"galaxy.yml's build_ignore lets through: {', '.join(foreign)}")


def _says_licence(path: Path) -> bool:
    beside = path.with_name(f"{path.name}.license")
    head = (beside if beside.is_file() else path).read_bytes().splitlines()[:_HEAD_LINES]
    return any(LICENCE in line for line in head) and any(COPYRIGHT in line for line in head)


def _links(text: str) -> list[str]:
    return [inline or defined for inline, defined in _LINK.findall(text)]


def _leads_somewhere(link: str, repository: str, root: Path) -> bool:
    in_repository = re.fullmatch(rf"{re.escape(repository)}/(blob|tree)/main/([^#]+)(#.*)?", link)
    return (root / in_repository[2]).exists() if in_repository else link.startswith("https://")
