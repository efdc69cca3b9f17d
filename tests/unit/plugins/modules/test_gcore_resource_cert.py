# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

import importlib
import json

import pytest
import yaml
from ansible.module_utils import basic

from ansible_collections.gcore.web_security.plugins import doc_fragments
from ansible_collections.gcore.web_security.plugins.module_utils import _task as task
from ansible_collections.gcore.web_security.plugins.module_utils._options import (
    DEFAULT_API_URL,
    FLEET_CERT,
    RESOURCE_CERT,
    RESOURCE_CERT_INFO,
)
from ansible_collections.gcore.web_security.plugins.module_utils._redaction import MASK
from ansible_collections.gcore.web_security.plugins.module_utils._rotate import verdict as drift
from ansible_collections.gcore.web_security.plugins.modules import (
    gcore_fleet_cert,
    gcore_resource_cert,
    gcore_resource_cert_info,
)
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


def test_a_change_and_then_none_and_check_mode_diff_and_warnings_of_the_task(api, module):
    planned = module(**GIVEN, _ansible_check_mode=True, _ansible_diff=True)
    assert (planned["changed"], api.writes) == (True, 0)
    assert "warnings" not in planned
    assert planned["diff"]["after"]["fingerprint_sha256"] == NEW.fingerprint_sha256
    results = [module(**GIVEN) for _run in range(2)]
    assert [(result["changed"], "diff" in result) for result in results] == [(True, False), (False, False)]
    assert api.writes == 1
    api.raw["service_ssl_expire"] = 0
    assert "to be sure" in str(module(**GIVEN, _ansible_check_mode=True)["warnings"])


def test_the_systems_log_gets_the_names_of_options_and_no_value(monkeypatch, api, module):
    lines = []
    monkeypatch.setattr(basic.syslog, "syslog", lambda *words: lines.append(str(words[-1])))
    assert module(**GIVEN)["changed"] is True
    assert len(lines) == 1
    assert "certificate, certificate_path" in lines[0]
    assert "edge_probe" in lines[0]
    assert "never" not in lines[0]


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


def test_no_secret_is_shown_in_the_invocation(api, module):
    result = module(**GIVEN, _ansible_inject_invocation=True)
    shown = result["invocation"]["module_args"]
    for option in ("api_key", "private_key"):
        assert shown[option].strip() in ("VALUE_SPECIFIED_IN_NO_LOG_PARAMETER", MASK)
    assert shown["resource_id"] == 7
    assert "PRIVATE" not in json.dumps(result)
    assert TOKEN not in json.dumps(result)


MODULES = [
    (gcore_resource_cert, RESOURCE_CERT),
    (gcore_fleet_cert, FLEET_CERT),
    (gcore_resource_cert_info, RESOURCE_CERT_INFO),
]


def facts(options, inner):
    """What is told of options, or taken, in the same words."""
    said = ("type", "default", "choices", "elements", "required")
    return {
        name: [*((option.get(one), type(option.get(one))) for one in said), facts(option.get(inner, {}), inner)]
        for name, option in options.items()
    }


@pytest.mark.parametrize(("module", "specification"), MODULES, ids=[module.__name__ for module, _taken in MODULES])
def test_the_documented_options_are_those_that_are_taken_as_they_are(module, specification):
    told = yaml.safe_load(module.DOCUMENTATION)
    found = {}
    for fragment in told["extends_documentation_fragment"]:
        _namespace, _collection, name, *variant = fragment.split(".")
        holder = importlib.import_module(f"{doc_fragments.__name__}.{name}").ModuleDocFragment
        text = getattr(holder, variant[0].upper() if variant else "DOCUMENTATION")
        found |= yaml.safe_load(text).get("options") or {}
    options = {**found, **told["options"]}
    assert facts(options, "suboptions") == facts(specification, "options")
    assert all(option["description"] for option in options.values())
    assert f"C({DEFAULT_API_URL})" in str(options["api_url"])
    for example in yaml.safe_load(module.EXAMPLES):
        given = example.get(f"gcore.web_security.{module.__name__.rpartition('.')[2]}", {})
        assert set(given) <= set(specification)


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
    assert (result.get("failed", False), result["changed"]) == (fails, not fails)
    assert ("Nothing was changed." in result["msg"]) is fails
    told = yaml.safe_load(gcore_resource_cert.RETURN)
    own = {"changed", "failed", "warnings", "invocation", "diff", "exception", "deprecations"}
    assert set(result) - own <= set(told)
    assert {name for name, value in told.items() if value["returned"] == "always"} <= set(result)
    for name in ("resource", "desired", "drift", "verification", *(["api_error"] if fails else [])):
        assert set(result[name]) == set(told[name]["contains"]), name
