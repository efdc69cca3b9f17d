# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors
"""The API: who may call it, the shapes of its answers, and what a PUT does."""

import base64
import datetime

import pytest

from simulator.authority import Authority
from simulator.handle import ODD_FIELDS, resource, with_installed
from simulator.settings import DEFAULT_API_KEY as KEY
from simulator.settings import DEFAULT_BEARER_TOKEN as TOKEN
from unit.simulator.clients import changed, renewed

NOT_PROVIDED = "Authentication credentials were not provided."
INVALID = "Token is invalid or expired"
WRONG_TYPE = "Given token not valid for any token type"
READ_ONLY = ("id", "enabled", "created", "updated", "status", "client", "service_ip", "service_ssl_expire")

OTHER = Authority("Other CA").issue(["shop.example"])
GOOD = Authority("Good CA").intermediate().issue(["shop.example"])


@pytest.fixture
def seeded(simulator):
    simulator.seed([resource(7, "shop.example", ["www.shop.example"], **ODD_FIELDS)], issue={"days": 30})
    return simulator


@pytest.mark.parametrize(
    ("authorization", "message"),
    [
        (f"apikey {KEY}", ""), (f"BEARER {TOKEN}", ""), (None, NOT_PROVIDED), (f"Token {KEY}", NOT_PROVIDED),
        (f"APIKey {KEY.partition('$')[0]}", f"Bad permanent token: {KEY.partition('$')[0]}"),
        ("APIKey 1$wrong", INVALID), ("Bearer wrong", INVALID), (f"Bearer {KEY}", WRONG_TYPE),
        (f"APIKey {TOKEN}", WRONG_TYPE),
    ],
)  # fmt: skip
def test_tokens(api, authorization, message):
    reply = api.call(authorization=authorization)
    assert (reply.status, message and reply.data["message"]) == (401 if message else 200, message)


def test_put_of_what_was_read_changes_the_certificate_only(seeded, api):
    before = api.get(7).data
    assert len(ODD_FIELDS) == 20
    assert {name: before[name] for name in ODD_FIELDS} == ODD_FIELDS
    forged = dict.fromkeys(READ_ONLY, "forged")
    assert api.put(7, renewed(before, GOOD, **forged)).status == 200
    after = api.get(7).data
    assert changed(before, after) == {"updated", "service_ssl_expire"}
    assert after["service_ssl_expire"] == int(GOOD.not_after.timestamp())
    installed = seeded.resource(7)["installed"]
    assert installed["fingerprint_sha256"] == GOOD.fingerprint_sha256
    assert installed["key_fingerprint_sha256"] == GOOD.key_fingerprint_sha256
    assert installed["not_after"] == GOOD.not_after.strftime("%Y-%m-%dT%H:%M:%SZ")
    assert len(installed["chain_fingerprints_sha256"]) == 1


def test_put_resets_what_it_leaves_out(seeded, api):
    before = api.get(7).data
    api.put(7, {"name": "shop.example"})
    after = api.get(7).data
    assert (after["ssl_type"], after["service_ssl_expire"], seeded.resource(7)["installed"]) == (None, 0, None)
    kept = set(READ_ONLY) - {"updated", "service_ssl_expire"}
    assert {name: after[name] for name in kept} == {name: before[name] for name in kept}
    lists = ("aliases", "origins", "rate_limier_rules", "whitelists", "blacklists")
    assert all(after[name] == [] for name in lists)
    assert (after["active"], after["is_waf_enabled"]) == (False, False)
    assert (after["service_http2"], after["service_geoip_mode"]) == (0, 0)
    assert (after["service_geoip_list"], after["service_waf"]) == ("", "")
    assert not ODD_FIELDS.keys() & after.keys()


BAD = [
    ({"service_ssl_crt": None}, "service_ssl_crt"), ({"service_ssl_crt": ""}, "service_ssl_crt"),
    ({"service_ssl_crt": 5}, "service_ssl_crt"), ({"service_ssl_crt": "nonsense"}, "service_ssl_crt"),
    ({"service_ssl_crt": GOOD.full_chain_pem + GOOD.private_key_pem}, "service_ssl_crt"),
    ({"service_ssl_crt": GOOD.certificate_pem + OTHER.root_pem}, "service_ssl_crt"),
    ({"service_ssl_crt": GOOD.chain_pem + GOOD.certificate_pem}, "service_ssl_key"),
    ({"service_ssl_key": None}, "service_ssl_key"), ({"service_ssl_key": "nonsense"}, "service_ssl_key"),
    ({"service_ssl_key": OTHER.private_key_pem}, "service_ssl_key"),
    ({"service_ssl_key": GOOD.key_pem(passphrase="secret")}, "service_ssl_key"), ({"ssl_type": "other"}, "ssl_type"),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "field"), BAD)
def test_put_refuses_bad_certificates(seeded, api, changes, field):
    before = seeded.resource(7)
    reply = api.put(7, {**renewed(before["resource"], GOOD), **changes})
    assert (reply.status, reply.data["exception_class"]) == (400, "ValidationError")
    assert list(reply.data["invalid_fields"]) == [field]
    assert seeded.resource(7) == before


@pytest.mark.parametrize(
    ("expiry", "shown"), [("exact", 1900000001), ("day", 1899936000), ("string", "1900000001"), ("missing", None)]
)
def test_expiry_forms(simulator, api, authority, expiry, shown):
    end = datetime.datetime.fromtimestamp(1900000001, datetime.timezone.utc)
    simulator.seed([with_installed(resource(1, "a.example"), authority.issue(["a.example"], not_after=end))])
    simulator.settings(expiry=expiry)
    for answer in (api.get(1).data, api.call().data[0]):
        assert answer.get("service_ssl_expire") == shown
        assert ("service_ssl_expire" in answer) is (expiry != "missing")


def test_secrets_are_echoed_on_demand_only(seeded, api):
    good = renewed(api.get(7).data, GOOD)
    bad = {**good, "service_ssl_crt": OTHER.full_chain_pem}
    silent = [api.put(7, good), api.put(7, bad), api.call(path="/nowhere")]
    seeded.settings(echo_secrets=True)
    loud = [api.put(7, good), api.put(7, bad)]
    key = GOOD.private_key_pem
    body = "".join(key.splitlines()[1:-1])
    forms = [body, base64.b64encode(key.encode()).decode(), body[:48] + "\\n", KEY]
    assert [reply.status for reply in loud] == [200, 400]
    assert all(form in reply.text for form in forms for reply in loud)
    assert not any(form in reply.text for form in forms for reply in silent)
    assert key in loud[1].data["message"]
    assert loud[0].data["service_ssl_key"] == key
