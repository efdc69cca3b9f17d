# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""What differs and what does not, and what is written then, against a client that is scripted."""

from __future__ import annotations

import pytest

from ansible_collections.gcore.web_security.plugins.module_utils._awx.client import AwxError
from ansible_collections.gcore.web_security.plugins.module_utils._awx.objects import (
    Definition,
    Done,
    Organizer,
    differences,
    same_survey,
)
from ansible_collections.gcore.web_security.plugins.module_utils._awx.operation import render
from ansible_collections.gcore.web_security.plugins.module_utils._clock import Clock
from ansible_collections.gcore.web_security.plugins.module_utils._errors import InputError

QUESTION = {"variable": "waves", "type": "text", "default": ""}

DIFFERENCES = {
    # what is there, what shall be, and what is to be written
    "the same": ({"a": 1, "b": "x"}, {"a": 1, "b": "x"}, {}),
    "another value": ({"a": 1, "b": "x"}, {"a": 2, "b": "x"}, {"a": 2}),
    "a field of the users": ({"a": 1, "b": "theirs"}, {"a": 1}, {}),
    "nothing there": ({}, {"a": 1}, {"a": 1}),
    "a secret": ({"inputs": {"key": "$encrypted$"}}, {"inputs": {"key": "new"}}, {}),
    "a value inside": (
        {"extra": {"a": 1, "theirs": 2}},
        {"extra": {"a": 3}},
        {"extra": {"a": 3, "theirs": 2}},
    ),
    "a list": ({"a": [1, 2]}, {"a": [1]}, {"a": [1]}),
    "not a dictionary yet": ({"extra": ""}, {"extra": {"a": 1}}, {"extra": {"a": 1}}),
    "a whole": ({"whole": {"a": 1, "theirs": 2}}, {"whole": {"a": 1}}, {"whole": {"a": 1}}),
}


@pytest.mark.parametrize(("have", "want", "written"), DIFFERENCES.values(), ids=DIFFERENCES)
def test_differences(have, want, written):
    assert differences(have, want, frozenset(("whole",))) == written


@pytest.mark.parametrize(
    ("have", "same"),
    [
        ({"spec": [{**QUESTION, "min": None}]}, True),
        ({"spec": [{**QUESTION, "default": "1"}]}, False),
        ({"spec": [QUESTION, {**QUESTION, "variable": "theirs"}]}, False),
        ({}, False),
    ],
)
def test_surveys(have, same):
    assert same_survey(have, {"name": "S", "spec": [QUESTION]}) is same


class Script:
    """A client that knows some objects, and keeps what it was asked to write."""

    def __init__(self, *known, statuses=("successful",)):
        self.known = list(known)
        self.statuses = list(statuses)
        self.writes = []

    def find(self, kind, query):
        wanted = {name: value for name, value in query.items() if "__" not in name}
        found = [one for of, one in self.known if of == kind and wanted.items() <= one.items()]
        return found[0] if found else None

    def everything(self, path):
        return self.get(path)

    def ask(self, method, path, body=None):
        if method == "GET":
            return self.get(path)
        self.writes.append((method, path, body))
        return {"id": 99, **body}

    def get(self, path):
        if path.startswith("projects/"):
            return {"status": self.statuses.pop(0)}
        if path.endswith("/survey_spec/"):
            return {}
        if path.startswith("workflow_approval_templates/"):
            return {"id": 9, "name": "another"}
        return [one for of, one in self.known if of == path]


PROJECT = ("projects", {"id": 3, "name": "P"})
TEMPLATE = ("job_templates", {"id": 7, "name": "T", "project": 3, "playbook": "a.yml"})
TOKEN = (
    "credentials",
    {"id": 5, "name": "C", "inputs": {"api_key": "$encrypted$", "api_url": "u"}, "credential_type": 2},
)
TYPE = ("credential_types", {"id": 2, "name": "Y"})
TOKEN_WANTED = {"fields": {"name": "C", "credential_type": "Y"}}


def ensured(script, kind, given, secrets=None, **options):
    done = Done()
    organizer = Organizer(script, done, clock=Clock(sleep=lambda _seconds: None), **options)
    organizer.ensure(Definition.parsed(kind, given, secrets or {}))
    return render(done, None, True)


def test_one_that_is_not_there_is_made_with_what_the_users_own_later():
    script = Script(PROJECT)
    given = {"fields": {"name": "T", "project": "P", "limit": ""}, "initial": {"timeout": 60, "description": ""}}
    assert ensured(script, "job_templates", given)["created"]
    assert script.writes == [("POST", "job_templates/", {"timeout": 60, "name": "T", "project": 3})]


def test_one_that_differs_is_put_right_in_that_alone():
    script = Script(PROJECT, TEMPLATE)
    given = {"fields": {"name": "T", "project": "P", "playbook": "b.yml"}, "initial": {"timeout": 60}}
    outcome = ensured(script, "job_templates", given)
    assert script.writes == [("PATCH", "job_templates/7/", {"playbook": "b.yml"})]
    assert outcome["diff"] == {"before": {"playbook": "a.yml"}, "after": {"playbook": "b.yml"}}


NODES = "workflow_job_template_nodes"
NODE = (
    NODES,
    {"id": 8, "identifier": "N", "workflow_job_template": 4, "unified_job_template": 9, "summary_fields": {}},
)
WAITING = {**NODE[1], "summary_fields": {"unified_job_template": {"unified_job_type": "workflow_approval"}}}
WORKFLOW = ("workflow_job_templates", {"id": 4, "name": "W"})
NODE_FIELDS = {"identifier": "N", "workflow_job_template": "W"}
SURVEY = {"name": "S", "description": "", "spec": [QUESTION]}

DRIFTED = {
    # what is known, the definition, and what a real run writes
    "a field": (
        (PROJECT, TEMPLATE),
        ("job_templates", {"fields": {"name": "T", "project": "P", "playbook": "b.yml"}}),
        ("PATCH", "job_templates/7/", {"playbook": "b.yml"}),
    ),
    "a relation": (
        (TEMPLATE, TOKEN),
        ("job_templates", {"fields": {"name": "T"}, "related": {"credentials": ["C"]}}),
        ("POST", "job_templates/7/credentials/", {"id": 5}),
    ),
    "a survey": (
        (TEMPLATE,),
        ("job_templates", {"fields": {"name": "T"}, "survey": SURVEY}),
        ("POST", "job_templates/7/survey_spec/", SURVEY),
    ),
    "no approval": (
        (WORKFLOW, NODE),
        (NODES, {"fields": NODE_FIELDS, "approval": {"name": "A"}}),
        ("POST", "workflow_job_template_nodes/8/create_approval_template/", {"name": "A"}),
    ),
    "an approval": (
        (WORKFLOW, (NODES, WAITING)),
        (NODES, {"fields": NODE_FIELDS, "approval": {"name": "A"}}),
        ("PATCH", "workflow_approval_templates/9/", {"name": "A"}),
    ),
}


@pytest.mark.parametrize(("known", "wanted", "write"), DRIFTED.values(), ids=DRIFTED)
def test_check_mode_tells_what_a_real_run_does_and_writes_nothing(known, wanted, write):
    checked, real = Script(*known), Script(*known)
    told = ensured(checked, *wanted, check_mode=True)
    assert (told["changes"], checked.writes) == (ensured(real, *wanted)["changes"], [])
    assert (bool(told["changes"]), real.writes) == (True, [write])


@pytest.mark.parametrize(("update", "writes"), [(False, 0), (True, 1)])
def test_a_secret_of_one_that_is_there_is_written_on_request_only(update, writes):
    script = Script(TYPE, TOKEN)
    ensured(script, "credentials", TOKEN_WANTED, {"inputs": {"api_key": "new", "api_url": ""}}, update_secrets=update)
    assert len(script.writes) == writes
    for _verb, _path, body in script.writes:
        assert body == {"inputs": {"api_key": "new", "api_url": "u"}}


def test_secrets_that_nobody_gave_are_not_renewed():
    script = Script(TYPE, TOKEN)
    ensured(script, "credentials", TOKEN_WANTED, {"inputs": {"api_key": ""}}, update_secrets=True)
    assert script.writes == []


def test_a_secret_is_in_no_diff():
    outcome = ensured(Script(TYPE), "credentials", TOKEN_WANTED, {"inputs": {"api_key": "new"}})
    assert outcome["diff"]["after"] == {"name": "C", "credential_type": 2}


def test_check_mode_goes_on_without_what_would_have_been_made():
    script = Script()
    given = {"fields": {"name": "T", "project": "P"}, "related": {"credentials": ["C"]}}
    outcome = ensured(script, "job_templates", given, check_mode=True)
    assert (outcome["created"], outcome["changes"], script.writes) == (True, ["credentials: C"], [])
    assert outcome["missing"] == ["project P", "credential C"]


def test_a_real_run_does_not():
    with pytest.raises(AwxError, match="AWX has no project P"):
        ensured(Script(), "job_templates", {"fields": {"name": "T", "project": "P"}})


@pytest.mark.parametrize(
    ("statuses", "updates"), [(["pending", "running", "successful"], 0), (["failed", "running", "successful"], 1)]
)
def test_a_project_is_waited_for(statuses, updates):
    script = Script(PROJECT, statuses=statuses)
    outcome = ensured(script, "projects", {"fields": {"name": "P"}})
    assert script.writes == [("POST", "projects/3/update/", {})] * updates
    assert not outcome["changes"]


@pytest.mark.parametrize(
    ("statuses", "told"), [(["failed", "failed"], "could not synchronize.*failed"), (["running"] * 9, "within 10 s")]
)
def test_a_project_that_does_not_come(statuses, told):
    with pytest.raises(AwxError, match=told):
        ensured(Script(PROJECT, statuses=statuses), "projects", {"fields": {"name": "P"}}, sync_timeout=10)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"fields": {"name": ""}}, "needs the fields name"),
        ({"fields": {"name": "T"}, "related": {"friends": []}}, "relates no friends"),
    ],
)
def test_definitions_that_are_none(given, told):
    with pytest.raises(InputError, match=told):
        Definition.parsed("job_templates", given, {})
