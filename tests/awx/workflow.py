# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""What becomes of a workflow: which of its steps run, how it ends, who is told, who may look, what waits for what."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from .rules import Item
from .store import Store
from .tables import Refusal

_NODES = "workflow_job_template_nodes"
_LINKS = ("success_nodes", "failure_nodes", "always_nodes")
_ENDED = ("successful", "failed", "error", "canceled")
_MAY = {"Read": ("read",), "Execute": ("read", "execute"), "Approve": ("read", "approve")}

Work = Callable[[str, Item], tuple[str, Item]]
"""A job: the name of its template and what the steps before it handed on, for its status and what it hands on."""


@dataclass
class Job:
    """A step that has begun."""

    status: str
    artifacts: Item = field(default_factory=dict)
    looked_at: int = 0

    def shown(self) -> Item:
        """It as AWX's API tells it: the status comes first, and the last events, of which the output is made, later."""
        self.looked_at += 1
        return {"status": self.status, "event_processing_finished": self.looked_at > 1}


@dataclass
class Run:
    """One run of a workflow: `pending` while an earlier one is not through."""

    status: str = "pending"
    jobs: dict[str, Job] = field(default_factory=dict)  # by the identifiers of the steps
    left_out: set[str] = field(default_factory=set)
    waited: int = 0  # seconds, for a person


class Workflow:
    """A workflow of the stand-in, with its runs and the mails that they were the reason of."""

    def __init__(self, store: Store, name: str, work: Work) -> None:
        self.runs: list[Run] = []
        self.mails: list[tuple[str, str]] = []  # of which notification, and about what
        self._store, self._work = store, work
        self._workflow = store.named("workflow_job_templates", name)
        mine = (one for one in store.all(_NODES) if one["workflow_job_template"] == self._workflow["id"])
        self._nodes = {one["identifier"]: one for one in mine}

    def launch(self) -> Run:
        """Begin a run, or let it wait its turn: by default no two of a workflow run at the same time."""
        self.runs.append(Run())
        self._go_on()
        return self.runs[-1]

    def answer(self, word: str, roles: Mapping[str, str] | None = None) -> None:
        """Let an administrator say `approved` or `denied`, or somebody who has roles on objects by their names."""
        self._authorize("approve", self._workflow["name"], roles)
        self._answered(word)

    def output(self, run: Run, step: str, roles: Mapping[str, str] | None = None) -> Item:
        """Let somebody look at a job, for which the right to read its template is needed."""
        self._authorize("read", self._template(step)["name"], roles)
        return run.jobs[step].shown()

    def pass_time(self, seconds: int) -> None:
        """Let a person wait for so long; what has a timeout then says no by itself."""
        for run, step in [(one, step) for one in self.runs for step in self._waiting(one)]:
            run.waited += seconds
            if 0 < self._template(step)["timeout"] <= run.waited:
                self._answered("timed_out")

    def _authorize(self, what: str, name: str, roles: Mapping[str, str] | None) -> None:
        if roles is not None and what not in _MAY.get(roles.get(name, ""), ()):
            raise Refusal({"detail": "You do not have permission to perform this action."}, 403)

    def _answered(self, word: str) -> None:
        (run,) = (one for one in self.runs if self._waiting(one))
        (step,) = self._waiting(run)
        run.jobs[step].status = "successful" if word == "approved" else "failed"
        self._tell("workflow_job_templates", self._workflow, "notification_templates_approvals", word)
        self._go_on()

    def _waiting(self, run: Run) -> list[str]:
        return [step for step, job in run.jobs.items() if job.status == "pending"]

    def _go_on(self) -> None:
        for run in self.runs:
            if run.status in ("pending", "running"):
                run.status = "running"
                while any(self._began(run, step) for step in self._nodes):
                    pass
                if self._waiting(run):
                    return
                run.status = "failed" if self._has_failed(run) else "successful"
                if run.status == "failed":
                    self._tell("workflow_job_templates", self._workflow, "notification_templates_error", "the workflow")

    def _began(self, run: Run, step: str) -> bool:
        """Begin a step, or leave it out, once nothing more can be said of those before it."""
        parents = self._parents(step)
        if step in run.jobs or step in run.left_out:
            return False
        if any(run.jobs[one].status not in _ENDED if one in run.jobs else one not in run.left_out for one in parents):
            return False
        if parents and not any(self._leads(run, one, step) for one in parents):
            run.left_out.add(step)
            return True
        self._begin(run, step)
        return True

    def _begin(self, run: Run, step: str) -> None:
        template = self._template(step)
        if "timeout" in template and "playbook" not in template:
            run.jobs[step] = Job("pending")
            self._tell("workflow_job_templates", self._workflow, "notification_templates_approvals", "waiting")
            return
        status, artifacts = self._work(template["name"], self._handed_on(run, step))
        run.jobs[step] = Job(status, artifacts)
        if status != "successful":
            kind = "job_templates" if "playbook" in template else "inventory_sources"
            self._tell(kind, template, "notification_templates_error", template["name"])
            if project := template.get("project"):  # its jobs' failures are told where its own are
                about = self._store.get("projects", project)
                self._tell("projects", about, "notification_templates_error", template["name"])

    def _handed_on(self, run: Run, step: str) -> Item:
        """Gather what all steps before it handed on, the nearest ones' last."""
        handed: Item = {}
        for one in self._parents(step):
            handed |= self._handed_on(run, one)
            handed |= run.jobs[one].artifacts if one in run.jobs else {}
        return handed

    def _has_failed(self, run: Run) -> bool:
        """A failure that any link leads on from counts as handled."""
        failed = [step for step, job in run.jobs.items() if job.status != "successful"]
        return any(not self._next(step, "failure_nodes") and not self._next(step, "always_nodes") for step in failed)

    def _leads(self, run: Run, parent: str, step: str) -> bool:
        if parent not in run.jobs:
            return False
        by_outcome = "success_nodes" if run.jobs[parent].status == "successful" else "failure_nodes"
        return step in [*self._next(parent, by_outcome), *self._next(parent, "always_nodes")]

    def _parents(self, step: str) -> list[str]:
        return [one for one in self._nodes if any(step in self._next(one, link) for link in _LINKS)]

    def _next(self, step: str, link: str) -> list[str]:
        return [one["identifier"] for one in self._store.joined(_NODES, self._nodes[step]["id"], link)]

    def _template(self, step: str) -> Item:
        return self._store.get("unified_job_templates", self._nodes[step]["unified_job_template"])

    def _tell(self, kind: str, about: Item, when: str, what: str) -> None:
        for notification in self._store.joined(kind, about["id"], when):
            if (mail := (notification["name"], what)) not in self.mails[-1:]:
                self.mails.append(mail)
