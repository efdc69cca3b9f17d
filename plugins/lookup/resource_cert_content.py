# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Documentation and wiring; which content a resource gets was decided in plugin_utils/resource_plan.py."""

from __future__ import annotations

DOCUMENTATION = r"""
name: resource_cert_content
short_description: A certificate, key, passphrase or token of a resource in the role resource_cert
version_added: 1.0.0
author:
  - The gcore.web_security authors (@gcore-web-security)
description:
  - The role P(gcore.web_security.resource_cert#role) calls it in the arguments of its task, so that a content is looked
    up where it is needed, and nowhere else. It is of little use elsewhere.
options:
  _terms:
    description:
      - An element of the plan that P(gcore.web_security.resource_cert_plan#lookup) returns, and one of its C(sources).
    required: true
seealso:
  - plugin: gcore.web_security.resource_cert_plan
    plugin_type: lookup
"""

EXAMPLES = r"""
- name: Hand over a certificate
  gcore.web_security.gcore_resource_cert:
    name: www.example.com
    certificate: "{{ lookup('gcore.web_security.resource_cert_content', item, 'certificate') | default(omit, true) }}"
    private_key: "{{ lookup('gcore.web_security.resource_cert_content', item, 'private_key') | default(omit, true) }}"
  loop: "{{ plan }}"
  loop_control:
    label: "{{ item.label }}"
"""

RETURN = r"""
_raw:
  description: The content, empty where the resource gets none.
  type: list
  elements: str
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ansible_collections.gcore.web_security.plugins.plugin_utils.content_lookup import ContentLookup

Values = Mapping[str, Any]


class LookupModule(ContentLookup):
    """From the list of resources, from the role's other variables, or from a file."""

    def run(self, terms: Sequence[Any], variables: Values | None = None, **kwargs: Any) -> list[Any]:
        """The content."""
        self.set_options(var_options=variables, direct=kwargs)
        item, part = terms
        ways: dict[str, Callable[[Values, str, Values], Any]] = {
            "own": self._own,
            "role": self._common,
            "file": self._file,
        }
        way = ways.get(item["sources"][part])
        return [way(item, part, variables or {}) if way else ""]

    def _own(self, item: Values, part: str, variables: Values) -> Any:
        return self.ask("ansible.builtin.vars", "resource_cert_resources", variables)[item["index"]][part]

    def _common(self, _item: Values, part: str, variables: Values) -> Any:
        return self.ask("ansible.builtin.vars", f"resource_cert_{part}", variables)

    def _file(self, item: Values, part: str, variables: Values) -> str:
        return self.read(part, item["paths"][f"{part}_path"], variables)
