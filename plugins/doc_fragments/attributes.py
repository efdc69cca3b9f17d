# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""What the modules of this collection support, in the words of the Ansible documentation."""

from __future__ import annotations


class ModuleDocFragment:
    """Documentation fragment `gcore.web_security.attributes`, with `.local_or_remote` where a host can do it too."""

    DOCUMENTATION = r"""
options: {}
attributes:
  check_mode:
    description: Can run in check mode and return the changed status prediction without modifying the target.
  diff_mode:
    description: Returns details on what has changed, or would be changed in check mode.
  idempotent:
    description: When run twice in a row, the second run finds nothing to change.
  action_group:
    description: Use C(group/gcore.web_security.gcore) in C(module_defaults) to set the connection options for every
      module.
  action:
    description: Has an action plugin of the same name, so that some of the work runs on the control node.
  async:
    description: Supports being used with the C(async) keyword.
"""

    LOCAL_OR_REMOTE = r"""
attributes:
  action_group:
    support: full
    membership: [gcore.web_security.gcore]
  action:
    support: full
    details:
      - On a local connection without C(become), C(environment) and C(async), the work is done in the controller's
        process.
      - Otherwise the module runs on the host, and files and environment variables are those of the host.
  async:
    support: full
"""
