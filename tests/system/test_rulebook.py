# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""The event source and the rulebook of the installed collection under a real ansible-rulebook."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
import yaml

from simulator.handle import installation, resource, rule, with_installed, with_issued
from unit.docs.guide import block

from .material import API_KEY, CANARIES, NEW, ZONE, deploy, ends_in
from .playbook import command, environment
from .web import until

_HOME = os.environ.get("JAVA_HOME")
JAVA = shutil.which("java", path=os.pathsep.join(filter(None, [_HOME and f"{_HOME}/bin", os.environ.get("PATH")])))

_RULEBOOK = command("ansible-rulebook")
_NEEDED = {
    "ansible-rulebook is not in this environment, the one named rulebook has it": Path(_RULEBOOK).exists(),
    "Java is not installed (Debian: openjdk-17-jre-headless)": JAVA,
}
MISSING = "; ".join(reason for reason, found in _NEEDED.items() if not found)
"""Why no rulebook can be run, empty where one can."""

SECONDS = 120
"""For anything that it does: it starts Java, and ansible-playbook for each rotation."""

pytestmark = pytest.mark.skipif(bool(MISSING), reason=MISSING)

RULEBOOK = "gcore.web_security.cert_expiry"
CRITICAL, WARNING, RENEWED, FINE = range(1, 5)
BEGUN = str(datetime.now(timezone.utc) - timedelta(days=87))


class Rulebook:
    """A rulebook that runs until it is stopped; nothing that it prints may hold a secret."""

    def __init__(self, folder: Path, words: list[str], env: Mapping[str, str]) -> None:
        self._output = folder / "output"
        self._record = folder / "record"
        with self._output.open("wb") as output:
            self._process = subprocess.Popen(
                [_RULEBOOK, *words],
                env={**_environment(folder), "RECORD": str(self._record), **env},
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def __enter__(self) -> Rulebook:
        return self

    def __exit__(self, *_unused: object) -> None:
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    @property
    def output(self) -> str:
        """All that it printed until now."""
        return self._output.read_text("utf-8", "replace")

    def lines(self, head: str) -> list[str]:
        """What its rules said after such a word."""
        return re.findall(rf"^{re.escape(head)}: (.*)$", self.output, re.MULTILINE)

    def says(self, head: str, text: str = "") -> None:
        """Wait until a rule does; it fails with the output where it ended before."""

        def is_there() -> bool:
            assert self._process.poll() is None, self.output
            return any(text in line for line in self.lines(head))

        until(is_there, f"{head}: {text}", SECONDS)

    def stop(self) -> None:
        """End it as Ctrl-C does, and look through all that it left behind."""
        os.killpg(self._process.pid, signal.SIGINT)
        self._process.wait(SECONDS)
        CANARIES.assert_absent(self.output, "the output")
        if self._record.exists():
            CANARIES.assert_absent(self._record.read_text("utf-8"), "a result")


def _environment(folder: Path) -> dict[str, str]:
    env = environment(folder)
    java = {"JAVA_HOME": _HOME} if _HOME else {}
    return {**env, **java, "PATH": os.pathsep.join([env["PATH"], str(Path(JAVA or "").parent)])}


@pytest.fixture
def account(simulator):
    """One resource of each kind; the critical one has two names."""
    simulator.reset()
    simulator.seed(
        [
            with_installed(resource(CRITICAL, f"shop.{ZONE}", aliases=[f"www.{ZONE}"]), ends_in(3)),
            with_installed(resource(WARNING, f"blog.{ZONE}"), ends_in(20)),
            with_issued(resource(RENEWED, f"le.{ZONE}"), lets_encrypt=True, not_before=BEGUN, days=90),
            with_installed(resource(FINE, f"wiki.{ZONE}"), ends_in(60)),
        ]
    )
    return simulator


def start(simulator, folder):
    """With what an operator has: the new certificate, an inventory with variables, the rulebook's own variables."""
    deploy(NEW, folder / "certificates" / "site")
    variables = {"fleet_cert_directory": str(folder / "certificates"), "fleet_cert_edge_port": simulator.edge_port}
    inventory = {"all": {"hosts": {"localhost": {"ansible_connection": "local", **variables}}}}
    settings = {"cert_expiry_interval": 1, "cert_expiry_edge_port": simulator.edge_port}
    (folder / "inventory.yml").write_text(json.dumps(inventory))
    (folder / "vars.yml").write_text(json.dumps(settings))
    words = ["--rulebook", RULEBOOK, "--inventory", "inventory.yml", "--vars", "vars.yml", "--print-events"]
    return Rulebook(folder, words, {"GCORE_API_KEY": API_KEY, "GCORE_BASE_URL": simulator.api_url})


def looks(simulator):
    return len(simulator.journal(call="list"))


def goes_on(simulator, times=3):
    """Wait for some more looks."""
    enough = looks(simulator) + times
    until(lambda: looks(simulator) >= enough, f"{times} more looks", SECONDS)


def stored(simulator, number):
    return simulator.resource(number)["installed"]["fingerprint_sha256"]


def test_what_is_critical_is_rotated_and_the_rest_is_told_once(account, tmp_path):
    """And so is an API that fails for a while."""
    before = {number: stored(account, number) for number in (WARNING, RENEWED, FINE)}
    with start(account, tmp_path) as rulebook:
        rulebook.says("Rotating", f"shop.{ZONE}: expires in 3 days")
        until(lambda: stored(account, CRITICAL) == NEW.fingerprint_sha256, "it is rotated", SECONDS)
        for name in ("shop", "www"):
            rulebook.says("Over", f"{name}.{ZONE}: ok")
        goes_on(account)
        assert [len(rulebook.lines(head)) for head in ("Rotating", "Warning", "Let's Encrypt", "Over")] == [1, 1, 1, 2]
        assert f"blog.{ZONE}: expires in 20 days" in rulebook.lines("Warning")[0]
        assert [entry["resource_id"] for entry in account.journal(call="put")] == [CRITICAL]
        assert {number: stored(account, number) for number in before} == before
        account.faults([rule("403", call="list")])
        rulebook.says("Blind", "answered 403")
        goes_on(account)
        account.edit(FINE, install=installation(ends_in(20)))
        account.clear_faults()
        rulebook.says("Seeing")
        rulebook.says("Warning", f"wiki.{ZONE}: expires in 20 days")
        rulebook.stop()
    assert [len(rulebook.lines(head)) for head in ("Blind", "Seeing")] == [1, 1]


def test_the_rulebook_of_the_guide_is_one():
    from ansible_rulebook.rules_parser import parse_rule_sets
    from ansible_rulebook.validators import Validate

    rulesets = yaml.safe_load(block("monitoring", "yaml", "sources:"))
    Validate.rulebook(rulesets)
    (parsed,) = parse_rule_sets(rulesets)
    assert [rule.enabled for rule in parsed.rules] == [True, True]
