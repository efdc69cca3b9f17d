# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

from collections import Counter
from threading import Barrier

import pytest

from unit.plugins.account import FakeAccount, Stage, alias, candidate, everything, site, wildcard
from unit.plugins.fakes import answer, cut_before, issued

NEW, OLD = wildcard(days=90), wildcard(days=10)
OFF = {"ssl_type": None, "service_ssl_expire": 0}


def name(number):
    return f"n{number:03}.example.com"


def account(count):
    """Some sites that serve the old certificate."""
    made = FakeAccount()
    for number in range(1, count + 1):
        made.raw(OLD, number)
    return made


def staged(world, *candidates, sizes=("100%",), tolerated=None, **options):
    """A fleet that has run, with the new certificate where no other is given."""
    stage = Stage(world, *(candidates or [candidate(NEW)]), **options)
    stage.run(sizes, tolerated)
    return stage


def became(stage):
    """What became of each, in the order of the names."""
    return " ".join(outcome for _name, outcome in sorted(stage.outcomes().items()))


def counted(stage):
    return dict(Counter(stage.outcomes().values()))


def refuse(*numbers, status=400):
    """PUTs of these resources are refused, or of all of them."""
    refused = answer(status, {"message": "no", "request_id": "r-1"})
    return lambda number: refused if number in numbers or not numbers else None


def bug(at):
    def step(what):
        if what == at:
            raise RuntimeError("odd")

    return step


def test_what_drifted_is_written_once_and_what_is_in_sync_is_not():
    world = account(4)
    world.raw(NEW, 2)
    stage = staged(world)
    assert became(stage) == "rotated in_sync rotated rotated"
    assert sorted(world.written) == [1, 3, 4]
    calls = Counter(world.calls)
    assert (calls["GET /security/resources"], calls["GET /security/resources/2"]) == (1, 0)
    assert sorted(world.asked) == [name(number) for number in range(1, 5)]
    assert stage.result()["changed"]
    world.calls.clear()
    again = staged(world)
    assert (counted(again), world.calls) == ({"in_sync": 4}, ["GET /security/resources"])
    assert not again.result()["changed"]


def test_each_certificate_goes_where_it_belongs_whatever_it_is_called():
    world, own, other = account(3), issued(name(2), days=80), issued(name(3), days=80)
    staged(world, candidate(NEW, "wildcard"), candidate(own, "same"), candidate(other, "same"))
    assert [world.served[name(number)].der for number in (1, 2, 3)] == [NEW.der, own.der, other.der]


def test_the_plan_of_check_mode_is_what_a_run_does():
    planned, done = (staged(account(5), sizes=["1", "2"], check_mode=mode) for mode in (True, False))
    assert (counted(planned), planned.account.written) == ({"would_rotate": 5}, [])
    plan = {item["id"]: item["wave"] for item in planned.result()["plan"]}
    assert plan == {member.id: member.wave for member in done.report.members} == {1: 1, 2: 2, 3: 2, 4: 3, 5: 3}


ALONE = {
    "le": ({"ssl_type": "le"}, {}, "lets_encrypt"), "LE": ({"ssl_type": "LE"}, {}, "lets_encrypt"),
    "le replaced": ({"ssl_type": "le"}, {"replace_lets_encrypt": True}, "rotated"), "off": (OFF, {}, "https_disabled"),
    "empty": ({**OFF, "ssl_type": ""}, {}, "https_disabled"), "off enabled": (OFF, {"enable_https": True}, "rotated"),
    "suspended": ({"status": "suspended"}, {}, "suspended"),
    "Suspended le": ({"status": "Suspended", "ssl_type": "le"}, {"replace_lets_encrypt": True}, "suspended"),
    # Where the answer lacks the type, a certificate tells that HTTPS is on.
    "no type, no end": ({"ssl_type": "absent", "service_ssl_expire": 0}, {}, "https_disabled"),
    "no type, null": ({"ssl_type": "absent", "service_ssl_expire": None}, {}, "https_disabled"),
    "no type": ({"ssl_type": "absent"}, {}, "rotated"),
    "no type, shown": ({"ssl_type": "absent", "service_ssl_expire": 0, "service_ssl_crt": OLD.full_chain_pem}, {},
                       "rotated"),
}  # fmt: skip


@pytest.mark.parametrize(("fields", "options", "outcome"), ALONE.values(), ids=ALONE)
def test_what_is_left_alone_is_reported(fields, options, outcome):
    world = FakeAccount({field: value for field, value in site(1, **fields).items() if value != "absent"})
    replaced = options.get("replace_lets_encrypt", False)
    stage = staged(world, candidate(NEW, replace_lets_encrypt=replaced), scope=everything(**options))
    assert became(stage) == outcome
    assert bool(world.written) == (outcome == "rotated")
    assert "failed" not in stage.result()
    assert stage.result()["results"][0]["certificate"] == "new"
    if outcome != "rotated":  # a tie about it is no failure
        assert became(staged(world, candidate(NEW, "one"), candidate(wildcard(), "two"))) != "failed"


def test_a_tie_fails_its_resource_and_no_other():
    ties = candidate(issued(name(2)), "one"), candidate(issued(name(2), days=90), "two")
    stage = staged(account(3), candidate(NEW), *ties)
    assert became(stage) == "rotated failed rotated"
    assert f"one and two compete for resource 2 ({name(2)})" in stage.result()["msg"]


NAMED = {
    # what is included, and which of two sites without a certificate fail for it
    "id": (["1", "2"], "failed"), "name": (["1", "WWW.example.net"], "failed"),
    "key": (["1", "web_security:2"], "failed"), "glob": (["1", "www.*"], None), "nobody in particular": ([], None),
}  # fmt: skip


@pytest.mark.parametrize(("include", "outcome"), NAMED.values(), ids=NAMED)
@pytest.mark.parametrize("fields", [{}, {"ssl_type": "le"}])
def test_what_is_named_and_gets_no_certificate_has_failed(include, outcome, fields):
    world = FakeAccount(site(1), site(2, "www.example.net", **fields))
    stage = staged(world, scope=everything(include))
    assert stage.outcomes() == {name(1): "rotated", **({"www.example.net": outcome} if outcome else {})}
    result = stage.result()
    assert ("failed" in result, world.written) == (bool(outcome), [1])
    assert ("Failed: www.example.net: none of the certificates is for it." in result["msg"]) is bool(outcome)
    assert len(result["unmatched"]["resources"]) == (0 if outcome else 1)


def test_unmatched_are_reported_and_not_touched():
    world = FakeAccount(site(1), site(2, "www.example.net"))
    copies = candidate(NEW, "copy"), candidate(issued("spare.example.org"), "spare"), candidate(wildcard(80), "earlier")
    stage = staged(world, candidate(NEW), *copies)
    assert stage.outcomes() == {name(1): "rotated"}
    unmatched = {
        "resources": [{"id": 2, "product": "web_security", "name": "www.example.net"}],
        "certificates": ["spare", "earlier"],
    }
    assert stage.result()["unmatched"] == unmatched


RSA, OLD_RSA = wildcard(89, key_type="rsa"), wildcard(10, key_type="rsa")
STRANGER = issued("other.example.net", key_type="rsa")
TWINS = {
    # what the edge serves, what the API has stored, options: what is taken
    "ECDSA is served": (OLD, OLD, {}, "ec"), "RSA is served": (OLD_RSA, OLD_RSA, {}, "rsa"),
    "nobody knows": (None, OLD_RSA, {}, "ec"),
    "the edge is not asked": (OLD_RSA, OLD_RSA, {"edge_probe": "never"}, "ec"),
    "the expiry tells": (None, RSA, {}, "rsa"), "a stranger's is served": (STRANGER, OLD, {}, "ec"),
    "RSA is preferred": (OLD, OLD, {"prefer_key_type": "rsa"}, "rsa"),
    "ECDSA is preferred": (OLD_RSA, OLD_RSA, {"prefer_key_type": "ecdsa"}, "ec"),
}  # fmt: skip


@pytest.mark.parametrize(("served", "stored", "options", "expected"), TWINS.values(), ids=TWINS)
def test_of_twins_the_resource_keeps_its_type_of_key(served, stored, options, expected):
    world, both = FakeAccount(site(2, ssl_type="le")), (candidate(NEW, "ec"), candidate(RSA, "rsa"))
    world.raw(stored, 1)
    world.served.clear()
    if served:
        world.serve(name(1), served.certificate)
    stage = staged(world, *both, **options)
    assert became(stage) == f"{'in_sync' if stored is RSA else 'rotated'} lets_encrypt"
    result, left_alone = stage.result()["results"]
    taken, twin = (NEW, "rsa") if expected == "ec" else (RSA, "ec")
    assert (result["certificate"], result["twins"]) == (expected, [twin])
    assert result["desired_fingerprint_sha256"] == taken.fingerprint_sha256
    assert ("twins" in left_alone, stage.result()["unmatched"]["certificates"]) == (False, [])
    assert became(staged(world, *both, **options)) == "in_sync lets_encrypt"


def test_twins_that_are_renewed_one_after_the_other_are_one_write():
    world = FakeAccount()
    world.raw(OLD_RSA, 1)
    for ec, rsa in ((OLD, OLD_RSA), (NEW, OLD_RSA), (NEW, RSA), (wildcard(91), RSA)):
        staged(world, candidate(ec, "ec"), candidate(rsa, "rsa"))
    assert world.written == [1]
    assert world.served[name(1)].fingerprint_sha256 == RSA.fingerprint_sha256


def test_a_mapping_to_nothing_or_to_what_is_not_covered_fails_by_its_name():
    world = FakeAccount(site(1), site(2, "www.example.net"))
    stage = staged(world, candidate(NEW, resources=["gone.example.com", "1", "2"]))
    assert stage.outcomes() == {name(1): "rotated", "gone.example.com": "failed", "www.example.net": "failed"}
    assert "no resource has the id or name gone.example.com" in stage.result()["msg"]
    assert world.written == [1]


def test_results_come_in_the_order_of_the_names_whatever_ends_first():
    world = FakeAccount(*(site(number, f"{letter}.example.com") for number, letter in enumerate("dacb")))
    last_first = Barrier(4, timeout=10)
    world.on_put = lambda _number: last_first.wait() and None
    assert [result["name"][0] for result in staged(world, workers=4).result()["results"]] == list("abcd")


@pytest.mark.parametrize("policy", [{"edge_probe": "never"}, {"edge_probe": "auto"}])
def test_edges_are_not_asked_where_it_is_of_no_use(policy):
    world = FakeAccount(site(1, **OFF), site(2, ssl_type="le"), site(3, "a.example.net"))
    staged(world, scope=everything(enable_https=True), check_mode=True, **policy)
    assert not world.asked


SILENCE = {
    # aliases, options, whether the first edge answers: how many are asked, and what becomes of all
    "silent": ([], {}, False, 5, "would_rotate"),
    "silent for many workers": ([], {"workers": 3}, False, 7, "would_rotate"),
    "always": ([], {"edge_probe": "always"}, False, 30, "would_rotate"),
    "the first one answers": ([], {}, True, 30, "would_rotate"),
    "silence is heard from failures too": ([alias("static.example.net")], {}, False, 5, "failed"),
}


@pytest.mark.parametrize(("aliases", "policy", "answers", "asked", "outcome"), SILENCE.values(), ids=SILENCE)
def test_when_the_first_edges_are_all_silent_the_rest_are_not_asked(aliases, policy, answers, asked, outcome):
    world = FakeAccount(*(site(number, aliases=aliases) for number in range(1, 31)))
    if answers:
        world.serve(name(1), OLD.certificate)
    own = candidate(NEW, require_alias_coverage=True)
    stage = staged(world, own, check_mode=True, **{"workers": 1, **policy})
    assert counted(stage) == {outcome: 30}
    assert min(asked, 5) <= len(world.asked) <= asked
    assert any("No edge answered" in warning for warning in stage.result()["warnings"]) is (asked < 30)


def test_a_refused_write_fails_alone():
    world = account(4)
    world.on_put = refuse(3)
    stage = staged(world)
    assert became(stage) == "rotated rotated failed rotated"
    assert sorted(world.written) == [1, 2, 3, 4]
    result = stage.result()
    assert result["failed"] is result["changed"] is True
    assert f"Failed: {name(3)}: PUT /security/resources/3 answered 400" in result["msg"]
    assert result["results"][2]["api_error"]["request_id"] == "r-1"


@pytest.mark.parametrize("where", [{"on_put": bug(2)}, {"on_probe": bug(name(2))}], ids=["write", "handshake"])
def test_a_bug_and_a_downgrade_fail_alone(where):
    world = account(4)
    world.raw(wildcard(days=300), 4)
    vars(world).update(where)
    stage = staged(world)
    assert became(stage) == "rotated failed rotated failed"
    assert "unexpected RuntimeError" in stage.result(diff=True)["msg"]
    assert 4 not in world.written


def test_a_wave_ends_before_the_next_one_begins_and_a_success_is_enough_for_it():
    world = account(7)
    world.on_put = refuse(2)
    stage = staged(world, workers=4, sizes=["1", "3"])
    waves = [sorted(wave) for wave in (world.written[:1], world.written[1:4], world.written[4:])]
    assert waves == [[1], [2, 3, 4], [5, 6, 7]]
    assert (counted(stage), stage.report.stopped) == ({"rotated": 6, "failed": 1}, "")


def test_a_wave_of_which_nothing_succeeds_is_the_last():
    world = account(6)
    world.raw(NEW, 6)
    world.on_put = refuse(1)
    stage = staged(world, sizes=["1", "2"])
    assert became(stage) == "failed" + " not_attempted" * 4 + " in_sync"
    result, reason = stage.result(), "no resource of wave 1 could be rotated"
    assert (world.written, result["stopped"], result["failed"]) == ([1], reason, True)
    assert (result["summary"]["not_attempted"], result["summary"]["in_sync"]) == (4, 1)
    assert result["results"][4]["msg"].startswith(f"the run was stopped: {reason}.")


@pytest.mark.parametrize("failing", [refuse(1, 2, 3), lambda number: bug(number)(number) if number < 4 else None])
@pytest.mark.parametrize(("tolerated", "expected"), [
    (None, "failed not_attempted not_attempted not_attempted not_attempted"),
    (3, "failed failed failed rotated rotated"), (2, "failed failed failed not_attempted not_attempted"),
])  # fmt: skip
def test_what_is_tolerated_may_be_whole_waves(tolerated, expected, failing):
    world = account(5)
    world.on_put = failing
    assert became(staged(world, sizes=["1", "2", "100%"], workers=1, tolerated=tolerated)) == expected


@pytest.mark.parametrize("workers", [1, 4, 8])
@pytest.mark.parametrize("tolerated", [0, 3])
def test_where_every_write_fails_few_are_sent_and_who_was_stopped_tells_the_failure(workers, tolerated):
    world = account(60)
    world.on_put = refuse(status=503)
    stage = staged(world, workers=workers, tolerated=tolerated)
    tried = set(world.written)
    assert len(world.written) <= tolerated + workers
    for item in stage.result()["results"]:
        assert item["outcome"] == ("failed" if item["id"] in tried else "not_attempted")
        assert item["id"] not in tried or ("answered 503" in item["msg"] and "r-1" in item["msg"])
    assert "answered 503" in stage.result()["msg"]
    assert stage.result()["stopped"].endswith(f"max_failures tolerates {tolerated}")


def test_failures_that_were_made_good_stop_nothing_and_a_lost_connection_is_looked_into():
    world, failure = account(20), refuse(status=500)

    def fail_at_first(number):
        if world.written.count(number) == 1:
            return cut_before(None, None) if number == 2 else failure(number)
        return None

    world.on_put = fail_at_first
    assert counted(staged(world, workers=1, tolerated=1)) == {"rotated": 20}
    assert Counter(world.written) == dict.fromkeys(range(1, 21), 2)


def test_a_run_that_goes_on_writes_only_what_is_still_needed():
    world = account(9)
    world.on_put = refuse(4, 5)
    first = staged(world, workers=1, sizes=["1"], tolerated=1)
    assert counted(first) == {"rotated": 3, "failed": 2, "not_attempted": 4}
    world.on_put = lambda _number: None
    world.calls.clear()
    assert counted(staged(world)) == {"in_sync": 3, "rotated": 6}
    assert sorted(world.written) == [4, 5, 6, 7, 8, 9]


def test_the_end_of_the_total_time_is_no_failure_of_what_was_not_tried():
    world = account(12)
    stage = Stage(world, candidate(NEW), workers=1)
    world.on_put = lambda _number: stage.time.sleep(700)
    stage.run()
    assert counted(stage) == {"rotated": 2, "failed": 1, "not_attempted": 9}
    assert world.written == [1, 2, 3]
    assert stage.result()["stopped"].startswith("the total time of 1800 s was over")
    assert "The change itself was made" in stage.result()["results"][2]["msg"]


def test_an_interrupt_lets_writes_in_flight_end_and_starts_none():
    world, together = account(12), Barrier(3, timeout=10)
    stage = Stage(world, candidate(NEW), workers=3)

    def interrupt(_number):
        together.wait()
        stage.budget.stop("interrupted by SIGTERM")
        together.wait()

    world.on_put = interrupt
    stage.run()
    assert (counted(stage), len(world.written)) == ({"rotated": 3, "not_attempted": 9}, 3)
    assert len([line for line in stage.lines if line.startswith("  [")]) == 3
    assert stage.lines[-1] == "Stopped: interrupted by SIGTERM; not attempted: 9 resources"
    result = stage.result()
    assert (result["failed"], result["stopped"]) == (True, "interrupted by SIGTERM")
    assert "9 not attempted. Stopped early: interrupted by SIGTERM." in result["msg"]


@pytest.mark.parametrize("check_mode", [False, True])
def test_an_interrupt_while_evidence_is_gathered_calls_nothing_in_sync_that_was_not_looked_at(check_mode):
    world = account(12)
    world.raw(NEW, 1)
    stage = Stage(world, candidate(NEW), workers=1, check_mode=check_mode)
    world.on_probe = lambda server_name: stage.budget.stop("interrupted by SIGINT") if server_name == name(4) else None
    stage.run()
    looked_at = "would_rotate" if check_mode else "not_attempted"
    assert became(stage).split() == ["in_sync"] + [looked_at] * 3 + ["not_attempted"] * 8
    assert (world.written, stage.result()["failed"], stage.report.stopped) == ([], True, "interrupted by SIGINT")


@pytest.mark.parametrize("at", [1, 2, 3])
def test_a_controller_that_went_away_stops_the_run_before_the_next_wave(at):
    world = account(8)
    stage = Stage(world, candidate(NEW), workers=2)
    stage.look_after_parent = lambda: stage.budget.stop("gone") if len(world.written) >= at else None
    stage.run(["1"])
    assert counted(stage) == {"rotated": at, "not_attempted": 8 - at}


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


def test_edges_are_proved_a_wave_before_the_next():
    world = account(4)
    world.stuck = {name(1)}
    stage = staged(world, verify="edge", verify_timeout=60, sizes=["1"])
    assert became(stage) == "failed" + " not_attempted" * 3
    told = ("the certificate is stored, but the edge 192.0.2.7:443 serves", "(waited 60 s)")
    assert [text for text in told if text not in stage.result()["results"][0]["msg"]] == []


def test_an_edge_that_never_follows_counts_as_a_failure():
    world = account(3)
    world.stuck = {name(1)}
    stage = staged(world, verify="edge", verify_timeout=30, sizes=["2"], tolerated=0)
    assert became(stage) == "failed rotated not_attempted"


def stored_and_not_served():
    """What an earlier run left behind: the API has it, the edge not yet."""
    world = FakeAccount()
    world.raw(NEW, 1)
    world.serve(name(1), OLD.certificate)
    return world


@pytest.mark.parametrize(("world", "outcome"), [(account(1), "rotated"), (stored_and_not_served(), "in_sync")])
def test_an_edge_that_follows_is_waited_for_whichever_run_stored_it(world, outcome):
    world.stuck = {name(1)}
    stage = Stage(world, candidate(NEW), verify="edge")

    def follow(server_name):
        if stage.time.elapsed > 100:
            world.serve(server_name, NEW.certificate)

    world.on_probe = follow
    assert stage.run() == {name(1): outcome}
    assert stage.result()["results"][0]["verification"]["edge"] == "verified"
    assert len(world.written) == (outcome == "rotated")


NEVER_SERVED = [
    ({"verify": "edge", "verify_timeout": 30}, "failed"), ({"verify": "api"}, "in_sync"),
    ({"verify": "none"}, "in_sync"), ({"verify": "edge", "check_mode": True}, "in_sync"),
]  # fmt: skip


@pytest.mark.parametrize(("policy", "outcome"), NEVER_SERVED)
def test_what_an_earlier_run_stored_and_is_never_served(policy, outcome):
    stage = staged(stored_and_not_served(), **policy)
    assert (became(stage), stage.account.written) == (outcome, [])
    assert bool(stage.time.elapsed) is (outcome == "failed")


def test_each_member_says_what_its_site_is():
    world = FakeAccount()
    world.raw(OLD, 1, aliases=[alias("static.example.net")])
    result = staged(world).result(diff=True)
    old_and_new = [OLD.fingerprint_sha256, NEW.fingerprint_sha256]
    assert [result["diff"][0][side]["fingerprint_sha256"] for side in ("before", "after")] == old_and_new
    assert [result["results"][0][f"{one}_fingerprint_sha256"] for one in ("current", "desired")] == old_and_new
    assert any("static.example.net" in warning for warning in result["warnings"])


def test_what_a_person_sees():
    world = account(2)
    world.on_put = refuse(2)
    change = f"({OLD.fingerprint_sha256[:12]} -> {NEW.fingerprint_sha256[:12]}), 0 s left"
    assert staged(world, workers=1, sizes=["1"]).lines == [
        "Checking 2 resources",
        "Wave 1: 1 of 2 resources", f"  [1/2] {name(1)}: rotated {change}",
        "Wave 2: 1 of 2 resources", f"  [2/2] {name(2)}: failed {change}",
        "Stopped: no resource of wave 2 could be rotated; not attempted: 0 resources",
    ]  # fmt: skip
