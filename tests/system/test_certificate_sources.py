# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""The guide's own playbooks, with certificates from lookups and from encrypted files, in a project as AWX has it.

Vault is played by a lookup with the name, the options and the answers of the real one. Every run is as loud as it can
be, and searched for keys.
"""

import json
import os
import re
import secrets
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from awx.credential_rules import check_type, injected
from simulator.authority import Issued
from simulator.handle import Simulator, resource, with_installed
from unit.docs.guide import blocks, text_of

from .material import API_KEY, CANARIES, issued
from .playbook import Ansible, Played, collections_path, command, environment, tasks_play

GUIDE = "certificate_sources"
NAMES = ("shop.example.com", "blog.example.com")
OLD = {name: issued(f"the old key of {name}", name, days=9) for name in NAMES}
SHOP, BLOG = (issued(f"the new key of {name}", name, days=90) for name in NAMES)
LATER = issued("the next key of the shop", NAMES[0], days=100)
KINDS = {"old": list(OLD.values()), "new": [SHOP, BLOG], "later": [LATER]}

VAULT_URL = "https://vault.example.com:8200"
VAULT_TOKEN = CANARIES.plant_text("the token of Vault", f"hvs.{secrets.token_urlsafe(24)}")
APPROLE = ["the-role", CANARIES.plant_text("the secret of the AppRole", secrets.token_hex(20))]
WITH_TOKEN = {"VAULT_ADDR": VAULT_URL, "VAULT_TOKEN": VAULT_TOKEN}
PASSWORD = CANARIES.plant_text("the password of ansible-vault", secrets.token_urlsafe(24))
WRONG_PASSWORD = CANARIES.plant_text("another password of ansible-vault", secrets.token_urlsafe(24))

STAND_IN = Path(__file__).parent / "plugins" / "lookup" / "vault_kv2_get.py"


def secret(pair: Issued) -> dict[str, str]:
    """What the guide puts into Vault."""
    return {"certificate": pair.full_chain_pem, "private_key": pair.private_key_pem}


def playbooks() -> dict[str, str]:
    """The guide's playbooks, by the file names that it gives them."""
    found = (re.match(r"# (rotate\w*\.yml)\n", block) for block in blocks(GUIDE, "yaml"))
    return {match[1]: match.string for match in found if match}


@dataclass
class Project:
    """A project with all of the guide's playbooks, a Vault, and an account to rotate."""

    ansible: Ansible
    account: Simulator
    folder: Path

    def keep(self, held: dict[str, Any]) -> None:
        """Let Vault hold these secrets and no others."""
        vault = {"url": VAULT_URL, "token": VAULT_TOKEN, "approle": APPROLE, "secrets": held}
        (self.folder / "vault.json").write_text(json.dumps(vault))

    def play(self, *names: str, password: str | None = None, env: dict[str, str] | None = None) -> Played:
        """Run playbooks of the project one after the other. The harness searches all that they say."""
        self.account.clear_journal()
        ports = {f"{role}_edge_port": self.account.edge_port for role in ("fleet_cert", "resource_cert")}
        brought = {
            "GCORE_API_KEY": API_KEY,
            "GCORE_BASE_URL": self.account.api_url,
            "STAND_IN_VAULT": str(self.folder / "vault.json"),
            "ANSIBLE_COLLECTIONS_PATH": f"{collections_path()}{os.pathsep}{self.folder / 'collections'}",
        }
        words = ["-vvv", "--diff", "-e", json.dumps(ports)]
        if password:
            words += ["--vault-password-file", self.ansible.file(password)]
        playbooks = [str(self.folder / "project" / name) for name in names]
        return self.ansible.run(*playbooks, *words, env={**brought, **(env or {})})

    def installed(self) -> list[str]:
        """Which certificate each resource has."""
        kinds = {pair.fingerprint_sha256: kind for kind, pairs in KINDS.items() for pair in pairs}
        return [kinds[self.account.resource(number)["installed"]["fingerprint_sha256"]] for number in (1, 2)]

    def written(self) -> list[int]:
        """The ids of resources that the last run wrote."""
        return [entry["resource_id"] for entry in self.account.journal(call="put")]

    def assert_untouched(self) -> None:
        """Nothing was asked and nothing was changed."""
        assert self.account.journal() == []
        assert self.installed() == ["old", "old"]


@pytest.fixture(scope="module")
def vaulted(tmp_path_factory) -> dict[str, str]:
    """The shop's certificate; its key, encrypted as the guide says: as a file, and as a variable."""
    folder = tmp_path_factory.mktemp("vault")
    contents = {"shop.key": SHOP.private_key_pem, "keys.yml": json.dumps({"shop_private_key": SHOP.private_key_pem})}
    for name, content in {**contents, "password": PASSWORD}.items():
        (folder / name).write_text(content)
    words = [command("ansible-vault"), "encrypt", "--vault-password-file", "password", *contents]
    subprocess.run(words, cwd=folder, env=environment(folder), check=True, capture_output=True)
    return {"shop.crt": SHOP.full_chain_pem, **{name: (folder / name).read_text() for name in contents}}


@pytest.fixture
def project(ansible: Ansible, simulator: Simulator, vaulted: dict[str, str], tmp_path: Path) -> Project:
    simulator.reset()
    simulator.seed([with_installed(resource(number, name), OLD[name]) for number, name in enumerate(NAMES, start=1)])
    lookups = tmp_path / "collections/ansible_collections/community/hashi_vault/plugins/lookup"
    lookups.mkdir(parents=True)
    shutil.copy(STAND_IN, lookups)
    made = Project(ansible, simulator, tmp_path)
    (tmp_path / "project" / "certificates").mkdir(parents=True)
    files = {f"certificates/{name}": text for name, text in vaulted.items()}
    for name, text in {**playbooks(), **files}.items():
        (tmp_path / "project" / name).write_text(text)
    made.keep({"secret/sites/shop": secret(SHOP), "secret/sites/blog": secret(BLOG)})
    return made


def ending(pair: Issued, end: str) -> dict[str, str]:
    """A secret whose texts end in this, with the line ends that go with it."""
    line_end = end if end == "\r\n" else "\n"
    return {name: line_end.join(text.splitlines()) + end for name, text in secret(pair).items()}


def test_vault_brings_certificates_however_they_end(project):
    """Of one resource, then of the fleet; the second time with other ends of lines: nothing to do."""
    for written, shop, blog in (([1, 2], "", "\n\n"), ([], "\n", "\r\n")):
        project.keep({"secret/sites/shop": ending(SHOP, shop), "secret/sites/blog": ending(BLOG, blog)})
        told = project.play("rotate_one_from_vault.yml", "rotate_from_vault.yml", env=WITH_TOKEN)
        assert told.returncode == 0, told.output
        assert project.installed() == ["new", "new"]
        assert project.written() == written


def test_an_approle_out_of_a_credential_of_awx_and_any_command_that_prints_pem(project, tmp_path):
    """The guide's credential type is one that AWX takes, and brings what the guide's playbook reads."""
    kind = {"kind": "cloud", **yaml.safe_load(next(text for text in blocks(GUIDE, "yaml") if "injectors:" in text))}
    check_type(kind)
    approle = injected(kind, {"address": VAULT_URL, "role_id": APPROLE[0], "secret_id": APPROLE[1]}, tmp_path)
    commands = tmp_path / "commands"
    commands.mkdir()
    for name, text in zip(("shop.crt", "shop.key"), secret(LATER).values(), strict=True):
        (commands / name).write_text(text)
    (commands / "pass").write_text(f'#!/bin/sh\ncat "{commands}/${{2#sites/}}"\n')
    (commands / "pass").chmod(0o700)
    path = os.pathsep.join([str(commands), environment(tmp_path)["PATH"]])
    told = project.play("rotate_with_approle.yml", "rotate_from_pass.yml", env={**approle, "PATH": path})
    assert told.returncode == 0, told.output
    assert project.written() == [1, 1]
    assert project.installed() == ["later", "old"]


ENCRYPTED = ("rotate_encrypted.yml", "rotate_one_encrypted.yml", "rotate_encrypted_variables.yml")
MODULES = ("gcore.web_security.gcore_fleet_cert", "gcore.web_security.gcore_resource_cert")
NO_PASSWORD = "Attempting to decrypt but no vault secrets found"


def test_keys_that_ansible_vault_has_encrypted(project):
    """As a file by a lookup, as a file by its path, as a variable: each is read, and the first is written."""
    told = project.play(*ENCRYPTED, password=PASSWORD)
    assert told.returncode == 0, told.output
    assert (project.installed(), project.written()) == (["new", "old"], [1])
    ended = [run.result["changed"] for run in told.tasks if run.action in MODULES and run.status == "ok"]
    assert ended == [True, False, False]


PEM = secret(SHOP)
HELD = {
    # what Vault holds in place of the shop's pair; what is wrong with a text itself is for test_bad_input
    "secret/no_key": {"certificate": PEM["certificate"]},
    "secret/body": {**PEM, "private_key": PEM["private_key"].split("\n")[1]},
    "secret/other_names": {"cert": PEM["certificate"], "key": PEM["private_key"]},
}
VAULT, SITE = "rotate_from_vault.yml", "sites/shop"
AS_IT_IS = [(name, ("", "")) for name in ENCRYPTED]
REFUSED = {
    # a playbook of the guide, what in it is another text, and what is said then
    "no key": (VAULT, (SITE, "no_key"), "no private key was given"),
    "a body alone": (VAULT, (SITE, "body"), "The text was cut or damaged"),
    "other names": (VAULT, (SITE, "other_names"), "Supported parameters include"),
    "no such path": (VAULT, (SITE, "nothing"), "Invalid or missing path"),
    "no login": (VAULT, ("engine_", "token='expired', engine_"), "Permission Denied to path"),
    "not the password, by a lookup": (
        *AS_IT_IS[0],
        "Decryption failed (no vault secrets were found that could decrypt)",
    ),
    "not the password, by a path": (*AS_IT_IS[1], "is encrypted and no vault password that was given decrypts it"),
}


def tasks_of(playbook: str) -> list[dict[str, Any]]:
    """What a playbook of the guide does, for a play in which it may fail."""
    (play,) = yaml.safe_load(playbook)
    role = {"name": "gcore.web_security.fleet_cert"}
    return play.get("tasks") or [{"ansible.builtin.import_role": role, "vars": play["vars"]}]


def test_without_what_it_needs_nothing_is_sent(project):
    """All that is known of each failure is shown, and searched; without a password the file of variables ends it."""
    told = project.play(ENCRYPTED[2])
    assert told.returncode != 0
    assert NO_PASSWORD in told.output
    project.assert_untouched()
    shown = {"ansible.builtin.debug": {"msg": "{{ ansible_failed_result }}"}}
    refused = [
        {"block": tasks_of(playbooks()[name].replace(*change)), "rescue": [{"name": case, **shown}]}
        for case, (name, change, _says) in REFUSED.items()
    ]
    (project.folder / "project" / "refused.yml").write_text(json.dumps([tasks_play(*refused)]))
    project.keep({**HELD, "secret/sites/blog": secret(BLOG)})
    told = project.play("refused.yml", password=WRONG_PASSWORD, env=WITH_TOKEN)
    assert told.returncode == 0, told.output
    for case, (_name, _change, says) in REFUSED.items():
        assert says in told.task(case).message
    project.assert_untouched()


OF_TEXTS = (
    # as test_bad_input has them: what is wrong with a text is told alike, wherever it came from
    "no certificate was given",
    "no PEM block in it",
    "looks like a BEGIN or END line, but is not one",
    "Lines were joined into one",
    "the private key does not belong to",
)


def test_the_guide_tells_of_these_messages():
    text = re.sub(r"\s+", " ", text_of(GUIDE))
    told = {says for *_how, says in REFUSED.values()} - {"The text was cut or damaged", "Supported parameters include"}
    for says in (*told, *OF_TEXTS, NO_PASSWORD, "encrypted with ansible-vault"):
        assert f"``{says}``" in text, says
