# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""What the READMEs show works as it was pasted: commands are typed where the files are, plays stand beside them."""

import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from paths import known_files
from simulator.handle import Simulator, resource, with_installed
from unit.docs.guide import READMES, ROOT, fenced

from .material import API_KEY, CANARIES, deploy, issued
from .playbook import environment

SITE = "www.example.com"
OLD = issued("the old key of the README's site", SITE, days=9)
NEW = issued("the new key of the README's site", SITE, days=90)
README, *ROLES = [path for path in READMES if "docs" not in path.relative_to(ROOT).parts]
COMMANDS = fenced(README)
PLAYS = {
    f"{path.parent.name} {number}": text
    for path in (README, *ROLES)
    for number, text in enumerate(fenced(path, "yaml"))
    if "hosts:" in text
}
FOLDERS = ("/etc/letsencrypt/live", "/var/www/html", "/var/lib/prometheus/node-exporter")


@dataclass
class Reader:
    """Somebody who has two files, certbot's folder, a token, and the README."""

    folder: Path
    account: Simulator

    def type(self, text: str, **env: str) -> str:
        """Paste it into a shell; the output, which shows no secret."""
        here = {**environment(self.folder), "RECORD": str(self.folder / "record"), "GCORE_API_KEY": API_KEY}
        here |= {"GCORE_BASE_URL": self.account.api_url, **env}
        here["PATH"] = f"{self.folder / 'bin'}:{here['PATH']}"
        words = ["/bin/sh", "-euc", self.below(text)]
        done = subprocess.run(words, cwd=self.folder, env=here, check=False, capture_output=True, text=True)
        output = done.stdout + done.stderr
        CANARIES.assert_absent(output, text)
        assert done.returncode == 0, output
        return output

    def below(self, text: str) -> str:
        """The same with the machine's folders below the reader's own."""
        for folder in FOLDERS:
            text = text.replace(folder, f"{self.folder}{folder}")
        return text

    @property
    def installed(self) -> str:
        """Which certificate the site has."""
        return self.account.resource(1)["installed"]["fingerprint_sha256"]


@pytest.fixture
def reader(simulator, tmp_path) -> Reader:
    simulator.reset()
    simulator.seed([with_installed(resource(1, SITE), OLD)])
    for folder in FOLDERS:
        Path(f"{tmp_path}{folder}").mkdir(parents=True)
    for folder in (tmp_path, tmp_path / SITE, Path(f"{tmp_path}{FOLDERS[0]}", SITE)):
        deploy(NEW, folder)
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "pip").write_text(f'#!/bin/sh\necho "$@" >>{tmp_path}/pip\n')
    (tmp_path / "bin" / "pip").chmod(0o700)
    return Reader(tmp_path, simulator)


@pytest.fixture(scope="module")
def cloned(tmp_path_factory) -> dict[str, str]:
    """Lets git find the repository here instead of where the README says it is."""
    if not shutil.which("git"):
        pytest.skip("no git on this machine")
    host = tmp_path_factory.mktemp("host")
    tree = host / "gcore.web_security.git"
    for name in known_files():
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, tree / name)
    author = ["-c", "user.name=Nobody", "-c", "user.email=nobody@example.com", "-c", "commit.gpgsign=false"]
    for words in (["init", "-b", "main"], ["add", "--all"], [*author, "commit", "-m", "All of it"]):
        subprocess.run(["git", "-C", str(tree), *words], check=True, capture_output=True)
    repository = yaml.safe_load((ROOT / "galaxy.yml").read_text())["repository"]
    return {
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": f"url.file://{host}/.insteadOf",
        "GIT_CONFIG_VALUE_0": f"{repository.rpartition('/')[0]}/",
    }


INSTALLING = [text for text in COMMANDS if "ansible-galaxy" in text]
_CALLS = [(re.search(r"gcore\.web_security\.(\w+) -e", text), text) for text in COMMANDS]
PLAYBOOKS = {found[1]: text for found, text in _CALLS if found}


def test_every_snippet_is_one_of_these():
    requirements = [text for text in fenced(README, "yaml") if text.startswith("collections:")]
    assert len(requirements) == 1
    assert len(fenced(README, "yaml")) == len([name for name in PLAYS if name.startswith(README.parent.name)]) + 1
    assert sorted([*INSTALLING, *PLAYBOOKS.values()]) == sorted(COMMANDS)


@pytest.mark.parametrize("number", range(len(INSTALLING)))
def test_installing(number, reader, cloned):
    collections = reader.folder / "collections"
    (reader.folder / "requirements.yml").write_text(
        next(text for text in fenced(README, "yaml") if text.startswith("collections:"))
    )
    reader.type(INSTALLING[number], ANSIBLE_COLLECTIONS_PATH=str(collections), **cloned)
    assert (collections / "ansible_collections" / "gcore" / "web_security" / "MANIFEST.json").exists()


@pytest.mark.parametrize("playbook", PLAYBOOKS)
def test_a_playbook_by_its_name(playbook, reader):
    reader.type(PLAYBOOKS[playbook])
    assert (reader.installed == NEW.fingerprint_sha256) is (playbook != "expiry_report")
    assert Path(f"{reader.folder}/var/www/html/certificates.html").exists() is (playbook == "expiry_report")


@pytest.mark.parametrize("name", PLAYS)
def test_a_play(name, reader):
    """With another port for the edge, as 443 is not ours; the roles take it from outside."""
    port = reader.account.edge_port
    text = re.sub(r"(?m)^( +)(directory|certificate_path):", rf"\1edge_port: {port}\n\1\2:", PLAYS[name])
    (reader.folder / "site.yml").write_text(reader.below(text))
    ports = [f"-e {role}_edge_port={port}" for role in ("resource_cert", "fleet_cert", "cert_expiry_report")]
    reader.type(f"ansible-playbook site.yml {' '.join(ports)}")
    if "expiry_report" in text:
        assert Path(f"{reader.folder}/var/www/html/certificates.html").exists()
    else:
        assert reader.installed == NEW.fingerprint_sha256
