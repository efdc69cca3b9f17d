# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""One object of AWX as it shall be: looked for, compared in what is managed, made or put right."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from .._clock import Clock
from .._errors import InputError
from .client import AwxClient, AwxError, Json
from .kinds import APPROVALS, CLOSED, KEYS, NODES, OWNED, REFERENCES, RELATED, title

_HIDDEN = "$encrypted$"
"""What AWX shows of a secret."""

_BUSY = ("new", "pending", "waiting", "running")
_SYNCED = ("successful", "ok")
_PAUSE = 2.0
"""Seconds between two looks at a project."""


@dataclass(frozen=True)
class Definition:
    """An object as it shall be.

    Attributes:
        kind: one of `KEYS`.
        fields: what is managed: put right where it differs.
        initial: what it is made with, and is the users' from then on.
        secrets: values of `inputs` and the like that AWX never shows; written when the object is made.
        related: lists of other objects; those named are added, no other is removed.
        survey: the questions of a template.
        approval: what makes a workflow node one that waits for a person.
    """

    kind: str
    fields: Json
    initial: Json = field(default_factory=dict)
    secrets: Json = field(default_factory=dict, repr=False)
    related: dict[str, list[str]] = field(default_factory=dict)
    survey: Json = field(default_factory=dict)
    approval: Json = field(default_factory=dict)

    @classmethod
    def parsed(cls, kind: str, given: Mapping[str, Any], secrets: Mapping[str, Any]) -> Definition:
        """Read what a user wrote.

        Raises:
            InputError: it relates what can't be related, or the name is missing.
        """
        parts = _set_ones(given)
        if wrong := sorted(parts.get("related", {}).keys() - RELATED.keys()):
            raise InputError(f"A definition relates no {', '.join(wrong)}. Known are {', '.join(sorted(RELATED))}.")
        parts |= {name: _set_ones(parts.get(name, {})) for name in ("fields", "initial")}
        if missing := [name for name in KEYS[kind] if name not in parts["fields"]]:
            raise InputError(f"A definition among {kind} needs the fields {', '.join(missing)}.")
        return cls(kind=kind, secrets={name: _set_ones(part) for name, part in secrets.items()}, **parts)


@dataclass(frozen=True)
class Step:
    """A request that changes something, with what the result lists of it and the diff shows."""

    method: str
    path: str
    body: Json = field(repr=False)
    changes: tuple[str, ...] = ()
    before: Json = field(default_factory=dict)
    after: Json = field(default_factory=dict)


@dataclass
class Done:
    """What a run did so far, or would do, in that order: it is told also where a later step fails."""

    in_check_mode: bool = False
    title: str = ""
    id: int | None = None
    created: bool = False
    steps: list[Step] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Organizer:
    """Puts objects of AWX in order.

    Attributes:
        client: the way to AWX.
        done: grows as things are done.
        organization: in which objects are looked for, all if empty.
        check_mode: nothing may be written.
        update_secrets: secrets are written into an object that is there, too.
        sync_timeout: seconds for AWX to synchronize a project.
        clock: what waits.
    """

    client: AwxClient
    done: Done
    organization: str | None = None
    check_mode: bool = False
    update_secrets: bool = False
    sync_timeout: int = 300
    clock: Clock = field(default_factory=Clock)

    def ensure(self, wanted: Definition) -> None:
        """Make the object, or put right what differs.

        Raises:
            AwxError: AWX lacks what the definition refers to, or does not synchronize the project.
            ApiError: AWX refused a request, or gave no answer.
        """
        fields = self._resolved(wanted.fields)
        query = {name: fields[name] for name in KEYS[wanted.kind]}
        # One whose key is not there yet can't be there either.
        found = None if None in query.values() else self._find(wanted.kind, query)
        if found is None:
            body = {**self._resolved(wanted.initial), **fields}
            found = self._do(Step("POST", f"{wanted.kind}/", _with_secrets(body, wanted.secrets), after=body))
            self.done.created = True
        else:
            self._do_all(_update(wanted, found, fields, with_secrets=self.update_secrets))
        self.done.id = found.get("id")
        if wanted.kind == "projects" and not self.check_mode:
            self._await_sync(wanted, found.get("id"))
        for steps in (self._relations, self._survey, self._approval):
            self._do_all(steps(wanted, found, f"{wanted.kind}/{found.get('id')}/"))

    def _do(self, step: Step) -> Json:
        answer = {} if self.check_mode else self.client.ask(step.method, step.path, step.body)
        self.done.steps.append(step)
        return answer

    def _do_all(self, steps: Iterator[Step]) -> None:
        for step in steps:
            self._do(step)

    def _find(self, kind: str, query: Json) -> Json | None:
        scope = {f"{OWNED[kind]}__name": self.organization} if kind in OWNED and self.organization else {}
        return self.client.find(kind, {**query, **scope})

    def _resolved(self, fields: Json) -> Json:
        """Put ids in the place of names."""
        return {name: self._reference(name, value) for name, value in fields.items()}

    def _reference(self, name: str, value: Any) -> Any:
        if name == "unified_job_template":
            ((kind, called),) = value.items()  # it may be of several kinds, so that the definition tells which
            return self._id(kind, {"name": called})
        return self._id(REFERENCES[name], {"name": value}) if name in REFERENCES else value

    def _id(self, kind: str, query: Json) -> int | None:
        found = self._find(kind, query)
        if found:
            return int(found["id"])
        if not self.check_mode or kind == "organizations":
            hint = "Its name counts exactly; it may belong to another organization."
            raise AwxError(f"AWX has no {title(kind, query)}.", hint)
        self.done.missing.append(title(kind, query))
        return None

    def _await_sync(self, wanted: Definition, number: Any) -> None:
        """Wait until AWX knows the project's playbooks: it refuses templates for others."""
        path, started, what = f"projects/{number}/", False, title(wanted.kind, wanted.fields)
        for _attempt in range(max(1, int(self.sync_timeout / _PAUSE))):
            status = self.client.ask("GET", path).get("status")
            if status in _SYNCED:
                return
            if status not in _BUSY and started:
                hint = "Its last job in AWX says why. Mostly it is scm_url or credential."
                raise AwxError(f"AWX could not synchronize the {what}: {status}.", hint)
            if status not in _BUSY:
                self.client.ask("POST", f"{path}update/", {})
                started = True
            self.clock.sleep(_PAUSE)
        raise AwxError(f"AWX did not synchronize the {what} within {self.sync_timeout} s.", "Run it again.")

    def _relations(self, wanted: Definition, found: Json, path: str) -> Iterator[Step]:
        for name, members in wanted.related.items():
            numbers = {called: self._member(RELATED[name], called, found) for called in members}
            present = {one["id"] for one in self.client.everything(f"{path}{name}/")} if found and members else set()
            added = [called for called, number in numbers.items() if number not in present]
            for place, called in enumerate(added, start=1):
                after = {name: added[:place]}
                yield Step("POST", f"{path}{name}/", {"id": numbers[called]}, (f"{name}: {called}",), after=after)

    def _member(self, kind: str, called: str, found: Json) -> int | None:
        if kind != NODES:
            return self._id(kind, {"name": called})
        workflow = found.get("workflow_job_template")
        return self._id(kind, {"identifier": called, "workflow_job_template": workflow}) if workflow else None

    def _survey(self, wanted: Definition, found: Json, path: str) -> Iterator[Step]:
        survey, path = wanted.survey, f"{path}survey_spec/"
        present = self.client.ask("GET", path) if survey and found else {}
        if survey and not same_survey(present, survey):
            yield Step("POST", path, survey, ("survey",), {"survey": present}, {"survey": survey})

    def _approval(self, wanted: Definition, found: Json, path: str) -> Iterator[Step]:
        """Compare the approval, an object of its own, which AWX makes and lists through its node alone."""
        work = found.get("summary_fields", {}).get("unified_job_template", {})
        waits = wanted.approval and work.get("unified_job_type") == "workflow_approval"
        present = self.client.ask("GET", f"{APPROVALS}/{found['unified_job_template']}/") if waits else {}
        if changed := differences(present, wanted.approval):
            names = tuple(f"approval: {name}" for name in sorted(changed))
            before = {f"approval {name}": present.get(name) for name in changed}
            after = {f"approval {name}": value for name, value in changed.items()}
            making = ("POST", f"{path}create_approval_template/", wanted.approval)
            call = ("PATCH", f"{APPROVALS}/{present['id']}/", changed) if present else making
            yield Step(*call, names, before, after)


def _update(wanted: Definition, found: Json, fields: Json, *, with_secrets: bool) -> Iterator[Step]:
    changed = differences(found, fields, CLOSED.get(wanted.kind, frozenset()))
    renewed = wanted.secrets if with_secrets and any(wanted.secrets.values()) else {}
    body = _with_secrets({**{name: found.get(name, {}) for name in renewed}, **changed}, renewed)
    if body:
        names = (*sorted(changed), *(f"secrets of {name}" for name in renewed))
        before = {name: found.get(name) for name in changed}
        yield Step("PATCH", f"{wanted.kind}/{found['id']}/", body, names, before, changed)


def differences(have: Mapping[str, Any], want: Mapping[str, Any], closed: frozenset[str] = frozenset()) -> Json:
    """Return the fields to write. A field of several values keeps those that are not managed, unless it is closed."""
    found = {}
    for name, value in want.items():
        present = have.get(name)
        if isinstance(value, Mapping) and isinstance(present, Mapping) and name not in closed:
            if changed := differences(present, value):
                found[name] = {**present, **changed}
        elif present not in (value, _HIDDEN):
            found[name] = value
    return found


def same_survey(have: Mapping[str, Any], want: Mapping[str, Any]) -> bool:
    """Tell whether the questions are those, in that order; AWX may add to what it was given."""
    asked, wanted = have.get("spec", []), want.get("spec", [])
    return len(asked) == len(wanted) and not any(differences(*pair) for pair in zip(asked, wanted, strict=True))


def _set_ones(values: Mapping[str, Any]) -> Json:
    return {name: value for name, value in values.items() if value not in ("", None)}


def _with_secrets(body: Json, secrets: Mapping[str, Json]) -> Json:
    return {**body, **{name: {**body.get(name, {}), **values} for name, values in secrets.items()}}
