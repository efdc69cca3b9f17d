# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

import json

import pytest

from ansible_collections.gcore.web_security.plugins.module_utils import _task as task
from ansible_collections.gcore.web_security.plugins.module_utils._options import CERTIFICATE, RESOURCE_CERT
from ansible_collections.gcore.web_security.plugins.module_utils._rotate.desired import CustomCertificate
from ansible_collections.gcore.web_security.plugins.module_utils._rotate.observe import Policy
from ansible_collections.gcore.web_security.plugins.module_utils._rotate.operation import ROTATE_RESOURCE
from ansible_collections.gcore.web_security.plugins.module_utils._task import run
from unit.plugins.fakes import DAY, NAME, NOW, RESOURCES, ROOT, TOKEN, Script, answer, issued, key_pair, refused

NEW = issued(not_after=NOW + 90 * DAY)
OLD = issued(not_before=NOW - 20 * DAY, not_after=NOW - DAY)
PEM = {"certificate": NEW.full_chain_pem, "private_key": NEW.private_key_pem}
ALL, ONE, PUT = f"GET {RESOURCES}", f"GET {RESOURCES}/7", f"PUT {RESOURCES}/7"


def play(monkeypatch, *steps):
    script = Script(*steps)
    monkeypatch.setattr(task, "Transport", lambda *_args, **_options: script)
    return script


def rotated(*, check_mode=False, diff=False, **given):
    defaults = {name: option.get("default") for name, option in RESOURCE_CERT.items()}
    parameters = {**defaults, "api_key": TOKEN, "edge_probe": "never", **given}
    return run(ROTATE_RESOURCE, parameters, check_mode=check_mode, diff=diff)


@pytest.mark.parametrize("by", [{"resource_id": 7}, {"name": f" {NAME.upper()}. "}], ids=str)
def test_a_resource_by_its_id_or_its_name(api, by):
    first = ONE if "resource_id" in by else ALL
    planned = rotated(check_mode=True, diff=True, **by, **PEM)
    assert api.calls == [first]
    api.calls.clear()
    done = rotated(diff=True, **by, **PEM)
    assert api.calls == [first, ONE, PUT, ONE]
    assert planned["changed"] is done["changed"] is True
    assert planned["diff"] == done["diff"]
    assert (done["resource"]["id"], done["verification"]["api"]) == (7, "verified")
    assert done["desired"]["fingerprint_sha256"] == NEW.fingerprint_sha256
    api.calls.clear()
    assert rotated(**by, **PEM)["changed"] is False
    assert api.calls == [first]


def test_a_resource_that_is_not_there(monkeypatch):
    play(monkeypatch, (ONE, answer(404, {"exception_class": "NotFoundError", "request_id": "r-8"})))
    result = rotated(resource_id=7, **PEM)
    assert (result["failed"], result["resource"], result["api_error"]["request_id"]) == (True, None, "r-8")
    assert "the resource's id" in result["msg"]
    assert result["desired"]["fingerprint_sha256"] == NEW.fingerprint_sha256


WRONG = [
    ({"resource_id": 0}, "resource_id is 0"), ({"certificate": " \n"}, "no certificate was given"),
    ({"private_key": issued().private_key_pem}, "does not belong to"),
    ({"certificate": OLD.full_chain_pem, "private_key": OLD.private_key_pem}, "expired at"),
    ({"min_days_valid": 91}, "min_days_valid asks for 91"), ({"api_token": "another"}, "both api_key and api_token"),
]  # fmt: skip


@pytest.mark.parametrize(("given", "said"), WRONG)
def test_what_the_input_alone_gets_wrong_is_found_before_any_request(monkeypatch, given, said):
    script = play(monkeypatch)
    result = rotated(**{"resource_id": 7, **PEM, **given})
    assert result["failed"] is True
    assert [text for text in (said, "Nothing was changed.") if text not in result["msg"]] == []
    assert "exception" not in result
    assert not script.calls


@pytest.mark.parametrize("state", [{"state": "absent"}, {"type": "lets_encrypt"}], ids=["absent", "lets_encrypt"])
@pytest.mark.parametrize("option", CERTIFICATE)
def test_options_of_a_certificate_have_no_place_beside_no_certificate_and_empty_ones_have(api, state, option):
    result = rotated(resource_id=7, **{option: "something"}, **state)
    assert (result["failed"], api.calls) == (True, [])
    assert f"{option} exclude each other" in result["msg"]
    assert "something" not in json.dumps(result)
    assert rotated(resource_id=7, **state, **{option: ""})["changed"] is True


NO_CERTIFICATE = [({"state": "absent"}, None), ({"state": "absent", "type": "lets_encrypt"}, None)]


@pytest.mark.parametrize(("given", "ssl_type"), [*NO_CERTIFICATE, ({"type": "lets_encrypt"}, "le")])
def test_https_without_a_certificate_of_ones_own(api, given, ssl_type):
    before = dict(api.raw)
    planned, done, again = (rotated(resource_id=7, check_mode=mode, **given) for mode in (True, False, False))
    assert (planned["changed"], done["changed"], again["changed"]) == (True, True, False)
    assert api.bodies == [{**before, "ssl_type": ssl_type}]
    assert planned["desired"] == done["desired"] == {"ssl_type": ssl_type}


def test_warnings_of_the_input_and_of_the_resource_are_told(api):
    lonely = ROOT.issue([NAME], not_after=NOW + 90 * DAY)
    api.raw["aliases"] = [{"alias_data": "bare.example.com"}]
    result = rotated(resource_id=7, certificate=lonely.certificate_pem, private_key=lonely.private_key_pem)
    told = "\n".join(result["warnings"])
    assert [text for text in ("no intermediate certificate", "bare.example.com") if text not in told] == []


def test_the_options_of_a_policy_and_those_that_nobody_asked_for():
    given = {"edge_probe": "always", "edge_port": 8443, "edge_timeout": 2.5}
    given |= {"verify": "edge", "verify_timeout": 77, "verify_interval": 3}
    assert Policy.of(given, True) == Policy(check_mode=True, **given)
    assert Policy.of({name: option.get("default") for name, option in RESOURCE_CERT.items()}, False) == Policy()


PERMISSIONS = ("force", "replace_lets_encrypt", "allow_downgrade", "require_alias_coverage")


@pytest.mark.parametrize("name", PERMISSIONS)
def test_each_permission_is_its_own(name):
    given = {other: other == name for other in PERMISSIONS}
    target = CustomCertificate.permitted(key_pair(NEW), given)
    assert {other: getattr(target, other) for other in PERMISSIONS} == given


def test_nothing_that_comes_out_shows_the_key_or_the_token(api):
    echo = {"message": f"{NEW.private_key_pem} {TOKEN}", "invalid_fields": {"service_ssl_key": [NEW.private_key_pem]}}
    lines = NEW.private_key_pem.splitlines()
    for puts in ([lambda *_call: answer(400, echo)], [refused(500)], []):
        api.puts.extend(puts)
        text = json.dumps(rotated(resource_id=7, retries=0, diff=True, **PEM))
        assert [part for part in (lines[1][:20], lines[2][-20:], TOKEN, "PRIVATE") if part in text] == []
