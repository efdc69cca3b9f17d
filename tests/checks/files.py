# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""What every file of the repository is held to, and the archive that is built of them."""

import re
import tarfile
from collections.abc import Iterable, Iterator
from pathlib import Path

LICENCE = "SPDX-License-Identifier: GPL-3.0-or-later"
COPYRIGHT = "SPDX-FileCopyrightText: 2026 The gcore.web_security authors"

# What Automation Hub's template of a README asks for, in its order; others may stand between them.
SECTIONS = [
    "Description", "Requirements", "Installation", "Use Cases", "Testing", "Support", "Release Notes and Roadmap",
    "Related Information", "License Information",
]  # fmt: skip
_SECTION = re.compile(r"^## (.+)$", re.MULTILINE)
_LINK = re.compile(r"\]\(([^)\s]+)|^\[[^\]]+\]: *(\S+)", re.MULTILINE)
_REPOSITORY = re.compile(r"^repository: (\S+)$", re.MULTILINE)

# A shebang, a document start or the opening of a comment may stand above the licence line.
_HEAD_LINES = 4
_PRIVATE_KEY = re.compile(r"-----BEGIN " + r"([A-Z0-9]+ )*PRIVATE KEY")  # split, not to find itself


def complaints(files: Iterable[Path], root: Path) -> Iterator[str]:
    """Say which file breaks which rule."""
    (repository,) = _REPOSITORY.findall((root / "galaxy.yml").read_text(encoding="utf-8"))
    for name in files:
        text = (root / name).read_text(encoding="utf-8", errors="replace")
        if name.name != "COPYING" and not _says_licence(root / name):
            yield f"{name}: no SPDX lines (see CONTRIBUTING.md)"
        if _PRIVATE_KEY.search(text):
            yield f"{name}: the header of a private key (tests make keys in memory)"
        if name == Path("README.md") and [title for title in _SECTION.findall(text) if title in SECTIONS] != SECTIONS:
            yield f"{name}: needs these sections, in this order: {', '.join(SECTIONS)}"
        if name.name == "README.md" and name.parts[0] in ("README.md", "roles"):
            yield from (
                f"{name}: {link} is no full https address, or leads nowhere" for link in _dead(text, repository, root)
            )


def _says_licence(path: Path) -> bool:
    """Look into the first lines, or into a `.license` file beside it."""
    beside = path.with_name(f"{path.name}.license")
    text = (beside if beside.is_file() else path).read_text(encoding="utf-8", errors="replace")
    head = "\n".join(text.splitlines()[:_HEAD_LINES])
    return LICENCE in head and COPYRIGHT in head


def _dead(text: str, repository: str, root: Path) -> Iterator[str]:
    """Galaxy and Automation Hub show a README outside the repository, so its links need a full address."""
    for link in (inline or defined for inline, defined in _LINK.findall(text)):
        here = re.fullmatch(rf"{re.escape(repository)}/(blob|tree)/main/([^#]+)(#.*)?", link)
        if not ((root / here[2]).exists() if here else link.startswith("https://")):
            yield link


def strangers(archive: Path, files: Iterable[Path]) -> list[str]:
    """List what a collection's archive holds beyond what git knows."""
    known = {*map(str, files), "MANIFEST.json", "FILES.json"}
    with tarfile.open(archive) as opened:
        return sorted({member.name for member in opened.getmembers() if not member.isdir()} - known)
