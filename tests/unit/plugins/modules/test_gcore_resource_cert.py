# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

from __future__ import annotations

import json

import pytest
import yaml
from ansible.module_utils import basic

from ansible_collections.gcore.web_security.plugins.doc_fragments import attributes, connection, edge
from ansible_collections.gcore.web_security.plugins.module_utils import _task as task
from ansible_collections.gcore.web_security.plugins.module_utils._options import DEFAULT_API_URL, RESOURCE_CERT
from ansible_collections.gcore.web_security.plugins.module_utils._redaction import MASK
from ansible_collections.gcore.web_security.plugins.module_utils._rotate import verdict as drift
from ansible_collections.gcore.web_security.plugins.modules import gcore_resource_cert
from unit.plugins.fakes import DAY, NOW, TOKEN, issued, refused
from unit.plugins.running import run_module

NEW = issued(not_after=NOW + 90 * DAY)
PEM = {"certificate": NEW.full_chain_pem, "private_key": NEW.private_key_pem}
GIVEN = {"resource_id": 7, "edge_probe": "never", "api_key": TOKEN, **PEM}


@pytest.fixture
def module(monkeypatch, capsys):
    def ran(**given):
        return run_module(monkeypatch, capsys, gcore_resource_cert.main, given)

    return ran


def test_a_change_and_then_none(api, module):
    assert module(**GIVEN)["changed"] is True
    result = module(**GIVEN)
    assert result["changed"] is False
    assert api.writes == 1


def test_the_systems_log_gets_the_names_of_options_and_no_value(monkeypatch, api, module):
    lines = []
    monkeypatch.setattr(basic.syslog, "syslog", lambda *words: lines.append(str(words[-1])))
    assert module(**GIVEN)["changed"] is True
    assert len(lines) == 1
    assert "certificate, certificate_path" in lines[0]
    assert "edge_probe" in lines[0]
    assert "never" not in lines[0]


def test_check_mode_and_diff_are_those_of_the_task(api, module):
    planned = module(**GIVEN, _ansible_check_mode=True, _ansible_diff=True)
    assert planned["changed"] is True
    assert planned["diff"]["after"]["fingerprint_sha256"] == NEW.fingerprint_sha256
    assert api.writes == 0
    assert "diff" not in module(**GIVEN)


def test_warnings_go_where_ansible_looks_for_them(api, module):
    result = module(**GIVEN, _ansible_check_mode=True)
    assert "warnings" not in result
    api.raw["service_ssl_expire"] = 0
    assert "to be sure" in str(module(**GIVEN, _ansible_check_mode=True)["warnings"])


def test_a_failure(api, module):
    api.puts.append(refused(400))
    result = module(**GIVEN)
    assert result["failed"] is True
    assert result["changed"] is False
    assert result["api_error"]["status"] == 400
    assert "Nothing was changed." in result["msg"]


def test_what_nobody_foresaw_shows_its_traceback_and_no_secret(monkeypatch, module):
    def broken(*_args, **_options):
        raise RuntimeError(f"with {TOKEN} and {NEW.private_key_pem}")

    def fail_json(_module, **result):
        """Whether a traceback is shown is Ansible's decision; that it is handed over is not."""
        print(json.dumps(result))
        raise SystemExit(1)

    monkeypatch.setattr(task, "Transport", broken)
    monkeypatch.setattr(basic.AnsibleModule, "fail_json", fail_json)
    result = module(**GIVEN)
    assert "This is a bug" in result["msg"]
    assert "RuntimeError" in result["exception"]
    result.pop("invocation")
    text = json.dumps(result)
    assert TOKEN not in text
    assert NEW.private_key_pem.splitlines()[1][:20] not in text


@pytest.mark.parametrize("option", ["api_key", "private_key"])
def test_no_secret_is_shown_in_the_invocation(api, module, option):
    result = module(**GIVEN, _ansible_inject_invocation=True)
    shown = result["invocation"]["module_args"]
    assert shown[option].strip() in ("VALUE_SPECIFIED_IN_NO_LOG_PARAMETER", MASK)
    assert shown["resource_id"] == 7
    assert "PRIVATE" not in json.dumps(result)
    assert TOKEN not in json.dumps(result)


def documented():
    module = yaml.safe_load(gcore_resource_cert.DOCUMENTATION)
    options = dict(module["options"])
    for fragment in module["extends_documentation_fragment"]:
        _namespace, _collection, name, *variant = fragment.split(".")
        holder = {"attributes": attributes, "connection": connection, "edge": edge}[name].ModuleDocFragment
        text = getattr(holder, variant[0].upper() if variant else "DOCUMENTATION")
        found = yaml.safe_load(text).get("options") or {}
        assert not set(found) & set(options)
        options.update(found)
    return options


def test_the_documented_options_are_those_that_are_taken():
    assert set(documented()) == set(RESOURCE_CERT)


@pytest.mark.parametrize("name", RESOURCE_CERT)
def test_an_option_is_documented_as_it_is(name):
    taken, told = RESOURCE_CERT[name], documented()[name]
    facts = ("type", "default", "choices", "elements", "required")
    assert {fact: told.get(fact) for fact in facts} == {fact: taken.get(fact) for fact in facts}
    assert type(told.get("default")) is type(taken.get("default"))
    assert told["description"]


def test_the_default_url_is_the_documented_one():
    assert f"C({DEFAULT_API_URL})" in " ".join(documented()["api_url"]["description"])


def test_every_documented_reason_is_one_and_none_is_missing():
    told = yaml.safe_load(gcore_resource_cert.RETURN)["drift"]["contains"]["reason"]["description"]
    words = {word for line in told for word in line.replace(")", "(").split("(")[1::2]}
    known = {verdict.reason for verdict in drift.BY_EXPIRY_AND_EDGE.values()}
    assert words == known | {"chain_differs", "https_disabled", "forced", "lets_encrypt", "custom_certificate"}


@pytest.mark.parametrize("fails", [False, True], ids=["success", "failure"])
def test_every_returned_value_is_documented(api, module, fails):
    if fails:
        api.puts.append(refused(400))
    result = module(**GIVEN)
    told = yaml.safe_load(gcore_resource_cert.RETURN)
    own = {"changed", "failed", "warnings", "invocation", "diff", "exception", "deprecations"}
    assert set(result) - own <= set(told)
    assert {name for name, value in told.items() if value["returned"] == "always"} <= set(result)
    for name in ("resource", "desired", "drift", "verification", *(["api_error"] if fails else [])):
        assert set(result[name]) == set(told[name]["contains"]), name


def test_the_examples_use_options_that_there_are():
    for example in yaml.safe_load(gcore_resource_cert.EXAMPLES):
        assert set(example["gcore.web_security.gcore_resource_cert"]) <= set(RESOURCE_CERT)
