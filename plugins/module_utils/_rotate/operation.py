# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""What the module `gcore_resource_cert` and its action plugin do, once their options are parsed."""

from __future__ import annotations

from .._errors import InputError
from .._gcore.lookup import find_resource
from .._options import CERTIFICATE, exclude_each_other
from .._task import Task
from .._x509.key_pair import check_key_pair
from .._x509.sources import Source
from .apply import Policy, Rotation
from .report import Report
from .target import (
    HTTPS_OFF,
    RENEWED_BY_VENDOR,
    CustomCertificate,
    Target,
)


def rotate_resource(task: Task, report: Report) -> None:
    """Bring one resource to what the task asks for. All that the input alone can get wrong is found before any request.

    Raises:
        GcoreError: whatever keeps the resource from it.
    """
    values = task.values
    if (values["resource_id"] is None) == (values["name"] is None):
        raise InputError("one of resource_id and name says which resource is meant", "Set exactly one of them.")
    target = _target(task, report)
    client = task.client()
    Rotation(client, policy_of(task)).rotate(
        find_resource(client, values["resource_id"], values["name"]), target, report
    )


def _target(task: Task, report: Report) -> Target:
    values = task.values
    if values["state"] == "present" and values["type"] == "custom":
        return _custom_certificate(task, report)
    exclude_each_other(
        {**values, f"state={values['state']}, type={values['type']}": True},
        (f"state={values['state']}, type={values['type']}",),
        CERTIFICATE,
    )
    return HTTPS_OFF if values["state"] == "absent" else RENEWED_BY_VENDOR


def _custom_certificate(task: Task, report: Report) -> CustomCertificate:
    values = task.values
    key_pair = Source("", values).key_pair(task.redactor)
    report.desired = {"ssl_type": "custom", **key_pair.leaf.facts(task.clock.now())}
    report.warn(*key_pair.warnings, *check_key_pair(key_pair, task.clock.now(), values["min_days_valid"]))
    return CustomCertificate(key_pair, **target_options(task))


def target_options(task: Task) -> dict[str, bool]:
    """What a custom certificate is allowed to do."""
    options = ("force", "replace_lets_encrypt", "allow_downgrade", "require_alias_coverage")
    return {name: task.values[name] for name in options}


def policy_of(task: Task) -> Policy:
    """How the task wants to look and to prove."""
    names = ("edge_probe", "edge_port", "edge_timeout", "verify", "verify_timeout", "verify_interval")
    return Policy(check_mode=task.check_mode, **{name: task.values[name] for name in names})
