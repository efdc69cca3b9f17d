# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""The example project for AWX: a copy of the folder works as it is, with what AWX's credentials bring into a job."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from awx.credential_rules import check_type, injected
from simulator.handle import Simulator, resource, with_installed

from .material import API_KEY, CANARIES, NEW, OLD, PASSPHRASE, ZONE
from .playbook import Ansible, Played, command, environment

ROOT = Path(__file__).parents[2]
PROJECT = ROOT / "docs" / "examples" / "awx-project"
PLAYBOOKS = sorted(path.name for path in PROJECT.glob("*.yml"))
REFUSED = 2


class Plain(yaml.SafeLoader):
    """Reads the definitions as somebody does who copies them into a form."""


Plain.add_constructor("!unsafe", lambda loader, node: loader.construct_scalar(node))


def types() -> dict[str, Any]:
    text = (ROOT / "playbooks" / "vars" / "awx" / "credential_types.yml").read_text()
    definitions = yaml.load(text, Plain)["awx_credential_types"]
    return {one["fields"]["name"]: one["fields"] for one in definitions}


TYPES = types()
FILLED_IN = {
    "Gcore API token": {"api_key": API_KEY},
    # The first is left empty, and the third has a passphrase: what is missing between is no obstacle.
    "Gcore site certificates": {
        "certificate_1": "",
        "certificate_2": OLD.full_chain_pem,
        "private_key_2": OLD.private_key_pem,
        "certificate_3": NEW.full_chain_pem,
        "private_key_3": NEW.key_pem(passphrase=PASSPHRASE),
        "private_key_passphrase_3": PASSPHRASE,
    },
}


@pytest.fixture
def project(tmp_path) -> Path:
    """A user's copy."""
    return Path(shutil.copytree(PROJECT, tmp_path / "project"))


@pytest.fixture
def account(simulator) -> Simulator:
    simulator.reset()
    simulator.seed([with_installed(resource(number, f"site{number}.{ZONE}"), OLD) for number in (1, 2)])
    simulator.clear_journal()
    return simulator


def job_environment(folder: Path, account: Simulator) -> dict[str, str]:
    """What a job gets of the two credentials."""
    folder.mkdir()
    filled = {name: dict(values) for name, values in FILLED_IN.items()}
    filled["Gcore API token"]["api_url"] = account.api_url
    brought = [injected(TYPES[name], values, folder) for name, values in filled.items()]
    return {name: value for one in brought for name, value in one.items()}


@pytest.fixture
def run(ansible: Ansible, project: Path, account: Simulator, tmp_path: Path) -> Any:
    env = job_environment(tmp_path / "env", account)
    ports = {"fleet_cert_edge_port": account.edge_port, "resource_cert_edge_port": account.edge_port}

    def start(name: str, *words: str, **answers: Any) -> Played:
        given = json.dumps({**ports, "cert_expiry_report_edge_port": account.edge_port, **answers})
        inventory = str(project / "inventories" / "fleet.gcore.yml")
        return ansible.run(str(project / name), "-i", inventory, "-e", given, *words, env=env)

    return start


def installed(account: Simulator) -> list[str]:
    return [account.resource(number)["installed"]["fingerprint_sha256"] for number in (1, 2)]


@pytest.mark.parametrize("name", TYPES)
def test_awx_takes_the_credential_types(name):
    check_type(TYPES[name])


@pytest.mark.parametrize("name", TYPES)
def test_what_is_left_out_arrives_as_an_empty_variable(name, tmp_path):
    assert set(injected(TYPES[name], {}, tmp_path).values()) == {""}


@pytest.mark.parametrize("name", PLAYBOOKS)
def test_syntax(name, project, tmp_path):
    done = subprocess.run(
        [command("ansible-playbook"), "--syntax-check", "-i", "localhost,", name],
        cwd=project,
        env=environment(tmp_path),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_the_inventory(project, account, tmp_path):
    env = {**environment(tmp_path), **job_environment(tmp_path / "env", account)}
    listed = subprocess.run(
        [command("ansible-inventory"), "-i", "inventories/fleet.gcore.yml", "--list"],
        cwd=project,
        env={**os.environ, **env},
        capture_output=True,
        text=True,
        check=True,
    )
    CANARIES.assert_absent(listed.stdout + listed.stderr, "the inventory")
    assert json.loads(listed.stdout)["ssl_custom"]["hosts"] == [f"site1.{ZONE}", f"site2.{ZONE}"]


def test_a_check_of_the_fleet_writes_nothing(run, account):
    told = run("rotate_fleet.yml", "--check", "--diff")
    assert told.returncode == 0, told.output
    assert account.journal(call="put") == []
    assert told.task("gcore.web_security.fleet_cert : Keep the certificates of the fleet current").result["changed"]


def test_a_dry_run_is_a_check(run, account):
    """A survey's answer, which is a string."""
    told = run("rotate_fleet.yml", rotate_dry_run="yes", fleet_cert_include="", fleet_cert_waves="1, 10%, 100%")
    assert told.returncode == 0, told.output
    assert account.journal(call="put") == []
    told = run("rotate_one.yml", rotate_dry_run="yes", resource_cert_name=f"site1.{ZONE}", certificate_pair="3")
    assert told.returncode == 0, told.output
    assert account.journal(call="put") == []


def test_the_fleet_gets_the_certificate_that_lives_longer(run, account):
    told = run("rotate_fleet.yml", rotate_dry_run="no", fleet_cert_max_failures="")
    assert told.returncode == 0, told.output
    assert installed(account) == [NEW.fingerprint_sha256] * 2
    again = run("rotate_fleet.yml", rotate_dry_run="no")
    assert len(account.journal(call="put")) == 2, again.output


def test_one_resource_gets_the_certificate_that_was_asked_for(run, account):
    told = run("rotate_one.yml", resource_cert_name=f"site2.{ZONE}", certificate_pair="3", resource_cert_verify="edge")
    assert told.returncode == 0, told.output
    assert installed(account) == [OLD.fingerprint_sha256, NEW.fingerprint_sha256]


def test_a_certificate_that_is_not_filled_in(run, account):
    told = run("rotate_one.yml", resource_cert_name=f"site1.{ZONE}", certificate_pair="1")
    assert told.returncode == REFUSED
    assert "no certificate was given" in told.output
    assert account.journal(call="put") == []


def test_the_playbook_in_the_readme_with_an_encrypted_key(run, account, project, tmp_path):
    (example,) = re.findall(r"```yaml\n(.*?)```", (project / "README.md").read_text(), re.DOTALL)
    (project / "own.yml").write_text(example)
    certificates, password = project / "certificates", tmp_path / "password"
    certificates.mkdir()
    password.write_text(PASSPHRASE)
    (certificates / "shop.crt").write_text(NEW.full_chain_pem)
    key = certificates / "shop.key"
    key.write_text(NEW.private_key_pem)
    encrypt = [command("ansible-vault"), "encrypt", "--vault-password-file", str(password), str(key)]
    subprocess.run(encrypt, env=environment(tmp_path), check=True, capture_output=True)
    assert key.read_text().startswith("$ANSIBLE_VAULT")
    told = run("own.yml", "--vault-password-file", str(password))
    assert told.returncode == 0, told.output
    assert installed(account) == [NEW.fingerprint_sha256] * 2


@pytest.mark.skipif(
    not (ROOT / "playbooks" / "expiry_report.yml").is_file(), reason="the collection has no playbook expiry_report"
)
def test_the_report(run, account):
    told = run("expiry_report.yml", cert_expiry_report_fail_on="critical", cert_expiry_report_critical_percent="100")
    assert told.returncode == REFUSED
    assert f"site1.{ZONE}" in told.output
