# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""A workflow of the stand-in ends as AWX ends it: what a failure is depends on the links that lead on from it."""

from __future__ import annotations

import pytest

from awx.store import Store
from awx.tables import Refusal
from awx.workflow import Workflow

ONE, TWO = "one", "two"
LINKS = {
    # the link from the first step, how that ends: how the workflow ends, and whether the second step runs
    "no link": (None, "failed", "failed", None), "success": ("success_nodes", "failed", "failed", False),
    "failure": ("failure_nodes", "failed", "successful", True),
    "always": ("always_nodes", "canceled", "successful", True),
    "failure not met": ("failure_nodes", "successful", "successful", False),
}  # fmt: skip


@pytest.fixture
def store():
    """A workflow of an approval, and one of a job; both have two steps that nothing joins yet."""
    made = Store(["site.yml"])
    project = made.make("projects", {"name": "P", "organization": 1})
    project["status"] = "successful"
    job = made.make("job_templates", {"name": "J", "project": project["id"], "playbook": "site.yml", "job_type": "run"})
    for name in (ONE, TWO):
        workflow = made.make("workflow_job_templates", {"name": name, "organization": 1})["id"]
        for step in ("first", "second"):
            body = {
                "identifier": f"{name} {step}",
                "workflow_job_template": workflow,
                "unified_job_template": job["id"],
            }
            made.make("workflow_job_template_nodes", body)
    made.approve(made.named("workflow_job_template_nodes", "two first")["id"], {"name": "Well?", "timeout": 60})
    return made


def join(store, name, link):
    first, second = (store.named("workflow_job_template_nodes", f"{name} {step}")["id"] for step in ("first", "second"))
    store.join("workflow_job_template_nodes", first, link, second)


@pytest.mark.parametrize(("link", "ends", "expected", "runs"), LINKS.values(), ids=LINKS)
def test_how_it_ends(store, link, ends, expected, runs):
    if link:
        join(store, ONE, link)
    results = iter([(ends, {"a": 1, "b": 1}), ("successful", {"b": 2})])
    handed = []
    workflow = Workflow(store, ONE, lambda _name, before: handed.append(before) or next(results))
    run = workflow.launch()
    assert run.status == expected
    if link:
        assert ("one second" in run.jobs) is runs
        assert handed[1:] == ([{"a": 1, "b": 1}] if runs else [])


@pytest.mark.parametrize("word", ["approved", "denied", "timed_out"])
def test_runs_queue_behind_one_that_waits(store, word):
    join(store, TWO, "success_nodes")
    workflow = Workflow(store, TWO, lambda _name, _before: ("successful", {}))
    first, second = workflow.launch(), workflow.launch()
    assert (first.status, second.status, list(first.jobs)) == ("running", "pending", ["two first"])
    if word == "timed_out":
        workflow.pass_time(60)
    else:
        workflow.answer(word)
    assert (first.status, second.status) == ("successful" if word == "approved" else "failed", "running")


def test_whoever_may_approve_may_not_read_a_job(store):
    join(store, TWO, "success_nodes")
    workflow = Workflow(store, TWO, lambda _name, _before: ("successful", {}))
    run = workflow.launch()
    with pytest.raises(Refusal):
        workflow.answer("approved", {"two": "Read"})
    workflow.answer("approved", {"two": "Approve"})
    with pytest.raises(Refusal):
        workflow.output(run, "two second", {"two": "Approve"})
    seen = [workflow.output(run, "two second", {"two": "Approve", "J": "Read"}) for _look in range(2)]
    assert [look["event_processing_finished"] for look in seen] == [False, True], "events come after the status"
