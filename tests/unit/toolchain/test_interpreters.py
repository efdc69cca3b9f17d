# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""Interpreters are found where they are, and only those that work."""

from __future__ import annotations

from pathlib import Path

import pytest

from toolchain import interpreters


def install(folder: Path, version: str, script: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"python{version}"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


def answering(folder: Path, full_version: str) -> Path:
    version = full_version.rpartition(".")[0]
    return install(folder, version, f"echo {folder}/python{version} {full_version}")


@pytest.fixture(autouse=True)
def machine(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path / "pyenv"))
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    interpreters.find.cache_clear()
    yield tmp_path
    interpreters.find.cache_clear()


def test_one_on_path_is_found(machine):
    path = answering(machine / "bin", "3.12.4")
    assert interpreters.find("3.12") == interpreters.Interpreter("3.12", "3.12.4", path)


def test_a_shim_without_a_version_is_none(machine):
    install(machine / "bin", "3.12", "exit 127")
    assert interpreters.find("3.12") is None


def test_the_newest_patch_level_of_pyenv_is_taken(machine):
    install(machine / "bin", "3.12", "exit 127")
    for full_version in ("3.12.9", "3.12.10", "3.12.2"):
        answering(machine / "pyenv" / "versions" / full_version / "bin", full_version)
    assert interpreters.find("3.12").full_version == "3.12.10"


def test_one_that_says_another_version_is_none(machine):
    install(machine / "bin", "3.12", "echo /x/python3.12 3.9.1")
    assert interpreters.find("3.12") is None


def test_what_is_missing_is_said(machine):
    answering(machine / "bin", "3.11.2")
    assert interpreters.summary() == ("Python 3.11.2; not found, so what needs it is skipped: 3.10, 3.12, 3.13, 3.14")
