# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Documentation, and the look at the files; the rules are in plugin_utils/_resource_plan.py."""

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
  - It reads the role's variables, and returns what M(gcore.web_security.gcore_resource_cert_item) takes. There is no
    certificate, key, passphrase or token in that, but where each of them is.
options:
  _terms:
    description:
      - None.
seealso:
  - module: gcore.web_security.gcore_resource_cert_item
"""

EXAMPLES = r"""
- name: Show what the role would ask for
  ansible.builtin.debug:
    msg: "{{ query('gcore.web_security.resource_cert_plan') }}"
  vars:
    resource_cert_name: www.example.com
    resource_cert_certificate_path: www.crt
    resource_cert_private_key_path: www.key
"""

RETURN = r"""
_list:
  description:
    - An element for each resource, with C(label), C(options), C(paths), C(sources) and C(index).
    - Where anything is wrong with any of them, there is no plan, and the error names all of it.
  type: list
  elements: dict
"""

import os
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from ansible.errors import AnsibleError, AnsibleFileNotFound
from ansible.parsing.vault import is_encrypted_file
from ansible.plugins.lookup import LookupBase

from ..module_utils._files import opened
from ..module_utils._options import RESOURCE_CERT
from ..plugin_utils._contents import Contents, Values
from ..plugin_utils._resource_plan import (
    ROLE,
    Item,
    contradictions,
    items,
)


class LookupModule(LookupBase):
    """A plan with files where they were found, and none of their content."""

    def run(  # the interface of lookups; this one has no terms
        self,
        terms: Sequence[str],  # noqa: ARG002
        variables: Values | None = None,
        **kwargs: Any,
    ) -> list[dict[str, Any]]:
        """The plan.

        Raises:
            AnsibleError: all that is wrong with any of it.
        """
        self.set_options(var_options=variables, direct=kwargs)
        contents = Contents(self._loader, self._templar, variables or {})
        entries, *values = contents.values([f"{ROLE}resources", *(f"{ROLE}{name}" for name in RESOURCE_CERT)])
        common = dict(zip(RESOURCE_CERT, values, strict=True))
        problems = contradictions(entries or [], common)
        plan = []
        for item in items(entries or [], common):
            problems += item.problems()
            plan.append(self._with_files(item, contents, variables or {}, problems))
        if problems:
            raise AnsibleError(" ".join([*problems, "Nothing was changed."]))
        return [item.facts() for item in plan]

    def _with_files(self, item: Item, contents: Contents, variables: Values, problems: list[str]) -> Item:
        """The same item with files where they were found; what is wrong with them joins the problems."""
        places = {}
        for option, path in item.paths.items():
            try:
                places[option] = self._found(path, variables)
                contents.file(option.removesuffix("_path"), places[option])
            except (AnsibleError, OSError):
                reason = self._reason(places.get(option))
                problems.append(f"{item.label}: {option}: can't read '{path}' on the control node. {reason}")
        return replace(item, paths=places)

    def _found(self, path: str, variables: Values) -> str:
        place: str | None = self.find_file_in_search_path(variables, "files", path, ignore_missing=True)
        # Beside a playbook of the collection there is nothing of the user's: where the play was started there is.
        here = os.path.abspath(str(path))
        if place is None and not os.path.exists(here):
            raise AnsibleFileNotFound(file_name=path)
        return place or here

    def _reason(self, place: str | None) -> str:
        """Why a file can't be read."""
        if place is None:
            return (
                "A relative path is looked for in files/ beside the playbook, beside the playbook, "
                "and where the play was started."
            )
        try:
            with opened(place) as file:
                encrypted = is_encrypted_file(file)
        except OSError as error:
            return f"{error.strerror}."
        return (
            "It is encrypted, and no vault password that was given decrypts it." if encrypted else "Is it a text file?"
        )
