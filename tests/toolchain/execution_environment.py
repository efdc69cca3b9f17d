# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""What ansible-builder makes of the collection's metadata, and of the example of an image: it needs no containers."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path

from . import trees
from .environments import Built
from .paths import ROOT
from .process import Failed, caller_environment, run

EXAMPLE = Path("docs", "examples", "execution-environment", "execution-environment.yml")


def check(built: Built, _words: list[str]) -> None:
    """Both commands, and that an image would get every requirement.

    Raises:
        Failed: names what it would lack.
    """
    folder = Path(tempfile.mkdtemp(prefix="execution-environment-"))
    try:
        _introspect(built, folder)
        context = folder / "context"
        run(
            built.command("ansible-builder", "create", "-f", str(ROOT / EXAMPLE), "-c", str(context)),
            _environment(built),
        )
        missing(["gcore.web_security"], (context / "_build" / "requirements.yml").read_text())
    finally:
        shutil.rmtree(folder)


def _introspect(built: Built, folder: Path) -> None:
    packages, system = folder / "requirements.txt", folder / "bindep.txt"
    with trees.copied(built):
        files = ["--write-pip", str(packages), "--write-bindep", str(system)]
        run(built.command("ansible-builder", "introspect", str(built.root), *files), _environment(built))
    missing(requirements((ROOT / "requirements.txt").read_text()), _written(packages))
    missing(requirements((ROOT / "meta" / "ee-bindep.txt").read_text()), _written(system))


def _written(path: Path) -> str:
    """A file of ansible-builder's, which writes none where it has nothing to write."""
    return path.read_text() if path.is_file() else ""


def _environment(built: Built) -> dict[str, str]:
    return caller_environment() | {"HOME": str(built.home)}


def requirements(text: str) -> list[str]:
    """The lines that are no comments."""
    return [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]


def missing(wanted: Iterable[str], text: str) -> None:
    """Fail where a line is not in a text.

    Raises:
        Failed: names the lines.
    """
    if lost := [line for line in wanted if line not in text]:
        raise Failed(f"an execution environment would lack {', '.join(lost)}")
