# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors
"""The API: who may call it, the shapes of its answers, and what a PUT does."""

from __future__ import annotations

import base64
import datetime

import pytest

from simulator.authority import Authority
from simulator.handle import ODD_FIELDS, resource, with_installed, with_issued
from simulator.settings import DEFAULT_API_KEY as KEY
from simulator.settings import DEFAULT_BEARER_TOKEN as TOKEN
from unit.simulator.clients import LIST, changed, renewed

NOT_PROVIDED = "Authentication credentials were not provided."
INVALID = "Token is invalid or expired"
WRONG_TYPE = "Given token not valid for any token type"
READ_ONLY = ("id", "enabled", "created", "updated", "status", "client", "service_ip", "service_ssl_expire")

OTHER = Authority("Other CA").issue(["shop.example"])
GOOD = Authority("Good CA").intermediate().issue(["shop.example"])
SHA1 = Authority(key_type="rsa").intermediate(key_type="rsa").issue(["shop.example"], hash_algorithm="sha1")


@pytest.fixture
def seeded(simulator):
    simulator.seed([resource(7, "shop.example", ["www.shop.example"], **ODD_FIELDS)], issue={"days": 30})
    return simulator


@pytest.mark.parametrize(
    ("authorization", "message"),
    [
        (f"APIKey {KEY}", ""),
        (f"apikey {KEY}", ""),
        (f"Bearer {TOKEN}", ""),
        (f"BEARER {TOKEN}", ""),
        (None, NOT_PROVIDED),
        ("APIKey", NOT_PROVIDED),
        (f"Token {KEY}", NOT_PROVIDED),
        (KEY, NOT_PROVIDED),
        (f"APIKey {KEY.partition('$')[0]}", f"Bad permanent token: {KEY.partition('$')[0]}"),
        ("APIKey nonsense", "Bad permanent token: nonsense"),
        ("APIKey 1$wrong", INVALID),
        ("Bearer wrong", INVALID),
        (f"Bearer {KEY}", WRONG_TYPE),
        (f"APIKey {TOKEN}", WRONG_TYPE),
    ],
)
def test_tokens(api, authorization, message):
    reply = api.call(authorization=authorization)
    assert (reply.status, message and reply.data["message"]) == (401 if message else 200, message)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", f"{LIST}/99", 404),
        ("GET", f"{LIST}/", 404),
        ("GET", f"{LIST}/abc", 404),
        ("GET", f"/{LIST}", 404),
        ("GET", "/", 404),
        ("PUT", LIST, 405),
        ("POST", LIST, 405),
        ("PATCH", f"{LIST}/7", 405),
        ("DELETE", f"{LIST}/7", 405),
    ],
)
def test_unknown_paths_and_methods(seeded, api, method, path, status):
    assert api.call(method, path, None if method in ("GET", "DELETE") else {}).status == status
    assert seeded.resource(7)["resource"]["name"] == "shop.example"


@pytest.mark.parametrize("shape", ["bare", "wrapped", "paged", "paged_wrapped"])
def test_shapes(seeded, api, shape):
    seeded.settings(shape=shape)
    listed, read = api.call().data, api.get(7).data
    one = read["resource"] if "wrapped" in shape else read
    assert listed == ({"count": 1, "results": [one]} if "paged" in shape else [one])
    written = api.put(7, renewed(one, GOOD)).data
    assert (written["resource"] if "wrapped" in shape else written)["id"] == 7


def test_pages(simulator, api):
    simulator.seed([resource(number, f"s{number}.example") for number in range(1002, 0, -1)])
    simulator.settings(shape="paged", page_size=3)

    def ids(query):
        page = api.call(path=f"{LIST}?{query}").data
        assert page["count"] == 1002
        return [each["id"] for each in page["results"]]

    assert (ids(""), ids("limit=2"), ids("limit=2&offset=2")) == ([1, 2, 3], [1, 2], [3, 4])
    assert (ids("offset=1001"), ids("offset=1009")) == ([1002], [])
    assert len(ids("limit=5000")) == 1000
    simulator.settings(page_size=5000)
    assert len(ids("")) == 1000


def test_a_page_needs_numbers(simulator, api):
    reply = api.call(path=f"{LIST}?limit=many")
    assert (reply.status, list(reply.data["invalid_fields"])) == (400, ["limit"])


def test_put_of_what_was_read_changes_the_certificate_only(seeded, api):
    before = api.get(7).data
    assert len(ODD_FIELDS) == 20
    assert {name: before[name] for name in ODD_FIELDS} == ODD_FIELDS
    assert api.put(7, renewed(before, GOOD)).status == 200
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
    api.put(7, renewed({"name": "shop.example"}, GOOD))
    after = api.get(7).data
    kept = set(READ_ONLY) - {"updated", "service_ssl_expire"}
    assert {name: after[name] for name in kept} == {name: before[name] for name in kept}
    lists = ("aliases", "origins", "rate_limier_rules", "whitelists", "blacklists")
    assert all(after[name] == [] for name in lists)
    assert (after["active"], after["is_waf_enabled"]) == (False, False)
    assert (after["service_http2"], after["service_geoip_mode"]) == (0, 0)
    assert (after["service_geoip_list"], after["service_waf"]) == ("", "")
    assert not ODD_FIELDS.keys() & after.keys()


def test_put_ignores_read_only_fields(seeded, api):
    api.put(7, renewed(api.get(7).data, GOOD, **dict.fromkeys(READ_ONLY, "forged")))
    assert "forged" not in api.get(7).data.values()


def test_put_without_ssl_type_turns_https_off(seeded, api):
    body = api.get(7).data
    del body["ssl_type"]
    assert api.put(7, body).status == 200
    after = api.get(7).data
    assert (after["ssl_type"], after["service_ssl_expire"]) == (None, 0)
    assert seeded.resource(7)["installed"] is None


def test_lets_encrypt_is_issued_by_the_service(simulator, api):
    simulator.seed([resource(1, "le.example")])
    body = {**api.get(1).data, "ssl_type": "le"}
    assert api.put(1, body).data["ssl_type"] == "le"
    first = simulator.resource(1)["installed"]
    ninety = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=90)
    assert abs(first["expire"] - ninety.timestamp()) < 60
    api.put(1, body)
    assert simulator.resource(1)["installed"] == first


def test_lets_encrypt_switched_off_stays_served(simulator, api):
    simulator.seed([with_issued(resource(1, "le.example"), lets_encrypt=True)])
    served = simulator.resource(1)["served"]
    api.put(1, {**api.get(1).data, "ssl_type": None})
    state = simulator.resource(1)
    assert (served is not None, state["served"], state["installed"]) == (True, served, None)


BAD = [
    ({"service_ssl_crt": None}, "service_ssl_crt"),
    ({"service_ssl_crt": ""}, "service_ssl_crt"),
    ({"service_ssl_crt": 5}, "service_ssl_crt"),
    ({"service_ssl_crt": "nonsense"}, "service_ssl_crt"),
    ({"service_ssl_crt": GOOD.full_chain_pem + GOOD.private_key_pem}, "service_ssl_crt"),
    ({"service_ssl_crt": GOOD.certificate_pem + OTHER.root_pem}, "service_ssl_crt"),
    ({"service_ssl_crt": GOOD.chain_pem + GOOD.certificate_pem}, "service_ssl_key"),
    ({"service_ssl_key": None}, "service_ssl_key"),
    ({"service_ssl_key": "nonsense"}, "service_ssl_key"),
    ({"service_ssl_key": OTHER.private_key_pem}, "service_ssl_key"),
    ({"service_ssl_key": GOOD.key_pem(passphrase="secret")}, "service_ssl_key"),
    ({"ssl_type": "other"}, "ssl_type"),
]


@pytest.mark.parametrize(("changes", "field"), BAD)
def test_put_refuses_bad_certificates(seeded, api, changes, field):
    before = seeded.resource(7)
    reply = api.put(7, {**renewed(before["resource"], GOOD), **changes})
    assert (reply.status, reply.data["exception_class"]) == (400, "ValidationError")
    assert list(reply.data["invalid_fields"]) == [field]
    assert seeded.resource(7) == before


def test_put_accepts_what_is_good_and_sha1(seeded, api):
    before = api.get(7).data
    for chain in (GOOD.full_chain_pem, GOOD.full_chain_pem + GOOD.root_pem, GOOD.certificate_pem):
        assert api.put(7, renewed(before, GOOD, service_ssl_crt=chain)).status == 200
    assert api.put(7, renewed(before, SHA1)).status == 200


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"text"', b'{"name": NaN}'])
def test_put_needs_an_object(seeded, api, body):
    before = seeded.resource(7)
    assert api.put(7, body).status == 400
    assert seeded.resource(7) == before


@pytest.mark.parametrize(
    "aliases", [None, "text", 5, ["text"], [{}], [{"alias_data": None}], [{"alias_data": "x" * 80}]]
)
def test_put_stores_odd_aliases(seeded, api, aliases):
    assert api.put(7, {**api.get(7).data, "ssl_type": None, "aliases": aliases}).status == 200
    assert api.get(7).data["aliases"] == aliases


@pytest.mark.parametrize(
    ("expiry", "shown"),
    [("exact", 1900000001), ("day", 1899936000), ("string", "1900000001"), ("missing", None)],
)
def test_expiry_forms(simulator, api, authority, expiry, shown):
    end = datetime.datetime.fromtimestamp(1900000001, datetime.timezone.utc)
    simulator.seed([with_installed(resource(1, "a.example"), authority.issue(["a.example"], not_after=end))])
    simulator.settings(expiry=expiry)
    for answer in (api.get(1).data, api.call().data[0]):
        assert answer.get("service_ssl_expire") == shown
        assert ("service_ssl_expire" in answer) is (expiry != "missing")


def test_what_is_shown_or_hidden_on_demand_only(seeded, api):
    seeded.seed([with_installed(resource(7, "shop.example"), GOOD)])
    before = api.get(7).data
    assert before["ssl_type"] == "custom"
    assert "service_ssl_crt" not in before
    seeded.settings(ssl_type_visible=False, return_certificate=True)
    for shown in (api.get(7).data, api.call().data[0]):
        assert shown["service_ssl_crt"] == GOOD.full_chain_pem
        assert not {"ssl_type", "service_ssl_key"} & shown.keys()


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
