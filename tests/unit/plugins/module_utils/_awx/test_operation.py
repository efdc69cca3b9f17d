# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""What differs and what is written then; and what an AWX that is hostile, or none at all, makes of a task."""

import base64
import json
from urllib.parse import parse_qsl, urlsplit

import pytest

from ansible_collections.gcore.web_security.plugins.module_utils import _task as task
from ansible_collections.gcore.web_security.plugins.module_utils._awx.operation import (
    AWX_OBJECT,
    OPERATION,
    differences,
)
from ansible_collections.gcore.web_security.plugins.module_utils._http.errors import NoAnswerError
from ansible_collections.gcore.web_security.plugins.module_utils._misplaced import shown
from ansible_collections.gcore.web_security.plugins.module_utils._task import Operation, run
from unit.plugins.fakes import FakeClock, Script, answer, issued

URL = "https://awx.example.com"
TOKEN = "left-half-of-it$right-half-of-it"
PASSWORD = "pass-word-of-the-admin"
KEY = issued("www.example.com").key_pem()
KEY_LINES = "".join(KEY.split("\n")[1:-2])
NO_PARTS = dict.fromkeys(AWX_OBJECT["definition"]["options"])
C_OF_T = {"fields": {"name": "C", "credential_type": "T"}}
GIVEN = {name: option.get("default") for name, option in AWX_OBJECT.items()} | {
    "kind": "credentials", "definition": {**NO_PARTS, **C_OF_T}, "secrets": {"inputs": {"private_key": KEY}},
    "awx_url": URL, "awx_token": TOKEN,
}  # fmt: skip


class Awx:
    """A transport that knows some objects, by their addresses, and keeps what it was asked to write."""

    def __init__(self, *known, statuses=("successful",)):
        self.known, self.statuses, self.survey, self.writes = known, list(statuses), {}, []

    def send(self, method, path, headers, body, timeout):
        place = urlsplit(path.removeprefix("/api/v2/"))
        if method == "GET":
            return answer(200, self.got(place.path, dict(parse_qsl(place.query))))
        self.writes.append((method, place.path, json.loads(body)))
        return answer(201, {"id": 99, **json.loads(body)})

    def got(self, path, query):
        if path == "/api/":
            return {"current_version": "/api/v2/"}
        if path.startswith("projects/3"):
            return {"status": self.statuses.pop(0)}
        if path.startswith("workflow_approval_templates/"):
            return {"id": 9, "name": "another"}
        fits = [one for at, one in self.known if at == path and all(str(one[k]) == v for k, v in query.items())]
        return self.survey if path.endswith("/survey_spec/") else {"results": fits}


@pytest.fixture
def put_in_order(monkeypatch):
    """Runs the operation against an AWX that is played, and returns its result."""

    def perform(got):
        got.clock = FakeClock().clock
        return OPERATION.perform(got)

    def ran(transport, kind="credentials", definition=None, *, check_mode=False, **given):
        monkeypatch.setattr(task, "Transport", lambda *_words, **_options: transport)
        values = {
            **GIVEN,
            "kind": kind,
            "definition": {**NO_PARTS, **(C_OF_T if definition is None else definition)},
            **given,
        }
        result = run(Operation(perform, OPERATION.render), values, check_mode=check_mode, diff=True)
        assert not getattr(transport, "steps", ()), result
        return result

    return ran


DIFFERENCES = {
    # what is there, what shall be, and what is to be written
    "the same": ({"a": 1, "b": "x"}, {"a": 1, "b": "x"}, {}),
    "another value": ({"a": 1, "b": "x"}, {"a": 2, "b": "x"}, {"a": 2}),
    "a field of the users": ({"a": 1, "b": "theirs"}, {"a": 1}, {}), "nothing there": ({}, {"a": 1}, {"a": 1}),
    "a secret": ({"inputs": {"key": "$encrypted$"}}, {"inputs": {"key": "new"}}, {}),
    "a value inside": ({"extra": {"a": 1, "theirs": 2}}, {"extra": {"a": 3}}, {"extra": {"a": 3, "theirs": 2}}),
    "a list": ({"a": [1, 2]}, {"a": [1]}, {"a": [1]}),
    "not a dictionary yet": ({"extra": ""}, {"extra": {"a": 1}}, {"extra": {"a": 1}}),
    "a whole": ({"whole": {"a": 1, "theirs": 2}}, {"whole": {"a": 1}}, {"whole": {"a": 1}}),
}  # fmt: skip


@pytest.mark.parametrize(("have", "want", "written"), DIFFERENCES.values(), ids=DIFFERENCES)
def test_differences(have, want, written):
    assert differences(have, want, ("whole",)) == written


NODES = "workflow_job_template_nodes"
PROJECT = ("projects/", {"id": 3, "name": "P"})
TEMPLATE = ("job_templates/", {"id": 7, "name": "T", "project": 3, "playbook": "a.yml"})
TYPE = ("credential_types/", {"id": 2, "name": "T", "kind": "net", "inputs": {"a": 1, "theirs": 2}})
INPUTS = {"private_key": "$encrypted$", "url": "u"}
CREDENTIAL = ("credentials/", {"id": 5, "name": "C", "inputs": INPUTS, "credential_type": 2})
WORKFLOW = ("workflow_job_templates/", {"id": 4, "name": "W"})
NODE = {"id": 8, "identifier": "N", "workflow_job_template": 4, "unified_job_template": 9}
NEXT = (f"{NODES}/", {"id": 6, "identifier": "M", "workflow_job_template": 4})
WAITING = {"summary_fields": {"unified_job_template": {"unified_job_type": "workflow_approval"}}}
NODE_FIELDS = {"identifier": "N", "workflow_job_template": "W"}
QUESTION = {"variable": "waves", "type": "text", "default": ""}
SURVEY = {"name": "S", "description": "", "spec": [QUESTION]}

DRIFTED = {
    # what is known, the definition, and what a real run writes and says
    "a field": (
        (PROJECT, TEMPLATE),
        ("job_templates", {"fields": {"name": "T", "project": "P", "playbook": "b.yml"}, "initial": {"timeout": 60}}),
        ("PATCH", "job_templates/7/", {"playbook": "b.yml"}),
        (["playbook"], {"playbook": "a.yml"}, {"playbook": "b.yml"})),
    "a field that is managed as a whole": (
        (TYPE,),
        ("credential_types", {"fields": {"name": "T", "kind": "net", "inputs": {"a": 1}}}),
        ("PATCH", "credential_types/2/", {"inputs": {"a": 1}}),
        (["inputs"], {"inputs": {"a": 1, "theirs": 2}}, {"inputs": {"a": 1}})),
    "a relation": (
        (TEMPLATE, CREDENTIAL),
        ("job_templates", {"fields": {"name": "T"}, "related": {"credentials": ["C"]}}),
        ("POST", "job_templates/7/credentials/", {"id": 5}), (["credentials: C"], {}, {"credentials": ["C"]})),
    "a node that follows": (
        (WORKFLOW, (f"{NODES}/", NODE), NEXT),
        (NODES, {"fields": NODE_FIELDS, "related": {"success_nodes": ["M"]}}),
        ("POST", f"{NODES}/8/success_nodes/", {"id": 6}), (["success_nodes: M"], {}, {"success_nodes": ["M"]})),
    "a survey": ((TEMPLATE,), ("job_templates", {"fields": {"name": "T"}, "survey": SURVEY}),
                 ("POST", "job_templates/7/survey_spec/", SURVEY), (["survey"], {"survey": {}}, {"survey": SURVEY})),
    "no approval": ((WORKFLOW, (f"{NODES}/", NODE)), (NODES, {"fields": NODE_FIELDS, "approval": {"name": "A"}}),
                    ("POST", f"{NODES}/8/create_approval_template/", {"name": "A"}),
                    (["approval: name"], {"approval name": None}, {"approval name": "A"})),
    "an approval": ((WORKFLOW, (f"{NODES}/", {**NODE, **WAITING})),
                    (NODES, {"fields": NODE_FIELDS, "approval": {"name": "A"}}),
                    ("PATCH", "workflow_approval_templates/9/", {"name": "A"}),
                    (["approval: name"], {"approval name": "another"}, {"approval name": "A"})),
}  # fmt: skip


@pytest.mark.parametrize(("known", "wanted", "write", "told"), DRIFTED.values(), ids=DRIFTED)
def test_what_differs_is_written_alone_and_told_in_check_mode_too(put_in_order, known, wanted, write, told):
    checked, real = Awx(*known), Awx(*known)
    results = [put_in_order(awx, *wanted, secrets=None, check_mode=awx is checked) for awx in (checked, real)]
    assert (checked.writes, real.writes) == ([], [write])
    for result in results:
        assert (result["changed"], result["created"]) == (True, False)
        assert (result["changes"], result["diff"]["before"], result["diff"]["after"]) == told
    assert ("would be put" in results[0]["msg"], "was put" in results[1]["msg"]) == (True, True)


def test_a_survey_is_compared_by_its_questions(put_in_order):
    for spec, differs in (
        ([{**QUESTION, "min": None}], False),
        ([{**QUESTION, "default": "1"}], True),
        ([QUESTION, {**QUESTION, "variable": "theirs"}], True),
    ):
        awx = Awx(TEMPLATE)
        awx.survey = {"name": "theirs", "spec": spec}
        result = put_in_order(awx, "job_templates", {"fields": {"name": "T"}, "survey": SURVEY}, secrets=None)
        assert (result["changed"], bool(awx.writes)) == (differs, differs)


def test_one_that_is_not_there_is_made_with_what_the_users_own_later(put_in_order):
    awx = Awx(PROJECT)
    given = {"fields": {"name": "T", "project": "P", "limit": ""}, "initial": {"timeout": 60, "description": ""}}
    result = put_in_order(awx, "job_templates", given, secrets=None)
    assert (result["id"], result["created"], result["changed"], result["changes"]) == (99, True, True, [])
    assert awx.writes == [("POST", "job_templates/", {"timeout": 60, "name": "T", "project": 3})]
    assert result["diff"] == {"before": {}, "after": awx.writes[0][2]}
    assert result["msg"] == "The job template T was put in order: made."


SECRETS = {
    # what is known, the secrets, whether they shall be updated, and what is written of them
    "of one that is made": ((TYPE,), {"private_key": KEY, "url": ""}, False, {"private_key": KEY}),
    "of one that is there": ((TYPE, CREDENTIAL), {"private_key": KEY}, False, None),
    "on request": ((TYPE, CREDENTIAL), {"private_key": KEY, "url": ""}, True, {"private_key": KEY, "url": "u"}),
    "that nobody gave": ((TYPE, CREDENTIAL), {"private_key": ""}, True, None),
}


@pytest.mark.parametrize(("known", "inputs", "update", "written"), SECRETS.values(), ids=SECRETS)
def test_secrets(put_in_order, known, inputs, update, written):
    awx = Awx(*known)
    result = put_in_order(awx, secrets={"inputs": inputs}, update_secrets=update)
    assert [body.get("inputs") for _method, _path, body in awx.writes] == ([written] if written else [])
    assert result["changes"] == (["secrets of inputs"] if update and written else [])
    assert "inputs" not in result["diff"]["after"]


def test_check_mode_goes_on_without_what_would_have_been_made(put_in_order):
    awx = Awx()
    given = {"fields": {"name": "T", "project": "P"}, "related": {"credentials": ["C"]}}
    result = put_in_order(awx, "job_templates", given, check_mode=True)
    assert (result["created"], result["changes"], awx.writes) == (True, ["credentials: C"], [])
    assert result["missing"] == ["project P", "credential C"]
    assert put_in_order(awx, "job_templates", given)["msg"].startswith("AWX has no project P. Its name counts exactly")
    owned = {"fields": {"name": "P", "organization": "O"}}
    assert put_in_order(awx, "projects", owned, check_mode=True)["msg"].startswith("AWX has no organization O.")


SYNCS = {
    # what AWX says of the project, how often it is told to synchronize it, and what a failure says
    "comes": (["pending", "running", "successful"], 0, ""),
    "comes at the second time": (["failed", "running", "successful"], 1, ""),
    "fails": (["failed", "failed"], 1, "P: failed. Its last job in AWX says why. Mostly it is scm_url or credential."),
    "does not end": (["running"] * 9, 0, "did not synchronize the project P within 10 s."),
}


@pytest.mark.parametrize(("statuses", "updates", "told"), SYNCS.values(), ids=SYNCS)
def test_a_project_is_waited_for(put_in_order, statuses, updates, told):
    awx = Awx(PROJECT, statuses=statuses)
    result = put_in_order(awx, "projects", {"fields": {"name": "P"}}, sync_timeout=10, secrets=None)
    assert awx.writes == [("POST", "projects/3/update/", {})] * updates
    assert (result.get("failed", False), told in result["msg"], result["changes"]) == (bool(told), True, [])


ROOTED = ("GET /api/", answer(200, {"current_version": "/api/v2/"}))
ONE = answer(200, {"count": 1, "next": None, "results": [{"id": 2}]})
NOTHING = answer(200, {"count": 0, "next": None, "results": []})
FIND_TYPE = ("GET /api/v2/credential_types/?name=T", ONE)
FIND = ("GET /api/v2/credentials/?name=C&credential_type=2", NOTHING)

ECHOES = {
    "the key": KEY, "the key in one line": KEY.replace("\n", " "),
    "the key as JSON": json.dumps({"inputs": {"private_key": KEY}}), "the key's base64 alone": KEY_LINES,
    "the token": f"Bearer {TOKEN}", "the token behind its $": "right-half-of-it",
}  # fmt: skip


@pytest.mark.parametrize("echo", ECHOES.values(), ids=ECHOES)
def test_what_awx_echoes_is_masked(put_in_order, echo):
    for shape in ({"detail": echo}, {"inputs": [echo]}, [echo]):
        refusal = ("POST /api/v2/credentials/", answer(400, shape))
        told = json.dumps(put_in_order(Script(ROOTED, FIND_TYPE, FIND, refusal)))
        assert "answered 400" in told
        assert [secret for secret in (KEY_LINES[40:60], "left-half", "right-half-of-it") if secret in told] == []


def basic(user):
    return f"Basic {base64.b64encode(user.encode()).decode()}"


def test_a_password_is_masked_in_each_of_its_forms(put_in_order):
    header = basic(f"admin:{PASSWORD}")
    script = Script(("GET /api/", answer(401, {"detail": f"{PASSWORD} {header}"})))
    told = json.dumps(put_in_order(script, awx_token=None, awx_username="admin", awx_password=PASSWORD))
    assert script.calls[0].headers["Authorization"] == header
    words = ("awx_token (AWX_TOKEN)", PASSWORD, header.removeprefix("Basic "))
    assert [text for text in words if text in told] == ["awx_token (AWX_TOKEN)"]


WHO = {
    # what the task says, and who asks beside AWX_TOKEN, AWX_USERNAME and AWX_PASSWORD of the environment
    "nobody": ({}, "Bearer of-env"), "a user": ({"awx_username": "me", "awx_password": "mine"}, basic("me:mine")),
    "a user without a password": ({"awx_username": "me"}, basic("me:secret")),
    "a token": ({"awx_token": "given"}, "Bearer given"),
    "both": ({"awx_token": "given", "awx_username": "me"}, "Bearer given"),
}  # fmt: skip


@pytest.mark.parametrize(("given", "who"), WHO.values(), ids=WHO)
def test_who_asks(put_in_order, monkeypatch, given, who):
    for name, value in {"TOKEN": "of-env", "USERNAME": "admin", "PASSWORD": "secret", "URL": URL}.items():
        monkeypatch.setenv(f"AWX_{name}", value)
    script = Script(("GET /api/", answer(403, {"detail": "No."})))
    result = put_in_order(script, **{"awx_token": None, "awx_url": None, **given})
    assert script.calls[0].headers["Authorization"] == who
    assert "administrator" in result["msg"]


GATEWAY = {"apis": {"gateway": "/api/gateway/", "controller": "/api/controller/"}}
CONTROLLER = ("GET /api/controller/", answer(200, {"current_version": "/api/controller/v2/"}))
ROOTS = {
    # the address that the task names, what is asked before anything else, and where the objects are
    "AWX": (URL, [ROOTED], "/api/v2/"),
    "the gateway of the Automation Platform": (URL, [("GET /api/", answer(200, GATEWAY)), CONTROLLER],
                                               "/api/controller/v2/"),
    "a whole path": (f"{URL}/behind/v2", [], "/"),
}  # fmt: skip


@pytest.mark.parametrize(("url", "asked", "root"), ROOTS.values(), ids=ROOTS)
def test_where_the_api_is(put_in_order, url, asked, root):
    there = answer(200, {"results": [{"id": 2, "name": "I"}]})
    script = Script(*asked, (f"GET {root}inventories/?name=I&organization__name=O", there))
    result = put_in_order(script, "inventories", {"fields": {"name": "I"}}, awx_url=url, organization="O", secrets=None)
    assert (result["id"], result["changed"]) == (2, False)


ELSEWHERE = ["//elsewhere.example.com/", "https://elsewhere.example.com/api/v2/"]
NO_ROOTS = [{}, {"current_version": 7}, {"apis": {"gateway": "/api/gateway/"}}, {"apis": 1}]
NO_ROOTS += [root for at in ELSEWHERE for root in ({"current_version": at}, {"apis": {"controller": at}})]
NO_ANSWERS = [
    (NoAnswerError("failed: the connection was lost"), "the connection was lost"),
    (answer(200, b"<html>Log in</html>", Content_Type="text/html"), "not whole JSON"),
    (answer(302, b"", Location="/login"), "redirect"),
    *((answer(200, root), "The answer is not AWX's. Check awx_url") for root in [[1], *NO_ROOTS]),
]


@pytest.mark.parametrize(("outcome", "told"), NO_ANSWERS)
def test_what_is_no_answer_of_awx_ends_in_a_message_and_no_address_elsewhere_is_followed(put_in_order, outcome, told):
    result = put_in_order(Script(("GET /api/", outcome)), retries=0)
    assert (told in result["msg"], "exception" in result) == (True, False)


LISTS = {
    "AWX has several credential_types with name T: 1, 2. Rename": [{"results": [{"id": 1}, {"id": 2}]}],
    "The answer is not AWX's.": [{}, {"results": None}, {"results": ["T"]}, {"results": [{"name": "T"}]}],
}


@pytest.mark.parametrize(("told", "pages"), LISTS.items())
def test_a_list_that_does_not_tell_which_is_meant(put_in_order, told, pages):
    for page in pages:
        assert put_in_order(Script(ROOTED, (FIND_TYPE[0], answer(200, page))))["msg"].startswith(told)


def test_what_was_done_before_a_refusal_is_told(put_in_order):
    script = Script(
        ROOTED,
        ("GET /api/v2/job_templates/?name=T", NOTHING),
        ("POST /api/v2/job_templates/", answer(201, {"id": 7, "name": "T"})),
        ("GET /api/v2/credentials/?name=C", ONE),
        ("GET /api/v2/job_templates/7/credentials/?id=2", NOTHING),
        ("POST /api/v2/job_templates/7/credentials/", answer(403, {"detail": "No."})),
    )
    result = put_in_order(script, "job_templates", {"fields": {"name": "T"}, "related": {"credentials": ["C"]}})
    assert (result["failed"], result["created"], result["changed"], result["changes"]) == (True, True, True, [])
    assert (result["id"], "403" in result["msg"], "diff" in result) == (7, True, False)


REFUSED = [
    ({"awx_url": f"https://admin:{PASSWORD}@awx.example.com"}, "Use awx_token, or awx_user"),
    ({"awx_url": None}, "no address of AWX"),
    ({"awx_url": "awx.example.com"}, "It looks like https://awx.example.com."),
    ({"awx_token": None}, "nobody to ask AWX as"),
    ({"definition": {**NO_PARTS, "fields": {"name": ""}}}, "needs the fields name, credential_type"),
]


@pytest.mark.parametrize(("given", "told"), REFUSED)
def test_what_is_refused_before_any_request(given, told):
    result = run(OPERATION, {**GIVEN, **given}, check_mode=False, diff=False)
    assert told in result["msg"]
    assert PASSWORD not in json.dumps(result)


def test_a_path_in_awx_is_none_of_this_machine(put_in_order):
    """AWX's `source_path` may be a folder's bare name, which is an ordinary word in all that is told."""
    there = answer(200, {"results": [{"id": 2, "name": "The inventory", "inventory": 2}]})
    script = Script(
        ROOTED,
        ("GET /api/v2/inventories/?name=I", ONE),
        ("GET /api/v2/inventory_sources/?name=The+inventory&inventory=2", there),
        ("PATCH /api/v2/inventory_sources/2/", answer(400, {"detail": "The inventory is not there."})),
    )
    fields = {"name": "The inventory", "inventory": "I", "source_path": "inventory"}
    told = put_in_order(script, "inventory_sources", {"fields": fields}, secrets=None)["msg"]
    assert ("The inventory is not there." in told, "is no path" in told) == (True, False)


SHOWN = [
    f"https://admin:{PASSWORD}@awx.example.com", f"https://{PASSWORD}@awx.example.com/api/v2", f"{URL}/?k={PASSWORD}",
]  # fmt: skip


@pytest.mark.parametrize("url", SHOWN, ids=["a password", "a user", "a query"])
def test_of_the_address_an_invocation_shows_where_it_leads(url):
    assert PASSWORD not in json.dumps(shown({**GIVEN, "awx_url": url, "awx_token": None, "secrets": None}))
