# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""What the tools get to see of the caller's settings, and what they are made from."""

from __future__ import annotations

from pathlib import Path

import pytest

from toolchain import environments, process
from toolchain.ansible_test import parse_pip_config
from toolchain.process import Failed, Skipped

FOREIGN = {
    "ANSIBLE_CONFIG": "/x",
    "GCORE_API_KEY": "secret",
    "GIT_DIR": "/x",
    "PYTEST_ADDOPTS": "-x",
    "PYTHONPATH": "/x",
    "VIRTUAL_ENV": "/x",
}
NETWORK = {"https_proxy": "http://proxy", "PIP_INDEX_URL": "http://index", "REQUESTS_CA_BUNDLE": "/x"}


@pytest.fixture(autouse=True)
def caller(monkeypatch):
    for name, value in {**FOREIGN, **NETWORK, "PATH": "/bin"}.items():
        monkeypatch.setenv(name, value)


def test_pip_gets_the_callers_network_and_nothing_that_bends_python():
    env = process.caller_environment()
    assert env.items() >= NETWORK.items()
    assert not env.keys() & FOREIGN.keys()


def test_tests_get_neither():
    env = process.isolated_environment(Path("/venv/bin"))
    assert not env.keys() & (NETWORK.keys() | FOREIGN.keys() - {"PYTHONPATH"})
    assert env["PATH"] == "/venv/bin:/bin"


def test_the_environment_is_over_the_files_in_pips_settings():
    listed = ":env:.index-url='http://env'\nglobal.index-url='http://file'\nglobal.extra='a\\nb'\nfreeze.user='1'\n"
    assert parse_pip_config(listed) == {"index-url": "http://env", "extra": "a\nb"}


def test_requirements_include_each_other(tmp_path):
    (tmp_path / "a.txt").write_text("x\n-r folder/b.txt\n")
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "b.txt").write_text("y\n")
    assert environments.requirement_files(tmp_path / "a.txt") == [tmp_path / "a.txt", tmp_path / "folder" / "b.txt"]


def test_a_missing_requirements_file_is_named(tmp_path):
    with pytest.raises(Failed, match=r"gone\.txt"):
        environments.requirement_files(tmp_path / "gone.txt")


@pytest.mark.parametrize(("name", "error"), [("newest", Failed), ("tools", Failed), ("floor", Skipped)])
def test_without_any_python_nothing_is_skipped_silently(monkeypatch, name, error):
    monkeypatch.setattr(environments.interpreters, "find", lambda version: None)
    with pytest.raises(error, match="Python 3"):
        environments.ensure(name)
