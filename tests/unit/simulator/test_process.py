# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors
"""The process: how it starts, what it says, and how it ends."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import simulator as package
from simulator.handle import Simulator, SimulatorError, resource, with_issued
from unit.simulator.clients import Client, until

TESTS = Path(package.__file__).resolve().parent.parent
ENV = {**os.environ, "PYTHONPATH": str(TESTS)}


def test_one_signal_after_the_other_leaves_nothing_behind(tmp_path):
    """As at Ctrl-C, which reaches the simulator and whoever then stops it."""
    command = [sys.executable, "-m", "simulator"]
    with subprocess.Popen(command, env={**ENV, "TMPDIR": str(tmp_path)}, stdout=subprocess.PIPE) as process:
        process.stdout.readline()
        process.send_signal(signal.SIGINT)
        while process.poll() is None:
            process.send_signal(signal.SIGTERM)
            time.sleep(0.001)
    assert list(tmp_path.iterdir()) == []


def test_ends_with_its_parent():
    program = "import os, signal; from simulator.handle import Simulator; print(Simulator().start().pid, flush=True); "
    program += "os.kill(os.getpid(), signal.SIGKILL)"
    parent = subprocess.run([sys.executable, "-c", program], env=ENV, capture_output=True, check=False)
    assert parent.returncode == -signal.SIGKILL
    command = Path(f"/proc/{int(parent.stdout)}/cmdline")
    until(lambda: not command.exists() or not command.read_bytes())  # a zombie has none


@pytest.mark.parametrize("wrong", [{"shape": "round"}, {"host": "0.0.0.0"}])
def test_a_start_that_fails_is_told_and_no_address_but_loopback_is_taken(wrong):
    with pytest.raises(SimulatorError, match="did not start"):
        Simulator(**wrong).start()


def test_what_it_begins_with_is_what_it_goes_back_to(tmp_path):
    seed = tmp_path / "seed.json"
    seed.write_text(json.dumps([resource(4, "a.example"), with_issued(resource(5, "b.example"), days=3)]))
    wanted = {"shape": "paged", "latency": 0.01, "edge_delay": 2}
    with Simulator(resources=3, seed=seed, api_key="7$seven", bearer_token="other.token", **wanted) as simulator:
        states = simulator.resources()
        names = [state["resource"]["name"] for state in states]
        assert names == [*(f"site000{number}.example.test" for number in (1, 2, 3)), "a.example", "b.example"]
        assert len({state["served"] for state in states} - {None}) == 4
        assert simulator.settings().items() >= wanted.items()
        for authorization in ("APIKey 7$seven", "Bearer other.token"):
            assert Client(simulator).call(authorization=authorization).data["count"] == 5
        simulator.clear_resources()
        simulator.reset()
        assert simulator.resources() == states


def test_the_package_imports_nothing_of_the_collection():
    for path in (TESTS / "simulator").rglob("*.py"):
        assert "plugins" not in path.read_text("utf-8"), path.name
        assert "ansible" not in path.read_text("utf-8"), path.name
