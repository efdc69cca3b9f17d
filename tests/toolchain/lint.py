# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""What is checked without running the collection: a table."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from . import checks, execution_environment, trees
from .environments import Built
from .paths import COLLECTION_PATH, ROOT, TESTS
from .process import run
from .suites import ansible_environment

Action = Callable[[Built, list[str]], None]


def _over_files(check: Callable[[list[Path]], None]) -> Action:
    def action(_built: Built, _words: list[str]) -> None:
        check(trees.known_files())

    return action


def _here(name: str, *words: str) -> Action:
    """A tool over the repository."""

    def action(built: Built, _words: list[str]) -> None:
        trees.linked()
        run(built.command(name, *words), ansible_environment(built, trees.LINKED), cwd=ROOT)

    return action


def _in_place(name: str, *words: str) -> Action:
    """A tool that must stand in the collection's own place, and may leave files behind there."""

    def action(built: Built, _words: list[str]) -> None:
        with trees.copied(built) as tree:
            run(built.command(name, *words), ansible_environment(built, built.root), cwd=tree)

    return action


def _mypy(built: Built, words: list[str]) -> None:
    typed = (name for name in _TYPED if (TESTS / name).is_dir())
    collection = ".".join(COLLECTION_PATH.parts)
    packages = (f"{collection}.plugins", f"{collection}.extensions", *typed)
    _here("mypy", *(word for name in packages for word in ("--package", name)))(built, words)


_TYPED = ("simulator", "awx", "toolchain", "stage", "demo", "benchmark", "corpus")
_DOCS = ("lint-collection-docs", "--plugin-docs", "--validate-collection-refs=self", ".")
_CHANGELOG = ("lint-changelog-yaml", "--strict", "changelogs/changelog.yaml")

LINT: dict[str, Action] = {
    "licence lines": _over_files(checks.licences),
    "no private keys": _over_files(checks.private_keys),
    "README sections": lambda _built, _words: checks.sections(),
    "README links": _over_files(checks.links),
    "ruff check": _here("ruff", "check", "--output-format", "concise", "."),
    "ruff format": _here("ruff", "format", "--check", "."),
    "mypy": _mypy,
    "yamllint": _here("yamllint", "--strict", "."),
    "workflows": _here("zizmor", "--offline", "--quiet", "--min-severity", "medium", ".github"),
    "changelog fragments": _here("antsibull-changelog", "lint"),
    "changelog": _here("antsibull-changelog", *_CHANGELOG),
    "execution environment": execution_environment.check,
    "collection docs": _in_place("antsibull-docs", *_DOCS),
    "ansible-lint": _in_place("ansible-lint", "--offline", "--nocolor", "--profile", "production"),
}


def changelog(built: Built, words: list[str]) -> None:
    """Fold the fragments into the changelog of galaxy.yml's version."""
    refreshed = ("--reload-plugins", "--update-existing")
    _here("antsibull-changelog", "release", *refreshed)(built, words)
