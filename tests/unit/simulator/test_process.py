# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors
"""The process: how it starts, what it says, and how it ends."""

from __future__ import annotations

import json
import os
import signal
import socket
import ssl
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit

import pytest

import simulator as package
from simulator.handle import Simulator, SimulatorError, resource, with_issued

TESTS = Path(package.__file__).resolve().parent.parent


@pytest.fixture
def launch(tmp_path):
    """Start the module by its command line, with a temporary folder of its own."""
    started = []

    def start(*arguments):
        environment = {**os.environ, "PYTHONPATH": str(TESTS), "TMPDIR": str(tmp_path)}
        command = [sys.executable, "-m", "simulator", *arguments]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        process = subprocess.Popen(command, env=environment, **pipes)
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout, process.stderr):
            pipe.close()


def ready(process):
    return json.loads(process.stdout.readline())


def requests(line):
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(
        f"{line['admin_url']}/journal?type=request"
    ) as response:
        return json.load(response)


def test_ready_line(launch):
    process = launch()
    line = ready(process)
    assert line.keys() == {"api_url", "admin_url", "edge_host", "edge_port", "pid"}
    assert line["api_url"].startswith("http://127.0.0.1:")
    assert line["admin_url"].endswith("/_admin")
    assert line["pid"] == process.pid


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signals_end_it_cleanly(launch, tmp_path, until, number):
    process = launch("--resources=1", "--latency=30")
    line = ready(process)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    waiting = socket.create_connection(("127.0.0.1", urlsplit(line["api_url"]).port), 5)
    waiting.sendall(b"GET /security/resources HTTP/1.1\r\nHost: localhost\r\n\r\n")
    raw = socket.create_connection(("127.0.0.1", line["edge_port"]), 5)
    with waiting, context.wrap_socket(raw, server_hostname="site0001.example.test"):
        until(lambda: requests(line))
        assert [each.name for folder in tmp_path.iterdir() for each in folder.iterdir()] == []
        process.send_signal(number)
        output, errors = process.communicate(timeout=10)
    assert (process.returncode, output, errors) == (0, b"", b"")
    assert list(tmp_path.iterdir()) == []


def test_one_signal_after_the_other_leaves_nothing_behind(launch, tmp_path):
    """As at Ctrl-C, which reaches the simulator and whoever then stops it."""
    process = launch()
    ready(process)
    process.send_signal(signal.SIGINT)
    while process.poll() is None:
        process.send_signal(signal.SIGTERM)
        time.sleep(0.001)
    assert list(tmp_path.iterdir()) == []


def test_ends_with_stdin(launch, tmp_path):
    process = launch("--exit-with-stdin")
    ready(process)
    process.stdin.close()
    assert process.wait(10) == 0
    assert list(tmp_path.iterdir()) == []


def test_ends_with_its_parent(until):
    lines = (
        "import os, signal",
        "from simulator.handle import Simulator",
        "print(Simulator().start().pid, flush=True)",
        "os.kill(os.getpid(), signal.SIGKILL)",
    )
    environment = {**os.environ, "PYTHONPATH": str(TESTS)}
    parent = subprocess.run([sys.executable, "-c", "\n".join(lines)], env=environment, capture_output=True, check=False)
    assert parent.returncode == -signal.SIGKILL
    until(lambda: not lives(int(parent.stdout)))


def lives(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return not Path(f"/proc/{pid}/stat").exists() or ") Z " not in Path(f"/proc/{pid}/stat").read_text()


def test_other_addresses_are_refused(launch):
    process = launch("--host=0.0.0.0")
    assert b"only loopback addresses" in process.communicate(timeout=20)[1]
    assert process.returncode == 2


def test_ports_are_as_asked(launch):
    with socket.create_server(("127.0.0.1", 0)) as first, socket.create_server(("127.0.0.1", 0)) as second:
        api, edge = first.getsockname()[1], second.getsockname()[1]
    line = ready(launch(f"--port={api}", f"--edge-port={edge}"))
    assert (line["api_url"], line["edge_port"]) == (f"http://127.0.0.1:{api}", edge)


def test_resources_are_ready(make_client):
    with Simulator(resources=3, shape="paged", latency=0.01, edge_delay=2) as simulator:
        states = simulator.resources()
        names = [state["resource"]["name"] for state in states]
        assert names == [f"site000{number}.example.test" for number in (1, 2, 3)]
        assert len({state["served"] for state in states}) == 3
        assert all(state["served"] == state["installed"]["fingerprint_sha256"] for state in states)
        settings = simulator.settings()
        assert (settings["shape"], settings["latency"], settings["edge_delay"]) == ("paged", 0.01, 2)
        assert make_client(simulator).call("GET", "/security/resources").data["count"] == 3
        simulator.clear_resources()
        simulator.reset()
        assert simulator.resources() == states


def test_seed_file(tmp_path):
    path = tmp_path / "seed.json"
    path.write_text(json.dumps([resource(4, "a.example"), with_issued(resource(5, "b.example"), days=3)]))
    with Simulator(seed=path) as simulator:
        assert [state["resource"]["id"] for state in simulator.resources()] == [4, 5]
        assert simulator.resource(5)["installed"] is not None


def test_tokens_of_its_own(make_client):
    with Simulator(api_key="7$seven", bearer_token="other.token") as simulator:
        client = make_client(simulator)
        for authorization in ("APIKey 7$seven", "Bearer other.token"):
            assert client.call("GET", "/security/resources", authorization=authorization).status == 200
        reply = client.call("GET", "/security/resources", authorization="APIKey 7")
        assert reply.data["message"] == "Bad permanent token: 7"


def test_tls(make_client):
    with Simulator(tls=True, resources=1) as simulator:
        assert simulator.api_url.startswith("https://127.0.0.1:")
        client = make_client(simulator, ssl.create_default_context(cadata=simulator.ca_pem))
        assert client.get(1).data["id"] == 1
        simulator.faults([{"fault": "cut_before"}])
        with pytest.raises((ConnectionResetError, ssl.SSLError)):
            client.get(1)
        stranger = make_client(simulator, ssl.create_default_context())
        with pytest.raises(ssl.SSLCertVerificationError):
            stranger.get(1)


def test_a_failed_start_is_told():
    with pytest.raises(SimulatorError, match="did not start"):
        Simulator(shape="round").start()


def test_the_package_imports_nothing_of_the_collection():
    for path in (TESTS / "simulator").glob("*.py"):
        assert "plugins" not in path.read_text("utf-8"), path.name
        assert "ansible" not in path.read_text("utf-8"), path.name
