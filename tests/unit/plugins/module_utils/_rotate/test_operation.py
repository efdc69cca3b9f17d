# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

from __future__ import annotations

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


BY = [{"resource_id": 7}, *({"name": name} for name in (NAME, "WWW.Example.COM", f"{NAME}.", f" {NAME} "))]


@pytest.mark.parametrize("by", BY, ids=str)
def test_a_resource_by_its_id_or_its_name(api, by):
    first = ONE if "resource_id" in by else ALL
    planned = rotated(check_mode=True, diff=True, **by, **PEM)
    assert api.calls == [first]
    api.calls.clear()
    done = rotated(diff=True, **by, **PEM)
    assert api.calls == [first, ONE, PUT, ONE]
    assert planned["changed"] is done["changed"] is True
    assert planned["diff"] == done["diff"]
    assert done["verification"]["api"] == "verified"
    assert done["resource"]["id"] == 7
    assert done["desired"]["fingerprint_sha256"] == NEW.fingerprint_sha256
    api.calls.clear()
    assert rotated(**by, **PEM)["changed"] is False
    assert api.calls == [first]


@pytest.mark.parametrize("stored", ["xn--mller-kva.example", "m\u00fcller.example", "M\u00dcLLER.example."])
@pytest.mark.parametrize("asked", ["xn--mller-kva.example", "m\u00fcller.example"])
def test_an_international_name_in_any_spelling(api, stored, asked):
    api.raw["name"] = stored
    made = issued("m\u00fcller.example")
    given = {"certificate": made.full_chain_pem, "private_key": made.private_key_pem}
    assert rotated(name=asked, **given)["changed"] is True


@pytest.mark.parametrize(
    ("listed", "said", "hint"),
    [
        ([], f"no resource is named {NAME}", "aliases do not count"),
        ([{"id": 1, "name": "other.example", "aliases": [{"alias_data": NAME}]}], "no resource is named", "aliases"),
        ([{"id": 1, "name": None}, {"id": 2}], "no resource is named", "aliases"),
        ([{"id": 31, "name": NAME}, {"id": 5, "name": NAME.upper()}], f"named {NAME}: 31, 5", "resource_id"),
    ],
    ids=["empty account", "an alias", "no names", "two"],
)
def test_a_name_that_is_not_one_resource(monkeypatch, listed, said, hint):
    script = play(monkeypatch, (ALL, answer(200, listed)))
    result = rotated(name=NAME, **PEM)
    assert result["failed"] is True
    assert said in result["msg"]
    assert hint in result["msg"]
    assert "Nothing was changed." in result["msg"]
    assert script.is_over()


def test_a_resource_that_is_not_there(monkeypatch):
    play(monkeypatch, (ONE, answer(404, {"exception_class": "NotFoundError", "request_id": "r-8"})))
    result = rotated(resource_id=7, **PEM)
    assert result["failed"] is True
    assert result["api_error"]["request_id"] == "r-8"
    assert "the resource's id" in result["msg"]
    assert result["desired"]["fingerprint_sha256"] == NEW.fingerprint_sha256
    assert result["resource"] is None


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"resource_id": 0}, "resource_id is 0"),
        ({"resource_id": 7, "certificate": None}, "no certificate was given"),
        ({"resource_id": 7, "certificate": " \n"}, "no certificate was given"),
        ({"resource_id": 7, "private_key": None}, "no private key was given"),
        ({"resource_id": 7, "private_key": issued().private_key_pem}, "does not belong to"),
        ({"resource_id": 7, "certificate": NEW.certificate_pem[:-30]}, "truncated"),
        ({"resource_id": 7, "certificate": OLD.full_chain_pem, "private_key": OLD.private_key_pem}, "expired at"),
        ({"resource_id": 7, "min_days_valid": 91}, "min_days_valid asks for 91"),
        ({"resource_id": 7, "api_key": None}, "no credentials"),
        ({"resource_id": 7, "api_token": "another"}, "both api_key and api_token"),
        ({"resource_id": 7, "retries": -1}, "retries is -1"),
    ],
)
def test_what_the_input_alone_gets_wrong_is_found_before_any_request(monkeypatch, given, said):
    script = play(monkeypatch)
    result = rotated(**{**PEM, **given})
    assert result["failed"] is True
    assert said in result["msg"]
    assert "Nothing was changed." in result["msg"]
    assert "exception" not in result
    assert not script.calls


@pytest.mark.parametrize("state", [{"state": "absent"}, {"type": "lets_encrypt"}], ids=["absent", "lets_encrypt"])
@pytest.mark.parametrize("option", CERTIFICATE)
def test_options_of_a_certificate_have_no_place_beside_no_certificate(monkeypatch, state, option):
    play(monkeypatch)
    result = rotated(resource_id=7, **{option: "something"}, **state)
    assert result["failed"] is True
    assert f"{option} exclude each other" in result["msg"]
    assert "exception" not in result
    assert "something" not in json.dumps(result)


@pytest.mark.parametrize("option", CERTIFICATE)
def test_empty_ones_have(api, option):
    assert rotated(resource_id=7, state="absent", **{option: ""})["changed"] is True


@pytest.mark.parametrize(
    ("given", "ssl_type"),
    [
        ({"state": "absent"}, None),
        ({"state": "absent", "type": "lets_encrypt"}, None),
        ({"type": "lets_encrypt"}, "le"),
    ],
)
@pytest.mark.parametrize("check_mode", [False, True], ids=["real", "check"])
def test_https_without_a_certificate_of_ones_own(api, given, ssl_type, check_mode):
    before = dict(api.raw)
    result = rotated(resource_id=7, check_mode=check_mode, **given)
    assert result["changed"] is True
    assert api.bodies == ([] if check_mode else [{**before, "ssl_type": ssl_type}])
    assert result["desired"] == {"ssl_type": ssl_type}
    again = rotated(resource_id=7, check_mode=check_mode, **given)
    assert again["changed"] is check_mode


def test_warnings_of_the_input_and_of_the_resource_are_told(api):
    lonely = ROOT.issue([NAME], not_after=NOW + 90 * DAY)
    api.raw["aliases"] = [{"alias_data": "bare.example.com"}]
    result = rotated(resource_id=7, certificate=lonely.certificate_pem, private_key=lonely.private_key_pem)
    assert result["changed"] is True
    text = "\n".join(result["warnings"])
    assert "no intermediate certificate" in text
    assert "bare.example.com" in text


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
    api.puts.append(lambda *_call: answer(400, echo))
    for puts in ([lambda *_call: answer(400, echo)], [refused(500)], []):
        api.puts.extend(puts)
        text = json.dumps(rotated(resource_id=7, retries=0, diff=True, **PEM))
        assert lines[1][:20] not in text
        assert lines[2][-20:] not in text
        assert TOKEN not in text
        assert "PRIVATE" not in text
