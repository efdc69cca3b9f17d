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
