# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

import json

import pytest

from ansible_collections.gcore.web_security.plugins.module_utils import _task as task
from ansible_collections.gcore.web_security.plugins.module_utils._errors import (
    ConflictError,
    GcoreError,
    InputError,
    carrying,
)
from ansible_collections.gcore.web_security.plugins.module_utils._options import RESOURCE_CERT
from ansible_collections.gcore.web_security.plugins.module_utils._redaction import MASK
from ansible_collections.gcore.web_security.plugins.module_utils._task import Operation, run
from unit.plugins.fakes import TOKEN, Script, answer, issued


def parameters(**given):
    return {**{name: option.get("default") for name, option in RESOURCE_CERT.items()}, "api_key": TOKEN, **given}


def render(known, error, diff):
    told = {"known": known, "diff": diff}
    return {**told, "failed": True, "msg": f"{error.message}. {error.hint}", **error.details()} if error else told


def ran(perform, *, check_mode=False, diff=False, **given):
    return run(Operation(perform, render), parameters(**given), check_mode=check_mode, diff=diff)


def raising(error):
    def perform(_task):
        raise error

    return perform


def test_an_operation_gets_the_resolved_options(monkeypatch):
    monkeypatch.setenv("GCORE_BASE_URL", "https://elsewhere.example")
    seen = []
    assert ran(seen.append, name="", check_mode=True, diff=True) == {"known": None, "diff": True}
    (got,) = seen
    assert (got.check_mode, got.values["name"]) == (True, None)
    assert got.values["api_url"] == "https://elsewhere.example"


@pytest.mark.parametrize("error", [GcoreError("stop", "Go on."), ConflictError("stop", "Go on.")])
def test_what_was_raised_on_purpose_is_a_failed_result(error):
    assert ran(raising(error)) == {"known": None, "diff": False, "failed": True, "msg": "stop. Go on."}
    assert "retries is -1" in ran(raising(error), retries=-1)["msg"]


@pytest.mark.parametrize("error", [InputError("late"), RuntimeError("late")])
def test_what_was_known_when_an_error_came_is_shown(error):
    def perform(_task):
        with carrying(lambda: "outer"), carrying(lambda: "inner"):
            raise error

    result = ran(perform)
    assert (result["known"], "late" in result["msg"]) == ("inner", True)
    assert ("Traceback" in result.get("exception", "")) is isinstance(error, RuntimeError)


@pytest.mark.parametrize("error", [RuntimeError("boom"), KeyError("id"), RecursionError(), AssertionError("no")])
def test_what_nobody_foresaw_is_told_as_a_bug_with_its_traceback(error):
    result = ran(raising(error))
    assert set(result) == {"known", "diff", "failed", "msg", "exception"}
    told = f"{result['msg']} {result['exception']}"
    words = (f"unexpected {type(error).__name__}", "This is a bug", "Traceback", "in perform")
    assert [word for word in words if word not in told] == []


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit])
def test_what_ends_the_process_is_let_through(error):
    with pytest.raises(error):
        ran(raising(error()))


@pytest.mark.parametrize("kind", [RuntimeError, GcoreError])
@pytest.mark.parametrize("has_client", [True, False])
def test_the_token_shows_nowhere_in_what_comes_out(kind, has_client):
    def perform(got):
        if has_client:
            got.account()
        with carrying(lambda: {"a": [TOKEN, f"sent APIKey {TOKEN}"], TOKEN: 1}):
            raise kind(f"no luck with {got.values['api_key']}")

    text = json.dumps(ran(perform))
    assert [word for word in (TOKEN, TOKEN.partition("$")[2], MASK) if word in text] == [MASK]


def test_neither_does_a_token_of_the_environment_nor_a_key_that_the_redactor_learnt(monkeypatch):
    monkeypatch.setenv("GCORE_API_TOKEN", "a-session-token-of-the-portal")
    key = issued().private_key_pem
    line = key.splitlines()[1]

    def perform(got):
        got.redactor.add(key)
        raise RuntimeError(f"{got.values['api_token']} {key} {line} {line[10:40]}")

    text = json.dumps(ran(perform, api_key=None))
    assert [word for word in ("session", line[10:30], "PRIVATE KEY") if word in text] == []


def test_the_client_is_made_as_the_options_say(monkeypatch):
    made = {}

    def transport(url, **options):
        made.update(options, url=url)
        return Script(("GET /security/resources/7", answer(503, {})))

    monkeypatch.setattr(task, "Transport", transport)
    options = {"ca_path": "/ca", "validate_certs": False, "retries": 0, "total_timeout": 77, "request_timeout": 3}
    seen = []

    def perform(got):
        account = got.account(connections=9)
        seen.append((account.client, account.client.deadline.remaining()))
        account.find(7, None)

    result = ran(perform, api_url="https://api.example/", **options)
    told = {"url": "https://api.example/", "option": "api_url"}
    assert made == {**told, "validate_certs": False, "ca_path": "/ca", "connections": 9}
    assert 76 < seen[0][1] <= 77
    assert seen[0][0]._session.transport.calls[0].timeout == 3
    assert seen[0][0]._session.transport.calls[0].headers["Authorization"] == f"APIKey {TOKEN}"
    assert result["api_error"]["status"] == 503


UNUSABLE = [
    ({"api_key": None}, "no credentials"), ({"api_token": "another"}, "both api_key and api_token"),
    ({"api_url": "http://api.example"}, "unencrypted"), ({"ca_path": "/nowhere"}, "ca_path"),
]  # fmt: skip


@pytest.mark.parametrize(("given", "said"), UNUSABLE)
def test_connection_options_that_can_not_be_used(given, said):
    result = ran(lambda got: got.account(), **given)
    assert (result["failed"], said in result["msg"]) == (True, True)
    assert TOKEN not in json.dumps(result)
