# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors
"""The journal: it has every request and handshake, and neither keys nor tokens."""

from __future__ import annotations

import hashlib
import json
import threading
import time

import pytest

from simulator.handle import resource, rule, with_issued

LIST = "/security/resources"


@pytest.fixture
def seeded(simulator):
    simulator.seed([with_issued(resource(1, "a.example")), with_issued(resource(2, "b.example"))])
    return simulator


def sha256(text):
    return hashlib.sha256(text.encode()).hexdigest()


def test_requests_are_told_in_full(seeded, api):
    before = (time.monotonic(), time.time())
    reply = api.call("GET", f"{LIST}?limit=3&offset=1", authorization=f"Bearer {seeded.bearer_token}")
    after = (time.monotonic(), time.time())
    (entry,) = seeded.journal()
    assert before[0] <= entry["start"] <= entry["end"] <= after[0]
    assert before[1] - 1 <= entry["wall_start"] <= entry["wall_end"] <= after[1] + 1
    assert entry["request_id"] == reply.headers["X-Request-Id"]
    expected = {
        "method": "GET",
        "path": LIST,
        "query": {"limit": "3", "offset": "1"},
        "call": "list",
        "resource_id": None,
        "auth_scheme": "bearer",
        "token_sha256": sha256(seeded.bearer_token),
        "user_agent": "unit-test",
        "content_type": "application/json",
        "body": None,
        "status": 200,
        "fault": None,
        "took_effect": False,
        "concurrency": 1,
    }
    assert {name: entry[name] for name in expected} == expected


def test_calls_have_names_and_an_order(seeded, api):
    api.call("GET", LIST)
    api.get(2)
    api.put(1, {**api.get(1).data, "ssl_type": None})
    api.call("GET", "/nowhere")
    entries = seeded.journal()
    assert [entry["call"] for entry in entries] == ["list", "get", "get", "put", None]
    assert [entry["resource_id"] for entry in entries] == [None, 2, 1, 1, None]
    assert [entry["status"] for entry in entries] == [200, 200, 200, 200, 404]
    assert [entry["seq"] for entry in entries] == sorted(entry["seq"] for entry in entries)


def test_filters(seeded, api, edges):
    api.get(1)
    api.get(2)
    api.get(99)
    edges.show("a.example")
    assert len(seeded.journal()) == 3
    assert len(seeded.journal(call="get", resource_id=1)) == 1
    assert len(seeded.journal(status=404)) == 1
    assert len(seeded.journal(call="put")) == 0
    assert len(seeded.handshakes()) == len(seeded.handshakes("a.example")) == 1
    seeded.clear_journal()
    assert seeded.journal() == seeded.handshakes() == []


def test_took_effect(seeded, api, authority, renewed):
    body = renewed(api.get(1).data, authority.issue(["a.example"]))
    api.put(1, {**body, "service_ssl_key": "nonsense"})
    api.put(1, body)
    assert [entry["took_effect"] for entry in seeded.journal(call="put")] == [False, True]


def test_body_is_kept_with_the_facts_of_the_key(seeded, api, authority, renewed):
    issued = authority.issue(["a.example"], key_type="rsa")
    body = renewed(api.get(1).data, issued, service_ssl_key=issued.key_pem("traditional"))
    api.put(1, body)
    kept = seeded.journal(call="put")[0]["body"]
    assert kept.pop("service_ssl_key") == {
        "sha256": sha256(body.pop("service_ssl_key")),
        "spki_sha256": issued.key_fingerprint_sha256,
        "label": "RSA PRIVATE KEY",
    }
    assert kept == body


def test_no_key_and_no_token_is_kept(seeded, api, authority, renewed):
    seeded.settings(echo_secrets=True)
    seeded.faults([rule("502_html", nth=3)])
    issued = authority.issue(["a.example"])
    key, token = issued.private_key_pem, seeded.api_key
    hidden = {"x_note": f"see {key}", "x_list": [{"alias_ssl_key": key, "x_token": f"APIKey {token}"}], token: token}
    for _unused in range(3):
        api.put(1, renewed({"name": "a.example"}, issued, **hidden))
    api.put(1, {"service_ssl_key": {"odd": key.splitlines()[1:-1]}})
    api.put(1, key.encode())
    api.call("GET", f"/security/{token}?{token}={token}", authorization="APIKey not-the-right-one")
    entries = [*seeded.journal(), *seeded.handshakes()]
    assert len(entries) == 6
    assert [each for each in (*key.splitlines(), token, "not-the-right-one") if each in json.dumps(entries)] == []


def test_unreadable_bodies_are_measured(seeded, api):
    api.put(1, b"{broken")
    assert seeded.journal(call="put")[0]["body"] == {"unreadable": 7}


def test_concurrency(seeded, api):
    seeded.settings(latency=0.3)
    threads = [threading.Thread(target=api.get, args=(1,)) for _unused in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(entry["concurrency"] for entry in seeded.journal()) == [1, 2, 3, 4, 5]


def test_handshakes_are_told_in_full(seeded, edges, until):
    served = edges.fingerprint("b.example")
    until(lambda: seeded.handshakes()[0]["end"])
    (entry,) = seeded.handshakes()
    expected = {
        "address": "127.0.0.1",
        "server_name": "b.example",
        "mode": "follow",
        "served": served,
        "completed": True,
    }
    assert {name: entry[name] for name in expected} == expected
    assert entry["start"] <= entry["end"]
