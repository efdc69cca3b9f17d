# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""What several tests of plugins begin with: no credentials in the environment, and an API that is played."""

import pytest

from ansible_collections.gcore.web_security.plugins.module_utils import _task as task
from ansible_collections.gcore.web_security.plugins.module_utils._options import _ENVIRONMENT
from unit.plugins.fakes import FakeApi, resource_json


@pytest.fixture(autouse=True)
def environment(monkeypatch):
    for name in _ENVIRONMENT.values():
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def api(monkeypatch):
    made = FakeApi(resource_json())
    monkeypatch.setattr(task, "Transport", lambda *_args, **_options: made)
    return made
