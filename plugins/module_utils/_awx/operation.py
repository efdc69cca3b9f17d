# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""The operation of `awx_object`: an object of AWX is looked for, compared in what is managed, made or put right."""

from __future__ import annotations

import base64
import json
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

from .._errors import GcoreError, InputError, carrying
from .._options import CONNECTION, Specification, without_empty
from .._task import Operation, Task

Json = dict[str, Any]

_NODES = "workflow_job_template_nodes"
KINDS: dict[str, tuple[tuple[str, ...], str]] = {
    # the fields that tell objects of a kind apart, and the filter that keeps other organizations' out
    **dict.fromkeys(("execution_environments", "organizations"), (("name",), "")),
    **dict.fromkeys(("inventories", "job_templates", "notification_templates"), (("name",), "organization")),
    **dict.fromkeys(("projects", "workflow_job_templates"), (("name",), "organization")),
    "credential_types": (("name", "kind"), ""),
    "credentials": (("name", "credential_type"), "organization"),
    "inventory_sources": (("name", "inventory"), "inventory__organization"),
    "schedules": (("name", "unified_job_template"), ""),
    _NODES: (("identifier", "workflow_job_template"), ""),
}
_CLOSED = {"credential_types": ("inputs", "injectors")}  # fields that are managed as a whole, not value by value
_RELATED = {
    # lists of other objects, each an address below the object
    "credentials": "credentials",
    **dict.fromkeys(("notification_templates_approvals", "notification_templates_error"), "notification_templates"),
    **dict.fromkeys(("always_nodes", "failure_nodes", "success_nodes"), _NODES),
}
_DEFINITION: Json = {
    "fields": {"type": "dict", "required": True},
    "related": {"type": "dict", "options": {name: {"type": "list", "elements": "str"} for name in _RELATED}},
    **{name: {"type": "dict"} for name in ("initial", "survey", "approval")},
}
AWX_OBJECT = Specification(
    {
        "kind": {"type": "str", "required": True, "choices": sorted(KINDS)},
        "definition": {"type": "dict", "required": True, "options": _DEFINITION},
        "secrets": {"type": "dict", "no_log": True},
        "update_secrets": {"type": "bool", "default": False, "no_log": False},
        **{name: {"type": "str"} for name in ("organization", "awx_url", "awx_username")},
        **{name: {"type": "str", "no_log": True} for name in ("awx_token", "awx_password")},
        **{name: CONNECTION[name] for name in ("validate_certs", "ca_path", "request_timeout")},
        "sync_timeout": {"type": "int", "default": 300},
    }
)

_ADDRESS = "Check awx_url (AWX_URL): the address that a browser shows, or the whole path of its API."
_PERSON = "Check awx_token (AWX_TOKEN), or awx_username and awx_password (AWX_USERNAME, AWX_PASSWORD)."
_HINTS = {
    None: f"{_ADDRESS} If it is right, run it again later.",
    401: _PERSON,
    403: "The user of this run needs to be an administrator of the organization; for credential types, of AWX.",
    404: _ADDRESS,
}
_NOT_AWX = ("The answer is not AWX's.", _ADDRESS)
_NO_GALAXY = (
    "The organization {} has no credential for Galaxy or an Automation Hub: AWX then installs none of a project's"
    " collections, and says nothing. Add one to the organization, or have the collection in the execution environment."
)
_HIDDEN = "$encrypted$"  # what AWX shows of a secret
_BESIDES_SYNC = 600.0  # seconds for all requests of a task together
_PAUSE = 2.0  # seconds between two looks at a project


class AwxClient:
    """Asks AWX, one request after the other; raises `ApiError` where it refuses or gives no answer."""

    def __init__(self, task: Task) -> None:
        url, token, user, password = (task.values[f"awx_{name}"] for name in ("url", "token", "username", "password"))
        if not token and not (user and password):
            raise InputError("There is nobody to ask AWX as.", _PERSON)
        if not url:
            raise InputError("There is no address of AWX.", _ADDRESS)
        basic = base64.b64encode(f"{user}:{password}".encode()).decode()
        authorization = f"Bearer {token}" if token else f"Basic {basic}"
        seconds = task.values["sync_timeout"] + _BESIDES_SYNC
        self._session = task.session("awx_url", authorization, lambda status, _said: _HINTS.get(status, ""), seconds)
        self._root = "/" if urlsplit(url).path.strip("/") else ""
        if not self._root:
            found = self.ask("GET", "/api/")
            if isinstance(apis := found.get("apis"), dict):  # those of the gateway of AAP 2.5 and later
                found = self.ask("GET", str(apis.get("controller")))
            self._root = str(found.get("current_version"))

    def ask(self, method: str, path: str, body: Json | None = None) -> Json:
        """Send a request; the answer of one that joins two objects is empty."""
        answer, path = None, self._root + path
        if re.match("/[^/]", path):  # anything else that AWX told would lead the password elsewhere
            data = None if body is None else json.dumps(body).encode()
            answer, _whole = self._session.ask(method, path, data, parse=lambda told: json.loads(told.strip() or b"{}"))
        if not isinstance(answer, dict):
            raise GcoreError(*_NOT_AWX)
        return answer

    def find(self, path: str, query: Json) -> Json:
        """Return the one object of a list that fits, empty where there is none; several are an error."""
        found = self.ask("GET", f"{path}?{urlencode(query)}").get("results")
        if not isinstance(found, list) or not all(isinstance(one, dict) and "id" in one for one in found):
            raise GcoreError(*_NOT_AWX)
        if len(found) > 1:
            numbers = ", ".join(str(one["id"]) for one in found)
            names = ", ".join(f"{name} {value}" for name, value in query.items())
            raise GcoreError(f"AWX has several {path[:-1]} with {names}: {numbers}.", "Rename all of them but one.")
        return dict(*found)


def _noun(kind: str) -> str:
    return f"{kind[:-3]}y" if kind.endswith("ies") else kind[:-1]


_REFERENCES = {**{_noun(kind): kind for kind in KINDS}, "source_project": "projects"}
"""Fields that hold the id of another object; a definition names it."""


def _title(kind: str, fields: Json) -> str:
    return f"{_noun(kind).replace('_', ' ')} {fields.get('name') or fields.get('identifier')}"


@dataclass(frozen=True)
class _Object:
    """One object of AWX, and its result, which grows as things are done to it, or would be."""

    task: Task
    client: AwxClient
    title: str
    result: Json

    def ensure(self, kind: str, wanted: Json, secrets: Json) -> None:
        """Make it, or put right what differs; then what belongs to it and is no field."""
        fields = self._with_ids(wanted["fields"])
        found = self._find(kind, {name: fields[name] for name in KINDS[kind][0]})
        made = {} if found else {**self._with_ids(wanted["initial"]), **fields}
        changed = made or differences(found, fields, _CLOSED.get(kind, ()))
        given = secrets if not found or (self.task.values["update_secrets"] and any(secrets.values())) else {}
        have = {**found, **changed}
        body = {**changed, **{name: {**have.get(name, {}), **values} for name, values in given.items()}}
        if not found:
            found = self._write("POST", f"{kind}/", body, [], {}, changed)
            self.result.update(changed=True, created=True)
        elif body:
            names = [*sorted(changed), *(f"secrets of {name}" for name in given)]
            self._write("PATCH", f"{kind}/{found['id']}/", body, names, found, changed)
        self.result["id"] = found.get("id")
        path = f"{kind}/{found.get('id')}/"
        if kind == "projects":
            self._warn_of_galaxy(have.get("organization"))
        if kind == "projects" and not self.task.check_mode:
            self._await_sync(path)
        self._relate(wanted["related"], found, path)
        self._ask(wanted["survey"], found, path)
        self._approve(wanted["approval"], found, path)

    def _write(self, method: str, path: str, body: Json, changes: list[str], before: Json, after: Json) -> Json:
        answer = {} if self.task.check_mode else self.client.ask(method, path, body)
        self.result["changed"] |= bool(changes)
        self.result["changes"] += changes
        self.result["diff"]["before"] |= {name: before.get(name) for name in after if before}
        self.result["diff"]["after"] |= after
        return answer

    def _with_ids(self, fields: Json) -> Json:
        found = {}
        for name, value in fields.items():
            # A unified job template may be of several kinds, so that the definition tells which.
            references = value if name == "unified_job_template" else {_REFERENCES.get(name): value}
            ((kind, called),) = references.items()
            found[name] = self._id(kind, {"name": called}) if kind else value
        return found

    def _id(self, kind: str, query: Json) -> int | None:
        found, title = self._find(kind, query), _title(kind, query)
        if not found and (not self.task.check_mode or kind == "organizations"):
            raise GcoreError(f"AWX has no {title}.", "Its name counts exactly; it may belong to another organization.")
        self.result["missing"] += [] if found else [title]
        return found.get("id")

    def _find(self, kind: str, query: Json) -> Json:
        owner, name = KINDS.get(kind, ((), ""))[1], self.task.values["organization"]
        scope = {f"{owner}__name": name} if owner and name else {}
        # One whose key is not there yet can't be there either.
        return {} if None in query.values() else self.client.find(f"{kind}/", {**query, **scope})

    def _warn_of_galaxy(self, organization: int | None) -> None:
        """Warn where AWX would install none of a project's collections, and say nothing."""
        listed = self.client.ask("GET", f"organizations/{organization}/galaxy_credentials/") if organization else {}
        if listed.get("results") == []:
            self.result["warnings"] = [_NO_GALAXY.format(self.task.values["organization"])]

    def _await_sync(self, path: str) -> None:
        """Wait until AWX knows the project's playbooks: it refuses templates for others."""
        seconds = self.task.values["sync_timeout"]
        for attempt in range(max(1, int(seconds / _PAUSE))):
            status = self.client.ask("GET", path).get("status")
            if status in ("successful", "ok"):
                return
            if status not in ("new", "pending", "waiting", "running"):
                if attempt:
                    hint = "Its last job in AWX says why. Mostly it is scm_url or credential."
                    raise GcoreError(f"AWX could not synchronize the {self.title}: {status}.", hint)
                self.client.ask("POST", f"{path}update/", {})
            self.task.clock.sleep(_PAUSE)
        raise GcoreError(f"AWX did not synchronize the {self.title} within {seconds} s.", "Run it again.")

    def _relate(self, related: Json, found: Json, path: str) -> None:
        workflow = {"workflow_job_template": found.get("workflow_job_template")}
        for name, members in related.items():
            kind, added = _RELATED[name], []
            for called in members:
                number = self._id(kind, {"identifier": called, **workflow} if kind == _NODES else {"name": called})
                if not (found and number and self.client.find(f"{path}{name}/", {"id": number})):
                    added.append(called)
                    self._write("POST", f"{path}{name}/", {"id": number}, [f"{name}: {called}"], {}, {name: [*added]})

    def _ask(self, survey: Json, found: Json, path: str) -> None:
        """Write the survey, unless its questions are those, in that order; AWX may add to what it was given."""
        present = self.client.ask("GET", f"{path}survey_spec/") if survey and found else {}
        asked, wanted = present.get("spec", []), survey.get("spec", [])
        if survey and (len(asked) != len(wanted) or any(map(differences, asked, wanted))):
            self._write("POST", f"{path}survey_spec/", survey, ["survey"], {"survey": present}, {"survey": survey})

    def _approve(self, approval: Json, found: Json, path: str) -> None:
        """Compare the approval, an object of its own, which AWX makes and lists through its node alone."""
        work = found.get("summary_fields", {}).get("unified_job_template", {})
        waits = approval and work.get("unified_job_type") == "workflow_approval"
        place = f"workflow_approval_templates/{found['unified_job_template']}/" if waits else ""
        present = self.client.ask("GET", place) if waits else {}
        managed = {name: value for name, value in approval.items() if not (waits and name == "timeout")}
        if changed := differences(present, managed):
            call = ("PATCH", place, changed) if waits else ("POST", f"{path}create_approval_template/", approval)
            before, after = ({f"approval {name}": one.get(name) for name in changed} for one in (present, changed))
            self._write(*call, [f"approval: {name}" for name in sorted(changed)], before, after)


def differences(have: Json, want: Json, closed: tuple[str, ...] = ()) -> Json:
    """Return the fields to write. A field of several values keeps those that are not managed, unless it is closed."""
    found = {}
    for name, value in want.items():
        present, written = have.get(name), value
        if isinstance(value, dict) and isinstance(present, dict) and name not in closed:
            written = {**present, **differences(present, value)}
        if present not in (written, _HIDDEN):
            found[name] = written
    return found


def put_in_order(task: Task) -> Json:
    """Make an object of AWX, or put right what differs from its definition."""
    kind, result = task.values["kind"], render(None, None, True)
    wanted = {name: part or {} for name, part in task.values["definition"].items()}
    wanted |= {name: without_empty(wanted[name]) for name in ("fields", "initial", "related")}
    if missing := [name for name in KINDS[kind][0] if name not in wanted["fields"]]:
        raise InputError(f"A definition among {kind} needs the fields {', '.join(missing)}.")
    secrets = {name: without_empty(part) for name, part in (task.values["secrets"] or {}).items()}
    title = _title(kind, wanted["fields"])
    with carrying(lambda: result):
        _Object(task, AwxClient(task), title, result).ensure(kind, wanted, secrets)
    named, verb = ["made"] * result["created"] + result["changes"], "would be" if task.check_mode else "was"
    end = f"{verb} put in order: {', '.join(named)}" if named else "is as it shall be"
    return {**result, "msg": f"The {title} {end}."}


def render(done: Json | None, error: GcoreError | None, diff: bool) -> Json:
    """Return the result of a run, from what was done and the error that ended it."""
    result: Json = {"changed": False, "id": None, "created": False, "changes": [], "missing": []}
    result |= {"diff": {"before": {}, "after": {}}, **(done or {})}
    if error or not diff:
        del result["diff"]
    return {**result, "failed": True, "msg": error.told(), **error.details()} if error else result


OPERATION = Operation(put_in_order, render)
