# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors
"""The API: who may call it, the shapes of its answers, and what a PUT does."""

from __future__ import annotations

import base64
import datetime

import pytest

from simulator.authority import Authority
from simulator.handle import ODD_FIELDS, resource, with_installed, with_issued
from simulator.settings import DEFAULT_API_KEY, DEFAULT_BEARER_TOKEN

KEY = DEFAULT_API_KEY
TOKEN = DEFAULT_BEARER_TOKEN
NOT_PROVIDED = "Authentication credentials were not provided."


@pytest.fixture
def seeded(simulator):
    simulator.seed([resource(7, "shop.example", ["www.shop.example"], **ODD_FIELDS)], issue={"days": 30})
    return simulator


@pytest.mark.parametrize(
    "authorization",
    [f"APIKey {KEY}", f"apikey {KEY}", f"APIKEY {KEY}", f"Bearer {TOKEN}", f"bearer {TOKEN}"],
)
def test_good_tokens(api, authorization):
    assert api.call("GET", "/security/resources", authorization=authorization).status == 200


@pytest.mark.parametrize(
    ("authorization", "message"),
    [
        (None, NOT_PROVIDED),
        ("APIKey", NOT_PROVIDED),
        (f"Token {KEY}", NOT_PROVIDED),
        (KEY, NOT_PROVIDED),
        (f"APIKey {KEY.partition('$')[0]}", f"Bad permanent token: {KEY.partition('$')[0]}"),
        ("APIKey nonsense", "Bad permanent token: nonsense"),
        ("APIKey 1$wrong", "Token is invalid or expired"),
        ("Bearer wrong", "Token is invalid or expired"),
        (f"Bearer {KEY}", "Given token not valid for any token type"),
        (f"APIKey {TOKEN}", "Given token not valid for any token type"),
    ],
)
def test_bad_tokens(api, authorization, message):
    reply = api.call("GET", "/security/resources", authorization=authorization)
    assert (reply.status, reply.data["message"]) == (401, message)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/security/resources/99", 404),
        ("GET", "/security/resources/", 404),
        ("GET", "/security/resources/abc", 404),
        ("GET", "//security/resources", 404),
        ("GET", "/", 404),
        ("PUT", "/security/resources", 405),
        ("POST", "/security/resources", 405),
        ("PATCH", "/security/resources/7", 405),
        ("DELETE", "/security/resources/7", 405),
    ],
)
def test_unknown_paths_and_methods(seeded, api, method, path, status):
    reply = api.call(method, path, {} if method in ("PUT", "POST", "PATCH") else None)
    assert reply.status == status
    assert seeded.resource(7)["resource"]["name"] == "shop.example"


def test_errors_carry_a_request_id_of_their_own(api):
    replies = [api.get(99) for _unused in range(2)]
    assert all(reply.data["exception_class"] == "NotFoundError" for reply in replies)
    assert all(reply.data["request_id"] == reply.headers["X-Request-Id"] for reply in replies)
    assert replies[0].data["request_id"] != replies[1].data["request_id"]


@pytest.mark.parametrize(
    ("shape", "paged", "wrapped"),
    [
        ("bare", False, False),
        ("wrapped", False, True),
        ("paged", True, False),
        ("paged_wrapped", True, True),
    ],
)
def test_shapes(seeded, api, authority, renewed, shape, paged, wrapped):
    seeded.settings(shape=shape)
    listed, read = api.call("GET", "/security/resources").data, api.get(7).data
    one = read["resource"] if wrapped else read
    assert (listed["results"] if paged else listed) == [one]
    assert not paged or listed["count"] == 1
    written = api.put(7, renewed(one, authority.issue(["shop.example"]))).data
    assert (written["resource"] if wrapped else written)["id"] == 7


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("", [1, 2, 3]),
        ("?limit=2", [1, 2]),
        ("?limit=2&offset=2", [3, 4]),
        ("?offset=4", [5]),
        ("?offset=9", []),
        ("?limit=5000", [1, 2, 3, 4, 5]),
    ],
)
def test_pages(simulator, api, query, ids):
    simulator.seed([resource(number, f"s{number}.example") for number in (5, 4, 3, 2, 1)])
    simulator.settings(shape="paged", page_size=3)
    page = api.call("GET", f"/security/resources{query}").data
    assert page["count"] == 5
    assert [each["id"] for each in page["results"]] == ids


def test_a_page_has_a_thousand_at_most(simulator, api):
    simulator.seed([resource(number, f"s{number}.example") for number in range(1, 1003)])
    simulator.settings(shape="paged", page_size=5000)
    for query in ("", "?limit=5000"):
        assert len(api.call("GET", f"/security/resources{query}").data["results"]) == 1000


def test_a_page_needs_numbers(simulator, api):
    reply = api.call("GET", "/security/resources?limit=many")
    assert (reply.status, list(reply.data["invalid_fields"])) == (400, ["limit"])


def test_put_of_what_was_read_changes_the_certificate_only(seeded, api, authority, renewed):
    before = api.get(7).data
    issued = authority.issue(["shop.example"], days=88)
    assert api.put(7, renewed(before, issued)).status == 200
    after = api.get(7).data
    changed = {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
    assert changed == {"updated", "service_ssl_expire"}
    assert after["service_ssl_expire"] == int(issued.not_after.timestamp())
    installed = seeded.resource(7)["installed"]
    assert installed["fingerprint_sha256"] == issued.fingerprint_sha256
    assert installed["key_fingerprint_sha256"] == issued.key_fingerprint_sha256
    assert installed["not_after"] == issued.not_after.strftime("%Y-%m-%dT%H:%M:%SZ")
    assert len(installed["chain_fingerprints_sha256"]) == 1


def test_put_resets_what_it_leaves_out(seeded, api, authority, renewed):
    before = api.get(7).data
    api.put(7, renewed({"name": "shop.example"}, authority.issue(["shop.example"])))
    after = api.get(7).data
    read_only = ("id", "enabled", "client", "created", "status", "service_ip")
    assert {name: after[name] for name in read_only} == {name: before[name] for name in read_only}
    lists = ("aliases", "origins", "rate_limier_rules", "whitelists", "blacklists")
    assert all(after[name] == [] for name in lists)
    assert (after["active"], after["is_waf_enabled"]) == (False, False)
    assert (after["service_http2"], after["service_geoip_mode"]) == (0, 0)
    assert (after["service_geoip_list"], after["service_waf"]) == ("", "")
    assert not ODD_FIELDS.keys() & after.keys()


@pytest.mark.parametrize("name", [*ODD_FIELDS, "whitelists", "service_waf", "is_waf_enabled"])
def test_put_without_one_field_loses_that_one(seeded, api, authority, renewed, name):
    before = api.get(7).data
    body = renewed(before, authority.issue(["shop.example"]))
    del body[name]
    api.put(7, body)
    after = api.get(7).data
    changed = {each for each in before.keys() | after.keys() if before.get(each, "-") != after.get(each, "-")}
    assert changed == {name, "updated", "service_ssl_expire"}


def test_put_ignores_read_only_fields(seeded, api, authority, renewed):
    before = api.get(7).data
    read_only = ("id", "enabled", "created", "updated", "status", "client", "service_ip", "service_ssl_expire")
    api.put(7, renewed(before, authority.issue(["shop.example"]), **dict.fromkeys(read_only, "forged")))
    after = api.get(7).data
    assert "forged" not in after.values()


def test_put_without_ssl_type_turns_https_off(seeded, api):
    body = api.get(7).data
    del body["ssl_type"]
    assert api.put(7, body).status == 200
    after = api.get(7).data
    assert (after["ssl_type"], after["service_ssl_expire"]) == (None, 0)
    assert seeded.resource(7)["installed"] is None


def test_updated_grows_with_each_write(seeded, api):
    body = {**api.get(7).data, "ssl_type": None}
    stamps = [api.put(7, body).data["updated"] for _unused in range(20)]
    assert stamps == sorted(set(stamps))
    assert datetime.datetime.fromisoformat(stamps[0]).tzinfo is not None


def test_odd_fields_come_back_as_they_are(seeded, api):
    shown = api.get(7).data
    assert {name: shown[name] for name in ODD_FIELDS} == ODD_FIELDS
    assert len(ODD_FIELDS) == 20


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
    assert state["installed"] is None
    assert served is not None
    assert state["served"] == served


OTHER = Authority("Other CA").issue(["shop.example"])
GOOD = Authority("Good CA").intermediate().issue(["shop.example"])
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
def test_put_refuses_bad_certificates(seeded, api, renewed, changes, field):
    before = seeded.resource(7)
    reply = api.put(7, {**renewed(before["resource"], GOOD), **changes})
    assert (reply.status, reply.data["exception_class"]) == (400, "ValidationError")
    assert list(reply.data["invalid_fields"]) == [field]
    assert seeded.resource(7) == before


def test_put_accepts_the_good_one_with_and_without_root(seeded, api, renewed):
    before = api.get(7).data
    for chain in (GOOD.full_chain_pem, GOOD.full_chain_pem + GOOD.root_pem, GOOD.certificate_pem):
        assert api.put(7, renewed(before, GOOD, service_ssl_crt=chain)).status == 200


def test_put_accepts_sha1(seeded, api, renewed):
    old = Authority(key_type="rsa").intermediate(key_type="rsa").issue(["shop.example"], hash_algorithm="sha1")
    assert api.put(7, renewed(api.get(7).data, old)).status == 200


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"text"', b'{"name": NaN}'])
def test_put_needs_an_object(seeded, api, body):
    before = seeded.resource(7)
    assert api.put(7, body).status == 400
    assert seeded.resource(7) == before


@pytest.mark.parametrize(
    "aliases", [None, "text", 5, ["text"], [{}], [{"alias_data": None}], [{"alias_data": "x" * 80}]]
)
def test_put_stores_odd_aliases(seeded, api, aliases):
    body = {**api.get(7).data, "ssl_type": None, "aliases": aliases}
    assert api.put(7, body).status == 200
    assert api.get(7).data["aliases"] == aliases


@pytest.mark.parametrize(
    ("expiry", "shown"),
    [
        ("exact", 1900000001),
        ("day", 1899936000),
        ("zero", 0),
        ("string", "1900000001"),
        ("missing", None),
    ],
)
def test_expiry_forms(simulator, api, authority, expiry, shown):
    end = datetime.datetime.fromtimestamp(1900000001, datetime.timezone.utc)
    simulator.seed([with_installed(resource(1, "a.example"), authority.issue(["a.example"], not_after=end))])
    simulator.settings(expiry=expiry)
    for answer in (api.get(1).data, api.call("GET", "/security/resources").data[0]):
        assert answer.get("service_ssl_expire") == shown
        assert ("service_ssl_expire" in answer) is (expiry != "missing")


def test_ssl_type_may_be_missing(seeded, api):
    assert api.get(7).data["ssl_type"] == "custom"
    seeded.settings(ssl_type_visible=False)
    assert "ssl_type" not in api.get(7).data
    assert "ssl_type" not in api.call("GET", "/security/resources").data[0]


def test_certificate_is_returned_on_demand_only(seeded, api):
    seeded.seed([with_installed(resource(7, "shop.example"), GOOD)])
    assert "service_ssl_crt" not in api.get(7).data
    seeded.settings(return_certificate=True)
    shown = api.get(7).data
    assert shown["service_ssl_crt"] == GOOD.full_chain_pem
    assert "service_ssl_key" not in shown


def test_secrets_are_echoed_on_demand_only(seeded, api, renewed):
    good = renewed(api.get(7).data, GOOD)
    bad = {**good, "service_ssl_crt": OTHER.full_chain_pem}
    silent = [api.put(7, good), api.put(7, bad), api.call("GET", "/nowhere")]
    seeded.settings(echo_secrets=True)
    loud = [api.put(7, good), api.put(7, bad)]
    key = GOOD.private_key_pem
    body = "".join(key.splitlines()[1:-1])
    forms = [body, base64.b64encode(key.encode()).decode(), body[:48] + "\\n", KEY]
    assert [reply.status for reply in loud] == [200, 400]
    for reply in loud:
        assert all(form in reply.text for form in forms)
    for reply in silent:
        assert not any(form in reply.text for form in forms)
    assert key in loud[1].data["message"]
    assert loud[0].data["service_ssl_key"] == key


def test_latency_holds_back_the_answer(simulator, api):
    simulator.settings(latency=0.2)
    api.call("GET", "/security/resources")
    entry = simulator.journal()[-1]
    assert 0.2 <= entry["end"] - entry["start"] < 5


def test_rate_limit(simulator, api):
    simulator.settings(rate_limit={"rate": 0.5, "burst": 3})
    replies = [api.call("GET", "/security/resources") for _unused in range(5)]
    assert [reply.status for reply in replies] == [200, 200, 200, 429, 429]
    assert replies[3].headers["Retry-After"] == "2"
    assert replies[3].data["exception_class"] == "TooManyRequestsError"


def test_rate_limit_fills_up_again(simulator, api, until):
    simulator.settings(rate_limit={"rate": 20, "burst": 1})
    assert api.call("GET", "/security/resources").status == 200
    until(lambda: api.call("GET", "/security/resources").status == 200)
    assert len([entry for entry in simulator.journal() if entry["status"] == 200]) == 2
