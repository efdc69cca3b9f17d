# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

from __future__ import annotations

from collections import Counter
from threading import Barrier

import pytest

from ansible_collections.gcore.web_security.plugins.module_utils._fleet.match import FleetReport
from ansible_collections.gcore.web_security.plugins.module_utils._http.errors import NoAnswerError
from ansible_collections.gcore.web_security.plugins.module_utils._match.matcher import Selection
from ansible_collections.gcore.web_security.plugins.module_utils._rotate.edge import EdgeReachability
from unit.plugins.account import FakeAccount, Stage, alias, candidate, everything, site, wildcard
from unit.plugins.fakes import answer, issued

NEW = wildcard(days=90)
OLD = wildcard(days=10)


def name(number):
    return f"n{number:03}.example.com"


def account(count):
    """Some sites that serve the old certificate."""
    made = FakeAccount()
    for number in range(1, count + 1):
        made.raw(OLD, number)
    return made


def refuse(*numbers, status=400):
    """PUTs of these resources are refused."""
    return lambda number: answer(status, {"message": "no", "request_id": "r-1"}) if number in numbers else None


def lost(*_unused):
    raise NoAnswerError("failed: the connection was lost")


def outcomes(stage):
    """How many resources had which outcome."""
    return {outcome: count for outcome, count in Counter(stage.outcomes().values()).items() if count}


# --- what is written, and what is not ---------------------------------------------------------------------------------


def test_what_drifted_is_written_once_and_what_is_in_sync_is_not():
    world = account(4)
    world.raw(NEW, 2)
    stage = Stage(world, candidate(NEW))
    assert stage.run() == {name(1): "rotated", name(2): "in_sync", name(3): "rotated", name(4): "rotated"}
    assert sorted(world.written) == [1, 3, 4]
    assert Counter(world.calls)["GET /security/resources"] == 1
    assert Counter(world.calls)["GET /security/resources/2"] == 0
    assert stage.result()["changed"]


def test_a_second_run_changes_nothing():
    world = account(4)
    Stage(world, candidate(NEW)).run()
    world.calls.clear()
    second = Stage(world, candidate(NEW))
    assert set(second.run().values()) == {"in_sync"}
    assert world.calls == ["GET /security/resources"]
    assert not second.result()["changed"]


def test_each_certificate_goes_where_it_belongs():
    world = account(3)
    own = issued(name(2), days=80)
    Stage(world, candidate(NEW, "wildcard"), candidate(own, "own")).run()
    served = {name: leaf.fingerprint_sha256 for name, leaf in world.served.items()}
    assert served == {
        name(1): NEW.fingerprint_sha256,
        name(2): own.fingerprint_sha256,
        name(3): NEW.fingerprint_sha256,
    }


def test_two_certificates_of_one_label_go_where_they_belong():
    world = account(2)
    first, second = issued(name(1)), issued(name(2))
    Stage(world, candidate(first, "same"), candidate(second, "same")).run()
    assert world.served[name(1)].der == first.der
    assert world.served[name(2)].der == second.der


def test_check_mode_writes_nothing_and_plans_the_waves():
    world = account(5)
    stage = Stage(world, candidate(NEW), check_mode=True)
    assert set(stage.run(["1", "2"]).values()) == {"would_rotate"}
    assert not world.written
    assert [(item["id"], item["wave"]) for item in stage.result()["plan"]] == [
        (1, 1), (2, 2), (3, 2), (4, 3), (5, 3),
    ]  # fmt: skip


def test_the_plan_of_check_mode_is_what_a_run_does():
    world = account(7)
    planned = Stage(world, candidate(NEW), check_mode=True)
    planned.run(["1", "3"])
    done = Stage(world, candidate(NEW))
    done.run(["1", "3"])
    would = {item["name"]: item["wave"] for item in planned.result()["plan"]}
    assert {member.name: member.wave for member in done.report.members} == would


LEFT_ALONE = [
    ({"ssl_type": "le"}, {}, "lets_encrypt"),
    ({"ssl_type": "LE"}, {}, "lets_encrypt"),
    ({"ssl_type": "le"}, {"replace_lets_encrypt": True}, "rotated"),
    ({"ssl_type": None, "service_ssl_expire": 0}, {}, "https_disabled"),
    ({"ssl_type": "", "service_ssl_expire": 0}, {}, "https_disabled"),
    ({"ssl_type": None, "service_ssl_expire": 0}, {"enable_https": True}, "rotated"),
    ({"status": "suspended"}, {}, "suspended"),
    ({"status": "Suspended", "ssl_type": "le"}, {"replace_lets_encrypt": True}, "suspended"),
]


@pytest.mark.parametrize(("fields", "options", "outcome"), LEFT_ALONE)
def test_what_is_left_alone_is_reported(fields, options, outcome):
    world = FakeAccount(site(1, **fields))
    allowed = {"replace_lets_encrypt": options.get("replace_lets_encrypt", False)}
    stage = Stage(world, candidate(NEW, **allowed), scope=everything(**options))
    assert stage.run() == {name(1): outcome}
    assert bool(world.written) == (outcome == "rotated")
    assert "failed" not in stage.result()
    assert stage.result()["results"][0]["certificate"] == "new"


@pytest.mark.parametrize("fields", [{"ssl_type": "le"}, {"ssl_type": None}, {"status": "suspended"}])
def test_a_tie_about_what_is_left_alone_is_no_failure(fields):
    stage = Stage(FakeAccount(site(1, **fields)), candidate(NEW, "one"), candidate(wildcard(), "two"))
    assert "failed" not in stage.run().values()


@pytest.mark.parametrize(
    ("fields", "outcome"),
    [
        ({"service_ssl_expire": 0}, "https_disabled"),
        ({"service_ssl_expire": None}, "https_disabled"),
        ({}, "rotated"),
        ({"service_ssl_expire": 0, "service_ssl_crt": OLD.full_chain_pem}, "rotated"),
    ],
)
def test_where_the_api_does_not_tell_the_type_what_has_no_certificate_has_https_off(fields, outcome):
    raw = site(1, **fields)
    del raw["ssl_type"]
    world = FakeAccount(raw)
    assert Stage(world, candidate(NEW)).run() == {name(1): outcome}
    assert bool(world.written) == (outcome == "rotated")


def test_a_tie_fails_its_resource_and_no_other():
    world = account(3)
    one, two = issued(name(2)), issued(name(2), days=90)
    stage = Stage(world, candidate(NEW), candidate(one, "one"), candidate(two, "two"))
    assert stage.run() == {name(1): "rotated", name(2): "failed", name(3): "rotated"}
    assert f"one and two compete for resource 2 ({name(2)})" in stage.result()["msg"]


def test_unmatched_are_reported_and_not_touched():
    world = FakeAccount(site(1), site(2, "www.example.net"))
    spare = issued("spare.example.org")
    stage = Stage(world, candidate(NEW), candidate(spare, "spare"))
    assert stage.run() == {name(1): "rotated"}
    assert stage.result()["unmatched"] == {
        "resources": [{"id": 2, "name": "www.example.net"}],
        "certificates": ["spare"],
    }


def test_a_twin_of_the_certificate_in_use_is_not_unmatched():
    stage = Stage(account(1), candidate(NEW, "one"), candidate(NEW, "copy"), candidate(wildcard(80), "earlier"))
    stage.run()
    assert stage.report.unmatched_certificates == ["earlier"]


RSA, OLD_RSA = wildcard(89, key_type="rsa"), wildcard(10, key_type="rsa")
STRANGER = issued("other.example.net", key_type="rsa")
TWINS = {
    # what the edge serves, what the API has stored, options: what is taken
    "ECDSA is served": (OLD, OLD, {}, "ec"),
    "RSA is served": (OLD_RSA, OLD_RSA, {}, "rsa"),
    "nobody knows": (None, OLD_RSA, {}, "ec"),
    "the edge is not asked": (OLD_RSA, OLD_RSA, {"edge_probe": "never"}, "ec"),
    "the expiry tells": (None, RSA, {}, "rsa"),
    "a stranger's is served": (STRANGER, OLD, {}, "ec"),
    "RSA is preferred": (OLD, OLD, {"prefer_key_type": "rsa"}, "rsa"),
    "ECDSA is preferred": (OLD_RSA, OLD_RSA, {"prefer_key_type": "ecdsa"}, "ec"),
}


@pytest.mark.parametrize(("served", "stored", "options", "expected"), TWINS.values(), ids=TWINS)
def test_of_twins_the_resource_keeps_its_type_of_key(served, stored, options, expected):
    world = FakeAccount()
    world.raw(stored, 1)
    world.served.clear()
    if served:
        world.serve(name(1), served.certificate)
    stage = Stage(world, candidate(NEW, "ec"), candidate(RSA, "rsa"), **options)
    assert stage.run() == {name(1): "in_sync" if stored is RSA else "rotated"}
    (result,) = stage.result()["results"]
    taken, twin = (NEW, "rsa") if expected == "ec" else (RSA, "ec")
    assert (result["certificate"], result["twins"]) == (expected, [twin])
    assert result["desired_fingerprint_sha256"] == taken.fingerprint_sha256
    assert stage.result()["unmatched"]["certificates"] == []
    assert Stage(world, candidate(NEW, "ec"), candidate(RSA, "rsa"), **options).run() == {name(1): "in_sync"}


def test_twins_that_are_renewed_one_after_the_other_are_one_write():
    world = FakeAccount()
    world.raw(OLD_RSA, 1)
    for ec, rsa in ((OLD, OLD_RSA), (NEW, OLD_RSA), (NEW, RSA), (wildcard(91), RSA)):
        Stage(world, candidate(ec, "ec"), candidate(rsa, "rsa")).run()
    assert world.written == [1]
    assert world.served[name(1)].fingerprint_sha256 == RSA.fingerprint_sha256


def test_what_is_left_alone_and_what_has_no_twin_name_none():
    world = FakeAccount(site(1, ssl_type="le"), site(2, "www.example.net"))
    stage = Stage(world, candidate(NEW, "ec"), candidate(RSA, "rsa"), candidate(issued("www.example.net"), "own"))
    stage.run()
    assert not any("twins" in result for result in stage.result()["results"])


def test_a_mapping_to_nothing_fails_by_its_name():
    stage = Stage(account(1), candidate(NEW, resources=["gone.example.com", "1"]))
    assert stage.run() == {name(1): "rotated", "gone.example.com": "failed"}
    assert "no resource has the id or name gone.example.com" in stage.result()["msg"]


def test_a_mapping_to_what_is_not_covered_fails_before_any_write():
    world = FakeAccount(site(1, "www.example.net"))
    assert Stage(world, candidate(NEW, resources=["1"])).run() == {"www.example.net": "failed"}
    assert not world.written


@pytest.mark.parametrize(
    ("include", "exclude", "expected"),
    [
        ([], [], [1, 2, 3]),
        (["2"], [], [2]),
        ([name(3), "1"], [], [1, 3]),
        (["n00[12]*"], [name(1)], [2]),
        ([], ["*"], []),
        ([], ["3"], [1, 2]),
    ],
)
def test_include_and_exclude(include, exclude, expected):
    world = account(3)
    scope = everything()
    scope = type(scope)(Selection(include, exclude))
    stage = Stage(world, candidate(NEW, resources=["1", "2", "3"]), scope=scope)
    assert sorted(stage.run()) == [name(number) for number in expected]
    assert sorted(world.written) == expected


def test_results_come_in_the_order_of_the_names_whatever_ends_first():
    world = FakeAccount(*(site(number, f"{letter}.example.com") for number, letter in enumerate("dacb")))
    last_first = Barrier(4, timeout=10)
    world.on_put = lambda _number: last_first.wait() and None
    stage = Stage(world, candidate(NEW), workers=4)
    stage.run()
    assert [result["name"][0] for result in stage.result()["results"]] == list("abcd")


# --- evidence ---------------------------------------------------------------------------------------------------------


def test_one_handshake_a_resource():
    world = account(20)
    Stage(world, candidate(NEW), check_mode=True).run()
    assert sorted(world.asked) == [name(number) for number in range(1, 21)]


@pytest.mark.parametrize("policy", [{"edge_probe": "never"}, {"edge_probe": "auto"}])
def test_edges_are_not_asked_where_it_is_of_no_use(policy):
    world = FakeAccount(site(1, ssl_type=None, service_ssl_expire=0), site(2, ssl_type="le"), site(3, "a.example.net"))
    Stage(world, candidate(NEW), scope=everything(enable_https=True), check_mode=True, **policy).run()
    assert not world.asked


def silent_edges(count):
    world = FakeAccount(*(site(number) for number in range(1, count + 1)))
    world.served.clear()
    return world


def test_when_the_first_edges_are_all_silent_the_rest_are_not_asked():
    world = silent_edges(50)
    stage = Stage(world, candidate(NEW), check_mode=True, workers=3)
    assert outcomes_of(stage) == {"would_rotate": 50}
    assert 5 <= len(world.asked) <= 5 + 2
    assert any("No edge answered" in warning for warning in stage.result()["warnings"])


def outcomes_of(stage):
    stage.run()
    return outcomes(stage)


def test_silence_is_heard_from_resources_that_fail_too():
    world = silent_edges(50)
    for raw in world.raws.values():
        raw["aliases"] = [alias("static.example.net")]
    stage = Stage(world, candidate(NEW, require_alias_coverage=True), check_mode=True, workers=1)
    assert outcomes_of(stage) == {"failed": 50}
    assert len(world.asked) == 5


def test_always_means_always():
    world = silent_edges(20)
    Stage(world, candidate(NEW), check_mode=True, edge_probe="always").run()
    assert len(world.asked) == 20


def test_one_edge_that_answers_is_enough_to_go_on():
    world = silent_edges(30)
    world.serve(name(1), OLD.certificate)
    Stage(world, candidate(NEW), check_mode=True, workers=1).run()
    assert len(world.asked) == 30


def test_a_scout_starts_with_hope():
    assert EdgeReachability().is_worth_asking()


# --- one resource's failure never costs another's result --------------------------------------------------------------


@pytest.mark.parametrize("status", [400, 403, 404, 409])
def test_a_refused_write_fails_alone(status):
    world = account(6)
    world.on_put = refuse(3, status=status)
    stage = Stage(world, candidate(NEW))
    assert stage.run() == {name(number): "failed" if number == 3 else "rotated" for number in range(1, 7)}
    assert sorted(world.written) == [1, 2, 3, 4, 5, 6]
    result = stage.result()
    assert result["failed"]
    assert result["changed"]
    assert f"Failed: {name(3)}: PUT /security/resources/3 answered {status}" in result["msg"]
    assert result["results"][2]["api_error"]["request_id"] == "r-1"


def test_a_bug_fails_alone():
    world = account(3)

    def bug(number):
        if number == 2:
            raise RuntimeError("odd")

    world.on_put = bug
    stage = Stage(world, candidate(NEW))
    assert stage.run() == {name(1): "rotated", name(2): "failed", name(3): "rotated"}
    assert "unexpected RuntimeError" in stage.result(diff=True)["msg"]


def test_a_handshake_that_raises_fails_alone():
    world = account(3)

    def bug(server_name):
        if server_name == name(2):
            raise RuntimeError("odd")

    world.on_probe = bug
    assert Stage(world, candidate(NEW)).run() == {name(1): "rotated", name(2): "failed", name(3): "rotated"}


def test_a_certificate_that_is_not_to_be_replaced_fails_alone():
    world = account(2)
    world.raw(wildcard(days=300), 2)
    assert Stage(world, candidate(NEW)).run() == {name(1): "rotated", name(2): "failed"}
    assert world.written == [1]


def test_a_lost_connection_is_looked_into_before_the_write_is_tried_again():
    world = account(3)
    tries = Counter()

    def cut(number):
        tries[number] += 1
        if number == 2 and tries[2] == 1:
            lost()

    world.on_put = cut
    assert Stage(world, candidate(NEW)).run() == {name(1): "rotated", name(2): "rotated", name(3): "rotated"}
    assert Counter(world.written) == {1: 1, 2: 2, 3: 1}


# --- waves and the brake ----------------------------------------------------------------------------------------------


def test_a_wave_ends_before_the_next_one_begins():
    world = account(7)
    Stage(world, candidate(NEW), workers=4).run(["1", "3"])
    assert world.written[0] == 1
    assert sorted(world.written[1:4]) == [2, 3, 4]
    assert sorted(world.written[4:]) == [5, 6, 7]


def test_a_wave_of_which_nothing_succeeds_is_the_last():
    world = account(6)
    world.on_put = refuse(1)
    stage = Stage(world, candidate(NEW))
    assert stage.run(["1", "2"]) == {name(1): "failed", **{name(number): "not_attempted" for number in range(2, 7)}}
    assert world.written == [1]
    result = stage.result()
    assert result["stopped"] == "no resource of wave 1 could be rotated"
    assert result["summary"]["not_attempted"] == 5
    assert result["summary"]["in_sync"] == 0
    assert result["failed"]
    assert result["results"][5]["msg"].startswith("the run was stopped: no resource of wave 1 could be rotated.")


def test_a_wave_of_which_something_succeeds_is_not_the_last():
    world = account(6)
    world.on_put = refuse(2)
    stage = Stage(world, candidate(NEW))
    stage.run(["1", "2"])
    assert outcomes(stage) == {"rotated": 5, "failed": 1}
    assert not stage.report.stopped


def test_what_was_in_sync_stays_so_in_a_run_that_is_stopped():
    world = account(4)
    world.raw(NEW, 4)
    world.on_put = refuse(1)
    assert Stage(world, candidate(NEW)).run(["1"])[name(4)] == "in_sync"


@pytest.mark.parametrize("workers", [1, 4, 8])
@pytest.mark.parametrize("tolerated", [0, 3])
def test_where_every_write_fails_few_are_sent(workers, tolerated):
    world = account(60)
    world.on_put = lambda _number: answer(500, {"message": "odd", "request_id": "r-9"})
    stage = Stage(world, candidate(NEW), workers=workers)
    stage.run(["100%"], tolerated)
    assert len(world.written) <= tolerated + workers
    tried = set(world.written)
    for member in stage.report.members:
        assert member.outcome == ("failed" if member.id in tried else "not_attempted")


@pytest.mark.parametrize("workers", [1, 8])
def test_who_was_stopped_after_a_failed_try_tells_the_failure(workers):
    world = account(20)
    world.on_put = lambda _number: answer(503, {"message": "odd", "request_id": "r-9"})
    stage = Stage(world, candidate(NEW), workers=workers)
    stage.run(["100%"], 2)
    result = stage.result()
    failed = [item for item in result["results"] if item["outcome"] == "failed"]
    assert all("answered 503" in item["msg"] and "r-9" in item["msg"] for item in failed)
    assert "answered 503" in result["msg"]
    assert result["stopped"].endswith("max_failures tolerates 2")


def test_failures_that_were_made_good_stop_nothing():
    world = account(20)
    failed = set()

    def once(number):
        if number not in failed:
            failed.add(number)
            return answer(500, {"message": "odd"})
        return None

    world.on_put = once
    stage = Stage(world, candidate(NEW), workers=1)
    stage.run(["100%"], 1)
    assert outcomes(stage) == {"rotated": 20}


def test_a_run_that_goes_on_writes_only_what_is_still_needed():
    world = account(9)
    world.on_put = refuse(4, 5)
    first = Stage(world, candidate(NEW), workers=1)
    first.run(["1"], 1)
    assert outcomes(first) == {"rotated": 3, "failed": 1, "not_attempted": 5}
    world.on_put = lambda _number: None
    world.calls.clear()
    second = Stage(world, candidate(NEW))
    second.run()
    assert outcomes(second) == {"in_sync": 3, "rotated": 6}
    assert sorted(world.written) == [4, 5, 6, 7, 8, 9]


def test_the_end_of_the_total_time_is_no_failure_of_what_was_not_tried():
    world = account(12)
    stage = Stage(world, candidate(NEW), workers=1)

    world.on_put = lambda _number: stage.time.sleep(700)
    stage.run(["100%"])
    assert outcomes(stage) == {"rotated": 2, "failed": 1, "not_attempted": 9}
    assert world.written == [1, 2, 3]
    result = stage.result()
    assert result["stopped"].startswith("the total time of 1800 s was over")
    assert "The change itself was made" in result["results"][2]["msg"]


# --- interrupts -------------------------------------------------------------------------------------------------------


def test_an_interrupt_lets_writes_in_flight_end_and_starts_none():
    world = account(12)
    together = Barrier(3, timeout=10)
    stage = Stage(world, candidate(NEW), workers=3)

    def interrupt(_number):
        together.wait()
        stage.budget.stop("interrupted by SIGTERM")
        together.wait()

    world.on_put = interrupt
    stage.run(["100%"])
    assert outcomes(stage) == {"rotated": 3, "not_attempted": 9}
    assert len(world.written) == 3
    result = stage.result()
    assert len([line for line in stage.lines if line.startswith("  [")]) == 3
    assert stage.lines[-1] == "Stopped: interrupted by SIGTERM; not attempted: 9 resources"
    assert result["failed"]
    assert result["stopped"] == "interrupted by SIGTERM"
    assert "9 not attempted. Stopped early: interrupted by SIGTERM." in result["msg"]


@pytest.mark.parametrize("check_mode", [False, True])
def test_an_interrupt_while_evidence_is_gathered_calls_nothing_in_sync_that_was_not_looked_at(check_mode):
    world = account(12)
    world.raw(NEW, 1)
    stage = Stage(world, candidate(NEW), workers=1, check_mode=check_mode)
    world.on_probe = lambda server_name: stage.budget.stop("interrupted by SIGINT") if server_name == name(4) else None
    found = stage.run()
    assert found[name(1)] == "in_sync"
    looked_at = "would_rotate" if check_mode else "not_attempted"
    assert [found[name(number)] for number in range(2, 5)] == [looked_at] * 3
    assert {found[name(number)] for number in range(5, 13)} == {"not_attempted"}
    assert not world.written
    assert stage.result()["failed"]
    assert stage.report.stopped == "interrupted by SIGINT"


@pytest.mark.parametrize("at", [1, 2, 3])
def test_a_controller_that_went_away_stops_the_run_before_the_next_wave(at):
    world = account(8)
    stage = Stage(world, candidate(NEW), workers=2)

    def look():
        if len(world.written) >= at:
            stage.budget.stop("the process that started this one is gone")

    stage.look_after_parent = look
    stage.run(["1"])
    assert outcomes(stage) == {"rotated": at, "not_attempted": 8 - at}


def test_a_controller_that_went_away_ends_the_waiting_for_edges():
    world = account(1)
    world.stuck = {name(1)}
    stage = Stage(world, candidate(NEW), verify="edge", verify_timeout=100000)

    def look():
        if stage.time.elapsed > 50:
            stage.budget.stop("gone")
            stage.client.deadline.shorten(30)

    stage.look_after_parent = look
    assert stage.run() == {name(1): "failed"}
    assert stage.time.elapsed < 120


# --- proof ------------------------------------------------------------------------------------------------------------


def test_edges_are_proved_a_wave_before_the_next():
    world = account(4)
    world.stuck = {name(1)}
    stage = Stage(world, candidate(NEW), verify="edge", verify_timeout=60)
    assert stage.run(["1"]) == {name(1): "failed", **{name(number): "not_attempted" for number in (2, 3, 4)}}
    message = stage.result()["results"][0]["msg"]
    assert "the certificate is stored, but the edge 192.0.2.7:443 serves" in message
    assert "(waited 60 s)" in message


def test_an_edge_that_follows_is_waited_for():
    world = account(2)
    world.stuck = {name(1), name(2)}
    stage = Stage(world, candidate(NEW), verify="edge")

    def follow(server_name):
        if stage.time.elapsed > 100 and world.written:
            world.serve(server_name, NEW.certificate)

    world.on_probe = follow
    assert stage.run() == {name(1): "rotated", name(2): "rotated"}
    results = stage.result()["results"]
    assert {result["verification"]["edge"] for result in results} == {"verified"}


def stored_and_not_served():
    """What an earlier run left behind: the API has it, the edge not yet."""
    world = FakeAccount()
    world.raw(NEW, 1)
    world.serve(name(1), OLD.certificate)
    return world


def test_what_an_earlier_run_stored_is_waited_for_too():
    world = stored_and_not_served()
    stage = Stage(world, candidate(NEW), verify="edge")

    def follow(server_name):
        if stage.time.elapsed > 100:
            world.serve(server_name, NEW.certificate)

    world.on_probe = follow
    assert stage.run() == {name(1): "in_sync"}
    assert stage.result()["results"][0]["verification"]["edge"] == "verified"
    assert not world.written


def test_what_an_earlier_run_stored_and_is_never_served_is_a_failure():
    world = stored_and_not_served()
    assert Stage(world, candidate(NEW), verify="edge", verify_timeout=30).run() == {name(1): "failed"}
    assert not world.written


@pytest.mark.parametrize("policy", [{"verify": "api"}, {"verify": "none"}, {"verify": "edge", "check_mode": True}])
def test_it_is_not_waited_for_unless_asked(policy):
    stage = Stage(stored_and_not_served(), candidate(NEW), **policy)
    assert stage.run() == {name(1): "in_sync"}
    assert not stage.time.elapsed


# --- the report -------------------------------------------------------------------------------------------------------


def test_each_member_says_what_its_site_is():
    world = FakeAccount()
    world.raw(OLD, 1, aliases=[alias("static.example.net")])
    stage = Stage(world, candidate(NEW))
    stage.run()
    result = stage.result(diff=True)
    assert result["diff"][0]["before"]["fingerprint_sha256"] == OLD.fingerprint_sha256
    assert result["diff"][0]["after"]["fingerprint_sha256"] == NEW.fingerprint_sha256
    assert result["results"][0]["current_fingerprint_sha256"] == OLD.fingerprint_sha256
    assert result["results"][0]["desired_fingerprint_sha256"] == NEW.fingerprint_sha256
    assert any("static.example.net" in warning for warning in result["warnings"])


def test_an_empty_account_is_no_failure():
    stage = Stage(FakeAccount(), candidate(NEW))
    assert stage.run() == {}
    assert isinstance(stage.report, FleetReport)
    assert stage.result(diff=True)["msg"] == "0 resources: none that a certificate covers."


def test_what_a_person_sees():
    world = account(2)
    world.on_put = refuse(2)
    stage = Stage(world, candidate(NEW), workers=1)
    stage.run(["1"])
    change = f"({OLD.fingerprint_sha256[:12]} -> {NEW.fingerprint_sha256[:12]}), 0 s left"
    assert stage.lines == [
        "Checking 2 resources",
        "Wave 1: 1 of 2 resources",
        f"  [1/2] {name(1)}: rotated {change}",
        "Wave 2: 1 of 2 resources",
        f"  [2/2] {name(2)}: failed {change}",
        "Stopped: no resource of wave 2 could be rotated; not attempted: 0 resources",
    ]
