# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors
"""Every fault does what its name says, to the calls that it is meant for."""

from __future__ import annotations

import datetime
import email.utils
import http.client
import json

import pytest

from simulator.faults import FAULTS, KINDS
from simulator.handle import SimulatorError, resource, rule, with_issued
from simulator.mishaps import MISHAPS

LIST = "/security/resources"


@pytest.fixture
def seeded(simulator):
    simulator.seed([resource(1, "a.example"), resource(2, "b.example")], issue={"days": 30})
    return simulator


@pytest.fixture
def put(api, authority, renewed):
    issued = authority.issue(["a.example"])

    def send(**options):
        return api.put(1, renewed(api.get(1).data, issued), **options)

    send.issued = issued
    return send


def took_effect(simulator, put):
    return simulator.resource(1)["installed"]["fingerprint_sha256"] == put.issued.fingerprint_sha256


STATUSES = [name for name, fault in FAULTS.items() if fault["kind"] == "status"]


@pytest.mark.parametrize("name", STATUSES)
def test_status(seeded, put, name):
    fault = FAULTS[name]
    seeded.faults([rule(name, call="put", times=1)])
    reply = put()
    assert reply.status == fault["status"] == int(name[:3])
    assert took_effect(seeded, put) is ("after" in name.split("_") and "retry" not in name)
    entry = seeded.journal(call="put")[0]
    assert (entry["status"], entry["fault"]) == (fault["status"], "status")
    assert entry["took_effect"] is took_effect(seeded, put)
    if fault.get("html"):
        assert reply.headers["Content-Type"].startswith("text/html")
        assert reply.text.startswith("<!DOCTYPE html>")
    else:
        assert reply.data["request_id"] == reply.headers["X-Request-Id"] == entry["request_id"]
    assert put().status == 200


def test_status_takes_message_class_and_fields(seeded, api):
    fault = {
        "kind": "status",
        "status": 422,
        "exception_class": "OddError",
        "message": "Odd.",
        "invalid_fields": {"name": ["Odd name."]},
        "retry_after": "soon",
    }
    seeded.faults([rule(fault)])
    reply = api.call("GET", LIST)
    assert (reply.status, reply.headers["Retry-After"]) == (422, "soon")
    assert reply.data["exception_class"] == "OddError"
    assert reply.data["message"] == "Odd."
    assert reply.data["invalid_fields"] == {"name": ["Odd name."]}


def test_retry_after_in_both_forms(seeded, api):
    seeded.faults([rule("429_retry_after", nth=1), rule("429_retry_after_date", nth=2), rule("429", nth=3)])
    replies = [api.call("GET", LIST) for _unused in range(4)]
    assert [reply.status for reply in replies] == [429, 429, 429, 200]
    assert replies[0].headers["Retry-After"] == "1"
    when = email.utils.parsedate_to_datetime(replies[1].headers["Retry-After"])
    assert abs((when - datetime.datetime.now(datetime.timezone.utc)).total_seconds()) < 30
    assert replies[1].headers["Retry-After"].endswith(" GMT")
    assert "Retry-After" not in replies[2].headers


@pytest.mark.parametrize(("name", "effect"), [("cut_before", False), ("cut_after", True)])
def test_cut_resets_the_connection(seeded, put, name, effect):
    seeded.faults([rule(name, call="put")])
    with pytest.raises(ConnectionResetError) as caught:
        put()
    assert not isinstance(caught.value, http.client.RemoteDisconnected)
    assert took_effect(seeded, put) is effect
    entry = seeded.journal(call="put")[0]
    assert (entry["status"], entry["fault"], entry["took_effect"]) == (None, "cut", effect)


def test_cut_body_ends_in_the_middle(seeded, put):
    seeded.faults([rule("cut_body", call="put")])
    with pytest.raises(http.client.IncompleteRead) as caught:
        put()
    assert caught.value.partial.startswith(b'{"id": 1')
    assert took_effect(seeded, put)


@pytest.mark.parametrize("effect", ["none", "after"])
def test_hang_lasts_and_then_cuts(seeded, put, effect):
    seeded.faults([rule({"kind": "hang", "seconds": 0.3, "effect": effect}, call="put")])
    with pytest.raises(ConnectionError):
        put()
    entry = seeded.journal(call="put")[0]
    assert entry["end"] - entry["start"] >= 0.3
    assert took_effect(seeded, put) is entry["took_effect"] is (effect == "after")


def test_hang_outlasts_a_client_and_ends_with_it(seeded, put, until):
    seeded.faults([rule("hang_after", call="put")])
    with pytest.raises(TimeoutError):
        put(timeout=0.3)
    assert took_effect(seeded, put)
    until(lambda: seeded.journal(call="put")[0]["end"])


def test_truncated_json(seeded, put):
    seeded.faults([rule("truncated_json", call="put")])
    reply = put()
    assert (reply.status, reply.headers["Content-Length"]) == (200, str(len(reply.text)))
    with pytest.raises(json.JSONDecodeError):
        _unused = reply.data
    assert took_effect(seeded, put)


def test_wrong_content_type(seeded, put):
    seeded.faults([rule("wrong_content_type", call="put")])
    reply = put()
    assert reply.headers["Content-Type"].startswith("text/html")
    assert reply.data["id"] == 1
    assert took_effect(seeded, put)


@pytest.mark.parametrize("effect", ["none", "after"])
def test_html_200(seeded, put, effect):
    seeded.faults([rule({"kind": "html_200", "effect": effect}, call="put")])
    reply = put()
    assert reply.status == 200
    assert reply.text.startswith("<!DOCTYPE html>")
    assert took_effect(seeded, put) is (effect == "after")


@pytest.mark.parametrize(("setting", "left"), [("whitelists", []), ("service_http2", 0)])
def test_drop_setting(seeded, api, put, setting, left):
    seeded.faults([rule({"kind": "drop_setting", "setting": setting})])
    before = api.get(1).data
    assert put().status == 200
    after = api.get(1).data
    assert before[setting] != after[setting] == left
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {setting, "updated", "service_ssl_expire"}
    assert took_effect(seeded, put)


def test_not_stored(seeded, api, put):
    seeded.faults([rule("not_stored")])
    before = seeded.resource(1)
    assert put().status == 200
    after = seeded.resource(1)
    assert after["installed"] == before["installed"]
    assert after["served"] == before["served"]
    assert after["resource"]["service_ssl_expire"] == before["resource"]["service_ssl_expire"]
    assert after["resource"]["updated"] != before["resource"]["updated"]
    assert seeded.journal(call="put")[0]["took_effect"] is False


@pytest.mark.parametrize("name", ["drop_setting", "not_stored"])
def test_what_spoils_a_put_waits_for_one(seeded, put, name):
    seeded.faults([rule(name, nth=1)])
    assert put().status == 200
    assert [entry["fault"] for entry in seeded.journal()] == [None, FAULTS[name]["kind"]]


def test_not_stored_leaves_https_off(simulator, api, put):
    simulator.seed([resource(1, "a.example")])
    simulator.faults([rule("not_stored")])
    assert put().status == 200
    assert api.get(1).data["ssl_type"] is None


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_redirect(seeded, put, status):
    seeded.faults([rule({"kind": "redirect", "status": status, "location": "http://localhost:1/x"}, call="put")])
    reply = put()
    assert (reply.status, reply.headers["Location"]) == (status, "http://localhost:1/x")
    assert not took_effect(seeded, put)


def test_outside_edit_comes_before_the_call(seeded, api):
    edit = {"kind": "outside_edit", "resource": {"service_geoip_list": "CK"}, "issue": {"days": 11}}
    seeded.faults([rule(edit, call="get", resource_id=1, nth=2)])
    first, second = api.get(1).data, api.get(1).data
    assert (first["service_geoip_list"], second["service_geoip_list"]) == ("AQ,BV", "CK")
    assert second["service_ssl_expire"] != first["service_ssl_expire"]
    assert second["updated"] > first["updated"]


def test_outside_edit_of_another_resource(seeded, api):
    seeded.faults([rule({"kind": "outside_edit", "resource_id": 2, "resource": {"active": False}}, call="list")])
    assert [each["active"] for each in api.call("GET", LIST).data] == [True, False]


@pytest.mark.parametrize(
    ("match", "expected"),
    [
        ({}, [500, 500, 500, 500]),
        ({"method": "GET"}, [500, 500, 500, 200]),
        ({"method": "PUT"}, [200, 200, 200, 500]),
        ({"call": "list"}, [500, 200, 200, 200]),
        ({"call": "get"}, [200, 500, 500, 200]),
        ({"call": "get", "resource_id": 2}, [200, 200, 500, 200]),
        ({"resource_id": 1}, [200, 500, 200, 500]),
        ({"nth": 2}, [200, 500, 200, 200]),
        ({"method": "GET", "nth": 3}, [200, 200, 500, 200]),
    ],
)
def test_match(seeded, api, match, expected):
    body = {**api.get(1).data, "ssl_type": None}
    seeded.faults([rule("500", **match)])
    replies = [api.call("GET", LIST), api.get(1), api.get(2), api.put(1, body)]
    assert [reply.status for reply in replies] == expected


def test_times_and_counts(seeded, api):
    seeded.faults([rule("500", call="list", times=2), rule("503", call="list", nth=4)])
    assert [api.call("GET", LIST).status for _unused in range(5)] == [500, 500, 200, 503, 200]
    counts = [(each["seen"], each["hits"]) for each in seeded.faults()]
    assert counts == [(5, 2), (5, 1)]
    seeded.clear_faults()
    assert seeded.faults() == []


def test_probability_repeats_with_its_seed(seeded, api):
    def run(seed):
        seeded.faults([rule("500", probability=0.5, seed=seed)])
        return [api.call("GET", LIST).status for _unused in range(30)]

    first = run(1)
    assert 5 < first.count(500) < 25
    assert run(1) == first
    assert run(2) != first


def test_faults_come_before_authentication(seeded, api):
    seeded.faults([rule("cut_after", call="put")])
    body = {**api.get(1).data, "ssl_type": None}
    with pytest.raises(ConnectionResetError):
        api.put(1, body, authorization="APIKey 1$wrong")
    assert seeded.journal(call="put")[0]["took_effect"] is False


@pytest.mark.parametrize(
    "bad",
    [
        {"fault": "no such name"},
        {"fault": {"kind": "no such kind"}},
        {"fault": {"kind": "cut", "status": 5}},
        {"fault": {"kind": "cut", "effect": "before"}},
        {"fault": "500", "match": {"path": "/"}},
        {"fault": "500", "often": 3},
        {},
    ],
)
def test_bad_rules_are_refused(seeded, bad):
    seeded.faults([rule("500")])
    with pytest.raises(SimulatorError, match="400"):
        seeded.faults([rule("503"), bad])
    assert [each["fault"]["status"] for each in seeded.faults()] == [500]


def test_every_kind_has_its_mishap():
    assert MISHAPS.keys() == KINDS.keys()


def test_faults_can_carry_certificates(seeded, api, authority):
    issued = authority.issue(["a.example"])
    install = {"certificate": issued.full_chain_pem, "private_key": issued.private_key_pem}
    seeded.faults([rule({"kind": "outside_edit", "install": install}, call="get")])
    api.get(1)
    assert seeded.resource(1)["served"] == issued.fingerprint_sha256
    seeded.seed([with_issued(resource(1, "a.example"), days=3)])
    assert seeded.resource(1)["served"] != issued.fingerprint_sha256
