# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""The operation of `awx_object`, from its options to its result."""

from __future__ import annotations

import base64
import os
from typing import Any

from .._clock import Deadline
from .._errors import GcoreError, InputError
from .._http.rate_limiter import RateLimiter
from .._http.retry import Backoff
from .._http.session import Session
from .._http.transport import Transport
from .._options import CONNECTION, Specification
from .._task import Operation, Task
from .client import ADDRESS, PERSON, AwxClient, hint
from .kinds import KEYS, title
from .objects import Definition, Done, Organizer

AWX_OBJECT = Specification(
    {
        "kind": {"type": "str", "required": True, "choices": sorted(KEYS)},
        "definition": {
            "type": "dict",
            "required": True,
            "options": {
                "fields": {"type": "dict", "required": True},
                **{name: {"type": "dict"} for name in ("initial", "related", "survey", "approval")},
            },
        },
        "secrets": {"type": "dict", "no_log": True},
        "update_secrets": {"type": "bool", "default": False, "no_log": False},
        "organization": {"type": "str"},
        "awx_url": {"type": "str"},
        "awx_token": {"type": "str", "no_log": True},
        "awx_username": {"type": "str"},
        "awx_password": {"type": "str", "no_log": True},
        **{name: CONNECTION[name] for name in ("validate_certs", "ca_path", "request_timeout")},
        "sync_timeout": {"type": "int", "default": 300},
    }
)

_BESIDES_SYNC = 600.0
"""Seconds for all requests of a task together."""

_VARIABLES = {
    "awx_url": "AWX_URL",
    "awx_token": "AWX_TOKEN",
    "awx_username": "AWX_USERNAME",
    "awx_password": "AWX_PASSWORD",
}


def put_in_order(task: Task) -> Done:
    """Make an object of AWX, or put right what differs from its definition.

    Raises:
        GcoreError: what keeps the object from that; it knows what was done before.
    """
    values, done = task.values, Done(in_check_mode=task.check_mode)
    for secret in _texts(values["secrets"]):
        task.redactor.add(secret)
    try:
        wanted = Definition.parsed(values["kind"], values["definition"], values["secrets"] or {})
        done.title = title(wanted.kind, wanted.fields)
        Organizer(
            _client(task),
            done,
            organization=values["organization"],
            check_mode=task.check_mode,
            update_secrets=values["update_secrets"],
            sync_timeout=values["sync_timeout"],
            clock=task.clock,
        ).ensure(wanted)
    except GcoreError as error:
        error.known = done
        raise
    return done


def _client(task: Task) -> AwxClient:
    """Settle where AWX is and who asks; a user whom the task names is not outdone by a token of the environment."""
    given = task.values
    values = {name: given[name] or os.environ.get(variable, "") for name, variable in _VARIABLES.items()}
    if given["awx_username"] and not given["awx_token"]:
        values["awx_token"] = ""
    person = f"{values['awx_username']}:{values['awx_password']}"
    authorization = f"Bearer {values['awx_token']}"
    if not values["awx_token"]:
        authorization = f"Basic {base64.b64encode(person.encode()).decode()}"
    for secret in (values["awx_token"], values["awx_password"], authorization.partition(" ")[2]):
        task.redactor.add(secret)
    if not values["awx_token"] and not (values["awx_username"] and values["awx_password"]):
        raise InputError("There is nobody to ask AWX as.", PERSON)
    if not values["awx_url"]:
        raise InputError("There is no address of AWX.", ADDRESS)
    transport = Transport(
        values["awx_url"], validate_certs=given["validate_certs"], ca_path=given["ca_path"], option="awx_url"
    )
    deadline = Deadline(task.clock, given["sync_timeout"] + _BESIDES_SYNC)
    session = Session(
        transport, authorization, hint, task.redactor, task.clock, deadline, RateLimiter(task.clock), Backoff(),
        given["request_timeout"],
    )  # fmt: skip
    return AwxClient.of(session, values["awx_url"])


def _texts(value: Any) -> list[str]:
    """List every text of nested values."""
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [value] if isinstance(value, str) else [text for part in parts for text in _texts(part)]


def render(done: Done | None, error: GcoreError | None, diff: bool) -> dict[str, Any]:
    """Return the result of a run, from what was done and the error that ended it."""
    done = done or Done()
    changes = [change for step in done.steps for change in step.changes]
    result: dict[str, Any] = {
        "changed": done.created or bool(changes),
        "id": done.id,
        "created": done.created,
        "changes": changes,
        "missing": done.missing,
    }
    if error:
        return {**result, "failed": True, "msg": error.told(), **error.details()}
    if diff:
        result["diff"] = {
            "before": {name: value for step in done.steps for name, value in step.before.items()},
            "after": {name: value for step in done.steps for name, value in step.after.items()},
        }
    named = [*(["made"] if done.created else []), *changes]
    verb = "would be" if done.in_check_mode else "was"
    end = f"{verb} put in order: {', '.join(named)}" if named else "is as it shall be"
    return {**result, "msg": f"The {done.title} {end}."}


OPERATION = Operation(put_in_order, render)
