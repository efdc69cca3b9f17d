# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""The objects of AWX as tables: their fields, and what makes two of them the same."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Field:
    """A field: its value's type, whether it has to be there, and the kind of object whose id it holds, if any."""

    type: type | tuple[type, ...] = str
    required: bool = False
    to: str = ""
    default: Any = ""


NAME = Field(required=True)
TEXT = Field()
FLAG = Field(bool, default=False)
NUMBER = Field(int, default=0)
OBJECT = Field(dict, default=None)
VARIABLES = Field((str, dict), default="")


def link(to: str, *, required: bool = False) -> Field:
    """A field that holds the id of another object, or nothing."""
    return Field((int, type(None)), required, to, None)


ANY_TEMPLATE = "unified_job_templates"
UNIFIED = ("job_templates", "workflow_job_templates", "projects", "inventory_sources", "workflow_approval_templates")

_NAMED = {"name": NAME, "description": TEXT}
_OWNED = {**_NAMED, "organization": link("organizations", required=True)}
_JOB = {"job_type": TEXT, "scm_branch": TEXT, "limit": TEXT, "diff_mode": FLAG, "verbosity": NUMBER, "forks": NUMBER}

FIELDS: dict[str, dict[str, Field]] = {
    "organizations": _NAMED,
    "credential_types": {**_NAMED, "kind": NAME, "inputs": OBJECT, "injectors": OBJECT},
    "credentials": {**_OWNED, "credential_type": link("credential_types", required=True), "inputs": OBJECT},
    "execution_environments": {**_NAMED, "image": NAME, "pull": TEXT},
    "inventories": {**_OWNED, "variables": VARIABLES},
    "inventory_sources": {
        **_NAMED,
        "inventory": link("inventories", required=True),
        "source": NAME,
        "source_project": link("projects"),
        "source_path": TEXT,
        "credential": link("credentials"),
        "execution_environment": link("execution_environments"),
        "overwrite": FLAG,
        "overwrite_vars": FLAG,
        "update_on_launch": FLAG,
        "verbosity": NUMBER,
    },
    "job_templates": {
        **_NAMED,
        **_JOB,
        "inventory": link("inventories"),
        "project": link("projects", required=True),
        "playbook": NAME,
        "execution_environment": link("execution_environments"),
        "extra_vars": VARIABLES,
        "survey_enabled": FLAG,
        "timeout": NUMBER,
    },
    "notification_templates": {**_OWNED, "notification_type": NAME, "notification_configuration": OBJECT},
    "projects": {
        **_OWNED,
        "scm_type": TEXT,
        "scm_url": TEXT,
        "scm_branch": TEXT,
        "credential": link("credentials"),
        "allow_override": FLAG,
        "scm_update_on_launch": FLAG,
    },
    "schedules": {**_NAMED, "unified_job_template": link(ANY_TEMPLATE, required=True), "rrule": NAME, "enabled": FLAG},
    "workflow_approval_templates": {**_NAMED, "timeout": NUMBER},
    "workflow_job_templates": {**_OWNED, "extra_vars": VARIABLES, "survey_enabled": FLAG},
    "workflow_job_template_nodes": {
        **_JOB,
        "identifier": NAME,
        "workflow_job_template": link("workflow_job_templates", required=True),
        "unified_job_template": link(ANY_TEMPLATE),
        "extra_data": OBJECT,
        "all_parents_must_converge": FLAG,
    },
}

_OF_ORGANIZATIONS = ("inventories", "job_templates", "notification_templates", "projects", "workflow_job_templates")
UNIQUE: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(_OF_ORGANIZATIONS, ("name", "organization")),
    "credential_types": ("name", "kind"),
    "credentials": ("name", "organization", "credential_type"),
    "inventory_sources": ("name", "inventory"),
    "schedules": ("name", "unified_job_template"),
    "workflow_job_template_nodes": ("identifier", "workflow_job_template"),
}

_NODES = "workflow_job_template_nodes"
# What can be joined to what, below which address.
RELATED = {
    ("job_templates", "credentials"): "credentials",
    ("job_templates", "notification_templates_error"): "notification_templates",
    ("inventory_sources", "notification_templates_error"): "notification_templates",
    ("organizations", "galaxy_credentials"): "credentials",
    ("projects", "notification_templates_error"): "notification_templates",
    ("workflow_job_templates", "notification_templates_approvals"): "notification_templates",
    ("workflow_job_templates", "notification_templates_error"): "notification_templates",
    **{(_NODES, f"{ending}_nodes"): _NODES for ending in ("success", "failure", "always")},
}


class Refusal(Exception):
    """An answer other than the wanted one: its HTTP status, and what it says."""

    def __init__(self, body: Any, status: int = 400) -> None:
        super().__init__(body)
        self.status = status
        self.body = body


def absent() -> Refusal:
    """Say that there is no such address."""
    return Refusal({"detail": "The requested resource could not be found."}, 404)
