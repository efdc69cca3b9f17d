# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""Where things are. All that the targets make goes into `.build/`, which git ignores."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / ".build"
TESTS = ROOT / "tests"
REQUIREMENTS = Path(__file__).resolve().parent / "requirements"

NAMESPACE = "gcore"
NAME = "web_security"
COLLECTION = f"{NAMESPACE}.{NAME}"
COLLECTION_PATH = Path("ansible_collections", NAMESPACE, NAME)


def shown(text: str) -> str:
    """`text` without this machine's path to the project, to keep what is printed short."""
    return text.replace(f"{ROOT}/", "")
