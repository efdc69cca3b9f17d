# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""How every module begins and ends: its options, one run of its operation, printed as Ansible wants it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible.module_utils.basic import AnsibleModule

from ._misplaced import shown
from ._options import Specification
from ._task import Operation, run


class Module(AnsibleModule):
    """A module that shows no value of an option where Ansible would: in the system's log, and of wrong options."""

    _is_ready = False

    def __init__(self, specification: Specification) -> None:
        self._specification = specification
        super().__init__(argument_spec=dict(specification), supports_check_mode=True, **specification.together)
        self._is_ready = True

    def fail_json(self, msg: str, **facts: Any) -> None:
        """End the process with a failure. Until it is ready, that is what Ansible says of wrong options."""
        if not self._is_ready and hasattr(self, "params"):
            # Imported where it is needed: each item of a loop pays for what a module imports.
            from ._validation import complaints

            msg = " ".join(complaints(self._specification, self.params))
            facts["invocation"] = {}
        super().fail_json(msg=msg, **facts)

    def log(self, msg: str, log_args: Mapping[str, Any] | None = None) -> None:
        """Write to the system's log; with options, name them alone.

        Ansible hides a secret where the very same text stands. A list is logged as Python writes it, in which a key's
        line ends and a passphrase's quotes are others; and a key may be in an option that is not for keys.
        """
        super().log(f"Invoked with {', '.join(sorted(log_args))}" if log_args else msg)


def leave(module: Module, operation: Operation) -> None:
    """Run the operation with the module's parameters, and end the process with its result."""
    result = run(operation, module.params, check_mode=module.check_mode, diff=module._diff)
    result["invocation"] = {"module_args": shown(module.params)}
    for warning in result.pop("warnings"):
        module.warn(warning)
    end = module.fail_json if result.get("failed") else module.exit_json
    end(**result)
