# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors
"""The CDN API: certificate objects, resources that use them, their edges, and what is in doubt."""

from __future__ import annotations

import pytest

from simulator.handle import cdn_resource, installation, rule, with_issued

EDGE = "127.0.0.13"
SSL, RESOURCES = "/cdn/sslData", "/cdn/resources"


@pytest.fixture
def issued(authority):
    return authority.issue(["shop.example", "www.shop.example"], days=40)


@pytest.fixture
def body(issued):
    return {"name": "mine", "sslCertificate": issued.full_chain_pem, "sslPrivateKey": issued.private_key_pem}


@pytest.fixture
def shop(simulator):
    """A resource with HTTPS, whose certificate is object 501, and one without."""
    names = cdn_resource(7, "shop.example", ["www.shop.example"])
    simulator.seed_cdn([with_issued(names, days=9), cdn_resource(8, "blog.example")])
    return simulator


def attach(api, object_id, number=7, enabled=True):
    return api.call("PATCH", f"{RESOURCES}/{number}", {"sslData": object_id, "sslEnabled": enabled})


def made(api, body):
    """Upload, and find what was made by its name, as the API may not tell."""
    assert api.call("POST", SSL, body).status == 201
    return next(each for each in api.call(path=SSL).data if each["name"] == body["name"])


def test_a_patch_changes_what_it_names_and_the_edges_follow(api, edges, shop, body, issued):
    before = api.call(path=f"{RESOURCES}/7").data
    mine = made(api, body)
    after = attach(api, mine["id"]).data
    assert {name for name in after if after[name] != before[name]} == {"sslData", "updated"}
    assert edges.fingerprint("www.shop.example", EDGE) == issued.fingerprint_sha256
    assert shop.cdn()["resources"]["7"]["served"] == issued.fingerprint_sha256
    detached = attach(api, None, enabled=False).data
    assert (detached["sslData"], detached["sslEnabled"]) == (None, False)
    assert edges.fingerprint("shop.example", EDGE) == edges.fingerprint("nobody.example", EDGE)


def test_an_object_tells_names_and_dates_and_no_certificate(api, shop, body):
    told = made(api, body)
    assert told["cert_subject_alt"] == "DNS:shop.example, DNS:www.shop.example"
    assert told["validity_not_after"].endswith("Z")
    assert (told["hasRelatedResources"], told["automated"], told["deleted"]) == (False, False, False)
    assert "BEGIN" not in api.call(path=SSL).text
    assert api.call(path=f"{SSL}/{told['id']}").data == told


@pytest.mark.parametrize(("setting", "deleted"), [("nothing", None), ("object", False), ("deleted", True)])
def test_what_an_upload_answers_is_in_doubt(api, shop, body, setting, deleted):
    shop.settings(cdn_created=setting)
    reply = api.call("POST", SSL, body)
    assert reply.status == 201
    assert (reply.data["deleted"] if reply.text else None) is deleted


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "certificate of shop.example"}, "name"),
        ({"sslCertificate": "nonsense"}, "sslCertificate"),
        ({"sslPrivateKey": "nonsense"}, "sslPrivateKey"),
        ({"validate_root_ca": True}, "sslCertificate"),
    ],
)
def test_a_bad_upload_is_refused_by_its_field(api, shop, body, changes, field):
    reply = api.call("POST", SSL, {**body, **changes})
    assert (reply.status, list(reply.data["errors"])) == (400, [field])
    assert len(shop.cdn()["objects"]) == 1


@pytest.mark.parametrize(
    ("number", "change", "field"),
    [(8, {"sslEnabled": True}, "sslData"), (8, {"sslData": 999}, "sslData"), (9, {"sslData": 501}, "sslData")],
)
def test_a_bad_patch_is_refused(api, shop, number, change, field):
    shop.seed_cdn([cdn_resource(9, "old.example", full_custom_enabled=False)])
    reply = api.call("PATCH", f"{RESOURCES}/{number}", change)
    assert (reply.status, list(reply.data["errors"])) == (400, [field])


def test_a_plan_may_lack_uploads_and_an_installation_the_usage(api, shop, body):
    shop.settings(cdn_upload_forbidden=True, cdn_usage=False)
    assert api.call("POST", SSL, body).status == 403
    assert api.call(path=f"{SSL}/501/usage").status == 404


def test_an_object_in_use_stays(api, shop, body):
    assert [each["id"] for each in api.call(path=f"{SSL}/501/usage").data["resources"]] == [7]
    assert api.call("DELETE", f"{SSL}/501").status == 400
    shop.edit_cdn(8, resource={"proxy_ssl_data": 501})
    attach(api, made(api, body)["id"])
    assert api.call("DELETE", f"{SSL}/501").status == 400
    shop.edit_cdn(8, resource={"proxy_ssl_data": None})
    assert api.call("DELETE", f"{SSL}/501").status == 204
    assert list(shop.cdn()["objects"]) == ["502"]


def test_a_put_changes_an_object_for_all_that_use_it(api, edges, shop, body, issued):
    attach(api, 501, 8)
    assert api.call("PUT", f"{SSL}/501", body).status == 200
    assert {edges.fingerprint(name, EDGE) for name in ("shop.example", "blog.example")} == {issued.fingerprint_sha256}


@pytest.mark.parametrize("path", [SSL, RESOURCES])
def test_a_list_is_bare_or_a_page(api, shop, body, path):
    made(api, body)
    everything = api.call(path=path).data
    page = api.call(path=f"{path}?limit=1&offset=1").data
    assert (page["count"], page["next"], page["results"]) == (2, None, everything[1:])
    assert api.call(path=f"{path}?limit=1").data["next"]
    assert api.call(path=f"{path}?limit=1001").status == 400


def test_lists_are_filtered(api, shop, body):
    mine = made(api, body)["id"]
    found = {
        query: [each["id"] for each in api.call(path=f"{path}?{query}").data]
        for path, query in (
            (RESOURCES, "sslData=501"),
            (RESOURCES, "cname=blog.example"),
            (SSL, "resource_id=7"),
            (SSL, "automated=true"),
            (SSL, "automated=false"),
        )
    }
    assert list(found.values()) == [[7], [8], [501], [], [501, mine]]


def test_lets_encrypt_is_issued_later_and_revoked_when_taken_off(api, shop, body):
    assert api.call("POST", SSL, {"name": "le", "automated": True}).status == 201
    assert api.call(path=f"{SSL}/502").data["validity_not_after"] is None
    assert api.call(path=f"{SSL}/502/status").data["active"] is True
    attach(api, 502, 8)
    attach(api, None, 8, enabled=False)
    assert api.call(path=f"{SSL}/502").status == 404


def test_faults_strike_the_new_calls_too(api, shop, body):
    shop.faults([rule("500_after", call="ssl_create", times=1), rule("not_stored", call="cdn_patch")])
    assert api.call("POST", SSL, body).status == 500
    assert [each["name"] for each in shop.cdn()["objects"].values()][-1] == "mine"
    assert attach(api, 502).status == 200
    assert api.call(path=f"{RESOURCES}/7").data["sslData"] == 501
    shop.faults([rule({"kind": "outside_edit", "resource": {"name": "renamed"}}, call="cdn_patch")])
    attach(api, 502)
    assert shop.cdn()["resources"]["7"]["resource"]["name"] == "renamed"


def test_the_journal_knows_each_call_and_no_key(api, shop, body):
    made(api, body)
    attach(api, 502)
    calls = [(entry["call"], entry["resource_id"], entry["took_effect"]) for entry in shop.journal()]
    assert calls == [("ssl_create", None, True), ("ssl_list", None, False), ("cdn_patch", 7, True)]
    assert "PRIVATE" not in str([entry["body"] for entry in shop.journal() if entry["call"] != "ssl_create"])
    assert set(shop.journal("ssl_create")[0]["body"]["sslPrivateKey"]) == {"sha256", "spki_sha256", "label"}


def test_a_reset_brings_everything_back(api, shop):
    shop.reset()
    assert shop.cdn() == {"resources": {}, "objects": {}}
    assert api.call(path="/cdn/clients/me").data["cname"] == EDGE


def test_somebody_elses_certificate(api, edges, shop, issued):
    shop.edit_cdn(7, install=installation(issued))
    assert edges.fingerprint("shop.example", EDGE) == issued.fingerprint_sha256
    shop.cdn_edge(7, "frozen")
    attach(api, 501)
    assert edges.fingerprint("shop.example", EDGE) == issued.fingerprint_sha256
