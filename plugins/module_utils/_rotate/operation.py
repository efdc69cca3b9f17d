# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""What the module `gcore_resource_cert` and its action plugin do, once their options are parsed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from .._errors import InputError, carrying
from .._gcore.account import check_products
from .._gcore.site import CUSTOM, DISABLED, LETS_ENCRYPT
from .._options import CERTIFICATE
from .._redaction import Redactor
from .._task import Operation, Task
from .._x509.key_pair import check_key_pair
from .._x509.sources import Source
from .apply import Applied, Rotation
from .desired import HTTPS_OFF, RENEWED_BY_VENDOR, CustomCertificate, Desired
from .observe import Observer, Policy
from .plan import Plan, decide, leave_alone
from .report import render


def rotate_resource(task: Task) -> Plan | Applied:
    """Bring one resource to what the task asks for; what the input alone can get wrong is found before any request."""
    values, now = task.values, task.clock.now()
    known: dict[str, Any] = {}
    with carrying(lambda: known):
        desired = _desired(values, task.redactor)
        if isinstance(desired, CustomCertificate):
            key_pair, known["desired"] = desired.key_pair, desired.facts(now)
            known["warnings"] = [*key_pair.warnings, *check_key_pair(key_pair, now, values["min_days_valid"])]
        account, observer = task.account([values["product"]]), Observer(Policy.of(values, task.check_mode))
        resource, warnings = account.find(values["resource_id"], values["name"]), known.get("warnings", ())
        if resource.left_alone:
            return leave_alone(desired, resource, task.clock.now(), warnings)
        plan = decide(desired, observer.observe(resource, desired), task.clock.now(), warnings)
    with carrying(lambda: plan):
        if plan.refusal:
            raise plan.refusal
        return plan if task.check_mode else Rotation(account, observer).apply(plan)


_SSL_TYPES = {"custom": CUSTOM, "lets_encrypt": LETS_ENCRYPT}

ROTATE_RESOURCE = Operation(rotate_resource, render)


def _desired(values: Mapping[str, Any], redactor: Redactor) -> Desired:
    """Read what the options say, once."""
    wanted = DISABLED if values["state"] == "absent" else _SSL_TYPES[values["type"]]
    check_products([values["product"]], values, wanted)
    if wanted == CUSTOM:
        return CustomCertificate.permitted(Source("", values).key_pair(redactor), values)
    for name in CERTIFICATE:
        if values[name] is not None:
            asked = f"state={values['state']}, type={values['type']}"
            raise InputError(f"{asked} and {name} exclude each other", "Set one of them.")
    without = HTTPS_OFF if wanted == DISABLED else RENEWED_BY_VENDOR
    return replace(without, replace_lets_encrypt=values["replace_lets_encrypt"])
