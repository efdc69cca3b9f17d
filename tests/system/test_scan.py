# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""Every state of a host name, arranged in the simulator and seen through real handshakes, in both ways."""

from collections import Counter
from typing import Any

import pytest

from simulator.authority import Issued
from simulator.handle import installation, resource, with_installed, with_issued

from .material import CANARIES, NEW, OLD, ZONE, connection, deploy, ends_in, issued
from .playbook import Played, tasks_play

MODULE = "gcore.web_security.gcore_resource_cert_info"
LASTING, BARE = ends_in(60), ends_in(60, aia="http://ca.invalid/intermediate.crt")
STRANGER = issued("a stranger's key", "edge.invalid")
GIVEN = {"mode": "given", **installation(STRANGER)}
DUAL = {"mode": "dual", **installation(ends_in(-2, key_type="rsa"))}


def has(number: int, name: str, edge: Any = None, pair: Issued = LASTING, **fields: Any) -> dict[str, Any]:
    """A resource with that certificate, and with an edge that may be odd."""
    made = with_installed(resource(number, f"{name}.{ZONE}", **fields), pair)
    return {**made, "edge": edge} if edge else made


WORLD: dict[str, tuple[dict[str, Any], str, str]] = {
    # the resource as it is seeded, its state, and a part of the reason
    "ok": (has(1, "ok"), "ok", ""),
    "warning": (has(2, "warning", pair=ends_in(20)), "warning", "expires in 20 days"),
    "expired": (has(4, "expired", pair=ends_in(-2)), "expired", "expired 47 hours ago"),
    "wrong SNI": (has(6, "sni", GIVEN), "not_covered", "the edge serves a certificate for edge.invalid"),
    "another certificate": (has(7, "other", {"mode": "other"}), "mismatch", "the API has stored one that expires at"),
    "down": (has(8, "down", {"mode": "down"}), "unreachable", "the edge could not be probed"),
    "no TLS": (has(9, "plain", {"mode": "plain"}), "unreachable", "failed the TLS handshake"),
    "incomplete chain": (has(10, "leaf", {"mode": "leaf_only"}, BARE), "warning", "the chain that the edge serves is"),
    "expired for clients that want RSA": (has(14, "two", DUAL), "expired", "its RSA certificate: expired 47 hours ago"),
    "HTTPS off": ({"resource": resource(11, f"off.{ZONE}")}, "no_certificate", "HTTPS is off"),
    "Let's Encrypt": (with_issued(resource(12, f"le.{ZONE}"), lets_encrypt=True, days=80.5), "lets_encrypt", ""),
    "aliases": (has(13, "many", aliases=[f"covered.{ZONE}", "stranger.example.net"]), "ok", ""),
}


def task(simulator, called: str, /, **options: Any) -> dict[str, Any]:
    return {"name": called, MODULE: {**connection(simulator), **options}}


def both_ways(simulator, **options: Any) -> list[dict[str, Any]]:
    remote = {**task(simulator, "remote", **options), "environment": {"WAY": "remote"}}
    return [tasks_play(task(simulator, "local", **options), remote)]


@pytest.fixture(scope="module")
def scan(simulator, ansible) -> Played:
    simulator.reset()
    simulator.seed([seed for seed, _state, _reason in WORLD.values()])
    played = ansible.run(both_ways(simulator, edge_timeout=30))
    assert played.returncode == 0, played.output
    CANARIES.assert_absent(played.output, "the output")
    return played


@pytest.fixture(scope="module", params=["local", "remote"])
def result(scan, request) -> dict[str, Any]:
    return scan.task(request.param).result


@pytest.mark.parametrize("name", WORLD)
def test_state(result, name):
    seed, state, reason = WORLD[name]
    found = next(host for host in result["hosts"] if host["host"] == seed["resource"]["name"])
    assert found["state"] == state, found
    assert reason in (found["reasons"] or [""])[0]
    assert bool(found["reasons"]) == bool(reason)


def test_the_whole(result):
    """An alias is judged by what it gets."""
    aliases = {host["host"]: host["state"] for host in result["hosts"] if host["is_alias"]}
    assert aliases == {f"covered.{ZONE}": "ok", "stranger.example.net": "not_covered"}
    states = Counter(host["state"] for host in result["hosts"])
    assert {state: result["summary"][state] for state in states} == states
    assert (result["changed"], result["worst"], result["level"]) == (False, "expired", "critical")
    assert f"Worst first: expired.{ZONE}: expired 47 hours ago" in result["msg"]


def test_both_ways_say_the_same_and_no_request_is_made_that_is_not_needed(scan, simulator):
    local, remote = (scan.task(way).result["hosts"] for way in ("local", "remote"))
    assert local == remote
    assert [entry["call"] for entry in simulator.journal()] == ["list", "list"]
    asked = Counter(handshake["server_name"] for handshake in simulator.handshakes())
    quiet = {f"off.{ZONE}", f"down.{ZONE}"}
    names = {host["host"] for host in local} - quiet
    both, key_types = 2, 2
    served = dict.fromkeys(names, both * key_types)
    assert asked == {**served, f"plain.{ZONE}": both}, "what has no certificate has none of the other type"


def test_given_certificates_are_found_and_missed(simulator, ansible, tmp_path):
    """By both ways, and in a folder of which not all is a certificate."""
    simulator.reset()
    simulator.seed([with_installed(resource(1, f"new.{ZONE}"), NEW), with_installed(resource(2, f"old.{ZONE}"), OLD)])
    lineage, both = tmp_path / "site", tmp_path / "both.pem"
    deploy(NEW, lineage)
    both.write_text(OLD.full_chain_pem + OLD.private_key_pem)
    (tmp_path / "bundle.p12").write_bytes(b"whatever")
    [play] = both_ways(simulator, certificates=[{"label": "the new one", "certificate": NEW.full_chain_pem}])
    play["tasks"].append(task(simulator, "folder", directory=str(tmp_path), include=["2"]))
    played = ansible.run([play])
    for way in ("local", "remote"):
        result = played.task(way).result
        (given,) = result["given_certificates"]
        assert (given["served_by"], given["lagging"]) == ([f"new.{ZONE}"], [f"old.{ZONE}"])
        assert result["summary"]["lagging"] == 1
    result = played.task("folder").result
    assert [given["certificate"] for given in result["given_certificates"]] == [str(lineage), str(both)]
    assert [host["given"]["certificate"] for host in result["hosts"]] == [str(lineage)]
    assert "bundle.p12" in str(result["warnings"])


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"name": "x", "include": ["y"]}, "mutually exclusive: name|include"),
    ({"name": "nobody.example"}, "no resource is named nobody.example"),
    ({"warning_percent": 101}, "warning_percent is 101, the most that it can be is 100"),
    ({"certificates": [{"label": "bare"}]}, "bare: no certificate was given"),
    ({"api_key": "wrong"}, "401"),
]


def test_what_is_wrong_is_told(simulator, ansible):
    simulator.reset()
    tasks = [{**task(simulator, told, **options), "ignore_errors": True} for options, told in WRONG]
    played = ansible.run([tasks_play(*tasks)])
    for _options, told in WRONG:
        run = played.task(told)
        assert run.status == "failed"
        assert told in run.message
        assert run.result["changed"] is False
