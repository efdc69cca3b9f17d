# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors
"""The CDN API: certificate objects, resources that use them, their edges, and what is in doubt."""

from __future__ import annotations

import contextlib
import datetime
import http.client
import os
from pathlib import Path

import pytest

from checks.openapi import OpenApi
from simulator.faults import FAULTS
from simulator.handle import SimulatorError, cdn_resource, deleted_stub, installation, rule, with_issued

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


@pytest.mark.parametrize(
    ("form", "names"),
    [
        ("prefixed", "DNS:shop.example, DNS:www.shop.example"),
        ("plain", "shop.example,www.shop.example"),
        ("unreadable", "[2]"),
        ("missing", None),
    ],
)
def test_an_object_tells_names_and_dates_and_no_certificate(api, shop, body, form, names):
    shop.settings(cdn_record=form)
    told = made(api, body)
    assert told.get("cert_subject_alt") == names
    assert told.get("validity_not_after", "?").endswith("Z") is (form in ("prefixed", "plain"))
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
        ({"name": 5}, "name"),
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
    [
        (8, {"sslEnabled": True}, "sslData"),
        (8, {"sslData": 999, "sslEnabled": True}, "sslData"),
        (8, {"sslData": 501}, "sslData"),
        (7, {"sslEnabled": False}, "sslData"),
        (9, {"description": "mine"}, "resource"),
        (10, {"sslData": 501, "sslEnabled": True}, "enabled"),
        (11, {"sslData": 501, "sslEnabled": True}, "sslData"),
    ],
)
def test_a_bad_patch_is_refused(api, shop, number, change, field):
    custom, disabled = ({"full_custom_enabled": True}, {"enabled": False})
    shop.seed_cdn([cdn_resource(9, "old.example", **custom), cdn_resource(10, "off.example", **disabled)])
    shop.seed_cdn([{"resource": cdn_resource(11, "le.example"), "automated": True}])
    reply = api.call("PATCH", f"{RESOURCES}/{number}", change)
    assert (reply.status, list(reply.data["errors"])) == (400, [field])


def test_of_a_custom_configuration_the_certificate_may_be_changed(api, shop):
    shop.seed_cdn([cdn_resource(9, "old.example", full_custom_enabled=True)])
    assert attach(api, 501, 9).status == 200


def test_what_was_deleted_is_a_stub(api, shop):
    shop.seed_cdn([deleted_stub(9, "gone.example")])
    assert api.call(path=f"{RESOURCES}/9").data["status"] == "deleted"
    assert attach(api, 501, 9).status == 404
    assert [each["id"] for each in api.call(path=f"{RESOURCES}?deleted=false&limit=5").data["results"]] == [7, 8]


@pytest.mark.parametrize("gone", [{"suspended": True}, {"active": False}, {"deleted": True}])
def test_an_edge_speaks_for_what_is_delivered(api, edges, shop, gone):
    own, default = edges.fingerprint("shop.example", EDGE), edges.fingerprint("nobody.example", EDGE)
    assert own != default
    shop.edit_cdn(7, resource=gone)
    assert edges.fingerprint("shop.example", EDGE) == default


def test_an_edge_may_not_speak_for_a_name_yet(api, edges, shop, body, issued):
    shop.cdn_edge(7, "default")
    attach(api, made(api, body)["id"])
    assert edges.fingerprint("shop.example", EDGE) == edges.fingerprint("nobody.example", EDGE)
    shop.cdn_edge(7, "follow")
    assert edges.fingerprint("shop.example", EDGE) == issued.fingerprint_sha256


@pytest.mark.parametrize(
    ("shape", "refused", "denied"),
    [
        ("fields", {"errors": {"name": ["This field is required."]}}, None),
        ("list", ["name: This field is required."], ["You do not have permission to perform this action."]),
        ("object", None, None),
    ],
)
def test_an_error_has_one_of_three_shapes(api, shop, body, shape, refused, denied):
    shop.settings(cdn_errors=shape, cdn_client_forbidden=True)
    nameless, forbidden = api.call("POST", SSL, {**body, "name": ""}), api.call(path="/cdn/clients/me")
    assert (nameless.status, forbidden.status) == (400, 403)
    assert refused in (None, nameless.data)
    assert forbidden.data == (denied or {**forbidden.data, "exception_class": "PermissionDeniedError"})
    if shape == "object":
        assert nameless.data["invalid_fields"] == {"name": ["This field is required."]}
    assert api.call(path="/security/resources/99").data["exception_class"] == "NotFoundError"


def test_a_plan_may_lack_uploads_and_an_installation_the_usage(api, shop, body):
    shop.settings(cdn_upload_forbidden=True, cdn_usage=False)
    assert api.call("POST", SSL, body).status == 403
    assert api.call(path=f"{SSL}/501/usage").status == 404


def test_an_object_in_use_stays(api, shop, body):
    assert [each["id"] for each in api.call(path=f"{SSL}/501/usage").data["resources"]] == [7]
    assert api.call("DELETE", f"{SSL}/501").status == 400
    shop.edit_cdn(8, resource={"proxy_ssl_data": 501})
    attach(api, made(api, body)["id"])
    assert api.call(path=f"{SSL}/501").data["hasRelatedResources"] is False
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
    following = api.call(path=f"{path}?limit=1").data["next"]
    assert api.call(path=following.removeprefix(shop.api_url)).data == page
    assert [api.call(path=f"{path}?{bad}").status for bad in ("limit=1001", "limit=0", "limit=x")] == [400] * 3


def test_lists_are_filtered(api, shop, body):
    mine = made(api, body)["id"]
    found = {
        query: [each["id"] for each in api.call(path=f"{path}?{query}").data]
        for path, query in (
            (RESOURCES, "sslData=501"),
            (RESOURCES, "sslData_in=500,501"),
            (RESOURCES, "cname=blog.example"),
            (RESOURCES, "secondaryHostnames=www.shop.example"),
            (RESOURCES, "sslEnabled=false"),
            (RESOURCES, "name=cdn%208&whatever=5"),
            (SSL, "resource_id=7"),
            (SSL, "automated=true"),
            (SSL, "automated=false"),
            (SSL, f"validity_not_after_lte={in_days(20)}"),
        )
    }
    assert list(found.values()) == [[7], [7], [8], [7], [8], [8], [501], [], [501, mine], [501]]


def in_days(days):
    moment = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def test_lets_encrypt_is_issued_later_and_revoked_when_taken_off(api, shop, body):
    assert api.call("POST", SSL, {"name": "le", "automated": True}).status == 201
    assert api.call(path=f"{SSL}/502").data["validity_not_after"] is None
    assert api.call(path=f"{SSL}/502/status").data["active"] is True
    attach(api, 502, 8)
    assert attach(api, 501, 8).data["errors"]["sslData"]
    shop.seed_cdn([{"resource": cdn_resource(9, "le.example"), "automated": True, "issue": {"lets_encrypt": True}}])
    assert api.call(path=f"{SSL}/503").data["validity_not_after"]
    attach(api, None, 9, enabled=False)
    assert api.call(path=f"{SSL}/503").data["validity_not_after"] is None


def test_faults_strike_the_new_calls_too(api, shop, body):
    shop.faults([rule("500_after", call="ssl_create", times=1), rule("not_stored", call="cdn_patch")])
    assert api.call("POST", SSL, body).status == 500
    assert [each["name"] for each in shop.cdn()["objects"].values()][-1] == "mine"
    assert attach(api, 502).status == 200
    assert api.call(path=f"{RESOURCES}/7").data["sslData"] == 501
    shop.faults([rule({"kind": "outside_edit", "resource": {"name": "renamed"}}, call="cdn_patch")])
    attach(api, 502)
    assert shop.cdn()["resources"]["7"]["resource"]["name"] == "renamed"


SENT = {
    "cdn_list": ("GET", RESOURCES),
    "cdn_get": ("GET", f"{RESOURCES}/7"),
    "cdn_patch": ("PATCH", f"{RESOURCES}/7"),
    "ssl_list": ("GET", SSL),
    "ssl_create": ("POST", SSL),
    "ssl_get": ("GET", f"{SSL}/501"),
    "ssl_delete": ("DELETE", f"{SSL}/501"),
    "ssl_usage": ("GET", f"{SSL}/501/usage"),
    "cdn_client": ("GET", "/cdn/clients/me"),
}
LOST = {
    "cut": (http.client.HTTPException, OSError),
    "cut_body": (http.client.HTTPException, OSError),
    "hang": TimeoutError,
}


@pytest.mark.parametrize("name", FAULTS)
def test_each_fault_strikes_each_new_call(api, shop, body, name):
    kind = FAULTS[name]["kind"]
    fault = {**FAULTS[name], "setting": "options"} if kind == "drop_setting" else name
    only = {"drop_setting": ("cdn_patch",), "not_stored": ("cdn_patch", "ssl_create", "ssl_delete")}
    for call in only.get(kind, SENT):
        shop.faults([rule(fault, call=call)])
        sent = {"cdn_patch": {"sslData": 501, "sslEnabled": True}, "ssl_create": {**body, "name": name + call}}
        with pytest.raises(LOST[kind]) if kind in LOST else contextlib.nullcontext():
            reply = api.call(*SENT[call], sent.get(call), timeout=0.2 if kind == "hang" else 10)
            assert reply.status == FAULTS[name].get("status", reply.status)
        assert [entry["fault"] for entry in shop.journal(call)][-1:] == [kind]


def test_somebody_else_is_quicker(api, shop, body, issued):
    """With an object of the same name, and with a deletion."""
    named = {"kind": "outside_edit", "object": {"name": "mine"}, "install": installation(issued)}
    shop.faults([rule(named, call="ssl_create")])
    assert api.call("POST", SSL, body).data["errors"]["name"]
    shop.faults([rule({"kind": "outside_edit", "resource_id": 7, "remove": 502}, call="cdn_patch")])
    assert attach(api, 502).data["errors"]["sslData"]
    with pytest.raises(SimulatorError, match="unknown parts"):
        shop.edit_cdn(7, delete=502)


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


@pytest.mark.skipif("CDN_OPENAPI" not in os.environ, reason="CDN_OPENAPI names no copy of the vendor's OpenAPI file")
def test_what_it_answers_is_what_the_vendor_describes(api, shop, body):
    vendor = OpenApi.read(Path(os.environ["CDN_OPENAPI"]))
    shop.seed_cdn([deleted_stub(9, "gone.example")])
    shop.settings(cdn_created="object")
    issued = {"resource": cdn_resource(10, "le.example"), "automated": True, "issue": {"lets_encrypt": True}}
    shop.seed_cdn([issued])
    more = [("GET", f"{SSL}?limit=1"), ("GET", f"{RESOURCES}?limit=2"), ("GET", f"{SSL}/502/status")]
    sent = {"cdn_patch": {"sslData": 501, "sslEnabled": True}, "ssl_create": body}
    for name, (method, path) in [*SENT.items(), *((each[1], each) for each in more)]:
        reply = api.call(method, path, sent.get(name))
        answered = reply.data if reply.text else None
        said = vendor.of_answer(method, path.partition("?")[0], reply.status, answered)
        assert said == [], f"{method} {path}"
