# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""What the module `gcore_resource_cert` and its action plugin do, once their options are parsed."""

from __future__ import annotations

from dataclasses import replace

from .._errors import InputError, carrying
from .._gcore.lookup import find_resource
from .._gcore.resource import Resource
from .._options import CERTIFICATE, exclude_each_other
from .._task import Operation, Task
from .._x509.key_pair import check_key_pair
from .._x509.sources import Source
from .apply import Applied, Rotation
from .desired import HTTPS_OFF, RENEWED_BY_VENDOR, CustomCertificate
from .observe import Observer, Policy
from .plan import Intent, Plan, decide
from .report import render


def rotate_resource(task: Task) -> Plan | Applied:
    """Bring one resource to what the task asks for. All that the input alone can get wrong is found before any request.

    Raises:
        GcoreError: whatever keeps the resource from it; carries the intent, the plan, or what became of it.
    """
    values = task.values
    known = intent = _intent(task)
    with carrying(lambda: known):
        client, observer = task.client(), Observer(Policy.of(values, task.check_mode))
        resource = Resource.from_api(find_resource(client, values["resource_id"], values["name"]))
        known = plan = decide(intent, observer.observe(resource, intent.desired), task.clock.now())
        if plan.refusal:
            raise plan.refusal
        return plan if task.check_mode else Rotation(client, observer).apply(plan)


ROTATE_RESOURCE = Operation(rotate_resource, render)


def _intent(task: Task) -> Intent:
    """Read and check all that the options say, once."""
    values = task.values
    if (values["resource_id"] is None) == (values["name"] is None):
        raise InputError("one of resource_id and name says which resource is meant", "Set exactly one of them.")
    if values["state"] == "present" and values["type"] == "custom":
        key_pair, now = Source("", values).key_pair(task.redactor), task.clock.now()
        desired = CustomCertificate.permitted(key_pair, values)
        intent = Intent(desired=desired, after=desired.facts(now))
        with carrying(lambda: intent):
            warnings = (*key_pair.warnings, *check_key_pair(key_pair, now, values["min_days_valid"]))
        return replace(intent, warnings=warnings)
    asked = f"state={values['state']}, type={values['type']}"
    exclude_each_other({**values, asked: True}, (asked,), CERTIFICATE)
    return Intent(desired=HTTPS_OFF if values["state"] == "absent" else RENEWED_BY_VENDOR)
