# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""What Galaxy and Automation Hub run on an archive before they publish it."""

from __future__ import annotations

import shutil
from pathlib import Path

from . import suites
from .environments import Built
from .process import Failed, alone, output, say

CONFIG = Path(__file__).with_suffix(".cfg")


def check(built: Built, _words: list[str]) -> None:
    """It takes the archive, and has nothing to say about it.

    Raises:
        Failed: it refuses the archive, or warns.
    """
    folder = built.root / "archive"
    env = suites.ansible_environment(built, built.root) | {"GALAXY_IMPORTER_CONFIG": str(CONFIG)}
    with alone(built.root, "archive"):
        shutil.rmtree(folder, ignore_errors=True)
        archive = suites.archive(built, folder, env)
        complaints = output(built.module("galaxy_importer.main", str(archive)), env, cwd=folder)
    if complaints:
        raise Failed(f"galaxy-importer takes {archive.name}, but warns:\n{complaints}")
    say(f"galaxy-importer takes {archive.name}")
