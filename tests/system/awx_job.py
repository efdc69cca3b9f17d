# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""Jobs as AWX runs them: ansible-runner over a folder as AWX lays it out, in the environment that AWX makes."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import count
from pathlib import Path
from typing import Any

import yaml

from awx.credential_rules import injected
from simulator.authority import Issued
from simulator.handle import Simulator

from .material import API_KEY, CANARIES
from .playbook import Background, collections_path, command, environment
from .web import until

ROOT = Path(__file__).parents[2]
PROJECT = ROOT / "docs" / "examples" / "awx-project"
INVENTORY_FILE = "inventories/fleet.gcore.yml"
_FACTS = "fact_cache"
_ROLES = ("fleet_cert", "resource_cert", "cert_expiry_report")

_SECONDS = 300
_SETTINGS = {"fact_cache": _FACTS, "fact_cache_type": "jsonfile", "idle_timeout": 0, "job_timeout": 0}
_OF_AWX = {
    "ANSIBLE_FORCE_COLOR": "True",
    "ANSIBLE_HOST_KEY_CHECKING": "False",
    "ANSIBLE_INVENTORY_UNPARSED_FAILED": "True",
    "ANSIBLE_RETRY_FILES_ENABLED": "False",
    "MAX_EVENT_RES": "700000",
}
_VAULT_PROMPT = r"Vault password:\s*?$"

Json = dict[str, Any]


def checkout(folder: Path, certificates: Mapping[str, Issued]) -> Path:
    """A user's copy of the example project, with the certificates of some sites."""
    project = Path(shutil.copytree(PROJECT, folder / "project"))
    (project / "certificates").mkdir()
    for name, pair in certificates.items():
        (project / "certificates" / f"{name}.crt").write_text(pair.full_chain_pem)
        (project / "certificates" / f"{name}.key").write_text(pair.private_key_pem)
    return project


class _Plain(yaml.SafeLoader):
    """Reads the definitions as somebody does who copies them into a form."""


_Plain.add_constructor("!unsafe", lambda loader, node: loader.construct_scalar(node))


def credential_types() -> dict[str, Json]:
    """The collection's own credential types, by their names."""
    text = (ROOT / "playbooks" / "vars" / "awx" / "credential_types.yml").read_text()
    definitions = yaml.load(text, _Plain)["awx_credential_types"]
    return {one["fields"]["name"]: one["fields"] for one in definitions}


Credentials = Mapping[str, Mapping[str, str]]
"""What is filled in, by the names of types and of their fields."""


def token(account: Simulator) -> Credentials:
    """The credential of every job."""
    return {"Gcore API token": {"api_key": API_KEY, "api_url": account.api_url}}


@dataclass(frozen=True)
class Finished:
    """A job that has ended, and what it left behind."""

    folder: Path  # its artifacts, as AWX fetches them from the execution node

    @cached_property
    def status(self) -> str:
        """AWX's word: successful, failed or canceled."""
        return (self.folder / "status").read_text()

    @cached_property
    def stdout(self) -> str:
        """What AWX shows of it."""
        return (self.folder / "stdout").read_text("utf-8")

    @cached_property
    def events(self) -> list[Json]:
        """The job events in their order."""
        files = (path for path in (self.folder / "job_events").glob("*.json") if "partial" not in path.name)
        return sorted((json.loads(path.read_text("utf-8")) for path in files), key=lambda event: event["counter"])

    def results(self, action: str) -> list[Json]:
        """What the tasks of an action said, items and failures too."""
        ended = ("runner_on_ok", "runner_on_failed", "runner_item_on_ok", "runner_item_on_failed")
        told = (event["event_data"] for event in self.events if event["event"] in ended)
        return [data["res"] for data in told if data["resolved_action"] == action]

    def hosts(self) -> set[str]:
        """Where any task was begun."""
        return {event["event_data"]["host"] for event in self.events if event["event"].startswith("runner_on_")}

    @property
    def artifacts(self) -> Json:
        """What set_stats hands to the next step of a workflow."""
        (last,) = (event for event in self.events if event["event"] == "playbook_on_stats")
        return last["event_data"]["artifact_data"]

    @property
    def cached_facts(self) -> list[Path]:
        """The fact cache's files."""
        return sorted((self.folder / _FACTS).glob("*"))


class Job(Background):
    """A job that goes on."""

    def playbook_pid(self) -> int:
        """The process of ansible-playbook, which is the runner's only child."""
        children = Path(f"/proc/{self.process.pid}/task").glob("*/children")
        (pid,) = (int(word) for path in children for word in path.read_text().split())
        return pid

    def _left_over(self) -> list[str]:
        """Processes that the job has started, and that outlive it for a moment where it was cancelled."""
        project = str(self._folder.parents[1] / "project")
        return [path.parent.name for path in Path("/proc").glob("[0-9]*/cwd") if _target(path) == project]

    def wait(self) -> Finished:
        """Wait for its end. Whatever a job is about, nothing that it leaves behind may show a secret."""
        self.process.wait(_SECONDS)
        until(lambda: not self._left_over(), "all that the job has started is gone")
        # The runner's own record of the environment is no output: AWX hides what is secret in it by itself.
        searched = self._canaries.assert_absent_below(self._folder, but=[self._folder / "command"])
        finished = Finished(self._folder)
        assert searched >= len(finished.events) > 0, finished.stdout
        return finished


@dataclass
class JobRunner:
    """An AWX with a checkout of one project and one inventory, whose execution nodes forget everything."""

    folder: Path
    project: Path
    account: Simulator
    certificates: Mapping[str, str]
    options: Mapping[str, Any] = field(default_factory=dict)  # of every job, as `launch` has them
    hosts: Json = field(default_factory=lambda: {"_meta": {"hostvars": {}}})
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def filled_in(self, **certificates: str) -> Credentials:
        """Both credentials, with some certificates in another way."""
        return {**token(self.account), "Gcore site certificates": {**self.certificates, **certificates}}

    def sync(self) -> None:
        """Update the inventory from its source."""
        listed = self.update_inventory(is_in_image=True)
        assert listed.returncode == 0, listed.stderr
        CANARIES.assert_absent(listed.stdout + listed.stderr, "the inventory")
        self.hosts = json.loads(listed.stdout)

    def update_inventory(self, *, is_in_image: bool) -> subprocess.CompletedProcess[str]:
        """Ask the source with the credential that it can have, and tell it of the project's collections as AWX does."""
        job = self._job_folder()
        shutil.copytree(self.project, job / "project")
        env = _base(job)
        # AWX 24.6.1 sets the plural alone, unknown to ansible-core 2.19 and later: there the image's are all that is.
        env["ANSIBLE_COLLECTIONS_PATHS"] = f"{env.pop('ANSIBLE_COLLECTIONS_PATH')}:~/.ansible/collections"
        if is_in_image:
            (Path(env["HOME"]) / ".ansible").mkdir()
            (Path(env["HOME"]) / ".ansible" / "collections").symlink_to(collections_path())
        return subprocess.run(
            [command("ansible-inventory"), "-i", INVENTORY_FILE, "--list", "--export"],
            cwd=job / "project",
            env=env | _OF_AWX | self._brought(token(self.account), job),
            capture_output=True,
            text=True,
            check=False,
        )

    def run(self, playbook: str, credentials: Credentials | None = None, **options: Any) -> Finished:
        """Run a job to its end; the options are those of `launch`."""
        with self.launch(playbook, credentials, **{**self.options, **options}) as job:
            return job.wait()

    def launch(
        self,
        playbook: str,
        credentials: Credentials | None = None,
        *,
        is_check: bool = False,
        is_diff: bool = False,
        verbosity: int = 0,
        answers: Mapping[str, Any] | None = None,  # of its survey, which AWX hands over as extra variables
        job_slice: tuple[int, int] = (1, 1),  # which of how many
        vault_password: str | None = None,  # of a credential of the type Vault
        variables: Mapping[str, str] | None = None,  # that a credential of the user's own type brings
    ) -> Job:
        """Start a job of a template, with both credentials unless told otherwise."""
        folder = self._job_folder()
        shutil.copytree(self.project, folder / "project")
        self._write_inventory(folder / "inventory", *job_slice)
        words = [*["--check"] * is_check, *["--diff"] * is_diff, *["-" + "v" * verbosity] * (verbosity > 0)]
        env = folder / "env"
        if vault_password is not None:
            words.append("--ask-vault-pass")
            (env / "passwords").write_text(json.dumps({_VAULT_PROMPT: vault_password}))
        (env / "cmdline").write_text(" ".join(words))
        given = self.filled_in() if credentials is None else credentials
        brought = self._brought(given, folder) | dict(variables or {})
        (env / "envvars").write_text(json.dumps(_OF_AWX | {"JOB_ID": "1"} | brought))
        ports = {f"{role}_edge_port": self.account.edge_port for role in _ROLES}
        (env / "extravars").write_text(json.dumps({**ports, **(answers or {})}))
        (env / "settings").write_text(json.dumps(_SETTINGS))
        process = subprocess.Popen(
            [sys.executable, "-m", "ansible_runner", "run", str(folder), "-p", playbook, "--ident", "1", "--quiet"],
            env=_base(folder),
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
        return Job(process, folder / "artifacts" / "1", CANARIES)

    def _job_folder(self) -> Path:
        folder = self.folder / f"job{next(self._numbers)}"
        (folder / "env").mkdir(parents=True)
        return folder

    def _brought(self, credentials: Credentials, job: Path) -> dict[str, str]:
        """What the credentials bring: variables, and files beside them."""
        brought, types = {}, credential_types()
        for number, (name, values) in enumerate(credentials.items()):
            files = job / "env" / f"files{number}"
            files.mkdir()
            brought |= injected(types[name], values, files)
        return brought

    def _write_inventory(self, folder: Path, number: int, of: int) -> None:
        folder.mkdir()
        script = folder / "hosts"
        script.write_text(f"#!{sys.executable}\nprint({json.dumps(sliced(self.hosts, number, of))!r})\n")
        script.chmod(0o700)


def _target(link: Path) -> str:
    try:
        return os.readlink(link)
    except OSError:  # it has just ended
        return ""


def sliced(inventory: Json, number: int, of: int) -> Json:
    """A slice as AWX cuts it: every so manieth host in the order of names."""
    variables = inventory["_meta"]["hostvars"]
    kept = sorted(variables)[number - 1 :: of]
    return {
        **{name: _group(group, kept) for name, group in inventory.items() if name != "_meta"},
        "_meta": {"hostvars": {host: {**variables[host], "remote_tower_enabled": "true"} for host in kept}},
    }


def _group(group: Json, kept: Iterable[str]) -> Json:
    return {**group, "hosts": [host for host in group.get("hosts", []) if host in kept]}


def _base(folder: Path) -> dict[str, str]:
    """The container's own environment."""
    names = ("PATH", "HOME", "LC_ALL", "ANSIBLE_COLLECTIONS_PATH", "ANSIBLE_REMOTE_TEMP")
    whole = environment(folder)
    return {name: whole[name] for name in names}
