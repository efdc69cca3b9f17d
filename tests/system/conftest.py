# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""One simulator for all tests, the runs of ansible-playbook, and which tests another release could break."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from ansible_collections.gcore.web_security.plugins.module_utils import _task as task
from ansible_collections.gcore.web_security.plugins.module_utils._http.retry import Backoff
from ansible_collections.gcore.web_security.plugins.module_utils._rotate import apply as rotation
from simulator.handle import Simulator

from .material import API_KEY, BEARER_TOKEN, CANARIES
from .playbook import Ansible

VERSION_SENSITIVE = {
    # a file, or some tests of one: what a release of Ansible, Python or a library can change there
    "test_bad_input.py": "what cryptography makes of bytes, and what Ansible's own check of options says",
    "test_secrets.py": "what Ansible logs, shows and keeps of a task",
    "test_role.py": "templates, loops, rescues, ansible-runner, how Ansible tells of what is gone",
    "test_inventory.py": "how an inventory plugin is called, and what is a template in its strings",
    "test_scan.py": "handshakes, and the module that only looks",
    "test_expiry_report.py::test_given": "the report's templates and files",
    "test_expiry_report.py::test_check_mode": "their differences",
    "test_awx_configure.py::test_what_is_wrong": "the action without a module",
    "test_awx_configure.py::test_the_least": "the templates of that playbook",
    "test_certificate_sources.py::test_keys": "what ansible-vault has encrypted",
    "test_certificate_sources.py::test_without": "what is said where it stays so",
}
"""`-m version_sensitive` runs these alone, as the environments beside the newest do; and all unit tests run in each."""


def pytest_collection_modifyitems(items: Sequence[pytest.Item]) -> None:
    """Mark them."""
    for item in items:
        if item.nodeid.rpartition("/")[2].startswith(tuple(VERSION_SENSITIVE)):
            item.add_marker("version_sensitive")


def pytest_report_collectionfinish(config: pytest.Config, items: Sequence[pytest.Item]) -> str:
    """Say aloud what is left out."""
    if config.getoption("markexpr") != "version_sensitive":
        return ""
    others = {path.name for path in Path(__file__).parent.glob("test_*.py")} - {item.path.name for item in items}
    return f"left out, as no release is likely to break it: {', '.join(sorted(others))}"


@pytest.fixture(scope="session")
def simulator() -> Iterator[Simulator]:
    """The witness; whoever uses it resets it first."""
    with Simulator(api_key=API_KEY, bearer_token=BEARER_TOKEN) as running:
        yield running


@pytest.fixture(scope="module")
def ansible(tmp_path_factory: pytest.TempPathFactory) -> Ansible:
    """Runs playbooks."""
    return Ansible(tmp_path_factory.mktemp("ansible"), CANARIES)


@dataclass(frozen=True)
class _Brisk(Backoff):
    first: float = 0.001
    longest: float = 0.002


@pytest.fixture
def brisk(monkeypatch: pytest.MonkeyPatch) -> None:
    """The waits are what other tests are about."""
    monkeypatch.setattr(task, "Backoff", _Brisk)
    monkeypatch.setattr(rotation, "_STORED_WITHIN", 0.05)
    monkeypatch.setattr(rotation, "_STORED_INTERVAL", 0.01)
