# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""One simulator for all tests, and the runs of ansible-playbook."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from simulator.handle import Simulator

from .material import API_KEY, BEARER_TOKEN, CANARIES
from .playbook import Ansible


@pytest.fixture(scope="session")
def simulator() -> Iterator[Simulator]:
    """The witness; whoever uses it resets it first."""
    with Simulator(api_key=API_KEY, bearer_token=BEARER_TOKEN) as running:
        yield running


@pytest.fixture(scope="module")
def ansible(tmp_path_factory: pytest.TempPathFactory) -> Ansible:
    """Runs playbooks."""
    return Ansible(tmp_path_factory.mktemp("ansible"), CANARIES)
