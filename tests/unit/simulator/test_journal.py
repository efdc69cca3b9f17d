# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors
"""The journal: it has every request and handshake, and neither keys nor tokens."""

import hashlib
import json
import time

import pytest

from simulator.handle import resource, rule, with_issued
from unit.simulator.clients import LIST, renewed


@pytest.fixture
def seeded(simulator):
    simulator.seed([with_issued(resource(1, "a.example")), with_issued(resource(2, "b.example"))])
    return simulator


def sha256(text):
    return hashlib.sha256(text.encode()).hexdigest()


def test_requests_are_told_in_full(seeded, api):
    before = time.monotonic()
    reply = api.call(path=f"{LIST}?limit=3&offset=1", authorization=f"Bearer {seeded.bearer_token}")
    (entry,) = seeded.journal()
    assert before <= entry.pop("start") <= entry.pop("end") <= time.monotonic()
    assert entry.pop("seq") > 0
    assert entry == {
        "type": "request", "request_id": reply.headers["X-Request-Id"], "method": "GET", "path": LIST, "call": "list",
        "query": {"limit": "3", "offset": "1"}, "resource_id": None, "body": None, "status": 200, "fault": None,
        "auth_scheme": "bearer", "token_sha256": sha256(seeded.bearer_token), "took_effect": False,
    }  # fmt: skip


def test_body_is_kept_with_the_facts_of_the_key(seeded, api, authority):
    issued = authority.issue(["a.example"], key_type="rsa")
    body = renewed(api.get(1).data, issued, service_ssl_key=issued.key_pem("traditional"))
    api.put(1, body)
    api.put(1, b"{broken")
    first, second = seeded.journal(call="put")
    assert first["body"].pop("service_ssl_key") == {
        "sha256": sha256(body.pop("service_ssl_key")),
        "spki_sha256": issued.key_fingerprint_sha256,
        "label": "RSA PRIVATE KEY",
    }
    assert first["body"] == body
    assert second["body"] == {"unreadable": 7}
    assert (first["took_effect"], second["took_effect"]) == (True, False)


def test_no_key_and_no_token_is_kept(seeded, api, authority):
    seeded.settings(echo_secrets=True)
    seeded.faults([rule("502_html", nth=3)])
    issued = authority.issue(["a.example"])
    key, token = issued.private_key_pem, seeded.api_key
    hidden = {"x_note": f"see {key}", "x_list": [{"alias_ssl_key": key, "x_token": f"APIKey {token}"}], token: token}
    for _unused in range(3):
        api.put(1, renewed({"name": "a.example"}, issued, **hidden))
    api.put(1, {"service_ssl_key": {"odd": key.splitlines()[1:-1]}})
    api.put(1, key.encode())
    api.call(path=f"/security/{token}?{token}={token}", authorization="APIKey not-the-right-one")
    entries = seeded.journal()
    assert len(entries) == 6
    assert [each for each in (*key.splitlines(), token, "not-the-right-one") if each in json.dumps(entries)] == []
