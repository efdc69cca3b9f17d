# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""Fleets of the CDN's sites, and of both products: one upload a certificate, and runs at the same time."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from ansible_collections.gcore.web_security.plugins.module_utils._rotate import observe
from simulator.authority import Issued
from simulator.handle import FAULTS, Simulator, cdn_resource, resource, rule, with_installed

from .cdn import BOTH, Account, thing
from .fleets import issue, rotate
from .material import API_KEY, NEW, OLD, ZONE
from .playbook import tasks_play
from .vendor import assert_described

_SEEN: list[Any] = []


def fleet(simulator: Simulator, pair: Issued, ids: Sequence[int] = (), **options: Any) -> dict[str, Any]:
    """One run for the sites of the CDN."""
    chosen = {"include": [f"cdn:{number}" for number in ids]} if ids else {}
    return rotate(simulator, {"all": pair}, products=["cdn"], waves=["100%"], concurrency=6, **chosen, **options)


def wildcard(days: float) -> Issued:
    """A certificate for all sites of a fleet."""
    return issue("*.fleet.test", days)


def open_fleet(simulator: Simulator, count: int, pair: Issued) -> None:
    """Sites that share one object of somebody's."""
    simulator.reset()
    (number,) = simulator.seed_cdn([thing("somebody's", pair)])
    shared = {"sslData": number, "sslEnabled": True}
    simulator.seed_cdn([cdn_resource(each, f"n{each}.fleet.test", **shared) for each in range(1, count + 1)])


def assert_all(simulator: Simulator, ids: Sequence[int], pair: Issued) -> None:
    """These sites have that certificate, and it is there once."""
    now = Account.of(simulator)
    assert {now.installed(number) for number in ids} == {pair.fingerprint_sha256}
    assert len(now.holding(pair)) == 1


def test_a_fleet_uploads_once_and_writes_each_site_once(simulator):
    old, new = wildcard(5), wildcard(90)
    open_fleet(simulator, 12, old)
    simulator.settings(latency=0.01)
    check = fleet(simulator, new, check_mode=True)
    assert (check["changed"], [entry for entry in simulator.journal() if entry["method"] != "GET"]) == (True, [])
    result = fleet(simulator, new)
    assert not result.get("failed"), result["msg"]
    assert len(simulator.journal("ssl_create")) == 1
    assert sorted(entry["resource_id"] for entry in simulator.journal("cdn_patch")) == [*range(1, 13)]
    assert {entry["query"]["limit"] for entry in simulator.journal("cdn_list")} == {"1000"}
    assert_all(simulator, range(1, 13), new)
    assert "somebody's" in Account.of(simulator).names()
    simulator.clear_journal()
    again = fleet(simulator, new)
    assert (again.get("failed", False), again["changed"]) == (False, False)
    assert {entry["method"] for entry in simulator.journal()} == {"GET"}
    _SEEN.extend(simulator.journal())


def test_force_writes_again_and_uploads_nothing(simulator):
    new = wildcard(90)
    open_fleet(simulator, 3, wildcard(5))
    fleet(simulator, new)
    simulator.clear_journal()
    result = fleet(simulator, new, force=True)
    assert (result.get("failed", False), result["changed"]) == (False, True)
    assert len(simulator.journal("cdn_patch")) == 3
    assert simulator.journal("ssl_create") == []


def at_once(*runs: Any) -> list[dict[str, Any]]:
    """Runs at the same time."""
    with ThreadPoolExecutor(len(runs)) as pool:
        return [each.result() for each in [pool.submit(run) for run in runs]]


def test_two_runs_at_once_with_the_same_certificate(simulator):
    old, new = wildcard(5), wildcard(90)
    open_fleet(simulator, 12, old)
    simulator.settings(latency=0.01)
    for result in at_once(lambda: fleet(simulator, new), lambda: fleet(simulator, new)):
        assert not result.get("failed"), result["msg"]
    assert_all(simulator, range(1, 13), new)
    assert [entry["took_effect"] for entry in simulator.journal("ssl_create")].count(True) == 1


def test_two_runs_at_once_with_different_certificates(simulator):
    """Of the same names: what the one has just made is litter to the other, unless it looks closely."""
    old, short, long = wildcard(5), wildcard(60), wildcard(90)
    open_fleet(simulator, 12, old)
    for days in (10, 20, 30):
        fleet(simulator, wildcard(days))
    simulator.settings(latency=0.01)
    one, other = [*range(1, 7)], [*range(7, 13)]
    for result in at_once(lambda: fleet(simulator, short, one), lambda: fleet(simulator, long, other)):
        assert not result.get("failed"), result["msg"]
    assert_all(simulator, one, short)
    assert_all(simulator, other, long)


def test_two_runs_at_once_for_the_same_sites_with_different_certificates(simulator):
    """Which of them a site ends with is a matter of luck; that it has one whose object is there is none."""
    old, pairs = wildcard(5), (wildcard(60), wildcard(90))
    open_fleet(simulator, 12, old)
    simulator.settings(latency=0.01)
    at_once(*(lambda pair=pair: fleet(simulator, pair, verify="none") for pair in pairs))
    now = Account.of(simulator)
    assert {now.installed(number) for number in range(1, 13)} <= {pair.fingerprint_sha256 for pair in pairs}
    assert [len(now.holding(pair)) for pair in pairs] == [1, 1]


@pytest.mark.parametrize("name", ["400", "502_html", "cut_before", "cut_body", "truncated_json", "html_200"])
@pytest.mark.parametrize("call", ["list", "cdn_list"])
def test_without_a_list_nothing_is_changed(both, name, call):
    """Not even of the product whose list there is: what a name means, and how many there are, is not known."""
    before = stored(both)
    both.faults([rule(name, call=call)])
    result = rotate(both, {"all": NEW}, products=BOTH, retries=0, total_timeout=6)
    assert (result["failed"], result["changed"], stored(both)) == (True, False, before)
    assert "/resources" in result["msg"]


def test_a_fleet_does_not_wait_long_for_edges_that_do_not_speak_for_its_names(simulator, monkeypatch):
    monkeypatch.setattr(observe, "_SPEAKS_WITHIN", 1.0)
    open_fleet(simulator, 12, wildcard(5))
    new = wildcard(90)
    for number in range(1, 13):
        simulator.cdn_edge(number, "default")
    result = fleet(simulator, new, verify="edge", verify_timeout=900, verify_interval=1)
    assert {entry["outcome"] for entry in result["results"]} <= {"rotated", "failed"}
    assert_all(simulator, range(1, 13), new)
    assert "does not speak" in str(result)


TROUBLE = ("429", "500", "500_after", "502_html_after", "cut_before", "cut_after", "cut_body", "truncated_json")


def test_a_fifth_of_all_calls_fails(simulator, brisk):
    """Every site of both products ends rotated or reported as failed, and one more run makes all of it good."""
    names = [f"n{number}.fleet.test" for number in range(1, 121)]
    old, new = wildcard(5), wildcard(90)
    open_fleet(simulator, 60, old)
    simulator.seed([with_installed(resource(number, names[number - 1]), old) for number in range(61, 121)])
    spoilt = ({"match": {"probability": 0.025, "seed": at}, "fault": FAULTS[name]} for at, name in enumerate(TROUBLE))
    simulator.faults(list(spoilt))
    options = {"products": BOTH, "waves": ["100%"], "concurrency": 16, "edge_probe": "never"}
    result = rotate(simulator, {"all": new}, **options, retries=3)
    outcomes = {(each["product"], each["id"]): each["outcome"] for each in result["results"]}
    assert len(outcomes) == 120
    assert set(outcomes.values()) <= {"rotated", "failed"}
    assert len([entry for entry in simulator.journal() if entry["fault"]]) > 50
    for key, had in stored(simulator).items():
        product, _colon, number = key.rpartition(":")
        assert had in (old.fingerprint_sha256, new.fingerprint_sha256)
        assert had == new.fingerprint_sha256 or outcomes[product or "web_security", int(number)] == "failed"
    simulator.clear_faults()
    again = rotate(simulator, {"all": new}, **options)
    assert not again.get("failed"), again["msg"]
    assert set(stored(simulator).values()) == {new.fingerprint_sha256}
    assert len(Account.of(simulator).holding(new)) == 1


TWIN, LONELY = f"shop.{ZONE}", f"blog.{ZONE}"


@pytest.fixture
def both(simulator: Simulator) -> Simulator:
    """A site of Web Security with its twin, and each product has one of its own; ids say nothing of products."""
    simulator.reset()
    simulator.seed([with_installed(resource(5, TWIN), OLD), with_installed(resource(6, f"a.{ZONE}"), OLD)])
    (number,) = simulator.seed_cdn([thing("somebody's", OLD)])
    attached = {"sslData": number, "sslEnabled": True}
    simulator.seed_cdn([cdn_resource(7, TWIN, **attached), cdn_resource(5, LONELY, **attached)])
    simulator.seed_cdn([cdn_resource(9, f"video.{ZONE}", vp_enabled=True, **attached)])
    return simulator


def stored(simulator: Simulator) -> dict[str, str | None]:
    """What every site has, by its key."""
    now = Account.of(simulator)
    ours = {f"{each['resource']['id']}": each["installed"]["fingerprint_sha256"] for each in simulator.resources()}
    return {**ours, **{f"cdn:{number}": now.installed(number) for number in now.resources}}


CHOICES = {
    # options, which sites get it
    "all": ({}, {"5", "6", "cdn:5", "cdn:7"}),
    "one-of-the-cdn": ({"include": ["cdn:5"]}, {"cdn:5"}),
    "all-but-one": ({"exclude": ["cdn:7", "6"]}, {"5", "cdn:5"}),
    "streaming-by-its-key": ({"include": ["cdn:9"]}, {"cdn:9"}),
    "streaming-by-a-pattern": ({"include": ["video.*", f"{LONELY}"]}, {"cdn:5"}),
    "web-security-alone": ({"products": ["web_security"]}, {"5", "6"}),
    "cdn-alone": ({"products": ["cdn"], "include": ["5"]}, {"cdn:5"}),
}


@pytest.mark.parametrize("choice", CHOICES)
def test_one_task_for_both_products(both, choice):
    options, wanted = CHOICES[choice]
    before = stored(both)
    result = rotate(both, {"all": NEW}, **{"products": BOTH, "waves": ["1", "100%"], **options})
    assert not result.get("failed"), result["msg"]
    assert stored(both) == {**before, **dict.fromkeys(wanted, NEW.fingerprint_sha256)}
    told = {(each["product"], each["id"]) for each in result["results"] if each["outcome"] == "rotated"}
    assert told == {("cdn", int(key[4:])) if ":" in key else ("web_security", int(key)) for key in wanted}
    assert len(both.journal("ssl_create")) == len({"cdn" for key in wanted if ":" in key})
    _SEEN.extend(both.journal())
    again = rotate(both, {"all": NEW}, **{"products": BOTH, **options})
    assert (again.get("failed", False), again["changed"]) == (False, False)


@pytest.mark.parametrize("which", ["5", TWIN])
def test_what_means_more_than_one_site_is_an_error(both, which):
    before = stored(both)
    result = rotate(both, {"all": NEW}, products=BOTH, include=[which])
    assert result["failed"]
    for word in (which, "cdn:"):
        assert word in result["msg"]
    assert stored(both) == before


def test_a_play_for_both_products(both, ansible):
    """By the action plugin and by the module, with the certificate for one site of the CDN by its key."""
    task = {
        "gcore.web_security.gcore_fleet_cert": {
            "products": BOTH,
            "certificates": [
                {
                    "certificate": NEW.full_chain_pem,
                    "private_key": NEW.private_key_pem,
                    "resources": ["cdn:5", "web_security:5"],
                }
            ],
            "api_url": both.api_url,
            "api_key": API_KEY,
            "edge_port": both.edge_port,
            "verify": "edge",
        },
    }
    far = {**task, "name": "module", "environment": {"WAY": "far"}}
    played = ansible.run([tasks_play({**task, "name": "action"}, far)], "-vvv", "--diff")
    assert played.returncode == 0, played.output
    assert [played.task(name).result["changed"] for name in ("action", "module")] == [True, False]
    assert {key for key, had in stored(both).items() if had == NEW.fingerprint_sha256} == {"5", "cdn:5"}


def test_the_roles_hand_the_product_on(both, ansible):
    """As AWX's survey gives it, a text; and in a list of resources each has its own."""
    pair = {"certificate": NEW.full_chain_pem, "private_key": NEW.private_key_pem}
    common = {"api_url": both.api_url, "api_key": API_KEY, "edge_port": both.edge_port}
    one = {**common, **pair, "product": "cdn", "delete_superseded": "false"}
    one["resources"] = [{"resource_id": 5, "edge_host": both.edge_host}, {"resource_id": 6, "product": "web_security"}]
    fleet = {**common, "products": "web_security, cdn", "certificates": [pair]}
    roles = {"resource_cert": one, "fleet_cert": fleet}
    tasks = [
        {
            "ansible.builtin.include_role": {"name": f"gcore.web_security.{role}"},
            "vars": {f"{role}_{name}": value for name, value in options.items()},
        }
        for role, options in roles.items()
    ]
    played = ansible.run([tasks_play(*tasks)])
    assert played.returncode == 0, played.output
    journal = sorted([*both.journal(method="PUT"), *both.journal(method="PATCH")], key=lambda entry: entry["start"])
    written = [(entry["method"], entry["resource_id"]) for entry in journal]
    assert written[:2] == [("PATCH", 5), ("PUT", 6)]
    assert sorted(written[2:]) == [("PATCH", 7), ("PUT", 5)]


def test_the_vendors_file_takes_every_request(simulator):
    assert _SEEN, "nothing was played before"
    assert_described(_SEEN)
