# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors
"""One simulator for all, and clients of it."""

import contextlib

import pytest

from simulator.authority import Authority
from simulator.handle import Simulator, SimulatorError
from unit.simulator.clients import Client, EdgeClient

_shared = Simulator()


def _running():
    return _shared if _shared.pid else _shared.start()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_protocol(item):
    """Start the simulator here and not in a fixture: ansible-test runs each test in a fork of this process."""
    if "simulator" in item.fixturenames:
        with contextlib.suppress(SimulatorError):
            _running()
    yield


def pytest_sessionfinish():
    _shared.stop()


@pytest.fixture
def simulator():
    running = _running()
    running.reset()
    return running


@pytest.fixture
def api(simulator):
    return Client(simulator)


@pytest.fixture
def edges(simulator):
    return EdgeClient(simulator)


@pytest.fixture(scope="session")
def authority():
    return Authority().intermediate()
