# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""The guide's own playbooks, with certificates from lookups and from encrypted files, in a project as AWX has it.

Vault is played by a lookup with the name, the options and the answers of the real one. Every run is as loud as it can
be, and searched for keys.
"""

from __future__ import annotations

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
from .playbook import Ansible, Played, collections_path, command, environment

GUIDE = "certificate_sources"
NAMES = ("shop.example.com", "blog.example.com")
OLD = {name: issued(f"the old key of {name}", name, days=9) for name in NAMES}
NEW = {name: issued(f"the new key of {name}", name, days=90) for name in NAMES}
SHOP, BLOG = NEW.values()

VAULT_URL = "https://vault.example.com:8200"
VAULT_TOKEN = CANARIES.plant_text("the token of Vault", f"hvs.{secrets.token_urlsafe(24)}")
APPROLE = ["the-role", CANARIES.plant_text("the secret of the AppRole", secrets.token_hex(20))]
WITH_TOKEN = {"VAULT_ADDR": VAULT_URL, "VAULT_TOKEN": VAULT_TOKEN}
PASSWORD = CANARIES.plant_text("the password of ansible-vault", secrets.token_urlsafe(24))
WRONG_PASSWORD = CANARIES.plant_text("another password of ansible-vault", secrets.token_urlsafe(24))

LOUDEST = ("-vvv", "--diff")
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

    @property
    def certificates(self) -> Path:
        """The folder of that name."""
        return self.folder / "project" / "certificates"

    def keep(self, held: dict[str, Any]) -> None:
        """Let Vault hold these secrets and no others."""
        vault = {"url": VAULT_URL, "token": VAULT_TOKEN, "approle": APPROLE, "secrets": held}
        (self.folder / "vault.json").write_text(json.dumps(vault))

    def password(self, password: str) -> str:
        """A file with that password."""
        return self.ansible.file(password)

    def play(self, name: str, *words: str, env: dict[str, str] | None = None) -> Played:
        """Run a playbook of the project. The harness searches all that it says."""
        ports = {"fleet_cert_edge_port": self.account.edge_port, "resource_cert_edge_port": self.account.edge_port}
        stand_ins = self.folder / "collections"
        brought = {
            "GCORE_API_KEY": API_KEY,
            "GCORE_BASE_URL": self.account.api_url,
            "STAND_IN_VAULT": str(self.folder / "vault.json"),
            "ANSIBLE_COLLECTIONS_PATH": f"{collections_path()}{os.pathsep}{stand_ins}",
        }
        playbook = str(self.folder / "project" / name)
        return self.ansible.run(playbook, "-e", json.dumps(ports), *LOUDEST, *words, env={**brought, **(env or {})})

    def installed(self) -> dict[str, str]:
        """Which certificate each resource has: the old one or the new one."""
        told = {}
        for number, name in enumerate(NAMES, start=1):
            kinds = {OLD[name].fingerprint_sha256: "old", NEW[name].fingerprint_sha256: "new"}
            told[name] = kinds[self.account.resource(number)["installed"]["fingerprint_sha256"]]
        return told

    def assert_untouched(self) -> None:
        """Nothing was asked and nothing was changed."""
        assert self.account.journal() == []
        assert set(self.installed().values()) == {"old"}


@pytest.fixture
def project(ansible: Ansible, simulator: Simulator, tmp_path: Path) -> Project:
    simulator.reset()
    simulator.seed([with_installed(resource(number, name), OLD[name]) for number, name in enumerate(NAMES, start=1)])
    simulator.clear_journal()
    lookups = tmp_path / "collections/ansible_collections/community/hashi_vault/plugins/lookup"
    lookups.mkdir(parents=True)
    shutil.copy(STAND_IN, lookups)
    made = Project(ansible, simulator, tmp_path)
    made.certificates.mkdir(parents=True)
    for name, text in playbooks().items():
        (tmp_path / "project" / name).write_text(text)
    made.keep({"secret/sites/shop": secret(SHOP), "secret/sites/blog": secret(BLOG)})
    return made


BOTH, ONE = dict.fromkeys(NAMES, "new"), {NAMES[0]: "new", NAMES[1]: "old"}


def ending(pair: Issued, end: str) -> dict[str, str]:
    """A secret whose texts end in this, with the line ends that go with it."""
    line_end = end if end == "\r\n" else "\n"
    return {name: line_end.join(text.splitlines()) + end for name, text in secret(pair).items()}


def test_vault_brings_the_certificates_of_a_fleet_however_they_end(project):
    """Without a line end and with two; the second time with one and as Windows has it: nothing to do."""
    for method, shop, blog in (("PUT", "", "\n\n"), ("GET", "\n", "\r\n")):
        project.keep({"secret/sites/shop": ending(SHOP, shop), "secret/sites/blog": ending(BLOG, blog)})
        project.account.clear_journal()
        told = project.play("rotate_from_vault.yml", env=WITH_TOKEN)
        assert told.returncode == 0, told.output
        assert project.installed() == BOTH
        assert {"GET", method} == {entry["method"] for entry in project.account.journal()}


def test_vault_brings_the_certificate_of_one_resource(project):
    told = project.play("rotate_one_from_vault.yml", env=WITH_TOKEN)
    assert told.returncode == 0, told.output
    assert project.installed() == ONE


def test_an_approle_out_of_a_credential_of_awx(project, tmp_path):
    """The guide's credential type is one that AWX takes, and brings what the guide's playbook reads."""
    kind = {"kind": "cloud", **yaml.safe_load(next(text for text in blocks(GUIDE, "yaml") if "injectors:" in text))}
    check_type(kind)
    filled_in = {"address": VAULT_URL, "role_id": APPROLE[0], "secret_id": APPROLE[1]}
    told = project.play("rotate_with_approle.yml", env=injected(kind, filled_in, tmp_path))
    assert told.returncode == 0, told.output
    assert project.installed() == ONE


def test_any_command_that_prints_pem(project, tmp_path):
    commands = tmp_path / "commands"
    commands.mkdir()
    for name, text in zip(("shop.crt", "shop.key"), secret(SHOP).values(), strict=True):
        (commands / name).write_text(text)
    (commands / "pass").write_text(f'#!/bin/sh\ncat "{commands}/${{2#sites/}}"\n')
    (commands / "pass").chmod(0o700)
    path = os.pathsep.join([str(commands), environment(tmp_path)["PATH"]])
    told = project.play("rotate_from_pass.yml", env={"PATH": path})
    assert told.returncode == 0, told.output
    assert project.installed() == ONE


PEM = secret(SHOP)
REFUSED = {
    # what Vault holds for the shop, and what is said of it; what is wrong with a text itself is for test_bad_input
    "a key that is missing": ({"certificate": PEM["certificate"]}, "no private key was given"),
    "a body alone": ({**PEM, "private_key": PEM["private_key"].split("\n")[1]}, "The text was cut or damaged"),
    "other names": ({"cert": PEM["certificate"], "key": PEM["private_key"]}, "Supported parameters include"),
    "a path that is missing": (None, "Invalid or missing path"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_a_lookup_must_not_return(project, name):
    held, says = REFUSED[name]
    shop = {} if held is None else {"secret/sites/shop": held}
    project.keep({**shop, "secret/sites/blog": secret(BLOG)})
    told = project.play("rotate_from_vault.yml", env=WITH_TOKEN)
    assert told.returncode == 2
    assert says in told.output
    project.assert_untouched()


def test_a_login_that_vault_refuses(project):
    told = project.play("rotate_from_vault.yml", env={**WITH_TOKEN, "VAULT_TOKEN": "hvs.expired"})
    assert told.returncode == 2
    assert "Permission Denied to path" in told.output
    project.assert_untouched()


ENCRYPTED = ("rotate_encrypted.yml", "rotate_one_encrypted.yml", "rotate_encrypted_variables.yml")


@pytest.fixture(scope="module")
def vault(tmp_path_factory) -> dict[str, str]:
    """The shop's key, encrypted as the guide says: as a file, and as a variable."""
    folder = tmp_path_factory.mktemp("vault")
    contents = {"shop.key": SHOP.private_key_pem, "keys.yml": json.dumps({"shop_private_key": SHOP.private_key_pem})}
    for name, content in {**contents, "password": PASSWORD}.items():
        (folder / name).write_text(content)
    paths = [str(folder / name) for name in contents]
    words = ["encrypt", "--vault-password-file", str(folder / "password"), *paths]
    subprocess.run([command("ansible-vault"), *words], env=environment(folder), check=True, capture_output=True)
    return {name: (folder / name).read_text() for name in contents}


@pytest.fixture
def encrypted(project, vault) -> Project:
    """The certificate as it is, and its key in two encrypted files."""
    for name, content in {"shop.crt": SHOP.full_chain_pem, **vault}.items():
        (project.certificates / name).write_text(content)
    return project


@pytest.mark.parametrize("name", ENCRYPTED)
def test_keys_that_ansible_vault_has_encrypted(encrypted, name):
    told = encrypted.play(name, "--vault-password-file", encrypted.password(PASSWORD))
    assert told.returncode == 0, told.output
    assert encrypted.installed() == ONE


NO_PASSWORD = "Attempting to decrypt but no vault secrets found"
ANOTHER = "Decryption failed (no vault secrets were found that could decrypt)"
OF_THE_ROLE = "is encrypted and no vault password that was given decrypts it"


@pytest.mark.parametrize(
    ("name", "is_given", "says"),
    [
        (ENCRYPTED[0], False, NO_PASSWORD),
        (ENCRYPTED[1], False, OF_THE_ROLE),
        (ENCRYPTED[1], True, OF_THE_ROLE),
        (ENCRYPTED[2], True, ANOTHER),
    ],
)
def test_without_the_password_nothing_is_sent(encrypted, name, is_given, says):
    words = ["--vault-password-file", encrypted.password(WRONG_PASSWORD)] if is_given else []
    told = encrypted.play(name, *words)
    assert told.returncode != 0
    assert says in told.output
    encrypted.assert_untouched()


@pytest.mark.parametrize("how", ["list", "folder"])
def test_an_encrypted_key_by_its_path_is_not_called_damaged(encrypted, how):
    folder = encrypted.certificates
    (folder / "keys.yml").unlink()
    listed = [{"certificate_path": str(folder / "shop.crt"), "private_key_path": str(folder / "shop.key")}]
    given = {"fleet_cert_certificates": listed} if how == "list" else {"fleet_cert_directory": str(folder)}
    (encrypted.folder / "project" / "by_path.yml").write_text(
        "- ansible.builtin.import_playbook: gcore.web_security.rotate_fleet\n"
    )
    words = ["--vault-password-file", encrypted.password(PASSWORD), "-e", json.dumps(given)]
    told = encrypted.play("by_path.yml", *words)
    assert told.returncode == 2
    assert "encrypted with ansible-vault" in told.output
    encrypted.assert_untouched()


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
    told = {says for _held, says in REFUSED.values()} - {"The text was cut or damaged", "Supported parameters include"}
    others = (NO_PASSWORD, ANOTHER, OF_THE_ROLE, "encrypted with ansible-vault", "Permission Denied to path")
    for says in (*told, *OF_TEXTS, *others):
        assert f"``{says}``" in text, says
