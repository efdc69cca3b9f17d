# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Lists the resources of an account as hosts: one call, read by the engine that the modules share."""

from __future__ import annotations

DOCUMENTATION = r"""
name: gcore_resources
short_description: Gcore Web Security resources as an inventory
version_added: 1.0.0
author: The gcore.web_security authors (@gcore-web-security)
description:
  - Each resource of the account is a host under its name, and what is known of it are the host's variables.
  - The source is a YAML file whose name is C(gcore.yml) or C(gcore.yaml), or ends with C(.gcore.yml) or C(.gcore.yaml).
  - Tasks for these hosts run on the control node, because C(ansible_connection) is C(local), as they do for the
    implicit C(localhost).
  - The hosts are in the groups C(ssl_custom), C(ssl_lets_encrypt) or C(ssl_none), as they have HTTPS. Where the API
    does not tell, a resource whose certificate has an expiry date is in C(ssl_custom), any other in C(ssl_none). A type
    that is not known here makes the group C(ssl_) with its name. Suspended resources are in C(suspended) as well.
extends_documentation_fragment:
  - ansible.builtin.constructed
  - ansible.builtin.inventory_cache
  - gcore.web_security.connection
  - gcore.web_security.connection.https
  - gcore.web_security.connection.plugins
  - gcore.web_security.many.selection
options:
  plugin:
    description: Marks the file as one for this plugin.
    type: str
    required: true
    choices: [gcore.web_security.gcore_resources]
notes:
  - The variables of a host are C(gcore_resource_id), C(gcore_name), C(gcore_ssl_type) (C(custom), C(le) for Let's
    Encrypt, null for none), C(gcore_ssl_expires) (ISO 8601, UTC, or null), C(gcore_days_left) (whole days until then,
    negative once it is over, or null), C(gcore_service_ip), C(gcore_status), C(gcore_aliases) (a list of C(name) and
    C(ssl_expires)), C(gcore_origins_count), C(ansible_connection) and C(ansible_python_interpreter).
  - If several resources have the same name, the one with the lowest id is the host of that name, each other one is the
    host C(NAME_ID), and a warning says so. C(gcore_name) is the name of the resource in any case. A resource without
    a name is the host C(resource_ID).
  - A name that means something else to Ansible is never a host's. A name without a dot, which a group could have too,
    that of a group that is there already, and those of this machine are the host C(NAME_ID). A slash in a name is
    an underscore, and a control character is spelled by its number.
  - Keep this source apart from one in which the same names are servers that are reached by SSH. Variables of one host
    from two sources are merged, and C(ansible_connection) would be C(local) for both. A warning tells of it where the
    other source was read before this one.
  - What keeps the resources from being read is a warning for Ansible, and the inventory is empty. Set the environment
    variable E(ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED) to V(true) so that it is an error.
  - An empty string and an empty environment variable count as unset.
  - O(api_key), O(api_token) and O(api_url) may be templates. What they may use are lookups and extra variables.
  - The cache holds what the variables are made of, and no token. It is one for each account, address and file.
    C(gcore_days_left) is counted anew when it is read. O(include) and O(exclude) are applied after it.
seealso:
  - module: gcore.web_security.gcore_fleet_cert
  - module: gcore.web_security.gcore_resource_cert
"""

EXAMPLES = r"""
# The whole account, with the token from the environment variable GCORE_API_KEY, is a file gcore.yml with one line:
# plugin: gcore.web_security.gcore_resources

# Some of the account, from a cache, in groups of your own, is a file such as eu.gcore.yml:
plugin: gcore.web_security.gcore_resources
api_key: "{{ lookup('ansible.builtin.file', '/run/secrets/gcore_api_key') }}"
exclude: ["*.staging.example.com", "1234"]
cache: true
cache_plugin: ansible.builtin.jsonfile
cache_connection: ~/.cache/gcore
groups:
  # Certificates that somebody has to renew soon
  expiring: gcore_ssl_type == "custom" and gcore_days_left is not none and gcore_days_left < 30
keyed_groups:
  - key: gcore_status
    prefix: status
compose:
  has_aliases: gcore_aliases | length > 0

# A play over them, a few at a time:
# - hosts: ssl_custom
#   serial: [1, "10%"]
#   gather_facts: false
#   roles:
#     - gcore.web_security.resource_cert
"""

import hashlib
import os
import re
from contextlib import suppress
from datetime import datetime, timezone
from typing import Any

from ansible import constants
from ansible.errors import AnsibleOptionsError, AnsibleParserError
from ansible.plugins.inventory import BaseInventoryPlugin, Cacheable, Constructable

from ..module_utils._clock import days_left, from_unix
from ..module_utils._errors import GcoreError
from ..module_utils._gcore.site import CUSTOM, DISABLED, LETS_ENCRYPT, Site
from ..module_utils._libraries import require_libraries
from ..module_utils._match.matcher import Selection
from ..module_utils._misplaced import mind_misplaced
from ..module_utils._options import CONNECTION, SELECTION, Specification, resolved, without_empty
from ..module_utils._redaction import Redactor
from ..module_utils._task import Operation, Task, run
from ..module_utils._validation import complaints
from ..module_utils._version import VERSION
from ..module_utils._wording import printable
from ..plugin_utils._templates import make_unsafe, trusted

_FROM_ENVIRONMENT = ("api_key", "api_token", "api_url")
_SUSPENDED = "suspended"
_SSL_GROUPS = {CUSTOM: "ssl_custom", LETS_ENCRYPT: "ssl_lets_encrypt", DISABLED: "ssl_none"}

Facts = dict[str, Any]


def cached_facts(resource: Site) -> Facts:
    """Keep of a resource all that does not change with the time of day, and nothing secret."""
    groups = [_SSL_GROUPS.get(resource.supposed_type, f"ssl_{resource.supposed_type}")]
    groups += [_SUSPENDED] if resource.status.lower() == _SUSPENDED else []
    return {
        **resource.facts(),
        "origins_count": resource.origins_count,
        "expires": resource.expires,
        "groups": groups,
    }


def host_variables(facts: Facts, now: datetime) -> Facts:
    """Make the variables of a host."""
    own = {f"gcore_{name}": value for name, value in facts.items() if name not in ("id", "expires", "groups")}
    end = from_unix(facts["expires"])
    return {"gcore_resource_id": facts["id"], **own, "gcore_days_left": days_left(end, now) if end else None}


class InventoryModule(BaseInventoryPlugin, Constructable, Cacheable):
    """Makes hosts of resources."""

    NAME = "gcore.web_security.gcore_resources"

    def verify_file(self, path: str) -> bool:
        """Tell whether a file is named as one for this plugin."""
        is_named = re.fullmatch(r"(.*\.)?gcore\.ya?ml", os.path.basename(path))
        return bool(is_named and super().verify_file(path))

    def set_options(self, **words: Any) -> None:
        """Set what the file says.

        Raises:
            AnsibleParserError: one of them is wrong; Ansible would quote what it was given.
        """
        try:
            super().set_options(**words)
        except AnsibleOptionsError:
            own = Specification({**CONNECTION, **SELECTION})
            given = {name: value for name, value in (words.get("direct") or {}).items() if name in own}
            raise AnsibleParserError(" ".join(complaints(own, given))) from None

    def parse(self, inventory: Any, loader: Any, path: str, cache: bool = True) -> None:
        """Add the resources to the inventory.

        Raises:
            AnsibleParserError: what keeps the resources from being read.
        """
        super().parse(inventory, loader, path, cache)
        values = self._values(self._read_config_data(path))
        chosen = self._chosen(self._listed(values, path, cache))
        for group in (*_SSL_GROUPS.values(), _SUSPENDED):
            self.inventory.add_group(group)
        for facts in chosen:
            self._add(facts)

    def _values(self, config: dict[str, Any]) -> dict[str, Any]:
        """Return the connection options as a module has them."""
        # With what the file says, the environment is not its rival.
        self.templar.available_variables = self._vars
        given = {
            name: option.get("default") if config.get(name) == "" else self.get_option(name)
            for name, option in CONNECTION.items()
        }
        given |= {name: self._templated(config.get(name)) for name in _FROM_ENVIRONMENT}
        try:
            require_libraries()
            return resolved(given)
        except GcoreError as error:
            raise AnsibleParserError(error.told()) from None

    def _templated(self, value: Any) -> str | None:
        """Return what a template makes; what is encrypted is decrypted by being made a string, and is none."""
        if isinstance(value, str) and self.templar.is_template(value):
            value = self.templar.template(value)
        return None if value is None else str(value)

    def _listed(self, values: dict[str, Any], path: str, cache: bool) -> list[Facts]:
        """Read the resources from the cache, where there is one that may be read, or from the API."""
        if not self.get_option("cache"):
            return _fetched(values)
        key = f"{self.get_cache_key(path)}_{_account(values)}"
        if cache:
            with suppress(KeyError):
                return list(self._cache[key])
        self._cache[key] = found = _fetched(values)
        return found

    def _chosen(self, found: list[Facts]) -> list[Facts]:
        selection = Selection(**without_empty({name: self.get_option(name) for name in SELECTION}))
        chosen = [facts for facts in found if selection.names(facts["id"], facts["name"])]
        redactor = Redactor()
        mind_misplaced(redactor, {name: self.get_option(name) for name in SELECTION})
        try:
            for warning in selection.warnings():
                self.display.warning(printable(redactor.clean(warning)))
        except GcoreError as error:
            raise AnsibleParserError(printable(redactor.clean(error.told()))) from None
        return sorted(chosen, key=lambda facts: (facts["name"], facts["id"]))

    def _add(self, facts: Facts) -> None:
        host = make_unsafe(self._host_name(facts["id"], facts["name"]))
        self.inventory.add_host(host)
        for name, value in {**_LOCAL, **make_unsafe(host_variables(facts, datetime.now(timezone.utc)))}.items():
            self.inventory.set_variable(host, name, value)
        for group in facts["groups"]:
            self.inventory.add_child(self.inventory.add_group(self._sanitize_group_name(group)), host)
        # What the file composes of the variables: more of them, then groups by all of them.
        for compose, option in (
            (self._set_composite_vars, "compose"),
            (self._add_host_to_composed_groups, "groups"),
            (self._add_host_to_keyed_groups, "keyed_groups"),
        ):
            variables = dict(self.inventory.get_host(host).get_vars())
            compose(self.get_option(option), variables, host, strict=self.get_option("strict"))

    def _host_name(self, number: int, name: str) -> str:
        """Return the resource's name, or another one where that means something else, or another resource."""
        name = printable(name.strip()).replace("/", "_")  # Ansible shows it, and reads files of that name
        if not name.strip("."):
            return f"resource_{number}"
        if "." not in name or name in constants.LOCALHOST or name in self.inventory.groups:
            name = f"{name}_{number}"
        known = self.inventory.hosts.get(name)
        other = known.vars.get("gcore_resource_id") if known else None
        if other not in (None, number):
            self.display.warning(
                f"The resources {other} and {number} are both named {name}: the second one is the host {name}_{number}."
            )
            return f"{name}_{number}"
        if known and other is None and known.vars.get("ansible_connection") != "local":
            self.display.warning(
                f"{name} is a host of another inventory source as well as resource {number}: "
                "it now has ansible_connection=local. Keep the two apart if that is not meant."
            )
        return name


# As the implicit localhost has them: the Python that has the libraries, and no search for another one.
_LOCAL = {
    "ansible_connection": trusted("local"),
    "ansible_python_interpreter": trusted("{{ ansible_playbook_python }}"),
}


def _fetched(values: dict[str, Any]) -> list[Facts]:
    found: list[Facts] = []  # no part of the result, whose texts are for people

    def look(task: Task) -> None:
        found.extend(map(cached_facts, task.account().sites()))

    operation = Operation(look, lambda _known, error, _diff: {"msg": error.told()} if error else {})
    result = run(operation, values, check_mode=False, diff=False)
    if result:
        raise AnsibleParserError(result["msg"])
    return found


def _account(values: dict[str, Any]) -> str:
    """Make what tells the caches of two accounts apart, and says nothing of the token."""
    parts = (VERSION, values["api_url"], values["api_key"] or values["api_token"] or "")
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:8]
