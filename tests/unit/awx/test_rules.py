# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""The stand-in refuses what AWX is known to refuse: each rule once."""

from __future__ import annotations

import pytest

from awx.credential_rules import check_type
from awx.store import Store
from awx.tables import Refusal

FIELD = {"id": "token", "label": "Token", "type": "string"}


def kind(*fields, **injectors):
    return {"name": "T", "kind": "cloud", "inputs": {"fields": list(fields)}, "injectors": injectors}


REFUSED_TYPES = {
    "an integer": (kind({**FIELD, "type": "integer"}), "not one of"),
    "a default": (kind({**FIELD, "type": "boolean", "default": True}), "not one of"),
    "no label": (kind({"id": "a", "type": "string"}), "'label' is a required property"),
    "a reserved name": (kind({**FIELD, "id": "tower"}), "tower"),
    "twice": (kind(FIELD, FIELD), "unique"),
    "Ansible's own": (kind(FIELD, env={"ANSIBLE_CONFIG": "x"}), "may affect Ansible"),
    "an unknown field": (kind(FIELD, env={"A": "{{ toke }}"}), "'toke' is undefined"),
    "two files, one of no name": (kind(FIELD, file={"template": "a", "template.b": "b"}), "multi-file"),
    "a file that is not there": (kind(FIELD, env={"A": "{{ tower.filename.a }}"}), "undefined"),
    "the only file by a name": (kind(FIELD, file={"template": "a"}, env={"A": "{{ tower.filename.a }}"}), "undefined"),
    "a kind of AWX's own": ({**kind(FIELD), "kind": "ssh"}, "Must be 'cloud' or 'net'"),
}


@pytest.mark.parametrize(("item", "told"), REFUSED_TYPES.values(), ids=REFUSED_TYPES)
def test_credential_types(item, told):
    with pytest.raises(Refusal, match=told):
        check_type(item)


@pytest.fixture
def store():
    found = Store(["site.yml"])
    found.make("projects", {"name": "P", "organization": 1})
    found.named("projects", "P")["status"] = "successful"
    found.make("credential_types", kind(FIELD))
    return found


def template(store, **fields):
    project = store.named("projects", "P")["id"]
    return store.make(
        "job_templates", {"name": "J", "project": project, "playbook": "site.yml", "job_type": "run", **fields}
    )


def test_a_playbook_that_the_project_does_not_have_or_not_yet(store):
    project = store.named("projects", "P")
    for change, playbook in (({}, "gcore.web_security.rotate"), ({"status": "pending"}, "site.yml")):
        project |= change
        with pytest.raises(Refusal, match="Playbook not found"):
            template(store, playbook=playbook)
    project["allow_override"] = True
    template(store, playbook="gcore.web_security.rotate")


FIELDS = [
    ({}, "already exists"),
    ({"organization": 1}, "no such field"),
    ({"verbosity": "1"}, "is not of the type"),
    ({"inventory": 77}, "does not exist"),
    ({"playbook": ""}, "required"),
]


@pytest.mark.parametrize(("fields", "told"), FIELDS)
def test_fields(store, fields, told):
    template(store)
    with pytest.raises(Refusal, match=told):
        template(store, **fields)


def test_a_type_in_use_keeps_its_inputs(store):
    number = store.named("credential_types", "T")["id"]
    store.make("credentials", {"name": "C", "organization": 1, "credential_type": number, "inputs": {"token": "x"}})
    with pytest.raises(Refusal) as refused:
        store.change("credential_types", number, {"inputs": {"fields": [{**FIELD, "label": "Other"}]}})
    assert refused.value.status == 403


@pytest.mark.parametrize("rrule", ["20260105T030000 RRULE:FREQ=WEEKLY;INTERVAL=1", "20260105T030000Z RRULE:FREQ=DAILY"])
def test_schedules(store, rrule):
    body = {"name": "S", "unified_job_template": store.named("projects", "P")["id"]}
    with pytest.raises(Refusal, match="required"):
        store.make("schedules", {**body, "rrule": f"DTSTART:{rrule}"})


def test_a_workflow_answers_only_what_is_asked(store):
    workflow = store.make("workflow_job_templates", {"name": "W", "organization": 1})["id"]
    node = {"identifier": "N", "workflow_job_template": workflow, "unified_job_template": template(store)["id"]}
    with pytest.raises(Refusal, match="not allowed on launch"):
        store.make("workflow_job_template_nodes", {**node, "extra_data": {"waves": "1"}})
