# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""The role resource_cert and the playbook rotate: what they do, proved by the simulator, and that they show no key."""

import base64
import json
import os
from pathlib import Path
from typing import Any

import pytest
import yaml

from simulator.handle import resource, rule, with_installed

from .material import API_KEY, CANARIES, NEW, OLD, PASSPHRASE, ZONE
from .playbook import environment, tasks_play

ROOT = Path(__file__).parents[2]
ROLE = "gcore.web_security.resource_cert"
PLAYBOOK = "gcore.web_security.rotate"
LOUDEST = ("-vvvv", "--diff")
SITES = {number: f"{name}.{ZONE}" for number, name in enumerate(("www", "shop", "blog", "wiki"), start=1)}
REFUSED = 3
FLEET_ROLE = {"name": "fleet", "ansible.builtin.include_role": {"name": "gcore.web_security.fleet_cert"}}


@pytest.fixture
def account(simulator):
    """Four sites with the old certificate, in an account whose API repeats in its errors what it was sent."""
    simulator.reset()
    simulator.settings(echo_secrets=True)
    simulator.seed([with_installed(resource(number, name), OLD) for number, name in SITES.items()])
    return simulator


@pytest.fixture
def variables(account, ansible) -> dict[str, Any]:
    """The role's variables: certificate and key from files for all, and for some in another way."""
    bundle = base64.b64encode(NEW.pkcs12(PASSPHRASE)).decode()
    locked = {"private_key_path": ansible.file(NEW.key_pem(passphrase=PASSPHRASE))}
    locked["private_key_passphrase_path"] = ansible.file(f"{PASSPHRASE}\n")
    return {
        "resource_cert_api_url": account.api_url,
        "resource_cert_edge_port": account.edge_port,
        "resource_cert_retries": 0,
        "resource_cert_certificate_path": ansible.file(NEW.full_chain_pem),
        "resource_cert_private_key_path": ansible.file(NEW.private_key_pem),
        "resource_cert_resources": [
            {"name": SITES[1]},
            {"name": SITES[2], "certificate": NEW.full_chain_pem, "private_key": NEW.key_pem("traditional")},
            {"name": SITES[REFUSED], **locked},
            {"resource_id": 4, "pkcs12": bundle, "private_key_passphrase": PASSPHRASE},
        ],
    }


TOKEN = {"GCORE_API_KEY": API_KEY}


def play(**variables: Any) -> list:
    role = {"name": "rotate", "ansible.builtin.include_role": {"name": ROLE}}
    return [tasks_play(role, vars=variables)]


def stored(simulator) -> dict[int, str]:
    names = {OLD.fingerprint_sha256: "old", NEW.fingerprint_sha256: "new"}
    return {number: names[simulator.resource(number)["installed"]["fingerprint_sha256"]] for number in SITES}


def test_a_list_of_resources_in_check_mode_really_and_nothing_the_second_time(account, variables, ansible):
    checked = ansible.run(play(**variables), "--check", *LOUDEST, env=TOKEN)
    assert checked.returncode == 0, checked.output
    assert {entry["method"] for entry in account.journal()} == {"GET"}
    everything = {"ANSIBLE_DISPLAY_ARGS_TO_STDOUT": "true", "RECORD_ARGUMENTS": "true"}
    first = ansible.run(play(**variables), *LOUDEST, env={**TOKEN, **everything})
    assert first.returncode == 0, first.output
    assert stored(account) == dict.fromkeys(SITES, "new")
    assert {"begun", "item"} <= {run.status for run in first.tasks}
    account.clear_journal()
    second = ansible.run(play(**variables), env=TOKEN)
    assert second.returncode == 0
    assert {entry["method"] for entry in account.journal()} == {"GET"}


MISSING = "/no/such/folder/site.pem"
PATHS = ("certificate_path", "private_key_passphrase_path", "pkcs12_path")


def test_what_cannot_be_read_or_meant_ends_it_before_the_first_request(account, variables, ansible, tmp_path):
    """A file that is missing, a named pipe, an option that there is not."""
    os.mkfifo(tmp_path / "pipe")
    unreadable = {
        **{option: (option, f"{MISSING}.{option}") for option in PATHS},
        "pipe": ("private_key_path", str(tmp_path / "pipe")),
    }
    says = {name: f"{one}: can't read '{path}' on the control node" for name, (one, path) in unreadable.items()}
    says["unknown"] = "privatekey is no option of a resource"
    good = variables["resource_cert_resources"][:2]
    shown = {"msg": "{{ ansible_failed_result.results | selectattr('failed') | map(attribute='msg') }}"}
    blocks = [
        {
            "block": [{"name": name, "ansible.builtin.include_role": {"name": ROLE}}],
            "vars": {**variables, "resource_cert_resources": [*good, {"name": SITES[4], option: value}]},
            "rescue": [{"name": f"refused {name}", "ansible.builtin.debug": shown}],
        }
        for name, (option, value) in {**unreadable, "unknown": ("privatekey", NEW.private_key_pem)}.items()
    ]
    # And a hint calls an option as the role does.
    played = ansible.run([tasks_play(*blocks, FLEET_ROLE)], *LOUDEST, env=TOKEN)
    for name, words in says.items():
        [message] = played.task(f"refused {name}").result["msg"]
        assert message.startswith(f"{SITES[4]}:")
        assert words in message
    told = "Set certificates or directory. In the role: fleet_cert_certificates, fleet_cert_directory."
    assert told in " ".join(played.output.split())
    assert account.journal() == []


def test_a_bundle_beside_the_playbook_whatever_its_name(account, variables, ansible, tmp_path):
    bundles = tmp_path / "files"
    bundles.mkdir()
    (bundles / "the bundle; old, new.p12").write_bytes(NEW.pkcs12(PASSPHRASE))
    (tmp_path / "site.yml").write_text(json.dumps(play(**variables)))
    bundle = {"name": SITES[1], "pkcs12_path": "the bundle; old, new.p12", "private_key_passphrase": PASSPHRASE}
    given = ansible.file(json.dumps({"resource_cert_resources": [bundle]}))
    played = ansible.run(str(tmp_path / "site.yml"), "-e", f"@{given}", env=TOKEN)
    assert played.returncode == 0, played.output
    assert stored(account)[1] == "new"


def test_defaults_of_the_group_reach_into_roles(account, variables, ansible):
    """Those that are a role's own to set do not; what both leave unset is the module's."""
    api = {"api_url": account.api_url, "edge_port": account.edge_port, "retries": 0}
    pair = {name: variables[f"resource_cert_{name}"] for name in ("certificate_path", "private_key_path")}
    of_one = {f"resource_cert_{name}": value for name, value in {**pair, "resource_id": 1}.items()}
    roles = {"resource_cert": of_one, "fleet_cert": {"fleet_cert_certificates": [{**pair, "resources": ["2"]}]}}
    tasks = [
        {"name": name, "ansible.builtin.include_role": {"name": f"gcore.web_security.{name}"}, "vars": given}
        for name, given in roles.items()
    ]
    played = ansible.run([tasks_play(*tasks, module_defaults={"group/gcore.web_security.gcore": api})], env=TOKEN)
    assert played.returncode == 0, played.output
    assert stored(account) == {number: "new" if number in (1, 2) else "old" for number in SITES}


OTHERS = {
    "resource_cert": {"name": SITES[1]},
    "fleet_cert": {"include": SITES[2], "exclude": ""},
    "cert_expiry_report": {"name": SITES[3]},
}
"""What each role cannot do without, beside a certificate and the connection."""


def test_what_awx_leaves_empty_is_unset(account, variables, ansible, tmp_path):
    """Every variable of every role as an empty string or list, but for those that it needs."""
    (tmp_path / "site.crt").write_text(NEW.full_chain_pem)
    (tmp_path / "site.key").write_text(NEW.private_key_pem)
    given = {
        name: variables[f"resource_cert_{name}"]
        for name in ("certificate_path", "private_key_path", "api_url", "edge_port")
    }
    tasks = []
    for role, others in OTHERS.items():
        specs = yaml.safe_load((ROOT / "roles" / role / "meta" / "argument_specs.yml").read_text())
        options = specs["argument_specs"]["main"]["options"]
        needed = {f"{role}_{name}": value for name, value in {**given, "directory": str(tmp_path), **others}.items()}
        empty = {name: [] if option.get("elements") == "dict" else "" for name, option in options.items()}
        values = {name: needed.get(name, value) for name, value in empty.items()}
        del values[f"{role}_api_key"]
        tasks.append({"ansible.builtin.include_role": {"name": f"gcore.web_security.{role}"}, "vars": values})
    played = ansible.run([tasks_play(*tasks)], env=TOKEN)
    assert played.returncode == 0, played.output
    assert stored(account) == {number: "new" if number in (1, 2) else "old" for number in SITES}


def test_a_fleet_is_one_however_many_hosts_the_play_has(account, variables, ansible, tmp_path):
    """They are elsewhere, and one of them is called localhost: the role works once, here, and as nobody else."""
    away = {"ansible_connection": "ssh", "ansible_host": "192.0.2.1"}
    pair = {name: variables[f"resource_cert_{name}"] for name in ("certificate_path", "private_key_path")}
    given = {
        "fleet_cert_certificates": [pair],
        "fleet_cert_api_url": account.api_url,
        "fleet_cert_edge_port": account.edge_port,
    }
    account.faults([rule("400", call="put")])
    after = {"name": "went on", "ansible.builtin.debug": {"msg": "the failure was none"}}
    plays = [tasks_play({**FLEET_ROLE, "vars": given}, after, become=True)]
    played = ansible.run(plays, hosts=dict.fromkeys(("www1", "www2", "localhost"), away), env=TOKEN)
    assert played.returncode == 2
    assert "www1 -> localhost" in played.output
    assert "went on" not in {run.task for run in played.tasks}
    assert [entry["call"] for entry in account.journal()].count("list") == 1


def test_ansible_runner_and_so_awx_keep_no_key(account, variables, tmp_path):
    """The playbook by its name; of its resources one is refused, and told by its name."""
    runner = pytest.importorskip("ansible_runner", reason="ansible-runner is not installed")
    account.faults([rule("400", call="put", resource_id=REFUSED)])
    data = tmp_path / "data"
    data.mkdir()
    given = tmp_path / "variables.json"
    given.write_text(json.dumps({**variables, "resource_cert_api_key": API_KEY}))
    run = runner.run(
        private_data_dir=str(data),
        playbook=PLAYBOOK,
        inventory="localhost ansible_connection=local",
        envvars={**environment(tmp_path), "RECORD": str(tmp_path / "record")},
        cmdline=" ".join([*LOUDEST, "-e", f"@{given}"]),
        fact_cache="facts",
        fact_cache_type="jsonfile",
        quiet=True,
    )
    events = [event["event"] for event in run.events]
    stdout = run.stdout.read()
    assert run.status == "failed"
    assert (events.count("runner_item_on_ok"), events.count("runner_item_on_failed")) == (4 + 3, 1)
    assert stored(account) == {number: "old" if number == REFUSED else "new" for number in SITES}
    for name in (SITES[1], SITES[2], SITES[REFUSED]):
        assert f"(item={name})" in stdout
    assert "answered 400 ValidationError" in stdout
    artifacts = Path(run.config.artifact_dir)
    # The runner's own record of the environment that it was given is not ours.
    own = artifacts / "command"
    assert CANARIES.assert_absent_below(artifacts, but=[own]) > len(list(artifacts.glob("job_events/*.json"))) > 5


REMOVED = {
    "gcore_resource_cert_item": (
        {"name": "old", "gcore.web_security.gcore_resource_cert_item": {}},
        "has been removed. Use gcore.web_security.gcore_resource_cert,",
    ),
    "resource_cert_plan": (
        {"name": "old", "ansible.builtin.debug": {"msg": "{{ query('gcore.web_security.resource_cert_plan') }}"}},
        "has been removed. The role resource_cert checks all",
    ),
    "fleet_cert_on_bad_file": (
        {**FLEET_ROLE, "vars": {"fleet_cert_on_bad_file": "skip"}},
        "fleet_cert_on_bad_file is called fleet_cert_on_bad_certificate now",
    ),
}


@pytest.mark.parametrize(("task", "told"), REMOVED.values(), ids=REMOVED)
def test_what_is_gone_says_what_to_use(task, told, ansible):
    played = ansible.run([tasks_play(task)])
    assert played.returncode
    assert told in " ".join(played.output.split())
