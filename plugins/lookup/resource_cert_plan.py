# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Documentation, and the look at the files; the rules are in plugin_utils/resource_plan.py."""

from __future__ import annotations

DOCUMENTATION = r"""
name: resource_cert_plan
short_description: What the role resource_cert is going to ask for, and what is wrong with that
version_added: 1.0.0
author:
  - The gcore.web_security authors (@gcore-web-security)
description:
  - The role P(gcore.web_security.resource_cert#role) decides with it, before the first request, which values each
    resource gets, and whether all files are there. It is of little use elsewhere.
  - What it returns holds no certificate, key, passphrase or token. It tells where they are.
options:
  _terms:
    description:
      - The list of resources, as the role's variable
        O(gcore.web_security.resource_cert#role:main:resource_cert_resources) has it. Empty for the one resource that
        O(common) is about.
    required: true
  common:
    description:
      - What the role's other variables say, all of them, under their names without C(resource_cert_), empty where they
        are unset. What an entry has under another name is left out.
    type: dict
    required: true
seealso:
  - module: gcore.web_security.gcore_resource_cert
  - plugin: gcore.web_security.resource_cert_content
    plugin_type: lookup
"""

EXAMPLES = r"""
- name: Show what would be asked for
  ansible.builtin.debug:
    msg: "{{ lookup('gcore.web_security.resource_cert_plan', resources, common=common) }}"
  vars:
    common: {name: '', resource_id: '', verify: edge}
    resources:
      - name: www.example.com
        certificate_path: www.crt
        private_key_path: www.key
"""

RETURN = r"""
_raw:
  description:
    - One dictionary.
    - Its C(plan) has an element for each resource, with C(label), C(options), C(paths), C(sources) and C(index).
    - Its C(problems) are sentences. If there are any, nothing should be asked for.
  type: list
  elements: dict
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from ansible.errors import AnsibleError

from ansible_collections.gcore.web_security.plugins.plugin_utils.content_lookup import ContentLookup
from ansible_collections.gcore.web_security.plugins.plugin_utils.resource_plan import (
    Item,
    Values,
    contradictions,
    items,
)


class LookupModule(ContentLookup):
    """A plan with files where they were found, and none of their content."""

    def run(
        self, terms: Sequence[Sequence[Values]], variables: Values | None = None, **kwargs: Any
    ) -> list[dict[str, Any]]:
        """The plan, and what is wrong with it."""
        self.set_options(var_options=variables, direct=kwargs)
        entries, common = terms[0], self.get_option("common")
        problems = contradictions(entries, common)
        plan = []
        for item in items(entries, common):
            problems += item.problems()
            plan.append(self._with_files(item, variables or {}, problems))
        return [{"plan": [item.facts() for item in plan], "problems": problems}]

    def _with_files(self, item: Item, variables: Values, problems: list[str]) -> Item:
        """The same item with files where they were found; what is wrong with them joins the problems."""
        places = {}
        for option, path in item.paths.items():
            try:
                places[option] = self.found(path, variables)
                self.read(option.removesuffix("_path"), places[option], variables)
            except (AnsibleError, OSError):
                problems.append(
                    f"{item.label}: {option}: can't read '{path}' on the control node. A relative path is "
                    "looked for in files/ beside the playbook, then beside the playbook."
                )
        return replace(item, paths=places)
