# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""What AWX refuses besides wrong types: a rule for each kind of object that has one."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from . import credential_rules
from .tables import Refusal

if TYPE_CHECKING:
    from .store import Store

Item = dict[str, Any]

_EMAIL = ("host", "port", "username", "password", "use_tls", "use_ssl", "sender", "recipients")
_EMAIL_TYPES = {"port": int, "use_tls": bool, "use_ssl": bool, "recipients": list}
_QUESTION_TYPES = ("text", "textarea", "password", "integer", "float", "multiplechoice", "multiselect")


def _credential_type(store: Store, item: Item, before: Item | None) -> None:
    in_use = before and any(one["credential_type"] == before["id"] for one in store.all("credentials"))
    if before and in_use and before["inputs"] != item["inputs"]:
        told = "Modifications to inputs are not allowed for credential types that are in use"
        raise Refusal({"detail": told}, 403)
    credential_rules.check_type(item)


def _credential(store: Store, item: Item, before: Item | None) -> None:
    stored = (before or {}).get("inputs") or {}
    for name, value in (given := dict(item["inputs"] or {})).items():
        given[name] = stored[name] if value == credential_rules.HIDDEN else value
    item["inputs"] = given
    credential_rules.check_inputs(store.get("credential_types", item["credential_type"]), item["inputs"])


def _job_template(store: Store, item: Item, before: Item | None) -> None:
    project = store.get("projects", item["project"])
    item["organization"] = project["organization"]
    known = store.playbooks if project["status"] == "successful" else []
    if item["playbook"] not in known and not project["allow_override"]:
        raise Refusal({"playbook": ["Playbook not found for project."]})
    if item["job_type"] not in ("run", "check"):
        raise Refusal({"job_type": [f'"{item["job_type"]}" is not a valid choice.']})


def _inventory_source(store: Store, item: Item, before: Item | None) -> None:
    if item["source"] != "scm" or not item["source_project"]:
        raise Refusal({"detail": ["Project required for scm type sources."]})
    if item["credential"]:
        kind = store.get("credential_types", store.get("credentials", item["credential"])["credential_type"])
        if kind["kind"] != "cloud":
            raise Refusal({"credential": ["Credentials of this type can't be used for inventory sources."]})


def _notification_template(store: Store, item: Item, before: Item | None) -> None:
    given = item["notification_configuration"] or {}
    if item["notification_type"] != "email":
        raise Refusal({"notification_type": ["The stand-in knows email only."]})
    if missing := [name for name in _EMAIL if name not in given]:
        raise Refusal([f"Missing required fields for Notification Configuration: {missing}."])
    if wrong := [name for name in _EMAIL if not isinstance(given[name], _EMAIL_TYPES.get(name, str))]:
        raise Refusal([f"Configuration field '{wrong[0]}' incorrect type."])
    if unknown := given.keys() - {*_EMAIL, "timeout"}:
        raise Refusal([f"Unknown fields: {sorted(unknown)}"])
    if given["password"] == credential_rules.HIDDEN and before:
        given["password"] = before["notification_configuration"]["password"]


def _schedule(store: Store, item: Item, before: Item | None) -> None:
    rule = item["rrule"]
    if not re.match(r"DTSTART(;[^:]+)?:[0-9]+T[0-9]+Z ", rule):
        raise Refusal({"rrule": ["Valid DTSTART required in rrule. Value should start with: DTSTART:YYYYMMDDTHHMMSSZ"]})
    if rule.count("RRULE:") != 1 or "INTERVAL=" not in rule or "SECONDLY" in rule:
        raise Refusal({"rrule": ["INTERVAL required in rrule"]})


def _node(store: Store, item: Item, before: Item | None) -> None:
    work = item["unified_job_template"]
    survey = (store.get("unified_job_templates", work).get("survey") or {}) if work else {}
    asked = {question["variable"] for question in survey.get("spec", [])}
    if unknown := (item["extra_data"] or {}).keys() - asked:
        raise Refusal({"extra_data": [f"Variables {', '.join(unknown)} are not allowed on launch."]})


RULES: Mapping[str, Callable[[Store, Item, Item | None], None]] = {
    "credential_types": _credential_type,
    "credentials": _credential,
    "inventory_sources": _inventory_source,
    "job_templates": _job_template,
    "notification_templates": _notification_template,
    "schedules": _schedule,
    "workflow_job_template_nodes": _node,
}


def check_survey(survey: Mapping[str, Any]) -> None:
    """Refuse a survey that AWX would refuse."""
    for name in ("name", "description", "spec"):
        if name not in survey:
            raise Refusal({"error": f"'{name}' missing from survey spec."})
    for number, question in enumerate(survey["spec"]):
        for name in ("type", "question_name", "variable", "required"):
            if name not in question:
                raise Refusal({"error": f"'{name}' missing from survey question {number}."})
        if question["type"] not in _QUESTION_TYPES:
            raise Refusal({"error": f"'{question['type']}' in survey question {number} is not one of them."})
        if question["type"] == "multiplechoice" and question.get("default", "") not in question["choices"]:
            raise Refusal({"error": f"Default choice of {question['variable']} must be among the choices."})
    variables = [question["variable"] for question in survey["spec"]]
    if len(set(variables)) < len(variables):
        raise Refusal({"error": "'variable' duplicated in survey"})
