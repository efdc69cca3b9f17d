# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""The event source: its options, its rounds, its end, and how it finds the rest of the collection."""

import asyncio
import logging
import os
import re
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path

import ansible
import pytest
import yaml

from ansible_collections.gcore.web_security.extensions.eda.plugins.event_source import cert_expiry
from ansible_collections.gcore.web_security.plugins.module_utils import _libraries as libraries
from ansible_collections.gcore.web_security.plugins.module_utils import _task as task
from unit.plugins.account import FakeAccount, site
from unit.plugins.expiry_result import a_host
from unit.plugins.fakes import TOKEN

COLLECTION = Path(cert_expiry.__file__).resolve().parents[4]
TOO_LONG = 10
"""Seconds that only pass where something is broken."""


@pytest.fixture(autouse=True)
def environment(monkeypatch):
    for name in ("GCORE_API_TOKEN", "GCORE_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GCORE_API_KEY", TOKEN)


class Rounds:
    """What a rulebook sees of some scans: they follow each other without a wait, and then it ends."""

    def __init__(self, *results):
        self.results = list(results)
        self.events = []
        self.slept = []
        self.now = 1000.0

    async def put(self, event):
        self.events.append(event)

    async def scan(self):
        return self.results.pop(0)

    async def sleep(self, seconds):
        self.slept.append(seconds)
        self.now += seconds
        if not self.results:
            raise asyncio.CancelledError

    def run(self, interval=60, repeat_after=None):
        watching = cert_expiry.watch(self, self.scan, interval, repeat_after, clock=lambda: self.now, sleep=self.sleep)
        with pytest.raises(asyncio.CancelledError):
            asyncio.run(watching)
        return [next(iter(event.values()))["state"] for event in self.events]


def scan(state):
    return {"msg": f"1 {state}", "warnings": [], "hosts": [a_host(state=state)]}


FAILED = {"failed": True, "msg": "GET /x answered 500.", "warnings": []}


def test_rounds_and_their_log(caplog):
    caplog.set_level(logging.INFO)
    rounds = Rounds(scan("critical"), scan("critical"), FAILED, FAILED, scan("critical"), scan("ok"))
    assert rounds.run() == ["critical", "failing", "working", "ok"]
    assert rounds.slept == [60] * 6
    assert Rounds(*[scan("critical")] * 4).run(interval=60, repeat_after=100) == ["critical", "critical"]
    caplog.clear()
    Rounds({**scan("ok"), "warnings": ["100% silent"]}, FAILED).run()
    assert [(record.levelname, record.getMessage()) for record in caplog.records] == [
        ("WARNING", "100% silent"),
        ("INFO", "1 ok"),
        ("ERROR", "The certificates could not be looked at: GET /x answered 500."),
    ]


@pytest.fixture
def account(monkeypatch):
    made = FakeAccount(*(site(number) for number in range(1, 4)))
    monkeypatch.setattr(task, "Transport", lambda *_words, **_named: made)
    return made


def test_a_look_is_the_scan_of_the_module_and_shows_no_secret(account):
    account.raws[2]["name"] = f"{TOKEN}.example.com"
    result = asyncio.run(cert_expiry.look(cert_expiry.options_of({"probe_edge": False, "include": ["2", "3"]})))
    assert {host["resource_id"] for host in result["hosts"]} == {2, 3}
    assert TOKEN not in str(result)


def test_a_look_ends_when_nobody_waits_for_it(monkeypatch):
    """It leaves the loop free; its thread notices when it asks for the time: at its next request, handshake or wait."""
    began, ended = threading.Event(), []

    def forever(asked):
        began.set()
        end = time.monotonic() + TOO_LONG
        while time.monotonic() < end:
            asked.clock.monotonic()

    def kept(operation, parameters, **_named):
        ended.append(task.run(operation, parameters, check_mode=False, diff=False))

    monkeypatch.setattr(cert_expiry, "scan_resources", forever)
    monkeypatch.setattr(cert_expiry, "run", kept)

    async def cancelled():
        looking = asyncio.create_task(cert_expiry.look(cert_expiry.options_of({})))
        await asyncio.to_thread(began.wait)
        looking.cancel()
        await looking

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(cancelled())  # waits for the thread
    assert ended[0]["failed"]
    assert ended[0]["msg"].startswith("the event source was stopped")


def test_the_documentation_tells_the_options():
    documented = yaml.safe_load(cert_expiry.DOCUMENTATION)["options"].items()
    facts = ("type", "elements", "default")
    told = {name: {key: option[key] for key in facts if key in option} for name, option in documented}
    assert told == {
        name: {key: value for key, value in option.items() if key != "no_log"}
        for name, option in cert_expiry.OPTIONS.items()
    }
    for example in yaml.safe_load(cert_expiry.EXAMPLES):
        options = example["gcore.web_security.cert_expiry"] or {}
        rendered = {name: "4711$0123" if "{{" in str(value) else value for name, value in options.items()}
        assert cert_expiry.options_of(rendered)["interval"]


TAKEN = {
    "empty means unset": (
        {"interval": "", "api_key": "", "repeat_after": None, "include": ""},
        {"interval": 3600, "api_key": None, "repeat_after": None, "include": None},
    ),
    "a template may give numbers as text": ({"interval": "60", "include": "a,b"}, {"interval": 60}),
    "the environment does not rival a token": ({"api_token": "x"}, {"api_token": "x", "api_key": None}),
}


@pytest.mark.parametrize(("given", "taken"), TAKEN.values(), ids=TAKEN)
def test_options(given, taken):
    options = cert_expiry.options_of({**given, "feedback": True, "eda_feedback_queue": object()})
    assert {name: options[name] for name in taken} == taken
    assert "feedback" not in options  # ansible-rulebook adds it


WRONG = [
    ({"intervall": 5}, {}, "intervall"),
    ({"repeat_after": -1}, {}, "repeat_after is -1"),
    ({"interval": "often"}, {}, "interval is not an integer. What was given is not shown, for it may be a secret."),
    ({"api_token": "x", "api_key": "y"}, {}, "both api_key and api_token are set. Set one of them"),
    ({}, {"GCORE_API_KEY": ""}, "no credentials. Set api_key (or GCORE_API_KEY)"),
    ({"directory": "/etc"}, {}, "directory"),
    ({}, {}, "lacks: requests. Install them"),
]


@pytest.mark.parametrize(("options", "variables", "told"), WRONG)
def test_wrong_options_end_it_at_once(options, variables, told, monkeypatch):
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    if "lacks" in told:
        monkeypatch.setattr(libraries, "_MISSING", ["requests"])
    monkeypatch.setattr(cert_expiry, "watch", lambda *_words: pytest.fail("it began"))
    with pytest.raises(ValueError, match=re.escape(told)):
        asyncio.run(cert_expiry.main(Rounds(), options))


@pytest.fixture
def installed(tmp_path):
    """The collection in a folder of which Python knows nothing."""
    target = tmp_path / "installed" / "ansible_collections" / "gcore" / "web_security"
    for part in ("plugins", "extensions"):
        shutil.copytree(COLLECTION / part, target / part, ignore=shutil.ignore_patterns("__pycache__"))
    return target / "extensions" / "eda" / "plugins" / "event_source" / "cert_expiry.py"


LOAD = """
import inspect, runpy, sys
main = runpy.run_path(sys.argv[1])["main"]
from ansible_collections.gcore.web_security.plugins.module_utils import _task as task
print(inspect.iscoroutinefunction(main), task.__file__)
"""


@pytest.mark.parametrize("other", ["nothing", "a namespace", "a package that is already imported"])
def test_it_is_run_by_its_path(installed, tmp_path, other):
    """As ansible-rulebook does it, in a Python that may have other collections."""
    elsewhere = tmp_path / "elsewhere" / "ansible_collections"
    (elsewhere / "some" / "thing").mkdir(parents=True)
    if "package" in other:
        (elsewhere / "__init__.py").touch()
    script = ("import ansible_collections\n" if "already" in other else "") + LOAD
    others = [] if other == "nothing" else [str(elsewhere.parent)]
    env = {"PYTHONPATH": os.pathsep.join([*others, str(Path(ansible.__file__).parents[1])])}
    done = subprocess.run(
        [sys.executable, "-c", script, str(installed)], env=env, check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["True", str(installed.parents[4] / "plugins" / "module_utils" / "_task.py")]
