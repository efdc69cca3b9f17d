# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""The shared base of the action plugins: local where that is enough, remote where the task asks for it."""

from __future__ import annotations

import json
import os
import re
import signal
from collections.abc import Iterable, Mapping
from typing import Any

from ansible import constants
from ansible.errors import AnsibleError
from ansible.module_utils.common.parameters import remove_values
from ansible.plugins.action import ActionBase

from ..module_utils._libraries import libraries_are_here
from ..module_utils._misplaced import shown
from ..module_utils._options import Options, Specification, without_empty
from ..module_utils._task import Interruption, Operation, run
from ..module_utils._validation import Parsed, parsed
from ._console import console, display

_HIDDEN = "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"


class EngineAction(ActionBase):
    """Runs a module's operation in the controller's process, which spares shipping the module for each item and host.

    A subclass names the operation and its options. The result is the module's own: the same validation, the same
    function, the same masking of secrets.
    """

    _supports_async = True
    _supports_check_mode = True
    _supports_diff = True
    _requires_connection = False

    operation: Operation
    specification: Specification
    has_module = True

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Return the task's result."""
        result = super().run(tmp, task_vars)
        given = without_empty(self._task.args)
        options = parsed(self.specification, given)
        if options.complaints or self._is_local():
            result.update(self._run_here(options, task_vars or {}))
        else:
            if self._connection.transport == "local":
                given = _with_places(given, self.specification)
            wrap = self._task.async_val
            result.update(self._execute_module(module_args=given, task_vars=task_vars, wrap_async=wrap))
        if result.get("failed"):
            result["msg"] = self._with_variables(result.get("msg", ""))
        if "warnings" in result:
            result["warnings"] = [self._with_variables(warning) for warning in result["warnings"]]
        return dict(result)

    def _with_variables(self, text: Any) -> Any:
        """Add to what is said to set how a role of this collection calls that: by its own name and the option's."""
        collection, _dot, role = (self._task._role.get_name() if self._task._role else "").rpartition(".")
        if collection != "gcore.web_security" or not isinstance(text, str):
            return text
        options = "|".join(sorted(self.specification, key=len, reverse=True))
        named = dict.fromkeys(re.findall(rf"(?:[Ss]et|Raise|Give|Use|as|or|,) ({options})\b", text))
        return f"{text} In the role: {', '.join(f'{role}_{name}' for name in named)}." if named else text

    def _is_local(self) -> bool:
        """Tell whether this process does what the module would: same machine, user, environment, libraries."""
        task = self._task
        asks_for_more = self._play_context.become or any(task.environment or ()) or task.async_val
        is_near = self._connection.transport == "local" and not asks_for_more and libraries_are_here()
        return is_near or not self.has_module

    def _run_here(self, options: Parsed, task_vars: dict[str, Any]) -> dict[str, Any]:
        if options.complaints:
            return {"failed": True, "msg": " ".join(options.complaints)}
        result = self._result(options.values)
        if _shows_invocation(task_vars):
            result["invocation"] = {"module_args": shown(self._shown(options.values))}
        kept = {name: value for name, value in result.items() if value is None or isinstance(value, bool)}
        if not _shows(result, options.secrets):
            return result
        return {**remove_values(result, options.secrets), **kept}

    def _result(self, parameters: dict[str, Any]) -> dict[str, Any]:
        """Return the operation's result; after an interrupt nobody waits for that, and its message is shown instead."""
        interruption, task = Interruption(), self._task
        with console() as write:

            def say(line: str) -> None:
                """Once the controller is being ended, nothing that is queued for it would be shown."""
                (write if interruption.signal else display)(line)

            asked = {"check_mode": task.check_mode, "diff": task.diff}
            result = run(self.operation, parameters, **asked, say=say, interruption=interruption)
            if interruption.signal:
                write(result["msg"])
                signal.raise_signal(interruption.signal)
        return result

    def _shown(self, parameters: dict[str, Any]) -> dict[str, Any]:
        """Return the parameters as a module's invocation shows them."""
        hidden = {name for name, option in self.specification.items() if option.get("no_log")}
        return {
            name: _HIDDEN if name in hidden and value is not None else value
            for name, value in parameters.items()
            if name in self.specification
        }


def _with_places(given: Mapping[str, Any], specification: Options) -> dict[str, Any]:
    """Return the arguments with the paths of files that are here made absolute."""
    # Ansible starts a module of this machine beside the playbook. In the controller's process a relative path starts
    # where the play was started, and nobody means the collection that a playbook came in.
    return {name: _with_place(value, specification.get(name, {})) for name, value in given.items()}


def _with_place(value: Any, option: Mapping[str, Any]) -> Any:
    if isinstance(value, list) and "options" in option:
        return [_with_places(each, option["options"]) if isinstance(each, Mapping) else each for each in value]
    if option.get("type") == "path" and isinstance(value, str) and os.path.exists(value):
        return os.path.join(os.getcwd(), value)
    return value


def _shows(result: dict[str, Any], secrets: Iterable[str]) -> bool:
    """Tell whether there is anything to mask. To find out is cheap, while masking a fleet's result takes long."""
    text = json.dumps(result, ensure_ascii=False, default=str)
    return any(json.dumps(secret, ensure_ascii=False)[1:-1] in text for secret in secrets)


def _shows_invocation(task_vars: dict[str, Any]) -> bool:
    """Tell whether a module would: a setting since ansible-core 2.21, and always before."""
    try:
        return bool(constants.config.get_config_value("INJECT_INVOCATION", variables=task_vars))
    except AnsibleError:
        return True
