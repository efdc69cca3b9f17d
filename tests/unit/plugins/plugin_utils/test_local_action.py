# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

import base64
import json
import re
import time
from types import SimpleNamespace

import pytest

from ansible_collections.gcore.web_security.plugins.action.gcore_fleet_cert import ActionModule as FleetAction
from ansible_collections.gcore.web_security.plugins.action.gcore_resource_cert import ActionModule
from ansible_collections.gcore.web_security.plugins.action.gcore_resource_cert_info import ActionModule as Scan
from ansible_collections.gcore.web_security.plugins.module_utils import _libraries as libraries
from ansible_collections.gcore.web_security.plugins.module_utils import _task as task
from ansible_collections.gcore.web_security.plugins.module_utils._misplaced import shown as shown_parameters
from ansible_collections.gcore.web_security.plugins.module_utils._options import (
    FLEET_CERT,
    RESOURCE_CERT,
    RESOURCE_CERT_INFO,
)
from ansible_collections.gcore.web_security.plugins.module_utils._redaction import MASK
from ansible_collections.gcore.web_security.plugins.modules import gcore_resource_cert
from ansible_collections.gcore.web_security.plugins.plugin_utils import _local_action as engine_action
from unit.plugins.account import FakeAccount, site
from unit.plugins.fakes import DAY, NAME, NOW, TOKEN, FakeApi, issued, refused, resource_json
from unit.plugins.running import run_module

NEW = issued(not_after=NOW + 90 * DAY)
PEM = {"certificate": NEW.full_chain_pem, "private_key": NEW.private_key_pem}
GIVEN = {"resource_id": 7, "edge_probe": "never", "api_key": TOKEN, **PEM}
FAR, WAYS = {"far": True}, ("local", "ssh")


class Action(ActionModule):
    """Remembers what it would have shipped to the host."""

    def _execute_module(self, module_args=None, task_vars=None, wrap_async=False, **_options):
        self.shipped = SimpleNamespace(arguments=module_args, task_vars=task_vars, wrap_async=wrap_async)
        return self.far(module_args)


def action(given=GIVEN, *, kind=Action, transport="local", become=False, role=None, far=None, **asks):
    task = {"async_val": 0, "check_mode": False, "diff": False, "environment": [], "no_log": False, **asks}
    task |= {"action": "gcore.web_security.gcore_resource_cert", "args": dict(given)}
    made = kind(
        task=SimpleNamespace(**task, _role=role and SimpleNamespace(get_name=lambda: role)),
        connection=SimpleNamespace(transport=transport, _shell=SimpleNamespace(tmpdir=None)),
        play_context=SimpleNamespace(become=become),
        loader=None,
        templar=None,
        shared_loader_obj=None,
    )
    made.far = far or (lambda _arguments: FAR)
    return made


@pytest.fixture
def shows_invocation(monkeypatch):
    monkeypatch.setattr(engine_action, "_shows_invocation", lambda _task_vars: True)


@pytest.fixture
def there(monkeypatch, tmp_path):
    """Puts a file where the play was started."""
    monkeypatch.chdir(tmp_path)
    return lambda name, text="": (tmp_path / name).write_text(text)


@pytest.fixture
def far(monkeypatch, capsys):
    """The module's own result for the arguments that an action would have shipped."""

    def ran(given, **ansibles):
        return run_module(monkeypatch, capsys, gcore_resource_cert.main, {**given, **ansibles})

    return ran


NEAR = {"local": {}, "empty environments": {"environment": [{}, {}]}, "check mode": {"check_mode": True, "diff": True}}
NOT_NEAR = {
    "environment": {"environment": [{"HTTPS_PROXY": "http://127.0.0.1:1"}]},
    "one of several environments": {"environment": [{}, {"A": "b"}]}, "a template": {"environment": ["{{ proxies }}"]},
    "become": {"become": True}, "async": {"async_val": 60}, "ssh": {"transport": "ssh"}, "no libraries": {},
}  # fmt: skip


@pytest.mark.parametrize(("name", "asks"), [*NEAR.items(), *NOT_NEAR.items()])
def test_near_or_far(monkeypatch, api, name, asks):
    if name == "no libraries":
        monkeypatch.setattr(libraries, "_MISSING", ["cryptography"])
    made = action(**asks)
    result = made.run(task_vars={"a": 1})
    assert (result != FAR) is bool(api.calls) is (not hasattr(made, "shipped")) is (name in NEAR)
    if name in NOT_NEAR:
        asked = made.shipped
        assert (asked.arguments, asked.task_vars, asked.wrap_async) == (GIVEN, {"a": 1}, asks.get("async_val", 0))


@pytest.mark.parametrize("transport", WAYS)
def test_a_relative_path_starts_where_the_play_was_started(transport, there, tmp_path):
    """Ansible starts a module of this machine beside the playbook, and the collection's own are beside nothing."""
    there("shop.crt")
    paths = {"certificate_path": "shop.crt", "private_key_path": "/shop.crt"}
    made = action({"directory": "missing", "certificates": [paths]}, transport=transport, async_val=60)
    made.specification = FLEET_CERT
    made.run()
    place = str(tmp_path / "shop.crt") if transport == "local" else "shop.crt"
    shipped = {"directory": "missing", "certificates": [{**paths, "certificate_path": place}]}
    assert made.shipped.arguments == shipped


LEFT_OUT = dict.fromkeys(
    [
        "name", "state", "type", "chain", "chain_path", "pkcs12", "min_days_valid", "force", "verify", "verify_timeout",
        "edge_port", "edge_timeout", "api_token", "api_url", "validate_certs", "ca_path", "retries", "total_timeout",
    ],
    "",
)  # fmt: skip


@pytest.mark.parametrize("transport", WAYS)
def test_what_awx_hands_over_as_an_empty_string_is_unset_whatever_its_type(api, far, transport):
    made = action({**GIVEN, **LEFT_OUT}, transport=transport, far=far)
    result = made.run()
    assert (result["changed"], "failed" in result) == (True, False)
    assert made._task.args == {**GIVEN, **LEFT_OUT}


def near_and_far(far, raw=None, *, prepare=None, monkeypatch, check_mode=False, diff=False, **given):
    """The results of both ways over two worlds that are alike."""
    results = []
    for transport in WAYS:
        world = FakeApi(resource_json(**(raw or {})))
        if prepare:
            prepare(world)
        monkeypatch.setattr(task, "Transport", lambda *_args, world=world, **_options: world)
        told = {"_ansible_check_mode": check_mode, "_ansible_diff": diff, "_ansible_inject_invocation": True}
        asks = {"transport": transport, "check_mode": check_mode, "diff": diff}
        results.append(
            action({**GIVEN, **given}, **asks, far=lambda arguments, told=told: far(arguments, **told)).run()
        )
    return results


CASES = {
    "changed": {}, "in sync": {"raw": {"service_ssl_expire": int((NOW + 90 * DAY).timestamp())}},
    "check mode": {"check_mode": True}, "diff": {"diff": True},
    "refused by the API": {"prepare": lambda api: api.puts.append(refused(400))},
    "conflict": {"raw": {"ssl_type": "le"}}, "wrong input": {"resource_id": 0}, "no credentials": {"api_key": None},
}  # fmt: skip


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_both_ways_have_the_same_result(monkeypatch, far, shows_invocation, case):
    near, shipped = near_and_far(far, monkeypatch=monkeypatch, **case)
    # Since ansible-core 2.19 a module's warning is more than its text.
    said = shipped.get("warnings", ())
    shipped["warnings"] = [one if isinstance(one, str) else one["event"]["msg"] for one in said]
    assert set(near) == set(shipped)
    for name in set(near) - {"invocation"}:
        assert near[name] == shipped[name], name
    arguments, theirs = (result["invocation"]["module_args"] for result in (near, shipped))
    arguments["private_key"] = theirs["private_key"]
    assert arguments == theirs


SECRET = "a-secret-of-mine"
REFUSED = {
    "unknown": ({"privatekey": SECRET}, "Unsupported parameters: privatekey. Supported parameters include: "),
    "choice": ({"state": SECRET}, "state is not one of: present, absent."),
    "number": ({"resource_id": SECRET}, "resource_id is not an integer."),
    "bool": ({"force": SECRET}, "force is not a boolean."),
}


@pytest.mark.parametrize(("given", "said"), REFUSED.values(), ids=REFUSED)
def test_wrong_options_are_named_and_what_they_hold_is_not_shown(api, far, shows_invocation, given, said):
    near, shipped = (action({**GIVEN, **given}, transport=transport).run() for transport in WAYS)
    asked = far({**GIVEN, **given}, _ansible_inject_invocation=True)
    assert near == shipped
    assert near["failed"] is asked["failed"] is True
    assert near["msg"] == asked["msg"]
    assert said in near["msg"]
    assert "Supported" not in said or all(name in near["msg"] for name in RESOURCE_CERT)
    assert SECRET not in json.dumps([near, asked])
    assert not api.calls


def test_the_invocation_masks_every_secret_option_and_shows_the_rest_with_its_defaults(api, shows_invocation):
    for name in ("api_key", "api_token", "private_key", "private_key_passphrase", "pkcs12"):
        result = action({"resource_id": 7, name: "something-secret-of-some-length"}).run()
        assert result["invocation"]["module_args"][name] == "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"
        assert "something-secret" not in json.dumps(result)
    arguments = action().run()["invocation"]["module_args"]
    assert set(arguments) == set(RESOURCE_CERT)
    told = [arguments[name] for name in ("resource_id", "verify", "certificate", "api_token")]
    assert told == [7, "api", NEW.full_chain_pem, None]


STRAY = issued()
BODY = "".join(STRAY.private_key_pem.splitlines()[1:-1])
STRAYS = {
    "key": STRAY.private_key_pem,
    "key without its frame": BODY,
    "short key without its frame": "MC4CAQAwBQYDK2VwBCIEIN3rbL6yKNzN1zUqFLxVbXqZ8gBv0WqCq7cJxYw2mP4k",
    "bundle": base64.encodebytes(STRAY.pkcs12()).decode(),
    "permanent token": "4711$0b1c2d3e4f5061728394a5b6c7d8e9f0",
    "session token": "eyJhbGciOiJIUzI1NiJ9.eyJ1c2VyIjo0NzExfQ.Xm3-9vQ_Lk2Zr8sWt1Yp",
}
ACTIONS = {"one": (ActionModule, RESOURCE_CERT), "fleet": (FleetAction, FLEET_CERT), "scan": (Scan, RESOURCE_CERT_INFO)}


def _places(specification, wrap=lambda name, value: {name: value}):
    """Every option that takes a text, and is not there for secrets, as what gives it one."""
    for name, option in specification.items():
        if option.get("no_log"):
            continue
        if "options" in option:
            yield from _places(option["options"], lambda inner, value, name=name: {name: [{inner: value}]})
        elif option["type"] in ("str", "path"):
            yield name, lambda value, name=name: wrap(name, value)
        elif option.get("elements") == "str":
            yield name, lambda value, name=name: wrap(name, [value])


@pytest.mark.parametrize("stray", STRAYS.values(), ids=STRAYS)
@pytest.mark.parametrize(("kind", "specification"), ACTIONS.values(), ids=ACTIONS)
def test_a_secret_in_an_option_for_none_is_not_shown(monkeypatch, shows_invocation, kind, specification, stray):
    monkeypatch.setattr(task, "Transport", lambda *_args, **_options: FakeAccount(site(7, NAME)))
    said = []
    monkeypatch.setattr(engine_action, "display", said.append)
    common = {"api_key": TOKEN, "probe_edge" if kind is Scan else "edge_probe": False if kind is Scan else "never"}
    for name, given in _places(specification):
        target = {} if kind is not ActionModule or name == "name" else {"resource_id": 7}
        result = action({**common, **target, **given(stray)}, kind=kind).run()
        text = re.sub(r"\\+n|\s", "", json.dumps([result, said])).lower()
        secret = re.sub(r"-----.*-----|\s", "", stray).lower()
        found = [secret[at : at + 10] for at in range(len(secret) - 9) if secret[at : at + 10] in text]
        assert not found, (name, found[:3], result["msg"][:200])


@pytest.mark.parametrize("text", ["-----BEGIN CERTIFICATE-----" * 30_000, "MIIa0" * 200_000 + "!", "1$" * 400_000])
def test_to_look_for_it_in_a_megabyte_takes_a_moment(text):
    start = time.process_time()
    shown_parameters({"certificate": text, "name": text[:-1], "label": text})
    assert time.process_time() - start < 5


PATHS = [
    *((path, False) for path in ("hunter2-hunter2", "correct horse battery staple")),
    *((path, True) for path in ("./pass", "~/pass", "/nowhere/pass", "certs/shop", "shop.pem")),
]


@pytest.mark.parametrize(("path", "is_shown"), PATHS)
@pytest.mark.parametrize("option", ["private_key_passphrase_path", "certificate_path"])
def test_what_can_be_no_path_is_not_shown_where_one_belongs(api, shows_invocation, option, path, is_shown, there):
    """Whatever there is a file of is one, whatever its name."""
    result = action({**GIVEN, option.removesuffix("_path"): "", option: path}).run()
    assert result["failed"] is True
    assert (path.removeprefix("~") in result["msg"]) is is_shown
    assert (f"What {option} was given is no path, and not shown" in result["msg"]) is not is_shown
    assert (path.removeprefix("~") in json.dumps(result)) is is_shown
    there("hunter2-hunter2", "no PEM")
    result = action({**GIVEN, "private_key": "", "private_key_path": "hunter2-hunter2"}).run()
    assert "private_key_path (hunter2-hunter2): no PEM block" in result["msg"]


URLS = {
    "https://127.0.0.1:1/v2/0b1c2d3e4f5061728394": "https://127.0.0.1:1",
    "0b1c2d3e4f5061728394": MASK,
    "http://api.example/0b1c2d3e4f5061728394": "http://api.example",
    "https://[::1]:1?key=0b1c2d3e4f5061728394": "https://[::1]:1",
}


@pytest.mark.parametrize(("url", "kept"), URLS.items())
def test_of_a_url_no_more_is_shown_than_where_it_leads(shows_invocation, url, kept):
    result = action({**GIVEN, "api_url": url, "retries": 0}).run()
    assert result["failed"] is True
    assert result["invocation"]["module_args"]["api_url"] == kept
    assert "0b1c2d" not in json.dumps(result)


@pytest.mark.parametrize("passphrase", ["correct-horse-battery", "e"])
def test_values_of_secret_options_are_removed_from_the_whole_result_and_no_fact_becomes_a_text(api, passphrase):
    api.raw["status"] = passphrase
    key = NEW.key_pem(passphrase=passphrase)
    result = action({**GIVEN, "private_key": key, "private_key_passphrase": passphrase}).run()
    assert result["changed"] is True
    assert "correct-horse" not in json.dumps(result)


@pytest.mark.parametrize(("answer", "is_shown"), [(True, True), (False, False), (None, True)])
def test_the_invocation_is_shown_where_a_module_would(monkeypatch, api, answer, is_shown):
    assert isinstance(engine_action._shows_invocation({}), bool)
    assert engine_action._shows_invocation({"ansible_inject_invocation": True}) is True

    def get_config_value(name, variables):
        assert (name, variables) == ("INJECT_INVOCATION", {"a": 1})
        if answer is None:
            raise engine_action.AnsibleError("no such setting")
        return answer

    monkeypatch.setattr(engine_action.constants, "config", SimpleNamespace(get_config_value=get_config_value))
    assert ("invocation" in action().run(task_vars={"a": 1})) is is_shown


MASKING = [
    ({"msg": "all is well", "results": [{"name": "a.example"}]}, False),
    ({"results": [{"msg": 'said "open\nsesame" aloud'}]}, True), ({"results": [{"open\nsesame": 1}]}, True),
    ({"msg": "open sesame"}, False), ({"results": [{"port": 4711}]}, True), ({"msg": "Schl\u00fcssel"}, True),
]  # fmt: skip


@pytest.mark.parametrize(("result", "is_shown"), MASKING)
def test_whether_there_is_anything_to_mask(result, is_shown):
    assert engine_action._shows(result, ["open\nsesame", "4711", "Schl\u00fcssel"]) is is_shown
    assert not engine_action._shows(result, [])


OURS = "gcore.web_security.resource_cert"


@pytest.mark.parametrize("transport", WAYS)
@pytest.mark.parametrize(
    ("role", "given", "told"),
    [
        (OURS, {}, "In the role: resource_cert_replace_lets_encrypt."),
        (OURS, {"private_key": ""}, "In the role: resource_cert_private_key, resource_cert_private_key_path."),
        (OURS, {"certificate": ""}, "resource_cert_certificate_path, resource_cert_pkcs12, resource_cert_pkcs12_path."),
        (OURS, {"resource_id": 0}, ""),
        ("my.own.resource_cert", {}, ""),
        (None, {}, ""),
    ],
)
def test_in_a_role_a_failure_and_a_warning_call_an_option_as_the_role_does(api, far, transport, role, given, told):
    api.raw["ssl_type"] = "le"
    said = action({**GIVEN, **given}, transport=transport, role=role, far=far).run()["msg"]
    assert said.endswith(told)
    assert ("In the role" in said) is bool(told)
    scan = action({"no": "option"}, kind=Scan, role="gcore.web_security.cert_expiry_report")
    scan._run_here = lambda *_given: {"warnings": ["None answered. Set probe_edge to false if that is so.", "Other."]}
    assert scan.run()["warnings"] == [
        "None answered. Set probe_edge to false if that is so. In the role: cert_expiry_report_probe_edge.",
        "Other.",
    ]
