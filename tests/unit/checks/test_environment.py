# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""What the tools get to see of the caller's settings, and of a change."""

from pathlib import Path

import pytest

from checks.ansible_test import pip_settings
from checks.changed import unit_tests
from paths import caller_environment, isolated_environment

FOREIGN = ("ANSIBLE_CONFIG", "GCORE_API_KEY", "GIT_DIR", "PYTEST_ADDOPTS", "PYTHONPATH", "VIRTUAL_ENV")
NETWORK = ("https_proxy", "PIP_INDEX_URL", "REQUESTS_CA_BUNDLE")


@pytest.fixture(autouse=True)
def caller(monkeypatch):
    for name in (*FOREIGN, *NETWORK, "PATH"):
        monkeypatch.setenv(name, "/bin")


def test_pip_gets_the_callers_network_and_nothing_that_bends_python_and_tests_get_neither():
    seen = caller_environment()
    assert seen.keys() >= set(NETWORK)
    assert not seen.keys() & set(FOREIGN)
    seen = isolated_environment(Path("/venv/bin"))
    assert not seen.keys() & ({*NETWORK, *FOREIGN} - {"PYTHONPATH"})
    assert seen["PATH"] == "/venv/bin:/bin"


def test_the_environment_is_over_the_files_in_pips_settings():
    listed = ":env:.index-url='http://env'\nglobal.index-url='http://file'\nglobal.extra='a\\nb'\nfreeze.user='1'\n"
    told = {"index-url": "http://env", "extra": "a\nb", "proxy": "/bin", "cert": "/bin"}
    assert pip_settings(listed) == told


CHANGES = {
    "plugins/module_utils/_room/noun.py": ["tests/unit/plugins/module_utils/_room/test_noun.py"],
    "plugins/module_utils/_private.py": ["tests/unit/plugins/module_utils/test_private.py"],
    "plugins/module_utils/_room/other.py": ["tests/unit/plugins/module_utils/_room"],
    "tests/helper/part.py": ["tests/unit/helper"],
    "tests/unit/plugins/module_utils/_room/test_noun.py": ["tests/unit/plugins/module_utils/_room/test_noun.py"],
    "tests/unit/plugins/fakes.py": [],
    "plugins/action/name.py": [],
    "README.md": [],
}


@pytest.fixture
def root(tmp_path):
    for name in ("_room/test_noun.py", "test_private.py"):
        path = tmp_path / "tests" / "unit" / "plugins" / "module_utils" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    (tmp_path / "tests" / "unit" / "helper").mkdir()
    return tmp_path


def test_a_change_is_about_the_tests_at_its_own_place_and_a_room_is_said_once(root):
    for name, tests in CHANGES.items():
        assert unit_tests([Path(name)], root) == tests, name
    assert unit_tests(map(Path, CHANGES), root) == [
        "tests/unit/helper",
        "tests/unit/plugins/module_utils/_room",
        "tests/unit/plugins/module_utils/test_private.py",
    ]
