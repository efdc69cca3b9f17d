# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""What a change is about: its files, and the unit tests that mirror them."""

import subprocess
from collections.abc import Iterable
from pathlib import Path

from paths import ROOT, caller_environment

UNIT = Path("tests", "unit")


def changed_files() -> list[Path]:
    """List what differs from where this branch left main, untracked files too."""
    base = _git("merge-base", "HEAD", "main") or ["HEAD"]
    names = [*_git("diff", "--name-only", base[0]), *_git("ls-files", "--others", "--exclude-standard")]
    return sorted(Path(name) for name in names if (ROOT / name).is_file())


def unit_tests(changed: Iterable[Path], root: Path = ROOT) -> list[str]:
    """Find the tests at a file's own place under tests/unit, or else those of the room that it is in."""
    found = {test for path in changed for test in _mirrored(path, root)}
    return sorted(map(str, {test for test in found if not found & set(test.parents)}))


def _mirrored(path: Path, root: Path) -> list[Path]:
    if path.is_relative_to(UNIT):
        return [path] if path.name.startswith("test_") else []
    parts = path.parts[path.parts[0] == "tests" :]
    own = UNIT.joinpath(*parts[:-1], f"test_{path.stem.lstrip('_')}.py")
    room = UNIT.joinpath(*parts[:-1])
    return [place for place in (own, room) if (root / place).exists() and place not in (UNIT, UNIT / "plugins")][:1]


def _git(*words: str) -> list[str]:
    done = subprocess.run(
        ["git", *words], cwd=ROOT, env=caller_environment(), check=False, capture_output=True, text=True
    )
    return done.stdout.splitlines()
