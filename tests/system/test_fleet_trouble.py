# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""A fleet in trouble: a tenth of all calls fails, every write fails, two runs meet, the API wants it slow."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from simulator.handle import FAULTS, Simulator, rule

from .fleets import installed, open_account, rotate, sites, writes

_TROUBLE = {
    "429": dict(FAULTS["429"]),
    "429_retry_after": {**FAULTS["429"], "retry_after": 0},
    "500": dict(FAULTS["500"]),
    "500_after": dict(FAULTS["500_after"]),
    "cut_before": dict(FAULTS["cut_before"]),
    "cut_after": dict(FAULTS["cut_after"]),
    "hang": {"kind": "hang", "seconds": 2, "effect": "none"},
    "hang_after": {"kind": "hang", "seconds": 2, "effect": "after"},
}
"""Together they hit a tenth of all calls."""


@pytest.fixture(scope="module")
def account():
    return sites(1000)


def test_a_tenth_of_all_calls_fails(simulator: Simulator, account) -> None:
    """Every resource ends rotated or reported as failed, none is written twice, none is half done."""
    open_account(simulator, account)
    chance = 0.1 / len(_TROUBLE)
    simulator.faults(
        [
            {"match": {"probability": chance, "seed": seed}, "fault": fault}
            for seed, fault in enumerate(_TROUBLE.values())
        ]
    )
    wanted = {site.name: site.new for site in account}
    result = rotate(simulator, wanted, waves=["100%"], concurrency=32, request_timeout=1, edge_probe="never")
    faulty = [entry for entry in simulator.journal() if entry["fault"]]
    stored = installed(simulator)
    outcomes = {entry["id"]: entry["outcome"] for entry in result["results"]}
    assert len(faulty) > 200
    assert set(outcomes.values()) <= {"rotated", "failed"}
    assert len(outcomes) == len(account)
    assert max(writes(simulator).values()) == 1
    for site in account:
        is_new = stored[site.id] == site.new.fingerprint_sha256
        assert is_new or stored[site.id] == site.old.fingerprint_sha256
        assert is_new or outcomes[site.id] == "failed", site.name
    assert Counter(outcomes.values())["failed"] == result["summary"]["failed"]
    assert bool(result.get("failed")) == (result["summary"]["failed"] > 0)

    simulator.clear_faults()
    again = rotate(simulator, wanted, waves=["100%"], concurrency=32, edge_probe="never")
    assert not again.get("failed")
    assert installed(simulator) == {site.id: site.new.fingerprint_sha256 for site in account}
    assert max(writes(simulator).values()) == 1


@pytest.mark.parametrize("fault", ["400", "500", "500_after", "cut_before", "cut_after"])
@pytest.mark.parametrize("waves", [["100%"], ["1", "10%", "100%"]], ids=["one wave", "canary first"])
def test_max_failures_stops_at_once(simulator: Simulator, account, fault: str, waves: list[str]) -> None:
    concurrency, tolerated = 8, 3
    fleet = account[:100]
    open_account(simulator, fleet)
    simulator.faults([rule(fault, call="put")])
    wanted = {site.name: site.new for site in fleet}
    result = rotate(
        simulator, wanted, waves=waves, concurrency=concurrency, max_failures=str(tolerated), edge_probe="never"
    )
    assert len(simulator.journal(call="put")) <= tolerated + concurrency
    assert result["failed"]
    assert result["summary"]["not_attempted"] >= len(fleet) - tolerated - concurrency
    assert "max_failures" in result["stopped"] or "wave 1" in result["stopped"]
    stored = installed(simulator)
    for site, entry in zip(fleet, result["results"], strict=True):
        assert (stored[site.id] == site.new.fingerprint_sha256) == (entry["outcome"] == "rotated"), entry


def test_two_runs_at_once(simulator: Simulator, account) -> None:
    """Both end well: what one of them wrote is right for the other."""
    fleet = account[:60]
    open_account(simulator, fleet)
    simulator.settings(latency=0.01)
    wanted = {site.name: site.new for site in fleet}
    with ThreadPoolExecutor(2) as pool:
        runs = [pool.submit(rotate, simulator, wanted, waves=["100%"], concurrency=8) for _run in range(2)]
        results = [run.result() for run in runs]
    assert installed(simulator) == {site.id: site.new.fingerprint_sha256 for site in fleet}
    for result in results:
        assert not result.get("failed"), result["msg"]
        assert not any(entry.get("collateral") for entry in result["results"])


def test_the_pace_that_the_api_allows(simulator: Simulator, account) -> None:
    """Four requests a second with bursts of four: slow, and without a failure."""
    fleet = account[:12]
    open_account(simulator, fleet)
    simulator.settings(rate_limit={"rate": 4, "burst": 4})
    wanted = {site.name: site.new for site in fleet}
    notices: list[str] = []
    result = rotate(simulator, wanted, waves=["100%"], concurrency=16, edge_probe="never", say=notices.append)
    refused = [entry for entry in simulator.journal() if entry["status"] == 429]
    assert not result.get("failed"), result["msg"]
    assert installed(simulator) == {site.id: site.new.fingerprint_sha256 for site in fleet}
    assert refused
    assert len(refused) < 3 * len(fleet)
    assert any("held back" in line for line in notices)


def test_a_pace_of_our_own(simulator: Simulator, account) -> None:
    """With requests_per_second below the limit the API never complains."""
    fleet = account[:6]
    open_account(simulator, fleet)
    simulator.settings(rate_limit={"rate": 4, "burst": 4})
    wanted = {site.name: site.new for site in fleet}
    result = rotate(simulator, wanted, waves=["100%"], requests_per_second=3.5, edge_probe="never")
    assert not result.get("failed"), result["msg"]
    assert all(entry["status"] == 200 for entry in simulator.journal())


def test_no_request_is_made_that_is_not_needed(simulator: Simulator, account) -> None:
    """In sync: one list call and one handshake each. Rotated: GET, PUT, GET each."""
    fleet = account[:50]
    open_account(simulator, fleet)
    wanted = {site.name: site.new for site in fleet}
    rotate(simulator, wanted, waves=["100%"])
    calls = Counter(entry["call"] for entry in simulator.journal())
    assert calls == {"list": 1, "get": 2 * len(fleet), "put": len(fleet)}
    assert len(simulator.handshakes()) == len(fleet)
    simulator.clear_journal()
    result = rotate(simulator, wanted, waves=["100%"])
    assert Counter(entry["call"] for entry in simulator.journal()) == {"list": 1}
    assert len(simulator.handshakes()) == len(fleet)
    assert result["summary"]["in_sync"] == len(fleet)
