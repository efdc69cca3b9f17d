# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""The virtual environments: a table, and how one is made and kept."""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from . import interpreters
from .paths import BUILD, REQUIREMENTS
from .process import Failed, Skipped, alone, caller_environment, output, run, say

NEWEST_FIRST = tuple(reversed(interpreters.SUPPORTED))


_TESTS = REQUIREMENTS / "tests.txt"


@dataclass(frozen=True)
class Environment:
    """What goes into a virtual environment, and on which Pythons: the first one found is taken."""

    pythons: tuple[str, ...]
    packages: tuple[str, ...] = ("ansible-core", "requests", "cryptography")
    requirements: Path = _TESTS
    constraints: Path | None = None
    """Versions that ansible-test's own environments are held to as well."""


ENVIRONMENTS = {
    # Whatever is newest on the day that the environment is made: that is its point.
    # The page is the same in all of them, so one is enough for the browser.
    "newest": Environment(NEWEST_FIRST, requirements=REQUIREMENTS / "browser.txt"),
    # The oldest that meta/runtime.yml and requirements.txt allow.
    "floor": Environment(("3.10",), ("ansible-core==2.16.0",), constraints=REQUIREMENTS / "floor-constraints.txt"),
    "core-2.17": Environment(("3.12", "3.11", "3.10"), ("ansible-core==2.17.*",)),
    "core-2.18": Environment(("3.13", "3.12", "3.11"), ("ansible-core==2.18.*",)),
    "core-2.19": Environment(("3.13", "3.12", "3.11"), ("ansible-core==2.19.*",)),
    "core-2.20": Environment(("3.14", "3.13", "3.12"), ("ansible-core==2.20.*",)),
    "docs": Environment(NEWEST_FIRST, (), REQUIREMENTS / "docs.txt"),
    "galaxy-importer": Environment(NEWEST_FIRST, (), REQUIREMENTS / "galaxy-importer.txt"),
    "rulebook": Environment(NEWEST_FIRST, requirements=REQUIREMENTS / "rulebook.txt"),
    "tools": Environment(NEWEST_FIRST, (), REQUIREMENTS / "tools.txt"),
}

_SHOWN = ("ansible-core", "ansible-lint", "cryptography", "pytest", "requests")


@dataclass(frozen=True)
class Built:
    """A virtual environment that is ready."""

    name: str
    interpreter: interpreters.Interpreter
    constraints: Path | None

    @property
    def root(self) -> Path:
        """Everything that belongs to this environment, and to no other."""
        return BUILD / self.name

    @property
    def home(self) -> Path:
        """A home folder for what runs in it, so that the user's own stays as it is."""
        return self.root / "home"

    @property
    def binaries(self) -> Path:
        """Where its commands are."""
        return self.root / "venv" / "bin"

    @property
    def python(self) -> Path:
        """Its Python."""
        return self.binaries / "python"

    def command(self, name: str, *words: str) -> list[str]:
        """A call of one of its commands."""
        return [str(self.binaries / name), *words]

    def module(self, name: str, *words: str) -> list[str]:
        """A call of one of its Python modules."""
        return [str(self.python), "-m", name, *words]

    def pip(self, *words: str) -> list[str]:
        """A call of its pip."""
        return self.module("pip", "--disable-pip-version-check", *words)


@cache
def ensure(name: str) -> Built:
    """Make an environment, unless it is there already and made from these very requirements.

    Raises:
        Skipped: this machine has Pythons, but not a suitable one.
        Failed: it has none at all, or pip could not install it.
    """
    environment = ENVIRONMENTS[name]
    built = Built(name, _interpreter(environment), environment.constraints)
    stamp = built.root / "venv" / "made-from"
    wanted = _fingerprint(built, environment)
    with alone(built.root, "venv"):
        if not stamp.is_file() or stamp.read_text() != wanted:
            _make(built, environment)
            stamp.write_text(wanted)
    return built


def _interpreter(environment: Environment) -> interpreters.Interpreter:
    found = (interpreters.find(version) for version in environment.pythons)
    chosen = next((interpreter for interpreter in found if interpreter), None)
    if chosen:
        return chosen
    if environment.pythons == NEWEST_FIRST:
        raise Failed("no Python 3.10 or later that has venv and ensurepip (Debian: python3-venv)")
    raise Skipped(f"Python {' or '.join(environment.pythons)} not found")


def _make(built: Built, environment: Environment) -> None:
    say(f"Making the environment {built.name} (Python {built.interpreter.full_version})")
    shutil.rmtree(built.binaries.parent, ignore_errors=True)
    env = caller_environment()
    run([str(built.interpreter.path), "-m", "venv", str(built.binaries.parent)], env, quiet=True)
    held = ["--constraint", str(environment.constraints)] if environment.constraints else []
    wanted = ["--requirement", str(environment.requirements), *held, *environment.packages]
    run(built.pip("install", "--quiet", "--quiet", *wanted), env)
    installed = output(built.pip("list", "--format", "freeze"), env)
    (built.root / "installed.txt").write_text(installed)
    say("  ".join(line for line in installed.splitlines() if line.partition("==")[0] in _SHOWN))


def _fingerprint(built: Built, environment: Environment) -> str:
    digest = hashlib.sha256(f"{built.interpreter} {environment.packages}\n".encode())
    files = requirement_files(environment.requirements)
    for path in [*files, environment.constraints] if environment.constraints else files:
        digest.update(path.read_bytes())
    return digest.hexdigest()


def requirement_files(path: Path) -> list[Path]:
    """A requirements file and all that it includes.

    Raises:
        Failed: one of them is missing.
    """
    if not path.is_file():
        raise Failed(f"requirements file {path} is missing")
    lines = [line.split() for line in path.read_text().splitlines()]
    included = [words[1] for words in lines if words[:1] == ["-r"]]
    return [path, *(file for name in included for file in requirement_files(path.parent / name))]
