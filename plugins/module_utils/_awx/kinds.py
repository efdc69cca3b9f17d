# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""What AWX has, as tables: how each kind of object is found again, and which fields hold other objects."""

from __future__ import annotations

from dataclasses import dataclass

NODES = "workflow_job_template_nodes"
APPROVALS = "workflow_approval_templates"


@dataclass(frozen=True)
class Kind:
    """A kind of object.

    Attributes:
        noun: how people call it.
        key: the fields that make an object the one that is meant.
        scope: the filter that keeps other organizations' objects out, empty where there are none.
        closed: fields of several values that are managed as a whole, not value by value.
    """

    noun: str
    key: tuple[str, ...] = ("name",)
    scope: str = ""
    closed: frozenset[str] = frozenset()


_OWNED = "organization"

KINDS = {
    "credential_types": Kind("credential type", ("name", "kind"), closed=frozenset(("inputs", "injectors"))),
    "credentials": Kind("credential", ("name", "credential_type"), _OWNED),
    "execution_environments": Kind("execution environment"),
    "inventories": Kind("inventory", scope=_OWNED),
    "inventory_sources": Kind("inventory source", ("name", "inventory"), "inventory__organization"),
    "job_templates": Kind("job template", scope=_OWNED),
    "notification_templates": Kind("notification template", scope=_OWNED),
    "organizations": Kind("organization"),
    "projects": Kind("project", scope=_OWNED),
    "schedules": Kind("schedule", ("name", "unified_job_template")),
    "workflow_job_templates": Kind("workflow", scope=_OWNED),
    NODES: Kind("workflow node", ("identifier", "workflow_job_template")),
}

# Fields that hold the id of another object; a definition names it.
REFERENCES = {
    "credential": "credentials",
    "credential_type": "credential_types",
    "execution_environment": "execution_environments",
    "inventory": "inventories",
    "organization": "organizations",
    "project": "projects",
    "source_project": "projects",
    "workflow_job_template": "workflow_job_templates",
}

# Lists of other objects, each an address below the object.
RELATED = {
    "always_nodes": NODES,
    "credentials": "credentials",
    "failure_nodes": NODES,
    "notification_templates_error": "notification_templates",
    "success_nodes": NODES,
}
