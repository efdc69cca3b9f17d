#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Documentation; the action plugin of the same name does the work."""

from __future__ import annotations

DOCUMENTATION = r"""
module: gcore_resource_cert_item
short_description: One resource of the role resource_cert
version_added: 1.0.0
author:
  - The gcore.web_security authors (@gcore-web-security)
description:
  - Does for an element of the plan of the role P(gcore.web_security.resource_cert#role) what
    M(gcore.web_security.gcore_resource_cert) does, with contents looked up on the control node.
  - It is of little use elsewhere. It has one option, where the module has thirty, because a play over hundreds of hosts
    spends most of its time with options.
options:
  item:
    description:
      - An element of what P(gcore.web_security.resource_cert_plan#lookup) returns.
    type: dict
    required: true
extends_documentation_fragment:
  - gcore.web_security.attributes
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
  action_group:
    support: none
    membership: []
  action:
    support: full
    details:
      - It looks up contents on the control node, and then goes on as M(gcore.web_security.gcore_resource_cert) does.
  async:
    support: full
seealso:
  - module: gcore.web_security.gcore_resource_cert
  - plugin: gcore.web_security.resource_cert_plan
    plugin_type: lookup
"""

EXAMPLES = r"""
- name: Keep the certificates current
  gcore.web_security.gcore_resource_cert_item:
    item: "{{ resource_cert_item }}"
  loop: "{{ query('gcore.web_security.resource_cert_plan') }}"
  loop_control:
    loop_var: resource_cert_item
    label: "{{ resource_cert_item.label }}"
"""

RETURN = r"""
msg:
  description: As M(gcore.web_security.gcore_resource_cert) returns it, as all other values.
  returned: always
  type: str
"""
