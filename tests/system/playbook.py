# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""Runs `ansible-playbook` in an environment of its own, and reads back what its tasks said."""

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from .canaries import Canaries, assert_printable

MODULE = "gcore.web_security.gcore_resource_cert"

_HERE = Path(__file__).resolve().parent
_LINKED = _HERE.parents[1] / ".build" / "collections"
_LOGS = _HERE / "logs"
"""What stands before the modules that write into the system's log."""

SYSTEM_LOG = "system.log"
_SECONDS = 300
"""No play takes nearly as long; one that does hangs."""

Play = dict[str, Any]


@dataclass(frozen=True)
class TaskRun:
    """What one task said on one host."""

    host: str
    task: str
    action: str
    status: str
    start: float
    end: float
    result: dict[str, Any]

    @property
    def message(self) -> str:
        """What a person reads first."""
        return str(self.result.get("msg", ""))


@dataclass(frozen=True)
class Played:
    """A finished run."""

    returncode: int
    stdout: str
    stderr: str
    folder: Path
    tasks: tuple[TaskRun, ...] = field(repr=False)
    logged: str = field(repr=False)

    @cached_property
    def output(self) -> str:
        """All that appeared on the screen."""
        return f"{self.stdout}\n{self.stderr}"

    @cached_property
    def _by_name(self) -> dict[tuple[str, str], TaskRun]:
        return {(run.task, run.host): run for run in self.tasks}

    def task(self, name: str, host: str = "localhost") -> TaskRun:
        """The run of a task; fails with the output where there was none."""
        assert (name, host) in self._by_name, f"no task '{name}' on {host}:\n{self.output}"
        return self._by_name[name, host]


class Background:
    """A process that goes on, and ends with whoever waits for it."""

    def __init__(self, process: subprocess.Popen[Any], folder: Path, canaries: Canaries) -> None:
        self.process = process
        self._folder = folder
        self._canaries = canaries

    def __enter__(self):
        return self

    def __exit__(self, *_unused: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()


class Running(Background):
    """A run that goes on in the background."""

    def wait(self) -> Played:
        """Wait for its end. Whatever a run is about, it must not show a secret."""
        stdout, stderr = self.process.communicate(timeout=_SECONDS)
        recorded = _text(self._folder / "record")
        logged = _text(self._folder / SYSTEM_LOG)
        places = {"stdout": stdout, "stderr": stderr, "a result": recorded, "the system's log": logged}
        for where, text in places.items():
            self._canaries.assert_absent(text, where)
            assert_printable(text, where)
        tasks = tuple(TaskRun(**json.loads(line)) for line in recorded.splitlines())
        return Played(self.process.returncode, stdout, stderr, self._folder, tasks, logged)


class Ansible:
    """Runs playbooks, each in a folder of its own."""

    def __init__(self, folder: Path, canaries: Canaries) -> None:
        self._folder = folder
        self._canaries = canaries
        self._runs = 0
        self._files = 0

    def file(self, content: str | bytes) -> str:
        """Write a file for a run, and return its path."""
        self._files += 1
        path = self._folder / f"file{self._files}"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return str(path)

    def run(self, plays: Iterable[Play] | str, *words: str, **options: Any) -> Played:
        """Run plays to their end; the options are those of `start`."""
        with self.start(plays, *words, **options) as running:
            return running.wait()

    def start(
        self,
        plays: Iterable[Play] | str,
        *words: str,
        hosts: Mapping[str, Any] | None = None,
        env: Mapping[str, str] | None = None,
    ) -> Running:
        """Start a run of plays as data, or of a playbook by its name; the hosts, with variables, are this machine."""
        self._runs += 1
        folder = self._folder / f"run{self._runs}"
        folder.mkdir(parents=True)
        inventory = folder / "inventory.json"
        inventory.write_text(json.dumps(_inventory(hosts or {"localhost": {}})))
        playbook = plays if isinstance(plays, str) else str(_written(folder, plays))
        process = subprocess.Popen(
            [command("ansible-playbook"), "-i", str(inventory), playbook, *words],
            env={**environment(folder), "RECORD": str(folder / "record"), **(env or {})},
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        return Running(process, folder, self._canaries)


def _text(path: Path) -> str:
    return path.read_text("utf-8") if path.exists() else ""


def command(name: str) -> str:
    """A command of the Python that runs the tests."""
    return str(Path(sys.executable).with_name(name))


def collections_path() -> str:
    """Where the collection under test is."""
    return os.environ.get("ANSIBLE_COLLECTIONS_PATH") or str(_LINKED)


def environment(folder: Path) -> dict[str, str]:
    """Nothing of the caller's but the interpreter; a home of its own; and the tests' own two plugins."""
    home = folder / "home"
    home.mkdir(exist_ok=True)
    settings = folder / "ansible.cfg"
    settings.write_text("[defaults]\ninternal_poll_interval = 0.01\n")  # no need to burn a core while tasks wait
    return {
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.defpath]),
        "HOME": str(home),
        "PYTHONPATH": str(_LOGS),
        "SYSTEM_LOG": str(folder / SYSTEM_LOG),
        "LC_ALL": "C.UTF-8",
        "ANSIBLE_CONFIG": str(settings),
        "ANSIBLE_COLLECTIONS_PATH": collections_path(),
        "ANSIBLE_CALLBACK_PLUGINS": str(_HERE / "plugins" / "callback"),
        "ANSIBLE_ACTION_PLUGINS": str(_HERE / "plugins" / "action"),
        # By default a module works below the home that the password file names, whatever HOME says.
        "ANSIBLE_REMOTE_TEMP": str(home / "remote"),
        "ANSIBLE_ASYNC_DIR": str(home / "jobs"),
        "ANSIBLE_FORKS": "8",
        "ANSIBLE_INJECT_INVOCATION": "true",  # as every ansible-core before 2.21 does
        "ANSIBLE_INJECT_FACT_VARS": "false",  # with facts as variables, ansible warns of options that come as one dict
        "ANSIBLE_LOCALHOST_WARNING": "false",
        "ANSIBLE_NOCOLOR": "true",
    }


def _inventory(hosts: Mapping[str, Any]) -> dict[str, Any]:
    here = {"ansible_connection": "local", "ansible_python_interpreter": sys.executable}
    return {"all": {"hosts": dict(hosts), "vars": here}}


def _written(folder: Path, plays: Iterable[Play]) -> Path:
    """JSON is YAML."""
    path = folder / "playbook.yml"
    path.write_text(json.dumps(list(plays), indent=1))
    return path


def tasks_play(*tasks: Mapping[str, Any], **play: Any) -> Play:
    """A play of some tasks on every host."""
    return {"hosts": "all", "gather_facts": False, "tasks": list(tasks), **play}
