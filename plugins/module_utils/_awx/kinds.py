# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""What AWX has, as tables: how each kind of object is found again, and which fields hold other objects."""

from __future__ import annotations

NODES = "workflow_job_template_nodes"
APPROVALS = "workflow_approval_templates"

KEYS: dict[str, tuple[str, ...]] = {
    "credential_types": ("name", "kind"),
    "credentials": ("name", "credential_type"),
    "execution_environments": ("name",),
    "inventories": ("name",),
    "inventory_sources": ("name", "inventory"),
    "job_templates": ("name",),
    "notification_templates": ("name",),
    "organizations": ("name",),
    "projects": ("name",),
    "schedules": ("name", "unified_job_template"),
    "workflow_job_templates": ("name",),
    NODES: ("identifier", "workflow_job_template"),
}
"""The kinds, and the fields that make an object of each the one that is meant."""

OWNED = {
    **dict.fromkeys(("credentials", "inventories", "job_templates", "notification_templates"), "organization"),
    **dict.fromkeys(("projects", "workflow_job_templates"), "organization"),
    "inventory_sources": "inventory__organization",
}
"""The filters that keep other organizations' objects out."""

CLOSED = {"credential_types": frozenset(("inputs", "injectors"))}
"""Fields of several values that are managed as a whole, not value by value."""

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
"""Fields that hold the id of another object; a definition names it."""

RELATED = {
    "always_nodes": NODES,
    "credentials": "credentials",
    "failure_nodes": NODES,
    "notification_templates_error": "notification_templates",
    "success_nodes": NODES,
}
"""Lists of other objects, each an address below the object."""


def title(kind: str, fields: dict[str, object]) -> str:
    """Name an object, for messages."""
    noun = f"{kind[:-3]}y" if kind.endswith("ies") else kind[:-1]
    return f"{noun.replace('_', ' ')} {fields.get('name') or fields.get('identifier')}"
