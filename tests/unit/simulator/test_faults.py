# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors
"""Every fault does what its name says, to the calls that it is meant for."""

import http.client

import pytest

from simulator.faults import FAULTS
from simulator.handle import SimulatorError, resource, rule
from unit.simulator.clients import until


@pytest.fixture
def seeded(simulator):
    simulator.seed([resource(1, "a.example"), resource(2, "b.example")], issue={"days": 30})
    return simulator


@pytest.fixture
def issued(authority):
    return authority.issue(["a.example"])


@pytest.fixture
def put(api, issued):
    return lambda **options: api.renew(1, issued, **options)


@pytest.fixture
def effect(seeded, issued):
    """Tell whether the PUT took effect, which the journal has to say as well."""

    def told():
        (entry,) = seeded.journal(call="put")
        took_effect = seeded.resource(1)["installed"]["fingerprint_sha256"] == issued.fingerprint_sha256
        assert entry["took_effect"] is took_effect
        return took_effect

    return told


@pytest.mark.parametrize("name", [name for name, fault in FAULTS.items() if fault["kind"] == "status"])
def test_status(seeded, put, effect, name):
    fault = FAULTS[name]
    seeded.faults([rule(name, call="put", times=1)])
    reply = put()
    assert reply.status == fault["status"] == int(name[:3])
    assert effect() is (name.endswith("_after") and "retry" not in name)
    entry = seeded.journal(call="put")[0]
    assert (entry["status"], entry["fault"]) == (fault["status"], "status")
    if fault.get("html"):
        assert reply.headers["Content-Type"].startswith("text/html")
        assert reply.text.startswith("<!DOCTYPE html>")
    else:
        assert reply.data["request_id"] == reply.headers["X-Request-Id"] == entry["request_id"]
    assert put().status == 200


LOST = {
    "cut_before": (ConnectionResetError, False), "cut_after": (ConnectionResetError, True),
    "cut_body": (http.client.IncompleteRead, True), "hang": (TimeoutError, False), "hang_after": (TimeoutError, True),
}  # fmt: skip


@pytest.mark.parametrize("name", LOST)
def test_a_lost_connection(seeded, put, effect, name):
    error, is_done = LOST[name]
    seeded.faults([rule(name, call="put")])
    with pytest.raises(error) as caught:
        put(timeout=0.3 if "hang" in name else 10)
    assert not isinstance(caught.value, http.client.RemoteDisconnected)
    assert effect() is is_done
    entry = seeded.journal(call="put")[0]
    assert (entry["status"], entry["fault"]) == (None, FAULTS[name]["kind"])
    until(lambda: seeded.journal(call="put")[0]["end"])


@pytest.mark.parametrize(
    ("match", "expected"),
    [
        ({}, [500, 500, 500, 500]),
        ({"call": "list"}, [500, 200, 200, 200]),
        ({"call": "get", "resource_id": 2}, [200, 200, 500, 200]),
        ({"nth": 2}, [200, 500, 200, 200]),
        ({"method": "GET", "nth": 3}, [200, 200, 500, 200]),
    ],
)
def test_match(seeded, api, match, expected):
    body = {**api.get(1).data, "ssl_type": None}
    seeded.faults([rule("500", **match)])
    replies = [api.call(), api.get(1), api.get(2), api.put(1, body)]
    assert [reply.status for reply in replies] == expected


def test_times_and_counts(seeded, api):
    seeded.faults([rule("500", call="list", times=2), rule("503", call="list", nth=4)])
    assert [api.call().status for _unused in range(5)] == [500, 500, 200, 503, 200]
    assert [(each["seen"], each["hits"]) for each in seeded.faults()] == [(5, 2), (5, 1)]
    seeded.clear_faults()
    assert seeded.faults() == []


BAD = [{"fault": "no such name"}, {"fault": {"kind": "cut", "status": 5}}, {"fault": "500", "match": {"path": "/"}}]
BAD += [{"fault": "500", "often": 3}]


@pytest.mark.parametrize("bad", BAD)
def test_bad_rules_are_refused(seeded, bad):
    seeded.faults([rule("500")])
    with pytest.raises(SimulatorError, match="400"):
        seeded.faults([rule("503"), bad])
    assert [each["fault"]["status"] for each in seeded.faults()] == [500]
