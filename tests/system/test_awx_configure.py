# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""The playbook awx_configure against a stand-in that refuses what AWX refuses, and against an AWX if there is one."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from awx.handle import Awx
from awx.workflow import Workflow

from .material import API_KEY, CANARIES
from .playbook import Ansible, Played, tasks_play
from .web import nobody

PLAYBOOK = "gcore.web_security.awx_configure"
PROJECT = Path(__file__).parents[2] / "docs" / "examples" / "awx-project"
PLAYBOOKS = [path.name for path in PROJECT.glob("*.yml")]
PROJECT_URL = "https://git.example.com/certificates.git"
PASSWORD = CANARIES.plant_text("the password of AWX", secrets.token_urlsafe(24))
TOKEN = CANARIES.plant_text("the token of AWX", secrets.token_urlsafe(24))
MAIL_PASSWORD = CANARIES.plant_text("the password of the mail server", secrets.token_urlsafe(24))

MAIL = {"recipients": ["ops@example.com"], "sender": "awx@example.com", "host": "mail.example.com", "port": 587}
SECRETS = {
    "Gcore API token": {"inputs": {"api_key": API_KEY, "api_url": ""}},
    "Gcore failure": {"notification_configuration": {"password": MAIL_PASSWORD}},
}


@dataclass
class Runs:
    """Runs of the playbook against one AWX."""

    ansible: Ansible
    url: str

    def __call__(self, *words: str, env: dict[str, str] | None = None, **values: Any) -> Played:
        given = {
            "awx_configure_project_url": PROJECT_URL,
            "awx_configure_mail": MAIL,
            "awx_configure_image": "ee.example.com/web-security-ee:1.0.0",
            "awx_configure_secrets": SECRETS,
            **values,
        }
        file = self.ansible.file(json.dumps(given))
        who = {"AWX_URL": self.url, "AWX_USERNAME": "admin", "AWX_PASSWORD": PASSWORD}
        return self.ansible.run(PLAYBOOK, "-e", f"@{file}", *words, env={**who, **(env or {})})


def changes(played: Played) -> dict[str, list[str]]:
    """What the tasks of a run that succeeded say they changed, by the name of the object."""
    assert played.returncode == 0, played.output
    items = [item for run in played.tasks for item in run.result.get("results", [])]
    return {item["awx_name"]: item["changes"] for item in items if item.get("changed")}


@dataclass
class Configured:
    """An AWX after a run in check mode, a real one and a second one; and how many writes there were after each."""

    awx: Awx
    run: Runs
    played: list[Played]
    writes: list[int]


@pytest.fixture
def empty() -> Iterator[Awx]:
    with Awx(PLAYBOOKS, username="admin", password=PASSWORD, token=TOKEN) as running:
        yield running


@pytest.fixture(scope="module")
def configured(ansible) -> Iterator[Configured]:
    with Awx(PLAYBOOKS, username="admin", password=PASSWORD, token=TOKEN) as awx:
        made = Configured(awx, Runs(ansible, awx.url), [], [])
        for words in (("--check", "--diff"), ("--diff", "-vvv"), ()):
            made.played.append(made.run(*words))
            made.writes.append(len(awx.api.writes))
        yield made


def test_a_check_all_of_it_and_nothing_the_second_time(configured):
    checked, first, second = map(changes, configured.played)
    assert checked.keys() == first.keys()
    assert second == {}
    assert "credential for Galaxy" not in " ".join(configured.played[1].output.split())
    of_check, of_first, of_second = configured.writes
    assert of_check == 0
    assert of_second == of_first > 20
    counts = {kind: len(configured.awx.store.all(kind)) for kind in ("job_templates", "credentials", "schedules")}
    assert counts == {"job_templates": 5, "credentials": 3, "schedules": 1}
    said = [item["msg"] for item in configured.played[0].task("Job templates").result["results"]]
    assert said[2].startswith(
        "The job template Gcore: rotate the fleet would be put in order: made, credentials: Gcore"
    )
    assert '"playbook": "rotate_fleet.yml"' in configured.played[0].output, "the diff shows it"


def test_what_is_there_afterwards(configured):
    """Secrets are, though no run has shown them; the workflow's order; a rotation by hand is dry by default."""
    store = configured.awx.store
    assert store.named("credentials", "Gcore API token")["inputs"] == {"api_key": API_KEY}
    mail = store.named("notification_templates", "Gcore failure")["notification_configuration"]
    assert mail == {**MAIL, "username": "", "password": MAIL_PASSWORD, "use_tls": False, "use_ssl": False}
    assert store.named("notification_templates", "Gcore approval")["notification_configuration"] == mail
    for kind, name in (("inventory_sources", "Gcore resources"), ("projects", "Gcore certificates")):
        joined = store.joined(kind, store.named(kind, name)["id"], "notification_templates_error")
        assert [one["name"] for one in joined] == ["Gcore failure"]
    nodes = {node["identifier"]: node["id"] for node in store.all("workflow_job_template_nodes")}
    steps = [
        (name, link, one["identifier"])
        for name, number in nodes.items()
        for link in ("success_nodes", "always_nodes", "failure_nodes")
        for one in store.joined("workflow_job_template_nodes", number, link)
    ]
    assert sorted(steps) == [
        ("approve", "failure_nodes", "report"),
        ("approve", "success_nodes", "rotate"),
        ("needed", "failure_nodes", "approve"),
        ("needed", "success_nodes", "report"),
        ("plan", "success_nodes", "needed"),
        ("rotate", "always_nodes", "last"),
        ("rotate", "always_nodes", "report"),
        ("sync", "success_nodes", "plan"),
    ]
    approval = store.named("workflow_job_template_nodes", "approve")["unified_job_template"]
    assert store.get("workflow_approval_templates", approval)["name"] == "Rotate the certificates?"
    for name in ("Gcore: rotate one", "Gcore: rotate the fleet"):
        survey = store.named("job_templates", name)["survey"]["spec"]
        questions = {question["variable"]: question for question in survey}
        assert questions["rotate_dry_run"]["default"] == "yes"
    assert {"fleet_cert_include", "fleet_cert_waves", "fleet_cert_max_failures"} < questions.keys()
    assert store.named("workflow_job_template_nodes", "rotate")["extra_data"] == {"rotate_dry_run": "no"}
    named = [store.all("inventory_sources")[0]["source_path"]]
    named += [template["playbook"] for template in store.all("job_templates")]
    assert [path for path in named if not (PROJECT / path).is_file()] == []


CURRENT, NOT_CURRENT = ({"gcore_fleet_cert": {"current": word}} for word in (True, False))
APPROVAL, FAILURE = "Gcore approval", "Gcore failure"
ASKED, ROTATE = (APPROVAL, "waiting"), "Gcore: rotate the fleet"
RED = [(FAILURE, ROTATE), (FAILURE, "the workflow")]
WEEKS = {
    # what the check says, the answer, how the rotation ends: whether it is green, the mails, the steps that did not run
    "nothing to do": (CURRENT, None, None, True, [], ["approve", "last", "rotate"]),
    "yes": (NOT_CURRENT, "approved", ("successful", CURRENT), True, [ASKED, (APPROVAL, "approved")], []),
    "some fail": (NOT_CURRENT, "approved", ("failed", NOT_CURRENT), False, [ASKED, (APPROVAL, "approved"), *RED], []),
    "a dead node": (NOT_CURRENT, "approved", ("error", {}), False, [ASKED, (APPROVAL, "approved"), *RED], []),
    "no": (NOT_CURRENT, "denied", None, True, [ASKED, (APPROVAL, "denied")], ["last", "rotate"]),
    "silence": (NOT_CURRENT, "", None, True, [ASKED, (APPROVAL, "timed_out")], ["last", "rotate"]),
}  # fmt: skip


@pytest.mark.parametrize(("check", "answer", "rotation", "is_green", "mails", "left_out"), WEEKS.values(), ids=WEEKS)
def test_a_week(configured, check, answer, rotation, is_green, mails, left_out):
    """The workflow as AWX would run it: its links decide what a failure is, and an unanswered question ends in time."""

    def work(name, handed_on):
        if name == "Gcore: is all current?":
            return ("successful" if handed_on["gcore_fleet_cert"]["current"] else "failed"), {}
        return {"Gcore: check the fleet": ("successful", check), ROTATE: rotation}.get(name, ("successful", {}))

    weekly = Workflow(configured.awx.store, "Gcore: rotation", work)
    run = weekly.launch()
    if answer:
        weekly.answer(answer)
    weekly.pass_time(0 if answer is None else 7 * 24 * 3600 - 1)
    assert (run.status == "successful", weekly.mails) == (is_green, mails)
    assert sorted(run.left_out) == left_out
    assert run.jobs["report"].status == "successful"
    assert weekly.launch().status != "pending", "the next one would wait for this one"


def test_what_users_changed_and_secrets_that_are_renewed_on_request(configured):
    """What is managed is put back, what is not stays, what they added stays; and nothing else is written."""
    store = configured.awx.store
    fleet, schedule = store.named("job_templates", "Gcore: rotate the fleet"), store.all("schedules")[0]
    token, rotate = store.named("credentials", "Gcore API token"), store.named("workflow_job_template_nodes", "rotate")
    machine = store.make("credential_types", {"name": "Machine", "kind": "net", "inputs": {"fields": []}})
    own = store.make("credentials", {"name": "Own", "organization": 1, "credential_type": machine["id"]})
    store.join("job_templates", fleet["id"], "credentials", own["id"])
    certificates = store.named("credentials", "Gcore site certificates")
    store.part("job_templates", fleet["id"], "credentials", certificates["id"])
    kept = {"verbosity": 3, "extra_vars": "a: 1", "description": "Ours"}
    fleet |= {**kept, "playbook": "expiry_report.yml"}
    stopped = {"enabled": False, "rrule": "DTSTART:20300101T000000Z RRULE:FREQ=DAILY;INTERVAL=1"}
    schedule |= stopped
    token["inputs"] = {"api_key": "old", "api_url": "https://api.example.com"}
    approval = store.named("workflow_approval_templates", "Rotate the certificates?")
    approval["timeout"] = 60
    rotate["extra_data"] = {"rotate_dry_run": "yes", "fleet_cert_waves": "1"}
    fleet["survey"]["spec"].pop()
    writes = len(configured.awx.api.writes)
    assert changes(configured.run(awx_configure_update_secrets=True)) == {
        "Gcore: rotate the fleet": ["playbook", "credentials: Gcore site certificates", "survey"],
        "rotate": ["extra_data"],
        "Gcore API token": ["secrets of inputs"],
        "Gcore approval": ["secrets of notification_configuration"],
        "Gcore failure": ["secrets of notification_configuration"],
    }
    assert len(configured.awx.api.writes) == writes + 7
    fleet, schedule = store.get("job_templates", fleet["id"]), store.get("schedules", schedule["id"])
    assert fleet.items() >= {**kept, "playbook": "rotate_fleet.yml"}.items()
    assert schedule.items() >= stopped.items()
    assert store.get("workflow_approval_templates", approval["id"])["timeout"] == 60
    inputs = store.get("credentials", token["id"])["inputs"]
    assert inputs == {"api_key": API_KEY, "api_url": "https://api.example.com"}
    extra = store.get("workflow_job_template_nodes", rotate["id"])["extra_data"]
    assert extra == {"rotate_dry_run": "no", "fleet_cert_waves": "1"}
    joined = [one["name"] for one in store.joined("job_templates", fleet["id"], "credentials")]
    assert joined == ["Gcore API token", "Own", "Gcore site certificates"]


def test_the_least_that_must_be_given(empty, ansible):
    """No mail, no image, no secrets: and a token in place of a password. Nor a credential for Galaxy, which is told."""
    empty.store.part("organizations", 1, "galaxy_credentials", empty.store.named("credentials", "Ansible Galaxy")["id"])
    run = Runs(ansible, empty.url)
    env = {"AWX_USERNAME": "", "AWX_PASSWORD": "", "AWX_TOKEN": TOKEN}
    told = run(env=env, awx_configure_mail={}, awx_configure_image="", awx_configure_secrets={})
    assert told.returncode == 0, told.output
    assert "Default has no credential for Galaxy" in " ".join(told.output.split())
    assert empty.store.all("notification_templates") == empty.store.all("execution_environments") == []
    assert empty.store.named("credentials", "Gcore API token")["inputs"] == {}
    assert empty.store.named("job_templates", "Gcore: rotate one")["execution_environment"] is None


def test_a_failure_is_told_without_all_that_was_wanted(empty, ansible):
    told = Runs(ansible, empty.url)(awx_configure_project_credential="Nobody's")
    assert told.returncode == 2
    assert "AWX has no credential Nobody's" in told.output
    assert PROJECT_URL not in told.output


MISTAKES = {
    # the options beside AWX's address, and what the message must have; each by itself is for unit tests
    "password": ({"awx_password": "wrong"}, ("401", "AWX_USERNAME, AWX_PASSWORD")),
    "down": ({"awx_url": nobody()}, ("the connection was refused", "awx_url")),
    "another path": ({"awx_url": "{{ awx }}/elsewhere/v2"}, ("404", "Check awx_url")),
    "refused": (
        {"kind": "credential_types", "definition": {"fields": {"name": "T", "kind": "ssh"}}},
        ("400", "Must be 'cloud' or 'net'"),
    ),
    "unknown relation": (
        {"definition": {"fields": {"name": "D"}, "related": {"friends": ["E"]}}},
        ("Unsupported parameters: definition.related.friends", "success_nodes"),
    ),
}


def test_what_is_wrong_is_told(empty, ansible):
    usual = {"kind": "organizations", "definition": {"fields": {"name": "Default"}}}
    who = {"awx_url": empty.url, "awx_username": "admin", "awx_password": PASSWORD}
    tasks = [
        {"name": name, "gcore.web_security.awx_object": {**usual, **who, **options}, "ignore_errors": True}
        for name, (options, _words) in MISTAKES.items()
    ]
    played = ansible.run([tasks_play(*tasks, vars={"awx": empty.url})], "-vvv")
    assert empty.api.writes == [("POST", "/api/v2/credential_types/", {"name": "T", "kind": "ssh"})]
    for name, (_options, words) in MISTAKES.items():
        told = played.task(name)
        assert (told.status, told.result["changed"]) == ("failed", False)
        assert [word for word in words if word not in told.message] == [], told.message


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"awx_configure_project_url": ""}, "Set awx_configure_project_url"),
        ({"awx_configure_mail": {**MAIL, "password": MAIL_PASSWORD}}, "belongs to awx_configure_secrets"),
    ],
    ids=["no project", "a password where it would be shown"],
)
def test_what_is_refused_first(values, says, empty, ansible):
    told = Runs(ansible, empty.url)(**values)
    assert told.returncode == 2
    assert says in told.output
    assert empty.api.journal == []


NEEDED = ("AWX_URL", "AWX_USERNAME", "AWX_PASSWORD", "AWX_PROJECT_URL")


@pytest.mark.skipif(not all(map(os.environ.get, NEEDED)), reason=f"no AWX to try it on: set {', '.join(NEEDED)}")
def test_a_real_awx(ansible):
    """Makes its objects in the organization AWX_ORGANIZATION, or Default, and leaves them there."""
    run = Runs(ansible, os.environ["AWX_URL"])
    env = {name: os.environ[name] for name in NEEDED[:3]}
    values = {
        "awx_configure_project_url": os.environ["AWX_PROJECT_URL"],
        "awx_configure_organization": os.environ.get("AWX_ORGANIZATION", ""),
        "awx_configure_image": os.environ.get("AWX_IMAGE", ""),
    }
    for words in (("--check",), ()):
        told = run(*words, env=env, **values)
        assert told.returncode == 0, told.output
    assert changes(run(env=env, **values)) == {}
