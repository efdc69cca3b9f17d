# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""What is gone, or has another name now, says so, and says what to do."""

from __future__ import annotations

import pytest

from .playbook import tasks_play

TASKS = {
    "gcore_resource_cert_item": (
        {"name": "old", "gcore.web_security.gcore_resource_cert_item": {}},
        "has been removed. Use gcore.web_security.gcore_resource_cert,",
    ),
    "resource_cert_plan": (
        {"name": "old", "ansible.builtin.debug": {"msg": "{{ query('gcore.web_security.resource_cert_plan') }}"}},
        "has been removed. The role resource_cert checks all",
    ),
    "fleet_cert_on_bad_file": (
        {
            "name": "old",
            "ansible.builtin.include_role": {"name": "gcore.web_security.fleet_cert"},
            "vars": {"fleet_cert_on_bad_file": "skip"},
        },
        "fleet_cert_on_bad_file is called fleet_cert_on_bad_certificate now",
    ),
}


@pytest.mark.parametrize(("task", "told"), TASKS.values(), ids=TASKS)
def test_what_it_says(task, told, ansible):
    played = ansible.run([tasks_play(task)])
    assert played.returncode
    assert told in " ".join(played.output.split())
