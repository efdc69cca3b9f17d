# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""All of `awx_object`: it asks a server, so that there is nothing to do on a host."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from ansible.module_utils.common.arg_spec import ModuleArgumentSpecValidator
from ansible.module_utils.common.parameters import remove_values
from ansible.plugins.action import ActionBase

from ..module_utils._awx.client import AwxAccess, AwxClient
from ..module_utils._awx.kinds import KINDS
from ..module_utils._awx.objects import Definition, Organizer, Outcome
from ..module_utils._errors import GcoreError

_DEFINITION = {
    "fields": {"type": "dict", "required": True},
    "initial": {"type": "dict"},
    "related": {"type": "dict"},
    "survey": {"type": "dict"},
    "approval": {"type": "dict"},
}

ARGUMENTS: dict[str, dict[str, Any]] = {
    "kind": {"type": "str", "required": True, "choices": sorted(KINDS)},
    "definition": {"type": "dict", "required": True, "options": _DEFINITION},
    "secrets": {"type": "dict", "no_log": True},
    "update_secrets": {"type": "bool", "default": False, "no_log": False},
    "organization": {"type": "str"},
    "awx_url": {"type": "str"},
    "awx_token": {"type": "str", "no_log": True},
    "awx_username": {"type": "str"},
    "awx_password": {"type": "str", "no_log": True},
    "validate_certs": {"type": "bool", "default": True},
    "ca_path": {"type": "path"},
    "request_timeout": {"type": "int", "default": 30},
    "sync_timeout": {"type": "int", "default": 300},
}

_FROM_ENVIRONMENT = {"awx_url": "AWX_URL", "awx_username": "AWX_USERNAME", "awx_password": "AWX_PASSWORD"}


class ActionModule(ActionBase):
    """Keeps one object of AWX as a definition says."""

    _supports_check_mode = True
    _supports_diff = True
    _requires_connection = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """The task's result, without a secret."""
        result = super().run(tmp, task_vars)
        given = {name: value for name, value in self._task.args.items() if value != ""}
        validated = ModuleArgumentSpecValidator(ARGUMENTS).validate(given)
        if validated.error_messages:
            told: dict[str, Any] = {"failed": True, "msg": "; ".join(validated.error_messages)}
        else:
            told = organized(validated.validated_parameters, check_mode=self._task.check_mode, diff=self._task.diff)
        hidden = {*validated._no_log_values, *filter(None, map(os.environ.get, ("AWX_TOKEN", "AWX_PASSWORD")))}
        return {**result, **remove_values(told, hidden), **{name: told[name] for name in ("failed",) if name in told}}


def organized(given: Mapping[str, Any], *, check_mode: bool, diff: bool) -> dict[str, Any]:
    """Put one object in order, and tell what became of it; a failure tells what was done before it."""
    outcome = Outcome()
    try:
        wanted = Definition.parsed(given["kind"], given["definition"], given["secrets"] or {})
        organizer = Organizer(
            AwxClient(access(given, os.environ)),
            organization=given["organization"] or "",
            check_mode=check_mode,
            update_secrets=given["update_secrets"],
            sync_timeout=given["sync_timeout"],
        )
        organizer.ensure(wanted, outcome)
    except GcoreError as error:
        return {"failed": True, "msg": f"{error.message} {error.hint}".strip(), **_facts(outcome)}
    shown = {"diff": {"before": outcome.before, "after": outcome.after}} if diff else {}
    return {"msg": _sentence(wanted, outcome, check_mode), **_facts(outcome), **shown}


def access(given: Mapping[str, Any], environment: Mapping[str, str]) -> AwxAccess:
    """Where AWX is, and who asks; a user whom the task names is not outdone by a token of the environment."""
    values = {name: given[name] or environment.get(variable, "") for name, variable in _FROM_ENVIRONMENT.items()}
    token = given["awx_token"] or ("" if given["awx_username"] else environment.get("AWX_TOKEN", ""))
    return AwxAccess(
        url=values["awx_url"],
        username=values["awx_username"],
        password=values["awx_password"],
        token=token,
        validate_certs=given["validate_certs"],
        ca_path=given["ca_path"],
        timeout=given["request_timeout"],
    )


def _sentence(wanted: Definition, outcome: Outcome, check_mode: bool) -> str:
    done = [*(["made"] if outcome.created else []), *outcome.changes]
    if not done:
        return f"The {wanted.title} is as it shall be."
    return f"The {wanted.title} {'would be' if check_mode else 'was'} put in order: {', '.join(done)}."


def _facts(outcome: Outcome) -> dict[str, Any]:
    return {
        "changed": outcome.created or bool(outcome.changes),
        "id": outcome.id,
        "created": outcome.created,
        "changes": outcome.changes,
        "missing": outcome.missing,
    }
