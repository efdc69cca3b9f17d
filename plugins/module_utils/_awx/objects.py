# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""One object of AWX as it shall be: looked for, compared in what is managed, made or put right."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from .._errors import InputError
from .client import AwxClient, AwxError, Json
from .kinds import (
    APPROVALS,
    KINDS,
    NODES,
    REFERENCES,
    RELATED,
)

_HIDDEN = "$encrypted$"
"""What AWX shows of a secret."""

_UNSET = ("", None)
_BUSY = ("new", "pending", "waiting", "running")
_SYNCED = ("successful", "ok")
_PAUSE = 2.0


@dataclass(frozen=True)
class Definition:
    """How an object shall be.

    Attributes:
        kind: one of `KINDS`.
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
    secrets: Json = field(default_factory=dict)
    related: dict[str, list[str]] = field(default_factory=dict)
    survey: Json = field(default_factory=dict)
    approval: Json = field(default_factory=dict)

    @classmethod
    def parsed(cls, kind: str, given: Mapping[str, Any], secrets: Mapping[str, Any]) -> Definition:
        """What a user wrote.

        Raises:
            InputError: it relates what can't be related, or the name is missing.
        """
        parts = {name: part for name, part in given.items() if part not in _UNSET}
        if wrong := sorted(parts.get("related", {}).keys() - RELATED.keys()):
            raise InputError(f"A definition relates no {', '.join(wrong)}. Known are {', '.join(sorted(RELATED))}.")
        fields = set_ones(parts.pop("fields"))
        if missing := [name for name in KINDS[kind].key if name not in fields]:
            raise InputError(f"A definition of a {KINDS[kind].noun} needs the fields {', '.join(missing)}.")
        parts["initial"] = set_ones(parts.get("initial", {}))
        return cls(kind=kind, fields=fields, secrets={name: set_ones(part) for name, part in secrets.items()}, **parts)

    @property
    def title(self) -> str:
        """How messages call it."""
        return f"{KINDS[self.kind].noun} {self.fields.get('name') or self.fields.get('identifier')}"


@dataclass
class Outcome:
    """What became of it: what was done, in that order, also where a later step failed."""

    id: int | None = None
    created: bool = False
    changes: list[str] = field(default_factory=list)
    before: Json = field(default_factory=dict)
    after: Json = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)

    def note(self, before: Json, after: Json) -> None:
        """Keep for the diff what was, and what is instead."""
        self.before |= before
        self.after |= after


def set_ones(values: Mapping[str, Any]) -> Json:
    """The values that are set: an empty string counts as unset."""
    return {name: value for name, value in values.items() if value not in _UNSET}


def differences(have: Mapping[str, Any], want: Mapping[str, Any], closed: frozenset[str] = frozenset()) -> Json:
    """The fields to write. A field of several values keeps those that are not managed, unless it is closed."""
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
    """Whether the questions are those, in that order; AWX may add to what it was given."""
    asked, wanted = have.get("spec", []), want["spec"]
    return len(asked) == len(wanted) and not any(differences(*pair) for pair in zip(asked, wanted, strict=True))


class Organizer:
    """Puts objects of AWX in order."""

    def __init__(
        self,
        client: AwxClient,
        *,
        organization: str = "",
        check_mode: bool = False,
        update_secrets: bool = False,
        sync_timeout: int = 300,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._client = client
        self._organization = organization
        self._check_mode = check_mode
        self._update_secrets = update_secrets
        self._sync_timeout = sync_timeout
        self._sleep = sleep

    def ensure(self, wanted: Definition, outcome: Outcome) -> None:
        """Make the object, or put right what differs."""
        fields = self._resolved(wanted.fields, outcome)
        found = self._found(wanted.kind, fields)
        if found is None:
            found = self._create(wanted, fields, outcome)
        else:
            self._update(wanted, found, fields, outcome)
        outcome.id = found.get("id")
        if wanted.kind == "projects" and not self._check_mode:
            self._await_sync(wanted, found["id"])
        for name, members in wanted.related.items():
            self._relate(wanted, found, name, members, outcome)
        if wanted.survey:
            self._ask_survey(wanted, found, outcome)
        if wanted.approval:
            self._approve(wanted, found, outcome)

    def _resolved(self, fields: Json, outcome: Outcome) -> Json:
        """The fields with ids for names."""
        return {name: self._reference(name, value, outcome) for name, value in fields.items()}

    def _reference(self, name: str, value: Any, outcome: Outcome) -> Any:
        if name == "unified_job_template":
            ((kind, called),) = value.items()  # it may be of several kinds, so that the definition tells which
            return self._id(kind, {"name": called}, outcome)
        return self._id(REFERENCES[name], {"name": value}, outcome) if name in REFERENCES else value

    def _id(self, kind: str, query: Json, outcome: Outcome) -> int | None:
        found = self._client.find(kind, {**query, **self._scope(kind)})
        if found:
            return int(found["id"])
        title = f"{KINDS[kind].noun} {query.get('name') or query.get('identifier')}"
        if not self._check_mode or kind == "organizations":
            raise AwxError(f"AWX has no {title}.", "Its name counts exactly; it may belong to another organization.")
        outcome.missing.append(title)
        return None

    def _scope(self, kind: str) -> Json:
        scope = KINDS[kind].scope
        return {f"{scope}__name": self._organization} if scope and self._organization else {}

    def _found(self, kind: str, fields: Json) -> Json | None:
        query = {name: fields[name] for name in KINDS[kind].key}
        if None in query.values():  # it would belong to what is not there yet
            return None
        return self._client.find(kind, {**query, **self._scope(kind)})

    def _create(self, wanted: Definition, fields: Json, outcome: Outcome) -> Json:
        body = {**self._resolved(wanted.initial, outcome), **fields}
        whole = _with_secrets(body, wanted.secrets)
        made = {} if self._check_mode else self._client.post(f"{wanted.kind}/", whole)
        outcome.created = True
        outcome.note({}, body)
        return made

    def _update(self, wanted: Definition, found: Json, fields: Json, outcome: Outcome) -> None:
        changed = differences(found, fields, KINDS[wanted.kind].closed)
        renewed = wanted.secrets if self._update_secrets and any(wanted.secrets.values()) else {}
        body = _with_secrets({**{name: found[name] for name in renewed}, **changed}, renewed)
        if body and not self._check_mode:
            self._client.patch(f"{wanted.kind}/{found['id']}/", body)
        outcome.note({name: found.get(name) for name in changed}, changed)
        outcome.changes += [*sorted(changed), *(f"secrets of {name}" for name in renewed)]

    def _await_sync(self, wanted: Definition, number: int) -> None:
        """AWX knows a project's playbooks only once it is synchronized, and refuses templates for others."""
        path, started = f"projects/{number}/", False
        for _attempt in range(max(1, int(self._sync_timeout / _PAUSE))):
            status = self._client.get(path)["status"]
            if status in _SYNCED:
                return
            if status not in _BUSY:
                if started:
                    raise AwxError(
                        f"AWX could not synchronize the {wanted.title}: {status}.",
                        "Its last job in AWX says why. Mostly it is scm_url or scm_credential.",
                    )
                self._client.post(f"{path}update/", {})
                started = True
            self._sleep(_PAUSE)
        raise AwxError(f"AWX did not synchronize the {wanted.title} within {self._sync_timeout} s.", "Run it again.")

    def _relate(self, wanted: Definition, found: Json, name: str, members: list[str], outcome: Outcome) -> None:
        numbers = {called: self._member(RELATED[name], called, found, outcome) for called in members}
        path = f"{wanted.kind}/{found.get('id')}/{name}/"
        present = {one["id"] for one in self._client.everything(path)} if found and members else set()
        for called, number in numbers.items():
            if number not in present:
                if not self._check_mode:
                    self._client.post(path, {"id": number})
                outcome.note({}, {name: [*outcome.after.get(name, []), called]})
                outcome.changes.append(f"{name}: {called}")

    def _member(self, kind: str, called: str, found: Json, outcome: Outcome) -> int | None:
        if kind != NODES:
            return self._id(kind, {"name": called}, outcome)
        workflow = found.get("workflow_job_template")
        return self._id(kind, {"identifier": called, "workflow_job_template": workflow}, outcome) if workflow else None

    def _ask_survey(self, wanted: Definition, found: Json, outcome: Outcome) -> None:
        path = f"{wanted.kind}/{found.get('id')}/survey_spec/"
        present = self._client.get(path) if found else {}
        if same_survey(present, wanted.survey):
            return
        if not self._check_mode:
            self._client.post(path, wanted.survey)
        outcome.note({"survey": present}, {"survey": wanted.survey})
        outcome.changes.append("survey")

    def _approve(self, wanted: Definition, found: Json, outcome: Outcome) -> None:
        """The approval is an object of its own, which AWX makes and lists through its node alone."""
        present = self._client.get(f"{APPROVALS}/{found['unified_job_template']}/") if _waits(found) else None
        changed = differences(present or {}, wanted.approval)
        if changed and not self._check_mode:
            if present:
                self._client.patch(f"{APPROVALS}/{present['id']}/", changed)
            else:
                self._client.post(f"{wanted.kind}/{found['id']}/create_approval_template/", wanted.approval)
        was = {f"approval {name}": (present or {}).get(name) for name in changed}
        outcome.note(was, {f"approval {name}": value for name, value in changed.items()})
        outcome.changes += [f"approval: {name}" for name in sorted(changed)]


def _waits(node: Json) -> bool:
    """Whether a node has an approval."""
    work = node.get("summary_fields", {}).get("unified_job_template", {})
    return bool(work.get("unified_job_type") == "workflow_approval")


def _with_secrets(body: Json, secrets: Mapping[str, Json]) -> Json:
    return {**body, **{name: {**body.get(name, {}), **values} for name, values in secrets.items()}}
