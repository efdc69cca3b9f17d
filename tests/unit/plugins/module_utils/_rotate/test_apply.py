# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

from __future__ import annotations

import json
from dataclasses import replace
from types import SimpleNamespace

import pytest

from ansible_collections.gcore.web_security.plugins.module_utils._errors import (
    ApiError,
    CertificateError,
    CollateralError,
    ConflictError,
    DeadlineError,
    DowngradeError,
    GcoreError,
    NotServedError,
    NotStoredError,
    carrying,
)
from ansible_collections.gcore.web_security.plugins.module_utils._gcore.resource import Resource
from ansible_collections.gcore.web_security.plugins.module_utils._rotate.apply import (
    Applied,
    ChangeState,
    Rotation,
    took_effect,
)
from ansible_collections.gcore.web_security.plugins.module_utils._rotate.desired import (
    HTTPS_OFF,
    RENEWED_BY_VENDOR,
    CustomCertificate,
)
from ansible_collections.gcore.web_security.plugins.module_utils._rotate.failure_budget import FailureBudget
from ansible_collections.gcore.web_security.plugins.module_utils._rotate.observe import Observer, Policy
from ansible_collections.gcore.web_security.plugins.module_utils._rotate.plan import decide
from ansible_collections.gcore.web_security.plugins.module_utils._rotate.report import render
from unit.plugins.fakes import (
    DAY,
    NAME,
    NOW,
    SILENT,
    FakeApi,
    FakeClock,
    FakeEdge,
    answer,
    client_over,
    cut_after,
    cut_before,
    issued,
    key_pair,
    meanwhile,
    refused,
    resource_json,
    serves,
    swallowed,
    unix,
)

NEW = issued(not_after=NOW + 90 * DAY)
OLD = issued(not_after=NOW + 10 * DAY)
TWIN = issued(not_after=NOW + 90 * DAY)
STRANGER = issued("stranger.example", not_after=NOW + 40 * DAY)
STORED = {"service_ssl_expire": unix(NOW + 90 * DAY)}
ID = "/security/resources/7"
GET, PUT = f"GET {ID}", f"PUT {ID}"
OFF = {"ssl_type": None, "service_ssl_expire": 0}
VENDORS = {"ssl_type": "le", "service_ssl_expire": unix(NOW + 60 * DAY)}


def rotate(
    target=None,
    *,
    raw=None,
    gets=(),
    puts=(),
    edge=None,
    tries=5,
    total=1800,
    seconds=0.0,
    api=None,
    rate=None,
    **policy,
):
    """One rotation of a resource over a fake API; what it did and said of it."""
    time = FakeClock()
    api = FakeApi(resource_json(**(raw or {})), **(api or {}))
    api.gets.extend(gets)
    api.puts.extend(puts)
    first = json.loads(json.dumps(api.raw))
    probe = FakeEdge(*(edge or [serves(OLD)]), time=time, seconds=seconds)
    client = api.client = client_over(api, time, tries=tries, total=total, per_second=rate)
    observer = Observer(Policy(**policy), probe)
    known, error = None, None
    try:
        known = carried_out(first, target or CustomCertificate(key_pair(NEW)), client, observer)
    except GcoreError as caught:
        known, error = caught.known, caught
    return SimpleNamespace(
        api=api,
        time=time,
        probe=probe,
        known=known,
        state=known.state if isinstance(known, Applied) else ChangeState.NONE,
        error=error,
        result=render(known, error, diff=True),
        first=first,
        calls=api.calls,
    )


def carried_out(raw, target, client, observer, budget=None):
    """Look, decide, and carry it out, as the operation does."""
    plan = decide(target, observer.observe(Resource.from_api(raw), target), client.clock.now())
    with carrying(lambda: plan):
        if plan.refusal:
            raise plan.refusal
        return plan if observer.policy.check_mode else Rotation(client, observer, budget or FailureBudget()).apply(plan)


def target(made=NEW, **options):
    return CustomCertificate(key_pair(made), **options)


def test_what_is_in_sync_by_the_edge_is_not_written():
    run = rotate(raw=STORED, edge=[serves(NEW)])
    assert not run.calls
    assert run.result["changed"] is False
    assert run.result["drift"] == {
        "detected": False,
        "reason": "fingerprint_matches",
        "evidence": "edge",
        "propagating": False,
    }
    assert run.result["verification"] == {"api": "verified", "edge": "verified"}
    assert run.result["diff"]["before"] == run.result["diff"]["after"]
    assert not run.result["warnings"]


def test_what_is_in_sync_by_its_expiry_is_not_written_and_says_how_sure_it_is():
    run = rotate(raw=STORED, edge_probe="never")
    assert not run.calls
    assert not run.probe.asked
    assert run.result["verification"] == {"api": "verified", "edge": "skipped"}
    assert any("expiry date alone" in warning for warning in run.result["warnings"])


def test_a_drift_is_written_once_and_proved():
    run = rotate()
    assert run.error is None
    assert run.calls == [GET, PUT, GET]
    assert run.state is ChangeState.MADE
    assert run.result["changed"] is True
    assert run.result["drift"]["reason"] == "expiry_differs"
    assert run.result["verification"] == {"api": "verified", "edge": "skipped"}
    assert run.result["resource"]["ssl_expires"] == (NOW + 90 * DAY).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert run.result["current"]["fingerprint_sha256"] == OLD.fingerprint_sha256
    assert run.result["desired"]["fingerprint_sha256"] == NEW.fingerprint_sha256
    assert run.time.elapsed == 0


def test_the_body_is_the_fresh_get_and_not_the_first_look():
    run = rotate(gets=[meanwhile(lambda raw: raw.update(service_geoip_mode=2, brand_new=["x"]))])
    (body,) = run.api.bodies
    assert body["service_geoip_mode"] == 2
    assert body["brand_new"] == ["x"]
    own = {"service_ssl_crt", "service_ssl_key", "ssl_type"}
    expected = {**run.first, "service_geoip_mode": 2, "brand_new": ["x"], "updated": f"{run.first['updated']}+"}
    assert {name: body[name] for name in body if name not in own} == {
        name: value for name, value in expected.items() if name not in own
    }
    assert body["service_ssl_crt"] == NEW.full_chain_pem
    assert run.error is None
    assert run.result["collateral"] == []


def held(seconds):
    """While the read is answered, another worker is asked to wait."""
    return lambda api, _body: api.client._session.rate_limiter.hold(seconds)


def slow(seconds):
    """The answer takes its time."""
    return lambda api, _body: api.client.deadline.sleep(seconds)


OPERATOR = meanwhile(lambda raw: raw.update(service_geoip_mode=2))

AGES = [
    ([], [GET, PUT, GET]),
    ([held(1.9)], [GET, PUT, GET]),
    ([slow(60)], [GET, PUT, GET]),
    ([held(8), OPERATOR], [GET, GET, PUT, GET]),
    ([held(8), held(8)], [GET, GET, PUT, GET]),
]


@pytest.mark.parametrize(
    ("gets", "calls"), AGES, ids=["at once", "a short hold", "a slow answer", "held back", "held back again"]
)
def test_what_is_written_is_a_read_of_this_moment(gets, calls):
    run = rotate(gets=gets)
    assert run.calls == calls
    assert run.error is None
    assert run.api.raw["service_geoip_mode"] == (2 if OPERATOR in gets else 1)


def test_a_pace_keeps_no_write_from_following_its_read():
    times = []

    def note(api, _body):
        times.append(api.client.clock.monotonic())

    run = rotate(gets=[note, note], puts=[note], rate=0.1)
    assert run.calls == [GET, PUT, GET]
    assert [time - times[0] for time in times] == pytest.approx([0, 0, 20], abs=0.1)


def test_each_try_of_a_write_has_a_read_of_its_moment():
    run = rotate(puts=[refused(429, Retry_After="8")], gets=[None, held(8), OPERATOR])
    assert run.calls == [GET, PUT, GET, GET, PUT, GET]
    assert run.api.bodies[1]["service_geoip_mode"] == 2


@pytest.mark.parametrize("wrapped", [False, True])
@pytest.mark.parametrize("returns_certificate", [False, True])
def test_both_shapes_of_the_api(wrapped, returns_certificate):
    raw = {"service_ssl_crt": OLD.full_chain_pem} if returns_certificate else {}
    run = rotate(raw=raw, api={"wrapped": wrapped, "returns_certificate": returns_certificate})
    assert run.calls == [GET, PUT, GET]
    assert run.result["verification"]["api"] == "verified"
    assert run.result["drift"]["evidence"] == ("api" if returns_certificate else "expiry")
    assert bool(run.probe.asked) is not returns_certificate
    assert "resource" not in run.api.bodies[0]


def test_running_it_again_finds_nothing_to_do():
    first = rotate()
    again = rotate(raw=first.api.raw, edge=[serves(NEW)])
    assert again.api.writes == 0
    assert again.result["changed"] is False


@pytest.mark.parametrize("raw", [{}, OFF, STORED], ids=["drift", "off", "in sync"])
def test_check_mode_writes_nothing_and_tells_the_same_plan(raw):
    edge = [serves(NEW if raw is STORED else OLD)]
    planned, done = (rotate(raw=raw, edge=edge, check_mode=mode) for mode in (True, False))
    assert not planned.calls
    for part in ("changed", "diff", "drift", "desired", "current"):
        assert planned.result[part] == done.result[part]
    assert planned.known.writes is (raw is not STORED)
    assert planned.result["verification"]["edge"] != "pending"


@pytest.mark.parametrize("check_mode", [False, True])
@pytest.mark.parametrize(
    ("aim", "raw", "kind"),
    [
        (target(), VENDORS, ConflictError),
        (target(OLD), STORED, DowngradeError),
        (target(STRANGER), {}, CertificateError),
    ],
    ids=["conflict", "downgrade", "wrong name"],
)
def test_what_is_refused_is_refused_before_any_write(aim, raw, kind, check_mode):
    run = rotate(aim, raw=raw, edge=[serves(OLD)], edge_probe="never", check_mode=check_mode)
    assert isinstance(run.error, kind)
    assert not run.calls
    assert run.result["changed"] is False
    assert "Nothing was changed." in run.result["msg"]
    assert run.result["diff"]["before"] == run.result["diff"]["after"]


@pytest.mark.parametrize(
    ("aim", "raw"),
    [(target(replace_lets_encrypt=True), VENDORS), (target(OLD, allow_downgrade=True), STORED)],
    ids=["conflict", "downgrade"],
)
def test_what_is_allowed_is_written(aim, raw):
    run = rotate(aim, raw=raw, edge_probe="never")
    assert run.error is None
    assert run.api.writes == 1


def test_force_writes_what_is_there():
    run = rotate(target(force=True), raw=STORED, edge=[serves(NEW)])
    assert run.api.writes == 1
    assert run.result["changed"] is True
    assert run.result["drift"]["reason"] == "forced"


def test_what_became_right_meanwhile_is_not_written():
    run = rotate(gets=[meanwhile(lambda raw: raw.update(STORED))], edge=[SILENT])
    assert run.calls == [GET]
    assert run.error is None
    assert run.state is ChangeState.NONE
    assert run.result["changed"] is False
    assert run.result["verification"]["api"] == "verified"
    assert run.result["diff"]["before"] == run.result["diff"]["after"]


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        (VENDORS, ConflictError),
        ({"service_ssl_expire": unix(NOW + 400 * DAY)}, DowngradeError),
        ({"name": "moved.example"}, CertificateError),
    ],
    ids=["conflict", "downgrade", "another name"],
)
def test_what_became_wrong_meanwhile_is_not_written(change, kind):
    run = rotate(gets=[meanwhile(lambda raw: raw.update(change))])
    assert isinstance(run.error, kind)
    assert run.calls == [GET]
    assert run.result["changed"] is False


UNKNOWN_OUTCOMES = [cut_before, refused(408), refused(500), refused(502), refused(503), refused(504)]
UNKNOWN_IDS = ["cut", "408", "500", "502", "503", "504"]


@pytest.mark.parametrize("failure", UNKNOWN_OUTCOMES, ids=UNKNOWN_IDS)
def test_a_write_that_did_not_take_effect_is_made_again(failure):
    run = rotate(puts=[failure])
    assert run.calls == [GET, PUT, GET, PUT, GET]
    assert run.error is None
    assert run.state is ChangeState.MADE
    assert run.time.elapsed > 0


def stored_and(status):
    def step(api, body):
        api.store(body)
        return answer(status, b"<html>")

    return step


@pytest.mark.parametrize("failure", [cut_after, stored_and(500), stored_and(504)], ids=["cut", "500", "504"])
@pytest.mark.parametrize("verify", ["api", "none"])
def test_a_write_that_took_effect_is_not_made_again(failure, verify):
    run = rotate(puts=[failure], verify=verify)
    assert run.calls == [GET, PUT, GET] + [GET] * (verify == "api")
    assert run.error is None
    assert run.state is ChangeState.MADE
    assert run.result["changed"] is True


@pytest.mark.parametrize("failure", [refused(429), refused(429, Retry_After="9")], ids=["alone", "with a date"])
def test_a_write_that_the_api_wants_later_is_made_later(failure):
    run = rotate(puts=[failure])
    assert run.calls == [GET, PUT, GET, PUT, GET]
    assert run.error is None
    assert run.result["changed"] is True


def test_a_write_that_the_api_wants_later_waits_as_long_as_it_asks():
    assert rotate(puts=[refused(429, Retry_After="9")]).time.elapsed >= 9


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 413, 422])
def test_a_write_that_is_refused_for_what_it_is_is_not_repeated(status):
    run = rotate(puts=[refused(status)])
    assert run.calls == [GET, PUT]
    assert run.error.status == status
    assert run.result["changed"] is False
    assert "Nothing was changed." in run.result["msg"]
    assert run.result["api_error"]["request_id"] == "r-1"


def test_the_tries_of_a_write_end():
    run = rotate(puts=[cut_before] * 9, tries=2)
    assert run.api.writes == 3
    assert isinstance(run.error, ApiError)
    assert run.state is ChangeState.UNKNOWN
    assert run.result["changed"] is True
    assert "is not known" in run.result["msg"]


@pytest.mark.parametrize("failure", [cut_after, stored_and(500)], ids=["cut", "500"])
def test_the_last_try_of_a_write_is_looked_at(failure):
    run = rotate(puts=[failure], tries=0)
    assert run.error is None
    assert run.result["changed"]
    assert run.result["verification"]["api"] == "verified"


def test_the_tries_of_a_write_that_is_wanted_later_leave_nothing_changed():
    run = rotate(puts=[refused(429)] * 9, tries=2)
    assert run.api.writes == 3
    assert run.state is ChangeState.NONE
    assert "Nothing was changed." in run.result["msg"]


@pytest.mark.parametrize("effect", [cut_before, cut_after])
def test_a_get_that_fails_after_an_unknown_write_leaves_it_unknown(effect):
    run = rotate(puts=[effect], gets=[None, *[refused(503)] * 9], tries=2)
    assert run.error.call == GET
    assert run.state is ChangeState.UNKNOWN
    assert run.result["changed"] is True
    assert "is not known" in run.result["msg"]
    assert "looks first" in run.result["msg"]
    assert run.api.writes == 1


def test_a_get_that_fails_before_the_write_leaves_nothing_changed():
    run = rotate(gets=[refused(503)] * 9, tries=2)
    assert run.api.writes == 0
    assert "Nothing was changed." in run.result["msg"]


def test_the_time_that_is_over_after_an_unknown_write_leaves_it_unknown():
    def late(api, body):
        api.client.deadline.sleep(100)
        cut_before(api, body)

    run = rotate(puts=[late], total=60, edge_probe="never")
    assert isinstance(run.error, ApiError)
    assert run.state is ChangeState.UNKNOWN
    assert run.api.writes == 1


def test_a_twin_whose_write_was_cut_is_told_apart_by_updated():
    """Expiry and leaf's notAfter are the same before and after: only `updated` can tell."""
    run = rotate(raw=STORED, edge=[serves(TWIN)], puts=[cut_after])
    assert run.result["drift"]["reason"] == "fingerprint_differs"
    assert run.calls == [GET, PUT, GET, GET]
    assert run.state is ChangeState.MADE


def test_a_twin_whose_write_was_cut_before_is_written_again():
    run = rotate(raw=STORED, edge=[serves(TWIN)], puts=[cut_before])
    assert run.calls == [GET, PUT, GET, PUT, GET]


def test_without_updated_nothing_tells_a_forced_write_and_it_is_made_again():
    run = rotate(target(force=True), raw={**STORED, "updated": None}, edge=[serves(NEW)], puts=[cut_after])
    assert run.api.writes == 2
    assert run.state is ChangeState.MADE


def test_somebody_elses_write_does_not_pass_for_ours():
    run = rotate(puts=[cut_before], gets=[None, meanwhile(lambda raw: raw.update(service_geoip_mode=2))])
    assert run.api.writes == 2
    assert run.api.bodies[1]["service_geoip_mode"] == 2


def moving(**change):
    """The write is stored, and another setting with it is not as it was."""

    def step(api, body):
        api.store(body)
        for name, value in change.items():
            if value is None:
                del api.raw[name]
            else:
                api.raw[name] = value
        return answer(200, {})

    return step


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"service_geoip_mode": 0}, "service_geoip_mode was 1, is 0"),
        ({"x_undocumented": None}, "x_undocumented was {'deep': [1, {'deeper': None}], 'ratio': 0.1}, is None"),
        ({"x_new": 5}, "x_new was None, is 5"),
        ({"origins": []}, "origins was [{'id': 1"),
    ],
    ids=["changed", "gone", "new", "emptied"],
)
def test_another_setting_that_moved_is_a_failure_of_a_change(change, words):
    run = rotate(puts=[moving(**change)])
    assert isinstance(run.error, CollateralError)
    assert run.state is ChangeState.MADE
    assert run.result["changed"] is True
    assert run.result["failed"] is True
    assert words in run.result["msg"]
    assert "The change itself was made" in run.result["msg"]
    assert [item["setting"] for item in run.result["collateral"]] == list(change)
    assert run.result["verification"]["api"] == "verified"
    assert run.api.writes == 1


def test_a_setting_that_moved_in_a_write_of_unknown_outcome_is_found_too():
    def cut_moving(api, body):
        moving(service_geoip_mode=0)(api, body)
        return cut_before(api, body)

    run = rotate(puts=[cut_moving])
    assert isinstance(run.error, CollateralError)
    assert run.calls == [GET, PUT, GET, GET]
    assert run.result["collateral"] == [{"setting": "service_geoip_mode", "before": 1, "after": 0}]


def test_what_the_first_of_several_lost_writes_moved_is_found_in_the_end():
    def moves_and_is_lost(api, body):
        api.raw["service_geoip_mode"] = 0
        cut_before(api, body)

    run = rotate(puts=[moves_and_is_lost, cut_before])
    assert run.api.writes == 3
    assert isinstance(run.error, CollateralError)
    assert run.result["collateral"] == [{"setting": "service_geoip_mode", "before": 1, "after": 0}]


def test_the_order_of_things_with_ids_is_no_setting():
    two = [{"id": 1, "origin_data": "a"}, {"id": 2, "origin_data": "b"}]
    run = rotate(raw={"origins": two}, puts=[moving(origins=two[::-1])])
    assert run.error is None


def test_what_is_accepted_but_not_stored_is_a_failure_after_half_a_minute():
    run = rotate(puts=[swallowed])
    assert isinstance(run.error, NotStoredError)
    assert 30 <= run.time.elapsed < 35
    assert run.api.writes == 1
    assert run.result["changed"] is False
    assert "30 s later it shows ssl_type custom" in run.result["msg"]
    assert "The certificate was not changed." in run.result["msg"]
    assert run.result["verification"]["api"] == "mismatch"


def test_what_is_stored_a_little_later_is_a_success():
    late = []

    def kept(_api, body):
        late.append(body)
        return answer(200, {})

    def delivered(api, _body):
        api.store(late[0])

    run = rotate(puts=[kept], gets=[None, None, None, delivered])
    assert run.error is None
    assert run.api.writes == 1
    assert 2 <= run.time.elapsed < 10
    assert run.result["verification"]["api"] == "verified"


def test_not_stored_and_something_else_moved_is_told_in_one():
    run = rotate(puts=[lambda api, _body: api.raw.update(service_geoip_mode=0) or answer(200, {})])
    assert isinstance(run.error, NotStoredError)
    assert "service_geoip_mode was 1, is 0" in run.result["msg"]


def test_a_deadline_that_cuts_the_proof_claims_nothing_that_was_not_seen():
    run = rotate(puts=[swallowed], total=10)
    assert run.time.elapsed <= 10.1
    assert run.error is not None
    assert "8 s later it shows ssl_type custom" in run.result["msg"]
    assert run.api.writes == 1


def test_an_api_that_tells_no_expiry_is_believed_with_a_warning():
    run = rotate(raw={"service_ssl_expire": 0}, api={"tells_expiry": False})
    assert run.error is None
    assert run.api.writes == 1
    assert run.result["verification"]["api"] == "skipped"
    assert any("does not tell what is stored" in warning for warning in run.result["warnings"])


def test_an_api_that_tells_nothing_and_a_silent_edge_is_written_to_be_sure():
    run = rotate(raw={"service_ssl_expire": 0}, api={"tells_expiry": False}, edge=[SILENT])
    assert run.result["drift"]["reason"] == "no_evidence"
    assert run.result["drift"]["evidence"] == "none"
    assert run.api.writes == 1
    assert any("to be sure" in warning for warning in run.result["warnings"])


TELLS_NOTHING = {"raw": {"service_ssl_expire": 0}, "api": {"tells_expiry": False}, "edge": [SILENT]}


@pytest.mark.parametrize("meanwhile_moved", [lambda raw: None, lambda raw: raw.update(service_geoip_mode=2)])
@pytest.mark.parametrize("failure", [cut_before, cut_after])
def test_where_nothing_is_told_a_lost_write_is_made_again_whoever_moved_updated(failure, meanwhile_moved):
    run = rotate(puts=[failure], gets=[None, meanwhile(meanwhile_moved)], **TELLS_NOTHING)
    assert run.api.writes == 2
    assert run.state is ChangeState.MADE


def test_where_nothing_is_told_a_lost_write_of_the_last_try_is_no_success():
    run = rotate(puts=[cut_before], gets=[None, meanwhile(lambda raw: None)], tries=0, **TELLS_NOTHING)
    assert isinstance(run.error, ApiError)
    assert "is not known" in run.result["msg"]


def test_a_twin_is_not_taken_for_ours_because_somebody_else_wrote():
    run = rotate(
        raw=STORED,
        edge=[serves(TWIN)],
        puts=[cut_before],
        gets=[None, meanwhile(lambda raw: raw.update(service_geoip_mode=2))],
    )
    assert run.api.writes == 2


@pytest.mark.parametrize(
    ("verify", "calls", "shown"),
    [
        ("none", [GET, PUT], {"api": "skipped", "edge": "skipped"}),
        ("api", [GET, PUT, GET], {"api": "verified", "edge": "skipped"}),
        ("edge", [GET, PUT, GET], {"api": "verified", "edge": "verified"}),
    ],
)
def test_how_a_change_is_proved(verify, calls, shown):
    run = rotate(verify=verify, edge=[serves(OLD), serves(OLD), serves(OLD), serves(NEW)])
    assert run.error is None
    assert run.calls == calls
    assert run.result["verification"] == shown
    assert len(run.probe.asked) == (4 if verify == "edge" else 1)
    assert run.time.elapsed == pytest.approx(20 if verify == "edge" else 0, abs=0.1)


def test_an_edge_that_is_asked_is_asked_for_the_name_at_the_protected_address():
    run = rotate(edge_port=8443, edge_timeout=2.5)
    assert run.probe.asked == [("192.0.2.7", 8443, NAME, 2.5)]


RSA = issued(key_type="rsa", not_after=NOW + 90 * DAY)


def test_an_edge_that_serves_a_dual_pair_is_asked_for_the_half_that_is_desired():
    run = rotate(target(RSA), verify="edge", edge=[serves(OLD), serves(RSA)])
    assert run.error is None
    assert run.probe.key_types == ["RSA", "RSA"]
    assert rotate(HTTPS_OFF, edge_probe="always").probe.key_types == [None]


def test_an_edge_that_shows_one_half_alone_is_told_of():
    half = replace(serves(OLD), address="192.0.2.8", unseen="it answers TLS 1.3 alone")
    run = rotate(target(RSA), verify="edge", edge=[half], verify_timeout=0)
    assert "the edge 192.0.2.8:443 serves" in run.result["msg"]
    assert "'CN=www.example.com'; it answers TLS 1.3 alone (waited" in run.result["msg"]
    assert any("one half was seen: it answers TLS 1.3 alone." in warning for warning in run.result["warnings"])


@pytest.mark.parametrize(
    ("edge", "said", "shown"),
    [
        ([serves(OLD)], f"serves {OLD.fingerprint_sha256}", "pending"),
        ([serves(OLD), serves(STRANGER)], f"serves {STRANGER.fingerprint_sha256}", "mismatch"),
        ([serves(OLD), SILENT], "did not answer within 5 s", "pending"),
    ],
    ids=["never follows", "serves a stranger", "falls silent"],
)
def test_an_edge_that_does_not_follow_in_time(edge, said, shown):
    run = rotate(verify="edge", edge=edge, verify_timeout=60, verify_interval=7)
    assert isinstance(run.error, NotServedError)
    assert said in run.result["msg"]
    assert "waited 60 s" in run.result["msg"]
    assert "The change itself was made" in run.result["msg"]
    assert run.result["changed"] is True
    assert run.result["verification"] == {"api": "verified", "edge": shown}
    assert 60 <= run.time.elapsed < 61
    assert run.api.writes == 1


def test_a_verify_timeout_of_nothing_looks_once():
    assert isinstance(rotate(verify="edge", verify_timeout=0).error, NotServedError)
    assert rotate(verify="edge", verify_timeout=0, edge=[serves(OLD), serves(NEW)]).error is None


def test_handshakes_that_take_long_do_not_stretch_the_wait():
    run = rotate(verify="edge", edge=[SILENT], verify_timeout=60, seconds=5.0)
    assert run.time.elapsed < 75


def test_a_total_time_that_cuts_the_wait_is_told_as_it_was():
    run = rotate(verify="edge", verify_timeout=900, total=100)
    assert run.time.elapsed <= 101
    assert run.error is not None
    assert "(waited 100 s)" in run.result["msg"]
    assert "The change itself was made" in run.result["msg"]


def test_what_is_in_sync_but_not_served_yet_is_only_told_without_verify_edge():
    run = rotate(raw=STORED, edge=[serves(OLD)])
    assert not run.calls
    assert run.error is None
    assert run.result["drift"]["propagating"] is True
    assert run.result["verification"] == {"api": "verified", "edge": "pending"}
    assert any("still serves another certificate" in warning for warning in run.result["warnings"])


def test_what_is_in_sync_but_not_served_yet_is_waited_for_with_verify_edge():
    run = rotate(raw=STORED, verify="edge", edge=[serves(OLD), serves(OLD), serves(NEW)])
    assert not run.calls
    assert run.error is None
    assert run.result["changed"] is False
    assert run.result["verification"] == {"api": "verified", "edge": "verified"}
    assert run.time.elapsed == pytest.approx(10, abs=0.1)


def test_what_is_in_sync_but_never_served_is_a_failure_that_changed_nothing():
    run = rotate(raw=STORED, verify="edge", edge=[serves(OLD)], verify_timeout=30)
    assert isinstance(run.error, NotServedError)
    assert run.result["changed"] is False
    assert "Nothing was changed." in run.result["msg"]


IN_ANSWER = {**STORED, "service_ssl_crt": NEW.full_chain_pem}
UNPROVED = [
    (STORED, [SILENT], {}, "did not answer"),
    (STORED, [serves(OLD)], {"edge_probe": "never"}, f"serves {OLD.fingerprint_sha256}"),
    (IN_ANSWER, [serves(OLD)], {}, f"serves {OLD.fingerprint_sha256}"),
    (IN_ANSWER, [SILENT], {"edge_probe": "never"}, "did not answer"),
]
UNPROVED_IDS = ["silent", "never probed", "in the answer, not served", "in the answer, silent"]


@pytest.mark.parametrize(("raw", "edge", "policy", "said"), UNPROVED, ids=UNPROVED_IDS)
def test_what_is_in_sync_and_not_proved_is_a_failure_with_verify_edge(raw, edge, policy, said):
    run = rotate(raw=raw, verify="edge", edge=edge, verify_timeout=30, **policy)
    assert isinstance(run.error, NotServedError)
    assert said in run.result["msg"]
    assert run.result["changed"] is False
    assert 30 <= run.time.elapsed < 31


@pytest.mark.parametrize(("raw", "edge", "policy", "_said"), UNPROVED, ids=UNPROVED_IDS)
def test_what_is_in_sync_and_not_proved_is_told_in_check_mode(raw, edge, policy, _said):
    run = rotate(raw=raw, verify="edge", edge=edge, check_mode=True, **policy)
    assert run.error is None
    assert run.time.elapsed == 0
    assert len(run.probe.asked) == 1
    assert run.result["verification"]["edge"] == "pending"
    assert any("nothing proves yet that the edge serves it" in warning for warning in run.result["warnings"])


@pytest.mark.parametrize("check_mode", [False, True])
@pytest.mark.parametrize(("raw", "_edge", "policy", "_said"), UNPROVED, ids=UNPROVED_IDS)
def test_what_is_in_sync_is_proved_by_one_handshake(raw, _edge, policy, _said, check_mode):
    run = rotate(raw=raw, verify="edge", edge=[serves(NEW)], check_mode=check_mode, **policy)
    assert run.error is None
    assert len(run.probe.asked) == 1
    assert run.result["verification"]["edge"] == "verified"
    assert not any("nothing proves" in warning for warning in run.result["warnings"])


LATER_BY_HOURS = {"service_ssl_expire": unix(NOW + 90 * DAY) + 6 * 3600}


@pytest.mark.parametrize(
    ("raw", "edge", "options", "is_told"),
    [
        (LATER_BY_HOURS, SILENT, {}, True),
        (LATER_BY_HOURS, serves(OLD), {}, True),
        (LATER_BY_HOURS, SILENT, {"allow_downgrade": True}, False),
        (LATER_BY_HOURS, serves(NEW), {}, False),
        (LATER_BY_HOURS, serves(NEW), {"force": True}, False),
        (STORED, SILENT, {"force": True}, False),
        ({}, SILENT, {}, False),
    ],
    ids=["silent", "another leaf", "allowed", "is there", "is there and forced", "equal", "earlier"],
)
def test_a_downgrade_that_may_be_rounding_is_told(raw, edge, options, is_told):
    run = rotate(target(**options), raw=raw, edge=[edge])
    assert run.error is None
    assert any("may be a rounded date" in warning for warning in run.result["warnings"]) is is_told


def test_an_edge_that_still_serves_the_desired_one_hides_no_downgrade():
    run = rotate(raw={"service_ssl_expire": unix(NOW + 200 * DAY)}, edge=[serves(NEW)])
    assert isinstance(run.error, DowngradeError)


def test_check_mode_waits_for_no_edge():
    run = rotate(raw=STORED, verify="edge", edge=[serves(OLD)], check_mode=True)
    assert run.error is None
    assert run.time.elapsed == 0
    assert len(run.probe.asked) == 1


def test_a_silent_edge_is_a_warning_with_its_reason():
    run = rotate(raw=STORED, edge=[SILENT])
    assert run.error is None
    assert any("did not answer within 5 s" in warning for warning in run.result["warnings"])
    assert all(warning.startswith(f"resource 7 ({NAME}): ") for warning in run.result["warnings"])


@pytest.mark.parametrize(
    ("edge_probe", "aim", "raw", "asked"),
    [
        ("auto", None, {}, 1),
        ("auto", None, {"service_ssl_crt": OLD.full_chain_pem}, 0),
        ("auto", None, OFF, 0),
        ("auto", None, {"ssl_type": ""}, 0),
        ("auto", HTTPS_OFF, {}, 0),
        ("auto", RENEWED_BY_VENDOR, {}, 0),
        ("always", None, {"service_ssl_crt": OLD.full_chain_pem}, 1),
        ("always", None, OFF, 1),
        ("always", HTTPS_OFF, {}, 1),
        ("never", None, {}, 0),
        ("never", HTTPS_OFF, {}, 0),
    ],
)
def test_when_the_edge_is_asked(edge_probe, aim, raw, asked):
    run = rotate(aim, raw=raw, edge_probe=edge_probe)
    assert len(run.probe.asked) == asked


ENDS = [(HTTPS_OFF, None, "https_disabled"), (RENEWED_BY_VENDOR, "le", "lets_encrypt")]


@pytest.mark.parametrize("check_mode", [False, True], ids=["real", "check"])
@pytest.mark.parametrize("is_there", [False, True], ids=["to do", "already done"])
@pytest.mark.parametrize(("aim", "ssl_type", "reason"), ENDS, ids=["absent", "lets_encrypt"])
def test_https_without_a_certificate_of_ones_own(aim, ssl_type, reason, is_there, check_mode):
    run = rotate(aim, raw={"ssl_type": ssl_type} if is_there else {}, check_mode=check_mode)
    assert run.error is None
    assert run.result["changed"] is not is_there
    assert run.api.writes == (0 if is_there or check_mode else 1)
    assert run.result["drift"]["reason"] == (reason if is_there else "custom_certificate")
    assert run.result["desired"] == {"ssl_type": ssl_type}
    if run.api.bodies:
        assert run.api.bodies == [{**run.first, "ssl_type": ssl_type}]
        assert run.result["verification"] == {"api": "verified", "edge": "skipped"}


@pytest.mark.parametrize(("aim", "ssl_type", "_reason"), ENDS, ids=["absent", "lets_encrypt"])
def test_verify_edge_has_nothing_to_wait_for_without_a_certificate_of_ones_own(aim, ssl_type, _reason):
    run = rotate(aim, verify="edge")
    assert run.error is None
    assert not run.probe.asked
    assert run.api.raw["ssl_type"] == ssl_type


@pytest.mark.parametrize(("aim", "ssl_type", "_reason"), ENDS, ids=["absent", "lets_encrypt"])
def test_a_type_that_is_not_stored_is_a_failure(aim, ssl_type, _reason):
    run = rotate(aim, puts=[swallowed])
    assert isinstance(run.error, NotStoredError)
    assert run.result["changed"] is False


@pytest.mark.parametrize(("aim", "ssl_type", "_reason"), ENDS, ids=["absent", "lets_encrypt"])
@pytest.mark.parametrize(("failure", "writes"), [(cut_before, 2), (cut_after, 1)])
def test_a_type_whose_write_was_cut(aim, ssl_type, _reason, failure, writes):
    run = rotate(aim, puts=[failure])
    assert run.error is None
    assert run.api.writes == writes


def test_https_off_behind_a_redirect_is_told_before_it_is_done():
    planned = rotate(HTTPS_OFF, raw={"is_redirect_to_https_enabled": True}, check_mode=True)
    assert any("visitors reach nothing" in warning for warning in planned.result["warnings"])


def test_no_text_and_no_result_shows_the_key():
    body = "".join(NEW.private_key_pem.splitlines()[1:-1])
    for puts in ([], [refused(400)], [cut_before] * 9, [swallowed], [moving(service_geoip_mode=0)]):
        run = rotate(puts=puts, tries=1)
        assert run.api.writes
        text = json.dumps(run.result)
        assert body[:16] not in text
        assert "PRIVATE" not in text
        assert "BEGIN CERTIFICATE" not in text


def test_nothing_is_asked_twice():
    assert rotate().api.reads == 2
    assert rotate(verify="none").api.reads == 1
    assert rotate(raw=STORED, edge=[serves(NEW)], verify="edge").api.reads == 0


def test_a_deadline_before_the_write_leaves_nothing_changed():
    run = rotate(seconds=100.0, total=60)
    assert isinstance(run.error, DeadlineError)
    assert run.api.writes == 0
    assert "Nothing was changed." in run.result["msg"]
    assert "total_timeout" in run.result["msg"]


def test_a_write_that_was_made_good_without_another_one_no_longer_counts_as_failed():
    """No `updated`, and an expiry that moves by an hour: only the second judgement tells that it is there."""
    raw = {"service_ssl_expire": unix(NOW + 90 * DAY) - 3600, "updated": None}
    time, api, budget = FakeClock(), FakeApi(resource_json(**raw)), FailureBudget()
    api.puts.append(cut_after)
    budget.tolerated = 1
    observer = Observer(Policy(verify="none"), FakeEdge(serves(OLD)))
    applied = carried_out(api.raw, target(), client_over(api, time), observer, budget)
    assert api.writes == 1
    assert applied.state is ChangeState.MADE
    budget.write_failed(8, ApiError("PUT /x", "was lost"))
    assert not budget.reason


def site_json(**fields):
    given = {"id": 7, "name": NAME, "ssl_type": "custom", "service_ssl_expire": 0, "updated": "1", **fields}
    return {name: value for name, value in given.items() if value != "absent"}


SHOWS, HIDES, TELLS_NOT = (
    {"service_ssl_expire": STORED["service_ssl_expire"]},
    {"service_ssl_expire": 1},
    {"service_ssl_expire": 0},
)


@pytest.mark.parametrize(
    ("before", "after", "effect"),
    [
        (HIDES, SHOWS, True),
        (HIDES, {**SHOWS, "updated": "2"}, True),
        (HIDES, HIDES, False),
        (HIDES, {**HIDES, "updated": "2"}, False),
        (SHOWS, SHOWS, False),
        (SHOWS, {**SHOWS, "updated": "2"}, True),
        (SHOWS, {**SHOWS, "updated": "2", "service_geoip_mode": 1}, False),
        (SHOWS, {**SHOWS, "updated": "absent"}, False),
        (TELLS_NOT, TELLS_NOT, False),
        (TELLS_NOT, {**TELLS_NOT, "updated": "2"}, False),
        (TELLS_NOT, {**TELLS_NOT, "updated": None}, False),
        (TELLS_NOT, SHOWS, True),
        ({**SHOWS, "updated": "absent"}, {**SHOWS, "updated": "absent"}, False),
    ],
    ids=[
        "appeared", "appeared and was written", "nothing moved", "somebody else wrote", "was there before",
        "was there and was written", "was there and somebody else wrote", "was there, no date", "nothing told",
        "nothing told but written", "nothing told, no date", "told now", "never a date",
    ],
)  # fmt: skip
def test_whether_a_write_of_unknown_outcome_is_there(before, after, effect):
    assert took_effect(target(), *(site_json(**fields) for fields in (before, after))) is effect
