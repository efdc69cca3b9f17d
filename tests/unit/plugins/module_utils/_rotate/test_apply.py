# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""One site, looked at, decided on, written and proved, call by call: each row is a run and what it did and said."""

import json
from dataclasses import replace
from types import SimpleNamespace

import pytest

from ansible_collections.gcore.web_security.plugins.module_utils._errors import (
    ApiError,
    ConflictError,
    GcoreError,
    carrying,
)
from ansible_collections.gcore.web_security.plugins.module_utils._gcore.account import Account
from ansible_collections.gcore.web_security.plugins.module_utils._gcore.web_security import WebSecurity, site_of
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
from ansible_collections.gcore.web_security.plugins.module_utils._rotate.observe import Observation, Observer, Policy
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
    bare_json,
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
RSA = issued(key_type="rsa", not_after=NOW + 90 * DAY)
STRANGER = issued("stranger.example", not_after=NOW + 40 * DAY)
GET, PUT = "GET /security/resources/7", "PUT /security/resources/7"
WRITTEN, TWICE = [GET, PUT, GET], [GET, PUT, GET, PUT, GET]
NONE, MADE, IGNORED, UNKNOWN = ChangeState
ALIKE = ("verified", "verified")

STORED = {"service_ssl_expire": unix(NOW + 90 * DAY)}
UNTOLD = {"service_ssl_expire": 0}
OFF = {"ssl_type": None, "service_ssl_expire": 0}
VENDORS = {"ssl_type": "le", "service_ssl_expire": unix(NOW + 60 * DAY)}
IN_ANSWER = {**STORED, "service_ssl_crt": NEW.full_chain_pem}
LATER_BY_HOURS = {"service_ssl_expire": unix(NOW + 90 * DAY) + 6 * 3600}
TELLS_NOTHING = {"raw": UNTOLD, "api": {"tells_expiry": False}, "edge": [SILENT]}


def rotate(aim=None, *, raw=None, gets=(), puts=(), edge=None, api=None, seconds=0.0, budget=None, **options):
    """One rotation of a resource over a fake API; what it did and said of it."""
    time = FakeClock()
    api = FakeApi(resource_json(**(raw or {})), **(api or {}))
    api.gets.extend(gets)
    api.puts.extend(puts)
    first = json.loads(json.dumps(api.raw))
    probe = FakeEdge(*(edge or [serves(OLD)]), time=time, seconds=seconds)
    limits = {name: options.pop(name) for name in ("tries", "total", "per_second") if name in options}
    client = api.client = client_over(api, time, **limits)
    observer = Observer(Policy(**options), probe)
    known, error = None, None
    try:
        known = carried_out(first, aim or target(), Account.of(client), observer, budget or FailureBudget())
    except GcoreError as caught:
        known, error = caught.known, caught
    result = render(known, error, diff=True)
    return SimpleNamespace(api=api, time=time, probe=probe, known=known, error=error, result=result, first=first)


def carried_out(raw, aim, account, observer, budget):
    """Look, decide, and carry it out, as the operation does."""
    plan = decide(aim, observer.observe(site_of(raw), aim), account.client.clock.now())
    with carrying(lambda: plan):
        if plan.refusal:
            raise plan.refusal
        return plan if observer.policy.check_mode else Rotation(account, observer, budget).apply(plan)


def target(made=NEW, **options):
    return CustomCertificate(key_pair(made), **options)


def expect(run, said=(), warned=(), unsaid=(), **expected):
    """Compare what became of a run with as much as is expected of it; without an error, that there is none."""
    result, drift = run.result, run.result["drift"] or {}
    found = {
        "calls": run.api.calls, "writes": run.api.writes, "error": type(run.error).__name__ if run.error else None,
        "state": run.known.state if isinstance(run.known, Applied) else NONE, "changed": result["changed"],
        "drift": (drift.get("reason"), drift.get("evidence"), drift.get("propagating")),
        "proof": tuple(result["verification"].values()),
        "collateral": [(item["setting"], item["before"], item["after"]) for item in result["collateral"]],
        "asked": len(run.probe.asked), "elapsed": round(run.time.elapsed),
        "same": result["diff"]["before"] == result["diff"]["after"], "stored": run.api.raw.get("ssl_type"),
        "bodies": run.api.bodies,
    }  # fmt: skip
    expected = {"error": None, **expected}
    assert {name: found[name] for name in expected} == expected
    assert result.get("failed", False) is bool(run.error)
    assert [text for text in said if text not in result["msg"]] == []
    warnings = "\n".join(result["warnings"])
    assert [text for text in warned if text not in warnings] == []
    assert [text for text in unsaid if text in warnings + result["msg"]] == []


def held(seconds):
    """While the read is answered, another worker is asked to wait."""
    return lambda api, _body: api.client._session.rate_limiter.hold(seconds)


def slow(seconds, then=None):
    """The answer takes its time."""
    return lambda api, body: api.client.deadline.sleep(seconds) or (then(api, body) if then else None)


def stored_and(status):
    return lambda api, body: api.store(body) or answer(status, b"<html>")


def moving(then=None, **change):
    """The write is stored, and another setting with it is not as it was, None for one that is gone."""

    def step(api, body):
        api.store(body)
        api.raw = {name: value for name, value in {**api.raw, **change}.items() if value is not None}
        return then(api, body) if then else answer(200, {})

    return step


def moves_and_is_lost(api, body):
    api.raw["service_geoip_mode"] = 0
    cut_before(api, body)


OPERATOR = meanwhile(lambda raw: raw.update(service_geoip_mode=2))
NOBODY = meanwhile(lambda raw: None)
MOVED = [("service_geoip_mode", 1, 0)]
TWO = [{"id": 1, "origin_data": "a"}, {"id": 2, "origin_data": "b"}]
LONG = {"verify": "edge", "verify_timeout": 60, "verify_interval": 7}
UNPROVED = {"verify": "edge", "verify_timeout": 30}
SOMEBODY_WROTE = {
    "writes": 2, "state": MADE, "error": "CollateralError", "collateral": [("service_geoip_mode", 1, 2)],
}  # fmt: skip
ONE_HALF = replace(serves(OLD), address="192.0.2.8", unseen="it answers TLS 1.3 alone")
MADE_ALL_THE_SAME = {"error": "NotServedError", "writes": 1, "changed": True}

RUNS = {
    # What is there is not written.
    "in sync by the edge": (
        {"raw": STORED, "edge": [serves(NEW)]},
        {"calls": [], "changed": False, "drift": ("fingerprint_matches", "edge", False), "proof": ALIKE, "same": True}),
    "in sync by its expiry": (
        {"raw": STORED, "edge_probe": "never"},
        {"calls": [], "asked": 0, "proof": ("verified", "skipped"), "warned": ["expiry date alone"]}),
    "in sync, the edge is silent": (
        {"raw": STORED, "edge": [SILENT]},
        {"calls": [], "warned": [f"resource 7 ({NAME}): the edge could not be probed: 192.0.2.7:443 did not answer"]},
    ),
    "forced": ({"aim": target(force=True), "raw": STORED, "edge": [serves(NEW)]},
               {"writes": 1, "changed": True, "drift": ("forced", "edge", False)}),
    "became right meanwhile": (
        {"gets": [meanwhile(lambda raw: raw.update(STORED))], "edge": [SILENT]},
        {"calls": [GET], "state": NONE, "changed": False, "proof": ("verified", "skipped"), "same": True}),
    # A drift is written once, from a read of this moment, and proved.
    "drift": ({},
              {"calls": WRITTEN, "state": MADE, "changed": True, "drift": ("expiry_differs", "expiry", False),
               "proof": ("verified", "skipped"), "collateral": [], "asked": 1, "elapsed": 0, "same": False}),
    "unproved": ({"verify": "none"}, {"calls": [GET, PUT], "proof": ("skipped", "skipped"), "changed": True}),
    "a short hold": ({"gets": [held(1.9)]}, {"calls": WRITTEN}),
    "a slow answer": ({"gets": [slow(60)]}, {"calls": WRITTEN}),
    "held back": ({"gets": [held(8), OPERATOR]}, {"calls": [GET, GET, PUT, GET], "collateral": []}),
    "held back again": ({"gets": [held(8), held(8)]}, {"calls": [GET, GET, PUT, GET]}),
    "an API that tells no expiry": (
        {"raw": UNTOLD, "api": {"tells_expiry": False}},
        {"writes": 1, "proof": ("skipped", "skipped"), "warned": ["does not tell what is stored"]}),
    "an API that tells nothing, and a silent edge": (
        TELLS_NOTHING,
        {"writes": 1, "drift": ("no_evidence", "none", False), "warned": ["to be sure"]}),
    # What is refused is refused before any write, and what is allowed is written.
    **{
        f"refused: {kind}{', check mode' if check_mode else ''}": (
            {"aim": aim, "raw": raw, "edge_probe": "never", "check_mode": check_mode},
            {"calls": [], "error": kind, "changed": False, "same": True, "said": ["Nothing was changed."]},
        )
        for kind, aim, raw in (
            ("ConflictError", target(), VENDORS), ("DowngradeError", target(OLD), STORED),
            ("CertificateError", target(STRANGER), {}),
        )
        for check_mode in (False, True)
    },
    "replaced Let's Encrypt": ({"aim": target(replace_lets_encrypt=True), "raw": VENDORS}, {"writes": 1}),
    **{
        f"became wrong meanwhile: {kind}": (
            {"gets": [meanwhile(lambda raw, change=change: raw.update(change))]},
            {"calls": [GET], "error": kind, "changed": False},
        )
        for kind, change in (
            ("ConflictError", VENDORS), ("DowngradeError", {"service_ssl_expire": unix(NOW + 400 * DAY)}),
            ("CertificateError", {"name": "moved.example"}),
        )
    },
    "a downgrade that an edge hides": ({"raw": {"service_ssl_expire": unix(NOW + 200 * DAY)}, "edge": [serves(NEW)]},
                                       {"calls": [], "error": "DowngradeError"}),
    # Within a day a later expiry may be a rounded one.
    "rounded, silent": ({"raw": LATER_BY_HOURS, "edge": [SILENT]}, {"warned": ["may be a rounded date"]}),
    "rounded, allowed": ({"aim": target(allow_downgrade=True), "raw": LATER_BY_HOURS, "edge": [SILENT]},
                         {"unsaid": ["rounded date"]}),
    "rounded, is there": ({"raw": LATER_BY_HOURS, "edge": [serves(NEW)]}, {"unsaid": ["rounded date"]}),
    "equal, forced": ({"aim": target(force=True), "raw": STORED, "edge": [SILENT]},
                      {"unsaid": ["rounded date"], "writes": 1}),
    # A write of unknown outcome is looked at before it is repeated.
    **{
        f"no effect: {name}": ({"puts": [failure]}, {"calls": TWICE, "state": MADE})
        for name, failure in {
            "cut": cut_before, "408": refused(408), "500": refused(500), "502": refused(502), "503": refused(503),
            "504": refused(504),
        }.items()
    },
    **{
        f"took effect: {name}, {verify}": (
            {"puts": [failure], "verify": verify},
            {"calls": WRITTEN + [GET] * (verify == "api"), "state": MADE, "changed": True},
        )
        for name, failure in {"cut": cut_after, "500": stored_and(500), "504": stored_and(504)}.items()
        for verify in ("api", "none")
    },
    "a twin, cut after": (  # expiry and the leaf's notAfter are the same before and after: only `updated` can tell
        {"raw": STORED, "edge": [serves(TWIN)], "puts": [cut_after]},
        {"calls": [GET, PUT, GET, GET], "state": MADE, "drift": ("fingerprint_differs", "edge", False)},
    ),
    "a twin, cut before": ({"raw": STORED, "edge": [serves(TWIN)], "puts": [cut_before]}, {"calls": TWICE}),
    "a twin, and somebody else wrote": (
        {"raw": STORED, "edge": [serves(TWIN)], "puts": [cut_before], "gets": [None, OPERATOR]}, SOMEBODY_WROTE,
    ),
    "forced without `updated`": ({"aim": target(force=True), "raw": {**STORED, "updated": None}, "edge": [serves(NEW)],
                                  "puts": [cut_after]},
                                 {"writes": 2, "state": MADE}),
    "somebody else wrote": ({"puts": [cut_before], "gets": [None, OPERATOR]}, SOMEBODY_WROTE),
    **{
        f"nothing told, {name}{told}": ({"puts": [put], "gets": [None, got], **TELLS_NOTHING}, expected)
        for name, put in (("cut before", cut_before), ("cut after", cut_after))
        for told, got, expected in (
            ("", NOBODY, {"writes": 2, "state": MADE}), (", somebody else wrote", OPERATOR, SOMEBODY_WROTE),
        )
    },
    "nothing told, the last try": ({"puts": [cut_before], "gets": [None, NOBODY], "tries": 0, **TELLS_NOTHING},
                                   {"error": "ApiError", "said": ["is not known"]}),
    # The tries and the time end.
    "wanted later": ({"puts": [refused(429)]}, {"calls": TWICE, "changed": True}),
    "wanted later by a date": ({"puts": [refused(429, Retry_After="9")]}, {"calls": TWICE, "elapsed": 9}),
    "wanted later for ever": ({"puts": [refused(429)] * 9, "tries": 2},
                              {"writes": 3, "error": "ApiError", "state": NONE, "said": ["Nothing was changed."]}),
    **{
        f"refused: {status}": (
            {"puts": [refused(status)]},
            {"calls": [GET, PUT], "error": "ApiError", "changed": False, "said": [f"{status}", "Nothing was changed."]},
        )
        for status in (400, 401, 403, 404, 409, 413, 422)
    },
    "cut for ever": (
        {"puts": [cut_before] * 9, "tries": 2},
        {"writes": 3, "error": "ApiError", "state": UNKNOWN, "changed": True, "said": ["is not known", "looks first"]}),
    "the last try, cut": ({"puts": [cut_after], "tries": 0}, {"changed": True, "proof": ("verified", "skipped")}),
    "the last try, 500": ({"puts": [stored_and(500)], "tries": 0}, {"changed": True}),
    **{
        f"no look after {name}": (
            {"puts": [effect], "gets": [None, *[refused(503)] * 9], "tries": 2},
            {"error": "ApiError", "state": UNKNOWN, "changed": True, "writes": 1, "said": [GET, "is not known"]},
        )
        for name, effect in (("nothing", cut_before), ("a write", cut_after))
    },
    "no look before": ({"gets": [refused(503)] * 9, "tries": 2}, {"error": "ApiError", "writes": 0, "changed": False}),
    "the time is over after a write": ({"puts": [slow(100, cut_before)], "total": 60, "edge_probe": "never"},
                                       {"error": "ApiError", "state": UNKNOWN, "writes": 1}),
    "the time is over before the write": (
        {"seconds": 100.0, "total": 60},
        {"error": "DeadlineError", "writes": 0, "said": ["Nothing was changed.", "total_timeout"]}),
    # Nothing else may have moved, and what was accepted is to show.
    **{
        f"moved: {name}": (
            {"puts": [moving(**change)]},
            {"error": "CollateralError", "state": MADE, "writes": 1, "said": [words], "proof": ("verified", "skipped")},
        )
        for name, change, words in (
            ("changed", {"service_geoip_mode": 0}, "service_geoip_mode was 1, is 0"),
            ("gone", {"x_undocumented": None}, "x_undocumented was {'deep': [1, {'deeper': None}], 'ratio': 0.1}, is"),
            ("new", {"x_new": 5}, "x_new was None, is 5"),
            ("emptied", {"origins": []}, "origins was [{'id': 1"),
        )
    },
    "moved in a lost write": ({"puts": [moving(cut_before, service_geoip_mode=0)]},
                              {"calls": [GET, PUT, GET, GET], "error": "CollateralError", "collateral": MOVED}),
    "moved in the first of several lost writes": ({"puts": [moves_and_is_lost, cut_before]},
                                                  {"writes": 3, "error": "CollateralError", "collateral": MOVED}),
    "the order of things with ids": ({"raw": {"origins": TWO}, "puts": [moving(origins=TWO[::-1])]}, {}),
    "not stored": ({"puts": [swallowed]},
                   {"error": "NotStoredError", "state": IGNORED, "changed": False, "writes": 1, "elapsed": 30,
                    "proof": ("mismatch", "skipped"),
                    "said": ["30 s later it shows ssl_type custom", "The certificate was not changed."]}),
    "not stored, and moved": ({"puts": [lambda api, _body: api.raw.update(service_geoip_mode=0) or answer(200, {})]},
                              {"error": "NotStoredError", "said": ["service_geoip_mode was 1, is 0"]}),
    "not stored, the time is over": (
        {"puts": [swallowed], "total": 10},
        {"error": "NotStoredError", "writes": 1, "elapsed": 8, "said": ["8 s later it shows ssl_type custom"]}),
    "stored a little later": ({"puts": [swallowed],
                               "gets": [None, None, None, lambda api, _body: api.store(api.bodies[0])]},
                              {"writes": 1, "elapsed": 4, "proof": ("verified", "skipped")}),
    # The edge is waited for where it shall prove it.
    "proved by the edge": ({"verify": "edge", "edge": [serves(OLD), serves(OLD), serves(OLD), serves(NEW)]},
                           {"calls": WRITTEN, "proof": ALIKE, "asked": 4, "elapsed": 20}),
    "proved by the edge's other half": ({"aim": target(RSA), "verify": "edge", "edge": [serves(OLD), serves(RSA)]},
                                        {"proof": ALIKE}),
    "the edge never follows": (
        {**LONG, "edge": [serves(OLD)]},
        {**MADE_ALL_THE_SAME, "elapsed": 60, "proof": ("verified", "pending"),
         "said": [f"serves {OLD.fingerprint_sha256}", "waited 60 s", "The change itself was made"]}),
    "the edge serves a stranger": (
        {**LONG, "edge": [serves(OLD), serves(STRANGER)]},
        {**MADE_ALL_THE_SAME, "said": [STRANGER.fingerprint_sha256], "proof": ("verified", "mismatch")}),
    "the edge falls silent": (
        {**LONG, "edge": [serves(OLD), SILENT]},
        {**MADE_ALL_THE_SAME, "said": ["did not answer within 5 s"], "proof": ("verified", "pending")}),
    "the edge shows one half": (
        {"aim": target(RSA), "verify": "edge", "verify_timeout": 0, "edge": [ONE_HALF]},
        {**MADE_ALL_THE_SAME, "warned": ["one half was seen: it answers TLS 1.3 alone."],
         "said": ["the edge 192.0.2.8:443 serves", "'CN=www.example.com'; it answers TLS 1.3 alone (waited"]},
    ),
    "no time to follow": ({"verify": "edge", "verify_timeout": 0}, {**MADE_ALL_THE_SAME, "elapsed": 0}),
    "no time, and there": ({"verify": "edge", "verify_timeout": 0, "edge": [serves(OLD), serves(NEW)]},
                           {"proof": ALIKE}),
    "handshakes that take long": ({**LONG, "edge": [SILENT], "seconds": 5.0}, {**MADE_ALL_THE_SAME, "elapsed": 70}),
    "the total time cuts the wait": ({"verify": "edge", "total": 100},
                                     {**MADE_ALL_THE_SAME, "elapsed": 100, "said": ["(waited 100 s)"]}),
    "stored, not served, not to be proved": (
        {"raw": STORED},
        {"calls": [], "drift": ("expiry_matches", "expiry", True), "proof": ("verified", "pending"),
         "warned": ["still serves another certificate"]}),
    "stored, served in the end": ({"raw": STORED, "verify": "edge", "edge": [serves(OLD), serves(OLD), serves(NEW)]},
                                  {"calls": [], "changed": False, "proof": ALIKE, "elapsed": 10}),
    # HTTPS without a certificate of one's own has nothing that an edge would show.
    **{
        f"{name}{': ' if case else ''}{case}": ({"aim": aim, **given}, {"stored": kind, **expected})
        for name, aim, kind in (("off", HTTPS_OFF, None), ("vendor's", RENEWED_BY_VENDOR, "le"))
        for case, given, expected in (
            ("", {}, {"bodies": [resource_json(ssl_type=kind)], "asked": 0, "proof": ("verified", "skipped")}),
            ("there", {"raw": {"ssl_type": kind}}, {"calls": [], "changed": False}),
            ("verify edge", {"verify": "edge"}, {"asked": 0, "calls": WRITTEN}),
            ("cut before", {"puts": [cut_before]}, {"writes": 2}),
            ("cut after", {"puts": [cut_after]}, {"writes": 1}),
            ("not stored", {"puts": [swallowed]}, {"error": "NotStoredError", "changed": False, "stored": "custom"}),
        )
    },
}  # fmt: skip


@pytest.mark.parametrize(("given", "expected"), RUNS.values(), ids=RUNS)
def test_a_run(given, expected):
    expect(rotate(**given), **expected)


@pytest.mark.parametrize("state", ["left_alone", "refusal"])
def test_what_can_t_be_written_now_is_refused_where_it_would_be(state):
    for raw, kind in (({}, ConflictError), (STORED, type(None))):
        site = replace(site_of(resource_json(**raw)), **{state: "it is being deleted"})
        assert isinstance(decide(target(), Observation(site), NOW).refusal, kind)


def test_the_body_is_the_fresh_get_and_not_the_first_look():
    run = rotate(gets=[meanwhile(lambda raw: raw.update(service_geoip_mode=2, brand_new=["x"]))])
    moved = {"service_geoip_mode": 2, "brand_new": ["x"], "updated": f"{run.first['updated']}+"}
    (body,) = run.api.bodies
    assert body.pop("service_ssl_key")
    assert body == {**run.first, **moved, "ssl_type": "custom", "service_ssl_crt": NEW.full_chain_pem}
    expect(run, collateral=[])


def test_each_try_of_a_write_has_a_read_of_its_moment():
    run = rotate(puts=[refused(429, Retry_After="8")], gets=[None, held(8), OPERATOR])
    expect(run, calls=[GET, PUT, GET, GET, PUT, GET])
    assert run.api.bodies[1]["service_geoip_mode"] == 2


def test_a_pace_keeps_no_write_from_following_its_read():
    times = []
    notes = [lambda api, _body: times.append(api.client.clock.monotonic())] * 3
    expect(rotate(gets=notes[:2], puts=notes[2:], per_second=0.1), calls=WRITTEN)
    assert [time - times[0] for time in times] == pytest.approx([0, 0, 20], abs=0.1)


def test_what_a_result_tells_of_a_write():
    run = rotate()
    assert run.result["resource"]["ssl_expires"] == (NOW + 90 * DAY).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert run.result["current"]["fingerprint_sha256"] == OLD.fingerprint_sha256
    assert run.result["desired"]["fingerprint_sha256"] == NEW.fingerprint_sha256
    assert rotate(puts=[refused(400)]).result["api_error"]["request_id"] == "r-1"
    expect(rotate(raw=run.api.raw, edge=[serves(NEW)]), writes=0, changed=False)


@pytest.mark.parametrize("wrapped", [False, True])
@pytest.mark.parametrize("returns_certificate", [False, True])
def test_both_shapes_of_the_api(wrapped, returns_certificate):
    raw = {"service_ssl_crt": OLD.full_chain_pem} if returns_certificate else {}
    run = rotate(raw=raw, api={"wrapped": wrapped, "returns_certificate": returns_certificate})
    expect(run, calls=WRITTEN, proof=("verified", "skipped"), asked=int(not returns_certificate))
    assert run.result["drift"]["evidence"] == ("api" if returns_certificate else "expiry")
    assert "resource" not in run.api.bodies[0]


@pytest.mark.parametrize("aim", [None, HTTPS_OFF, RENEWED_BY_VENDOR], ids=["certificate", "off", "vendor's"])
@pytest.mark.parametrize("raw", [{}, OFF, STORED, VENDORS], ids=["drift", "off", "in sync", "vendor's"])
def test_check_mode_writes_nothing_and_tells_the_same_plan(aim, raw):
    edge = [serves(NEW if raw is STORED else OLD)]
    planned, done = (rotate(aim, raw=raw, edge=edge, check_mode=mode) for mode in (True, False))
    assert not planned.api.calls
    for part in ("changed", "diff", "drift", "desired", "current"):
        assert planned.result[part] == done.result[part]
    assert planned.result["verification"]["edge"] != "pending"


UNPROVED_SITES = {
    "silent": (STORED, [SILENT], {}, "did not answer"),
    "not served": (STORED, [serves(OLD)], {}, f"serves {OLD.fingerprint_sha256}"),
    "never probed": (STORED, [serves(OLD)], {"edge_probe": "never"}, f"serves {OLD.fingerprint_sha256}"),
    "in the answer, not served": (IN_ANSWER, [serves(OLD)], {}, f"serves {OLD.fingerprint_sha256}"),
    "in the answer, silent": (IN_ANSWER, [SILENT], {"edge_probe": "never"}, "did not answer"),
}


@pytest.mark.parametrize(("raw", "edge", "policy", "said"), UNPROVED_SITES.values(), ids=UNPROVED_SITES)
def test_what_is_in_sync_is_proved_with_verify_edge(raw, edge, policy, said):
    real = rotate(raw=raw, edge=edge, **UNPROVED, **policy)
    expect(real, calls=[], error="NotServedError", changed=False, elapsed=30, said=[said, "Nothing was changed."])
    checked = rotate(raw=raw, edge=edge, check_mode=True, **UNPROVED, **policy)
    expect(checked, asked=1, elapsed=0)
    assert checked.result["verification"]["edge"] == "pending"
    is_told = checked.result["drift"]["propagating"]
    assert ("nothing proves yet that the edge serves it" in "".join(checked.result["warnings"])) is not is_told
    for check_mode in (False, True):
        proved = rotate(raw=raw, edge=[serves(NEW)], check_mode=check_mode, **UNPROVED, **policy)
        expect(proved, asked=1, proof=ALIKE, unsaid=["nothing proves"])


CRT = {"service_ssl_crt": OLD.full_chain_pem}
WHEN_ASKED = [
    # edge_probe, what is desired, what is there: how often the edge is asked
    ("auto", None, {}, 1), ("auto", None, CRT, 0), ("auto", None, OFF, 0), ("auto", None, {"ssl_type": ""}, 0),
    ("auto", HTTPS_OFF, {}, 0), ("auto", RENEWED_BY_VENDOR, {}, 0), ("always", None, CRT, 1), ("always", None, OFF, 1),
    ("always", HTTPS_OFF, {}, 1), ("never", None, {}, 0), ("never", HTTPS_OFF, {}, 0),
]  # fmt: skip


@pytest.mark.parametrize(("edge_probe", "aim", "raw", "asked"), WHEN_ASKED)
def test_when_the_edge_is_asked(edge_probe, aim, raw, asked):
    expect(rotate(aim, raw=raw, edge_probe=edge_probe), asked=asked)


def test_an_edge_is_asked_for_the_name_and_the_type_of_key_at_the_protected_address():
    run = rotate(target(RSA), edge_port=8443, edge_timeout=2.5)
    assert (run.probe.asked, run.probe.key_types) == ([("192.0.2.7", 8443, NAME, 2.5)], ["RSA"])
    assert rotate(HTTPS_OFF, edge_probe="always").probe.key_types == [None]


def test_no_text_and_no_result_shows_the_key():
    body = "".join(NEW.private_key_pem.splitlines()[1:-1])
    for puts in ([], [refused(400)], [cut_before] * 9, [swallowed], [moving(service_geoip_mode=0)]):
        run = rotate(puts=puts, tries=1)
        assert run.api.writes
        assert not [part for part in (body[:16], "PRIVATE", "BEGIN CERTIFICATE") if part in json.dumps(run.result)]


def test_a_write_that_was_made_good_without_another_one_no_longer_counts_as_failed():
    """No `updated`, and an expiry that moves by an hour: only the second judgement tells that it is there."""
    raw, budget = {"service_ssl_expire": unix(NOW + 90 * DAY) - 3600, "updated": None}, FailureBudget()
    budget.tolerated = 1
    expect(rotate(raw=raw, puts=[cut_after], verify="none", budget=budget), writes=1, state=MADE)
    budget.write_failed(8, ApiError("PUT /x", "was lost"))
    assert not budget.reason


SHOWS, HIDES = STORED, {"service_ssl_expire": 1}
EFFECTS = {
    "appeared": (HIDES, SHOWS, True), "appeared and was written": (HIDES, {**SHOWS, "updated": "2"}, True),
    "nothing moved": (HIDES, HIDES, False), "somebody else wrote": (HIDES, {**HIDES, "updated": "2"}, False),
    "was there before": (SHOWS, SHOWS, False), "was there and was written": (SHOWS, {**SHOWS, "updated": "2"}, True),
    "was there and somebody else wrote": (SHOWS, {**SHOWS, "updated": "2", "service_geoip_mode": 1}, False),
    "was there, no date": (SHOWS, {**SHOWS, "updated": "absent"}, False), "nothing told": (UNTOLD, UNTOLD, False),
    "nothing told but written": (UNTOLD, {**UNTOLD, "updated": "2"}, False),
    "nothing told, no date": (UNTOLD, {**UNTOLD, "updated": None}, False), "told now": (UNTOLD, SHOWS, True),
    "never a date": ({**SHOWS, "updated": "absent"}, {**SHOWS, "updated": "absent"}, False),
}  # fmt: skip


@pytest.mark.parametrize(("before", "after", "effect"), EFFECTS.values(), ids=EFFECTS)
def test_whether_a_write_of_unknown_outcome_is_there(before, after, effect):
    raws = bare_json(**before), bare_json(**after)
    earlier, later = (replace(site_of(raw), raw=raw) for raw in raws)
    assert took_effect(target(), earlier, later, WebSecurity(None)) is effect
