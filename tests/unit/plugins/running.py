# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""Runs a module in this process, the way Ansible hands it its arguments and reads its result."""

import importlib
import importlib.util
import json

import pytest
from ansible.module_utils import basic
from ansible.module_utils.common import warnings
from ansible.module_utils.common.parameters import PASS_VARS

_INTERNAL = "ansible.module_utils._internal"
_OWN = tuple(f"_ansible_{name}" for name in PASS_VARS)


def run_module(monkeypatch, capsys, main, given):
    """The result that a module prints. Names with `_ansible_` before them are Ansible's own, where it knows them."""
    known = {name: value for name, value in given.items() if name in _OWN or not name.startswith("_ansible_")}
    with monkeypatch.context() as patch:
        patch.setattr(basic, "_ANSIBLE_ARGS", json.dumps({"ANSIBLE_MODULE_ARGS": known}).encode())
        patch.setattr(basic, "_ANSIBLE_PROFILE", "legacy", raising=False)
        patch.setattr(warnings, "_global_warnings", type(warnings._global_warnings)())
        if importlib.util.find_spec(_INTERNAL):  # since 2.19 a module knows whether it runs in the controller
            patch.setattr(importlib.import_module(_INTERNAL), "is_controller", False, raising=False)
        capsys.readouterr()
        with pytest.raises(SystemExit):
            main()
        return json.loads(capsys.readouterr().out)
