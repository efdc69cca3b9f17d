# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""The commands that the benchmark brings along: the bare client, and what measures a command."""

import json
import os
import sys
from collections import Counter
from pathlib import Path

import pytest

from benchmark import meter
from benchmark.account import Account
from simulator.handle import Simulator
from stage.stage import Stage

ITEMS = 5


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    with Simulator() as simulator:
        own = {"GCORE_API_KEY": simulator.api_key, "GCORE_BASE_URL": simulator.api_url}
        folder = tmp_path_factory.mktemp("place")
        yield Stage(simulator, folder, {**os.environ, **own, "PYTHONPATH": str(Path(meter.__file__).parents[1])})


@pytest.fixture(scope="module")
def account(place):
    return Account(place)


def run_floor(place, *work):
    place.simulator.clear_journal()
    words = [sys.executable, "-m", "benchmark.floor", *work, f"--edge-port={place.simulator.edge_port}"]
    status, output = place.run(words)
    seen = Counter(entry["call"] for entry in place.simulator.journal())
    return status, output, {**seen, "handshake": len(place.simulator.handshakes())}


def test_the_bare_client_rotates_as_often_as_the_account_drifts(place, account):
    for _time in range(2):
        account.open(ITEMS, is_drifted=True, has_own=False)
        status, output, seen = run_floor(place, "rotate")
        assert (status, output) == (0, "")
        assert seen == {"list": 1, "handshake": ITEMS, "get": 2 * ITEMS, "put": ITEMS}
        assert len({state["served"] for state in place.simulator.resources()}) == 1
        status, _output, seen = run_floor(place, "check")
        assert (status, seen) == (0, {"list": 1, "handshake": ITEMS})


def test_the_bare_client_knows_both_products(place, account):
    account.open(ITEMS, is_drifted=True, has_own=False, is_mixed=True)
    status, output, seen = run_floor(place, "rotate", "--mixed")
    assert (status, output) == (0, "")
    lists = {"list": 1, "cdn_list": 1, "cdn_client": 1}
    ours, of_cdn = {"get": 6, "put": 3}, {"cdn_get": 4, "cdn_patch": 2, "ssl_create": 1, "ssl_list": 3}
    assert seen == {**lists, **ours, **of_cdn, "handshake": ITEMS + 1}
    status, _output, seen = run_floor(place, "check", "--mixed")
    assert (status, seen) == (0, {**lists, "ssl_list": 1, "handshake": ITEMS + 1})


def test_a_command_s_cost_is_its_own_and_that_of_its_children(place):
    hungry = "import os; os.fork() or bytearray(b'x') * 100_000_000; os.wait()"
    status, _output = place.run(
        [sys.executable, "-I", meter.__file__, "cost", "sh", "-c", f'{sys.executable} -c "{hungry}"; exit 3']
    )
    cost = json.loads(place.folder.joinpath("cost").read_text())
    assert status == 3
    assert 100_000_000 < cost["peak"] < 200_000_000
    assert cost["cpu"] > 0
    assert cost["wall"] > 0
