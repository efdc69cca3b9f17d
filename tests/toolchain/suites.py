# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""The suites that run the collection with pytest, ansible-playbook and ansible-galaxy."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from . import checks, trees
from .environments import Built
from .paths import COLLECTION, COLLECTION_PATH, NAME, NAMESPACE, ROOT, TESTS
from .process import Failed, Skipped, alone, isolated_environment, run

_DOCUMENTED = {kind: kind.removesuffix("s") for kind in ("modules", "inventory", "filter", "lookup")}


def ansible_environment(built: Built, collections: Path) -> dict[str, str]:
    """What tests and tools see: this environment's commands, these collections, nobody's own settings."""
    built.home.mkdir(parents=True, exist_ok=True)
    settings = built.home / "ansible.cfg"
    settings.touch()
    return isolated_environment(built.binaries) | {
        "ANSIBLE_COLLECTIONS_PATH": str(collections),
        "ANSIBLE_CONFIG": str(settings),
        "HOME": str(built.home),  # no .netrc, no .ansible, and no logs in the user's own
        "COLLECTION_UNDER_TEST": str(collections / COLLECTION_PATH),
        "HYPOTHESIS_STORAGE_DIRECTORY": str(built.root / "hypothesis"),
    }


def unit(built: Built, words: list[str]) -> None:
    """Plain pytest over tests/unit."""
    trees.linked()
    _pytest(built, trees.LINKED, [*_folder("unit", words), *words])


def system(built: Built, words: list[str]) -> None:
    """Real ansible-playbook runs against the simulator; beside the newest releases, those that a release can break."""
    trees.linked()
    words = words if built.name == "newest" else ["-m", "version_sensitive", *words]
    elsewhere = [f"--ignore-glob=*/{name}*.py" for name in ("test_installed", "test_rulebook")]
    _pytest(built, trees.LINKED, [*_folder("system", words), *elsewhere, *words])


def build(built: Built, words: list[str]) -> None:
    """The archive that users install: built, installed into an empty folder, and used from there."""
    with alone(built.root, "build"):
        _build(built, built.root / "build", words)


def rulebook(built: Built, words: list[str]) -> None:
    """The archive's event source and rulebook under a real ansible-rulebook."""
    if not (shutil.which("java") or os.environ.get("JAVA_HOME")):
        raise Skipped("no Java for ansible-rulebook (Debian: openjdk-17-jre-headless)")
    with alone(built.root, "build"):
        installed = _installed(built, built.root / "build")
        _pytest(built, installed, [f"{TESTS.name}/system/test_rulebook.py", *words])


def _build(built: Built, folder: Path, words: list[str]) -> None:
    installed = _installed(built, folder)
    env = ansible_environment(built, installed)
    for command in _documentation(built, installed):
        run(command, env, discard_output=True)
    tests = sorted(str(path.relative_to(ROOT)) for path in TESTS.glob("system/test_installed*.py"))
    if tests:
        _pytest(built, installed, [*tests, *words])


def _installed(built: Built, folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    installed = folder / "installed"
    env = ansible_environment(built, installed)
    path = archive(built, folder, env)
    where = ["--collections-path", str(installed), "--offline"]
    run(built.command("ansible-galaxy", "collection", "install", str(path), *where), env)
    return installed


def demo(built: Built, words: list[str]) -> None:
    """tests/demo, which shows the collection at work."""
    _package(built, "demo", words)


def bench(built: Built, words: list[str]) -> None:
    """tests/benchmark, which measures it."""
    _package(built, "benchmark", words)


def _pytest(built: Built, collections: Path, words: list[str]) -> None:
    command = built.module("pytest", "-o", f"cache_dir={built.root / 'pytest'}", *words)
    run(command, ansible_environment(built, collections))


def _folder(name: str, words: list[str]) -> list[str]:
    """The folder of a suite, unless the caller names files."""
    named = any((ROOT / word.partition("::")[0]).exists() for word in words)
    return [] if named else [f"{TESTS.name}/{name}"]


def archive(built: Built, folder: Path, env: dict[str, str]) -> Path:
    """What users install, built in a folder."""
    run(built.command("ansible-galaxy", "collection", "build", str(ROOT), "--output-path", str(folder)), env)
    path = next(folder.glob(f"{NAMESPACE}-{NAME}-*.tar.gz"))
    checks.archive(path, trees.known_files())
    return path


def _documentation(built: Built, installed: Path) -> list[list[str]]:
    """A call of ansible-doc for each kind of plugin that users read about."""
    plugins = installed / COLLECTION_PATH / "plugins"
    found = {
        kind: sorted(f"{COLLECTION}.{path.stem}" for path in (plugins / folder).glob("[!_]*.py"))
        for folder, kind in _DOCUMENTED.items()
    }
    return [built.command("ansible-doc", "--type", kind, *names) for kind, names in found.items() if names]


def _package(built: Built, name: str, words: list[str]) -> None:
    if not (TESTS / name).is_dir():
        raise Failed(f"there is no tests/{name}")
    trees.linked()
    run(built.module(name, *words), ansible_environment(built, trees.LINKED))
