# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""What is measured: a table."""

from __future__ import annotations

from .suite import Aim, Scenario, Suite


def _local(tasks: str) -> str:
    """A play on the control node."""
    return "- hosts: localhost\n  gather_facts: false\n  tasks: " + tasks.replace("\n", "\n    ")


def _floor(work: str) -> tuple[str, ...]:
    return ("{python}", "-m", "benchmark.floor", work, "--edge-port={edge_port}")


STARTS = (
    Scenario("start", "an empty play", _local("[]")),
    Scenario("floor-start", "a client that does nothing", words=_floor("start")),
)
"""What a command costs before it does anything: measured in each round, and subtracted."""

_LOOP = "loop: '{{ range(1, items | int + 1) | list }}'"

_URI = f"""
- ansible.builtin.uri:
    url: "{{{{ lookup('ansible.builtin.env', 'GCORE_BASE_URL') }}}}/security/resources/{{{{ item }}}}"
    headers:
      Authorization: "APIKey {{{{ lookup('ansible.builtin.env', 'GCORE_API_KEY') }}}}"
  {_LOOP}
"""

_CHECK = f"""
- gcore.web_security.gcore_resource_cert:
    resource_id: "{{{{ item }}}}"
    certificate_path: "{{{{ playbook_dir }}}}/site.crt"
    private_key_path: "{{{{ playbook_dir }}}}/site.key"
    edge_port: "{{{{ edge_port }}}}"
  {_LOOP}
"""

# An environment of its own is what the controller's process can't give a task.
_CHECK_FAR = f"""{_CHECK.rstrip()}
  environment:
    WAY: far
"""

_FLEET = """
- gcore.web_security.gcore_fleet_cert:
    certificates:
      - certificate_path: "{{ playbook_dir }}/site.crt"
        private_key_path: "{{ playbook_dir }}/site.key"
    edge_port: "{{ edge_port }}"
"""

_LOOKS = {"handshake": 1}
_LISTS = {"list": 1}
_WRITES = {"handshake": 1, "get": 2, "put": 1}

SUITES = (
    Suite(
        name="loop",
        title="in-sync checks in a loop, beside GETs of the same resources",
        items=50,
        scenarios=(
            Scenario("uri", "ansible.builtin.uri", _local(_URI), traffic={"get": 1}),
            Scenario(
                "action", "gcore_resource_cert, action plugin", _local(_CHECK), traffic={"get": 1, "handshake": 1}
            ),
            Scenario("module", "gcore_resource_cert, module", _local(_CHECK_FAR), traffic={"get": 1, "handshake": 1}),
        ),
        aims=(Aim("action", against="uri", at_most=0.1), Aim("module", against="uri", at_most=1.3)),
    ),
    Suite(
        name="check",
        title="resources in sync",
        items=1000,
        latency=0.02,
        scenarios=(
            Scenario("fleet", "gcore_fleet_cert", _local(_FLEET), traffic=_LOOKS, once=_LISTS),
            Scenario(
                "floor",
                "a bare asyncio client",
                words=_floor("check"),
                traffic=_LOOKS,
                once=_LISTS,
                start="floor-start",
            ),
        ),
        aims=(Aim("fleet", against="floor", at_most=1.5),),
    ),
)
