# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""The example project for AWX, and the credential types that its playbooks count on."""

from __future__ import annotations

import subprocess

import pytest

from awx.credential_rules import check_type, injected

from .awx_job import PROJECT, credential_types
from .playbook import command, environment

TYPES = credential_types()
PLAYBOOKS = sorted(path.name for path in PROJECT.glob("*.yml"))


@pytest.mark.parametrize("name", TYPES)
def test_awx_takes_the_credential_types(name):
    check_type(TYPES[name])


@pytest.mark.parametrize("name", TYPES)
def test_what_is_left_out_arrives_as_an_empty_variable(name, tmp_path):
    assert set(injected(TYPES[name], {}, tmp_path).values()) == {""}


@pytest.mark.parametrize("name", PLAYBOOKS)
def test_syntax(name, tmp_path):
    done = subprocess.run(
        [command("ansible-playbook"), "--syntax-check", "-i", "localhost,", name],
        cwd=PROJECT,
        env=environment(tmp_path),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
