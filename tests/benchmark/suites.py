# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""What is measured: a table."""

from __future__ import annotations

from .suite import Aim, Scenario, Suite

START = Scenario("start", "an empty play", "[]", {})
"""What ansible-playbook costs before it does anything: measured in each round, and subtracted."""

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

SUITES = (
    Suite(
        name="loop",
        title="in-sync checks in a loop, beside GETs of the same resources",
        items=50,
        scenarios=(
            Scenario("uri", "ansible.builtin.uri", _URI, {"get": 1}),
            Scenario("action", "gcore_resource_cert, action plugin", _CHECK, {"get": 1, "handshake": 1}),
            Scenario("module", "gcore_resource_cert, module", _CHECK_FAR, {"get": 1, "handshake": 1}),
        ),
        aims=(Aim("action", against="uri", at_most=0.1), Aim("module", against="uri", at_most=1.3)),
    ),
)
