# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""The Pythons of this machine: on PATH, and in pyenv's version folders even where no shim leads to them."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

SUPPORTED = ("3.10", "3.11", "3.12", "3.13", "3.14")

# A pyenv shim exists for versions that are not selected (and exits 127), and Debian splits ensurepip off into a
# package of its own: only an interpreter that answers this can carry a virtual environment.
_PROBE = "import ensurepip, sys, venv; print(getattr(sys, '_base_executable', sys.executable), sys.version.split()[0])"


@dataclass(frozen=True)
class Interpreter:
    """One usable Python."""

    version: str
    full_version: str
    path: Path

    @property
    def folder(self) -> Path:
        """Where `pythonX.Y` stands."""
        return self.path.parent


@cache
def find(version: str) -> Interpreter | None:
    """The first usable interpreter of a version such as `3.12`."""
    probed = (_probe(version, candidate) for candidate in _candidates(version))
    return next((found for found in probed if found), None)


def find_all() -> tuple[Interpreter, ...]:
    """One interpreter a supported version, oldest first."""
    return tuple(found for version in SUPPORTED if (found := find(version)))


def summary() -> str:
    """One line for the log: what is here, and what is not."""
    found = ", ".join(interpreter.full_version for interpreter in find_all())
    missing = ", ".join(version for version in SUPPORTED if not find(version))
    return f"Python {found}" + (f"; not found, so what needs it is skipped: {missing}" if missing else "")


def _candidates(version: str) -> Iterator[Path]:
    # pyenv's builds first: they are complete, where a distribution may have taken parts out.
    for root in _pyenv_roots():
        yield from sorted(root.glob(f"versions/{version}.*/bin/python{version}"), key=_patch_level, reverse=True)
    for folder in os.environ.get("PATH", os.defpath).split(os.pathsep):
        yield Path(folder or ".", f"python{version}")


def _pyenv_roots() -> Iterator[Path]:
    if root := os.environ.get("PYENV_ROOT"):
        yield Path(root)
    yield Path.home() / ".pyenv"


def _patch_level(path: Path) -> tuple[bool, int]:
    last = path.parts[-3].rpartition(".")[2]
    return last.isdecimal(), int(last) if last.isdecimal() else 0


def _probe(version: str, candidate: Path) -> Interpreter | None:
    if not os.access(candidate, os.X_OK):
        return None
    # -I keeps the caller's PYTHON* variables out of the answer.
    done = subprocess.run([candidate, "-I", "-c", _PROBE], check=False, capture_output=True, text=True)
    if done.returncode:
        return None
    path, full_version = done.stdout.strip().rsplit(" ", 1)
    return Interpreter(version, full_version, Path(path)) if full_version.startswith(f"{version}.") else None
