# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""What an AWX that is hostile, of another kind or no AWX at all makes of a task."""

from __future__ import annotations

import base64
import json

import pytest

from ansible_collections.gcore.web_security.plugins.module_utils._awx import operation
from ansible_collections.gcore.web_security.plugins.module_utils._http.errors import NoAnswerError
from ansible_collections.gcore.web_security.plugins.module_utils._http.retry import Backoff
from ansible_collections.gcore.web_security.plugins.module_utils._misplaced import shown
from ansible_collections.gcore.web_security.plugins.module_utils._task import run
from unit.plugins.fakes import Script, answer, issued

URL = "https://awx.example.com"
TOKEN = "left-half-of-it$right-half-of-it"
PASSWORD = "pass-word-of-the-admin"
KEY = issued("www.example.com").key_pem()
KEY_LINES = "".join(KEY.split("\n")[1:-2])
GIVEN = {name: option.get("default") for name, option in operation.AWX_OBJECT.items()} | {
    "kind": "credentials",
    "definition": {"fields": {"name": "C", "credential_type": "T"}},
    "secrets": {"inputs": {"private_key": KEY}},
    "awx_url": URL,
    "awx_token": TOKEN,
}
ROOTED = ("GET /api/", answer(200, {"current_version": "/api/v2/"}))
TYPE = answer(200, {"count": 1, "next": None, "results": [{"id": 2}]})
NOTHING = answer(200, {"count": 0, "next": None, "results": []})
FIND_TYPE = ("GET /api/v2/credential_types/?name=T&page_size=200&page=1", TYPE)
FIND = ("GET /api/v2/credentials/?name=C&credential_type=2&page_size=200&page=1", NOTHING)


@pytest.fixture
def put_in_order(monkeypatch):
    """Runs the operation against an AWX that answers as planned."""

    def ran(*steps, **given):
        script = Script(*steps)
        monkeypatch.setattr(operation, "Transport", lambda *_words, **_options: script)
        for name in ("AWX_URL", "AWX_TOKEN", "AWX_USERNAME", "AWX_PASSWORD"):
            monkeypatch.delenv(name, raising=False)
        result = run(operation.OPERATION, {**GIVEN, **given}, check_mode=False, diff=True)
        assert script.is_over()
        return result, script

    return ran


ECHOES = {
    "the key": KEY,
    "the key in one line": KEY.replace("\n", " "),
    "the key as JSON": json.dumps({"inputs": {"private_key": KEY}}),
    "the key's base64 alone": KEY_LINES,
    "the token": f"Bearer {TOKEN}",
    "the token behind its $": "right-half-of-it",
}


@pytest.mark.parametrize("echo", ECHOES.values(), ids=ECHOES)
@pytest.mark.parametrize("shape", [lambda text: {"detail": text}, lambda text: {"inputs": [text]}, lambda text: [text]])
def test_what_awx_echoes_is_masked(put_in_order, echo, shape):
    result, _script = put_in_order(ROOTED, FIND_TYPE, FIND, ("POST /api/v2/credentials/", answer(400, shape(echo))))
    assert result["failed"]
    told = json.dumps(result)
    assert "400" in result["msg"]
    for secret in (KEY_LINES[40:60], "left-half", "right-half-of-it"):
        assert secret not in told


def test_a_password_is_masked_in_each_of_its_forms(put_in_order):
    basic = base64.b64encode(f"admin:{PASSWORD}".encode()).decode()
    refusal = answer(401, {"detail": f"{PASSWORD} {basic}"})
    result, script = put_in_order(("GET /api/", refusal), awx_token=None, awx_username="admin", awx_password=PASSWORD)
    assert script.calls[0].headers["Authorization"] == f"Basic {basic}"
    assert "awx_token (AWX_TOKEN)" in result["msg"]
    assert PASSWORD not in json.dumps(result)
    assert basic not in json.dumps(result)


ROOTS = {
    # the address that the task names, what is asked before anything else, and where the objects are
    "AWX": (URL, [ROOTED], "/api/v2/"),
    "the gateway of the Automation Platform": (
        URL,
        [
            ("GET /api/", answer(200, {"apis": {"gateway": "/api/gateway/", "controller": "/api/controller/"}})),
            ("GET /api/controller/", answer(200, {"current_version": "/api/controller/v2/"})),
        ],
        "/api/controller/v2/",
    ),
    "a whole path": (f"{URL}/behind/v2", [], "/"),
}


@pytest.mark.parametrize(("url", "asked", "root"), ROOTS.values(), ids=ROOTS)
def test_where_the_api_is(put_in_order, url, asked, root):
    there = answer(200, {"count": 1, "next": None, "results": [{"id": 2, "name": "Default"}]})
    found = (f"GET {root}organizations/?name=Default&page_size=200&page=1", there)
    definition = {"fields": {"name": "Default"}}
    given = {"awx_url": url, "kind": "organizations", "definition": definition, "secrets": None}
    result, _script = put_in_order(*asked, found, **given)
    assert (result["id"], result["changed"]) == (2, False)


@pytest.mark.parametrize("root", [{}, {"current_version": 7}, {"apis": {"gateway": "/api/gateway/"}}, {"apis": 1}])
@pytest.mark.parametrize("address", ["//elsewhere.example.com/", "https://elsewhere.example.com/api/v2/"])
def test_an_address_elsewhere_is_not_followed(put_in_order, root, address):
    for told in (root, {"current_version": address}, {"apis": {"controller": address}}):
        result, _script = put_in_order(("GET /api/", answer(200, told)))
        assert result["msg"].startswith("The answer is not AWX's. Check awx_url")


NO_ANSWERS = {
    "no answer": (NoAnswerError("failed: the connection was lost"), "the connection was lost"),
    "a page": (answer(200, b"<html>Log in</html>", Content_Type="text/html"), "not whole JSON"),
    "a list": (answer(200, []), "not whole JSON"),
    "a redirect": (answer(302, b"", Location="/login"), "redirect"),
}


@pytest.mark.parametrize(("outcome", "told"), NO_ANSWERS.values(), ids=NO_ANSWERS)
def test_what_is_no_answer_of_awx_ends_in_a_message(put_in_order, monkeypatch, outcome, told):
    monkeypatch.setattr(operation, "Backoff", lambda: Backoff(tries=0))
    result, _script = put_in_order(("GET /api/", outcome))
    assert told in result["msg"]
    assert "exception" not in result


@pytest.mark.parametrize("page", [{}, {"results": None}, {"results": ["T"]}, {"results": [{"name": "T"}]}])
def test_a_list_that_is_none_is_no_bug_of_ours(put_in_order, page):
    result, _script = put_in_order(ROOTED, (FIND_TYPE[0], answer(200, page)))
    assert result["msg"].startswith("The answer is not AWX's.")


def test_what_was_done_before_a_refusal_is_told(put_in_order):
    definition = {"fields": {"name": "T"}, "related": {"credentials": ["C"]}}
    template = answer(200, {"count": 1, "next": None, "results": [{"id": 7}]})
    result, _script = put_in_order(
        ROOTED,
        ("GET /api/v2/job_templates/?name=T&page_size=200&page=1", NOTHING),
        ("POST /api/v2/job_templates/", answer(201, {"id": 7, "name": "T"})),
        ("GET /api/v2/credentials/?name=C&page_size=200&page=1", template),
        ("GET /api/v2/job_templates/7/credentials/?page_size=200&page=1", NOTHING),
        ("POST /api/v2/job_templates/7/credentials/", answer(403, {"detail": "No."})),
        kind="job_templates",
        definition=definition,
    )
    assert (result["failed"], result["created"], result["changed"], result["changes"]) == (True, True, True, [])
    assert "403" in result["msg"]
    assert "administrator" in result["msg"]


REFUSED = {
    "a password in the address": (
        {"awx_url": f"https://admin:{PASSWORD}@awx.example.com"},
        "credentials do not belong",
    ),
    "no address": ({"awx_url": None}, "no address of AWX"),
    "half an address": ({"awx_url": "awx.example.com"}, "awx_url: what was given is not a URL"),
    "nobody": ({"awx_token": None}, "nobody to ask AWX as"),
}


@pytest.mark.parametrize(("given", "told"), REFUSED.values(), ids=REFUSED)
def test_what_is_refused_before_any_request(monkeypatch, given, told):
    for name in ("AWX_TOKEN", "AWX_URL"):
        monkeypatch.delenv(name, raising=False)
    result = run(operation.OPERATION, {**GIVEN, **given}, check_mode=False, diff=False)
    assert told in result["msg"]
    assert PASSWORD not in json.dumps(result)


def test_a_path_in_awx_is_none_of_this_machine(put_in_order):
    """AWX's `source_path` may be a folder's bare name, which is an ordinary word in all that is told."""
    there = answer(200, {"count": 1, "next": None, "results": [{"id": 2, "name": "The inventory", "inventory": 2}]})
    found = "GET /api/v2/inventory_sources/?name=The+inventory&inventory=2&page_size=200&page=1"
    result, _script = put_in_order(
        ROOTED,
        ("GET /api/v2/inventories/?name=I&page_size=200&page=1", TYPE),
        (found, there),
        ("PATCH /api/v2/inventory_sources/2/", answer(400, {"detail": "The inventory is not there."})),
        kind="inventory_sources",
        definition={"fields": {"name": "The inventory", "inventory": "I", "source_path": "inventory"}},
        secrets=None,
    )
    assert "The inventory is not there." in result["msg"]
    assert "is no path" not in result["msg"]


SHOWN = {
    "a password": (f"https://admin:{PASSWORD}@awx.example.com", PASSWORD),
    "a user": ("https://opaque-token-of-somebody@awx.example.com/api/v2", "opaque-token-of-somebody"),
    "a query": ("https://awx.example.com/?key=opaque-token-of-somebody", "opaque-token-of-somebody"),
}


@pytest.mark.parametrize(("url", "secret"), SHOWN.values(), ids=SHOWN)
def test_of_the_address_an_invocation_shows_where_it_leads(url, secret):
    assert secret not in json.dumps(shown({**GIVEN, "awx_url": url, "awx_token": None, "secrets": None}))


def test_what_is_said_of_an_address_is_said_in_awxs_words():
    for url, words in (("https://a:b@awx.example.com", "awx_token"), ("https://[awx", "https://awx.example.com")):
        result = run(operation.OPERATION, {**GIVEN, "awx_url": url}, check_mode=False, diff=False)
        assert words in result["msg"]
