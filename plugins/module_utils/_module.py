# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""How every module ends: one run of its operation, printed as Ansible wants it."""

from __future__ import annotations

from ansible.module_utils.basic import AnsibleModule

from ._redaction import Redactor
from ._task import Operation, Outcome, run


def leave(module: AnsibleModule, operation: Operation, report: Outcome) -> None:
    """Run the operation with the module's parameters, and end the process with its result."""
    result = run(operation, module.params, check_mode=module.check_mode, diff=module._diff, report=report)
    # A key in an option that is not for keys must not be shown either; the secret options Ansible hides itself.
    result["invocation"] = {"module_args": Redactor().clean(module.params)}
    for warning in result.pop("warnings"):
        module.warn(warning)
    end = module.fail_json if result.get("failed") else module.exit_json
    end(**result)
