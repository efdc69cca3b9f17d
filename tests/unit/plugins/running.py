# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""Runs a module in this process, the way Ansible hands it its arguments and reads its result."""

from __future__ import annotations

import json

import pytest
from ansible.module_utils import basic
from ansible.module_utils.common import warnings


def run_module(monkeypatch, capsys, main, given):
    """The result that a module prints; names with `_ansible_` before them are Ansible's own."""
    arguments = json.dumps({"ANSIBLE_MODULE_ARGS": given}).encode()
    monkeypatch.setattr(basic, "_ANSIBLE_ARGS", arguments)
    monkeypatch.setattr(basic, "_ANSIBLE_PROFILE", "legacy", raising=False)
    for store in ("_global_warnings", "_global_deprecations"):
        getattr(warnings, store, []).clear()
    capsys.readouterr()
    with pytest.raises(SystemExit):
        main()
    return json.loads(capsys.readouterr().out)
