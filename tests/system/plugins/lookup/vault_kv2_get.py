# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""Stands in for `community.hashi_vault.vault_kv2_get`: its terms and options, the shape of its answer, its refusals.

What Vault holds is a JSON file, of which the environment tells the path.
"""

import json
import os
from pathlib import Path

from ansible.errors import AnsibleError
from ansible.plugins.lookup import LookupBase

DOCUMENTATION = """
name: vault_kv2_get
short_description: Stands in for the lookup of community.hashi_vault
options:
  _terms: {description: Paths below the mount point., type: str, required: true}
  engine_mount_point: {description: Where the secrets engine is., type: str, default: secret}
  version: {description: The latest if unset., type: int}
  auth_method: {description: How to log in., type: str, choices: [token, approle], default: token}
  token: {description: Or VAULT_TOKEN., type: str, env: [{name: ANSIBLE_HASHI_VAULT_TOKEN}]}
  role_id: {description: Of the AppRole., type: str, env: [{name: ANSIBLE_HASHI_VAULT_ROLE_ID}]}
  secret_id: {description: Of the AppRole., type: str, env: [{name: ANSIBLE_HASHI_VAULT_SECRET_ID}]}
  url: {description: Or VAULT_ADDR., type: str, env: [{name: ANSIBLE_HASHI_VAULT_ADDR}]}
"""


class LookupModule(LookupBase):
    """Reads the file."""

    def run(self, terms, variables=None, **kwargs):
        self.set_options(var_options=variables, direct=kwargs)
        vault = json.loads(Path(os.environ["STAND_IN_VAULT"]).read_text("utf-8"))
        if not self._may_read(vault):
            raise AnsibleError(f"Forbidden: Permission Denied to path ['{terms[0]}'].")
        return [self._answer(vault["secrets"], term) for term in terms]

    def _may_read(self, vault):
        if (self.get_option("url") or os.environ.get("VAULT_ADDR")) != vault["url"]:
            raise AnsibleError("Nobody listens there.")
        if self.get_option("auth_method") == "approle":
            return [self.get_option("role_id"), self.get_option("secret_id")] == vault["approle"]
        return (self.get_option("token") or os.environ.get("VAULT_TOKEN")) == vault["token"]

    def _answer(self, secrets, term):
        path = f"{self.get_option('engine_mount_point')}/{term}"
        if path not in secrets:
            version = self.get_option("version") or "latest"
            raise AnsibleError(
                f"Invalid or missing path ['{term}'] with secret version '{version}'. Check the path or secret version."
            )
        data = {"data": secrets[path], "metadata": {"version": 1, "destroyed": False, "deletion_time": ""}}
        raw = {"data": data, "auth": None, "lease_id": "", "renewable": False, "warnings": None, "wrap_info": None}
        return {"raw": raw, "data": data, "secret": data["data"], "metadata": data["metadata"]}
