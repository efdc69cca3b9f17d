# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext

import pytest

from ansible_collections.gcore.web_security.plugins.module_utils._errors import (
    ApiError,
    ConflictError,
    InputError,
    ResourceLookupError,
)
from ansible_collections.gcore.web_security.plugins.module_utils._gcore.account import check_products
from ansible_collections.gcore.web_security.plugins.module_utils._rotate.desired import HTTPS_OFF, CustomCertificate
from unit.plugins.cdn_account import EDGE, LIST, ME, OBJECTS, PATCH, POST, FakeCdn, cdn_json, lost, ours
from unit.plugins.fakes import DAY, NAME, NOW, FakeClock, answer, issued, key_pair, unix

NEW = issued(not_after=NOW + 90 * DAY)
OLD = issued(not_after=NOW + 9 * DAY)
CONTENT = CustomCertificate(key_pair(NEW))
USED = f"GET {OBJECTS}/%d/usage"


def product(api, **options):
    return api.account(**options).products["cdn"]


STATES = {
    # fields of a resource: what its state means, and a word of why
    "active": ({}, "", ""),
    "suspended": ({"suspended": True}, "left_alone", "suspended"),
    "suspended by its status": ({"status": "suspended"}, "left_alone", "suspended"),
    "switched off": ({"active": False}, "left_alone", "switched off"),
    "suspended and switched off": ({"active": False, "suspended": True}, "left_alone", "suspended"),
    "disabled": ({"enabled": False}, "refusal", "disabled"),
    "processed": ({"status": "processed"}, "refusal", "pending"),
    "of Streaming": ({"vp_enabled": True}, "only_if_named", "Streaming"),
    "with a configuration of its own": ({"full_custom_enabled": True}, "", ""),
    "told loosely": ({"active": "true", "enabled": 1, "suspended": 0, "vp_enabled": None}, "", ""),
}


@pytest.mark.parametrize(("fields", "meaning", "why"), STATES.values(), ids=STATES)
def test_what_each_state_means(fields, meaning, why):
    site = product(FakeCdn(cdn_json(**fields))).site(7)
    told = {name: getattr(site, name) for name in ("left_alone", "refusal", "only_if_named")}
    assert [name for name, words in told.items() if words] == ([meaning] if meaning else [])
    assert why in "".join(told.values())


@pytest.mark.parametrize("fields", [{"status": "deleted"}, {"deleted": True}])
def test_what_is_deleted_is_no_site(fields):
    api = FakeCdn(cdn_json(**fields), {"id": 8, "deleted": True, "cname": "x"}, cdn_json(9))
    assert [site.id for site in product(api).sites()] == [9]
    with pytest.raises(ResourceLookupError, match="cdn:7 is deleted"):
        product(api).site(7)


HTTPS = {
    # fields, whether Let's Encrypt's: how it has HTTPS, whether something of a certificate is told
    "own": ({}, False, "custom", True),
    "the vendor's": ({}, True, "le", True),
    "attached and off": ({"sslEnabled": False}, False, "", False),
    "on without one": ({"sslData": None}, False, "custom", False),
    "on with one that is gone": ({"sslData": 999}, False, "custom", False),
}


@pytest.mark.parametrize(("fields", "automated", "ssl_type", "is_told"), HTTPS.values(), ids=HTTPS)
def test_how_a_site_has_https(fields, automated, ssl_type, is_told):
    api = FakeCdn(cdn_json(secondaryHostnames=["m.example.com"]))
    api.add(OLD, to=7, automated=automated)
    api.resources[7].update(fields)
    site = product(api).site(7)
    assert (site.ssl_type, site.expires) == (ssl_type, unix(OLD.not_after) if is_told else None)
    assert (site.text, site.label(), site.service_ip) == ("cdn:7", f"resource cdn:7 ({NAME})", EDGE)
    assert [alias.name for alias in site.aliases] == ["m.example.com"]


def test_a_list_asks_for_pages_and_for_no_object_by_itself():
    api = FakeCdn(*(cdn_json(number) for number in range(1, 1202)))
    for number in range(1, 1202):
        api.add(OLD, to=number)
    sites = list(product(api).sites())
    assert len({site.certificate_id for site in sites}) == 1201
    paged = [f"{path}?limit=1000{more}" for path in (OBJECTS, "/cdn/resources") for more in ("", "&offset=1000")]
    assert sorted(api.calls) == sorted([f"GET {ME}", *(f"GET {path}" for path in paged)])


EDGES = {
    "the account's": ({}, None, EDGE, ""),
    "the task's": ({"edge_host": "192.0.2.9"}, None, "192.0.2.9", ""),
    "no right": ({}, answer(403, {"message": "Forbidden"}), "", "edge_host"),
    "none": ({}, answer(200, {"id": 1}), "", "no cname"),
}


@pytest.mark.parametrize(("options", "said", "address", "problem"), EDGES.values(), ids=EDGES)
def test_where_the_edge_is(options, said, address, problem):
    api = FakeCdn(cdn_json(), cdn_json(8, "*.example.com"))
    api.instead[f"GET {ME}"] = [lambda *_unused: said]
    one, wildcard = product(api, **options).sites()
    assert (one.service_ip, wildcard.probe_name) == (address, "www.example.com")
    assert problem in one.edge_problem
    assert bool(problem) == bool(one.edge_problem)
    assert api.calls.count(f"GET {ME}") == (0 if options else 1)


NOTHING_TOLD = answer(201, b"")
CALLED_DELETED = {"created": lambda raw: {**raw, "deleted": True}}
TAKEN = answer(400, {"errors": {"name": ["SSL certificate with this name already exists."]}})
TAKEN_IN_WORDS = answer(409, ["An SSL certificate with this name already exists."])


def takes_effect_and_is_lost(api, sent):
    api.after[POST] = [lost]


def somebody_uploads(_api, sent):
    _api.add(NEW, sent["name"])


def hidden(api, sent):
    api.add(OLD, sent["name"])
    api.hides.add(sent["name"])


def says(outcome):
    return lambda *_unused: outcome


UPLOADS = {
    # what the first POSTs do, what the account is like: how often it is sent, the suffix of the name that is attached
    "told": ([], {}, 1, ""),
    "nothing told": ([], {"created": lambda _raw: None}, 1, ""),
    "called deleted": ([], CALLED_DELETED, 1, ""),
    "record not told": ([], {"created": lambda raw: {"id": raw["id"], "name": raw["name"]}}, 1, ""),
    "an answer that is lost": ([takes_effect_and_is_lost], {}, 1, ""),
    "lost on its way": ([lost], {}, 2, ""),
    "unavailable": ([says(answer(503, {}))] * 3, {}, 4, ""),
    "too many": ([says(answer(429, {}, Retry_After="3"))], {}, 2, ""),
    "taken and not kept": ([says(NOTHING_TOLD)], {}, 2, ""),
    "somebody was faster": ([somebody_uploads], {}, 1, ""),
    "a duplicate that nobody finds": ([hidden], {}, 2, "-2"),
    "a duplicate in words": ([says(TAKEN_IN_WORDS)], {}, 2, "-2"),
}


@pytest.mark.parametrize(("steps", "like", "posts", "suffix"), UPLOADS.values(), ids=UPLOADS)
def test_an_upload_leaves_one_object_and_finds_it(steps, like, posts, suffix):
    api = FakeCdn(cdn_json())
    vars(api).update(like)
    api.instead[POST] = [*steps]
    fields = product(api).prepare(CONTENT).fields
    found = api.objects[fields["sslData"]]
    assert (found["name"], fields["sslEnabled"]) == (ours(NEW, suffix), True)
    assert api.writes == [POST] * posts
    assert sum(one["name"] in (ours(NEW), ours(NEW, "-2")) for one in api.objects.values()) == (2 if api.hides else 1)
    # A run after it uploads nothing.
    again = product(api).prepare(CONTENT).fields
    assert api.objects[again["sslData"]]["name"] == ours(NEW, suffix)
    assert len(api.writes) == posts


@pytest.mark.parametrize("created", [lambda _raw: None, CALLED_DELETED["created"]], ids=["nothing", "deleted"])
def test_an_answer_that_tells_nothing_usable_is_looked_up(created):
    api = FakeCdn(cdn_json())
    api.created = created
    product(api).prepare(CONTENT)
    assert api.calls == [LIST, POST, LIST]


REFUSALS = {
    # what every POST answers: the words of the error, of its hint, how often it is sent
    "no right": (answer(403, {"message": "Forbidden"}), "403", "plan", 1),
    "bad": (answer(400, {"errors": {"sslCertificate": ["Bad."]}}), "sslCertificate: Bad.", "", 1),
    "both names": (TAKEN, "already exists", "", 2),
    "never well": (answer(502, b"<html>"), "502", "looks for it by its name", 3),
}


@pytest.mark.parametrize(("outcome", "said", "hint", "posts"), REFUSALS.values(), ids=REFUSALS)
def test_an_upload_that_fails_is_not_tried_for_each_site(outcome, said, hint, posts):
    api = FakeCdn(cdn_json())
    api.instead[POST] = [says(outcome)] * 9
    cdn, errors = product(api, tries=2), []
    for _site in range(3):
        with pytest.raises(ApiError) as caught:
            cdn.prepare(CONTENT)
        caught.value.known = "this site's"
        errors.append(caught.value)
    assert len(set(map(id, errors))) == 3
    assert said in errors[2].message
    assert hint in errors[2].hint
    assert api.writes == [POST] * posts


def test_an_object_of_our_name_with_another_record_is_refused_by_name():
    api = FakeCdn(cdn_json())
    api.add(OLD, ours(NEW))
    with pytest.raises(ConflictError, match=rf"named {ours(NEW)} \(id 501\)"):
        product(api).prepare(CONTENT)
    assert not api.writes


def test_one_upload_a_certificate_however_many_ask_for_it():
    api, other = FakeCdn(cdn_json()), CustomCertificate(key_pair(issued("n2.example.com")))
    cdn = product(api)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(cdn.prepare, [CONTENT, other] * 20))
    assert len({one.fields["sslData"] for one in found}) == 2
    assert api.writes == [POST] * 2
    assert api.calls.count(LIST) == 1


@pytest.mark.parametrize(("option", "sent"), [(None, ()), (True, (True,)), (False, (False,))])
def test_what_an_upload_sends(option, sent):
    api = FakeCdn(cdn_json())
    product(api, validate_root_ca=option).prepare(CONTENT)
    (body,) = api.bodies
    assert set(body) == {"name", "sslCertificate", "sslPrivateKey", *(["validate_root_ca"] if sent else [])}
    assert (body["sslCertificate"], *sent) == (NEW.full_chain_pem, *([body["validate_root_ca"]] if sent else []))


def test_a_write_names_two_fields_and_off_detaches():
    api = FakeCdn(cdn_json())
    api.add(OLD, to=7)
    cdn = product(api)
    before = cdn.site(7, to_write=True)
    receipt = cdn.write(before, cdn.prepare(HTTPS_OFF).fields)
    assert api.bodies == [{"sslData": None, "sslEnabled": False}]
    assert receipt.startswith(f"{PATCH} answered 200")
    assert cdn.collateral(before, cdn.site(7)) == []
    api.resources[7].update(originGroup=81, x_new=1, status="processed")
    assert {item["setting"] for item in cdn.collateral(before, cdn.site(7))} == {"originGroup", "x_new"}


def test_a_certificate_that_is_being_issued_is_tried_later():
    api = FakeCdn(cdn_json())
    words = "You cannot add a certificate because the current issuing attempt is in progress."
    api.instead[PATCH] = [says(answer(400, {"errors": {"sslData": [words]}})), says(answer(400, {}))]
    cdn = product(api)
    told = []
    for _try in range(2):
        with pytest.raises(ApiError) as caught:
            cdn.write(cdn.site(7, to_write=True), {"sslData": 1, "sslEnabled": True})
        told.append((caught.value.retryable, "later" in caught.value.hint))
    assert told == [(True, True), (False, False)]


def family(days, **options):
    """An account whose resource got one certificate of ours after the other; the last one is attached."""
    api = FakeCdn(cdn_json(), cdn_json(8, "n8.example.com"))
    for each in days:
        made = issued(not_after=NOW + each * DAY)
        last = api.add(made, ours(made))
    api.resources[7].update(sslData=last, sslEnabled=True)
    return api


def used(number, name="sslData"):
    return lambda api: api.resources[8].update({name: number})


def changed(number, **fields):
    return lambda api: api.objects[number].update(fields)


def no_usage(api):
    api.instead.update({USED % number: [says(answer(404, {}))] for number in api.objects})


TIDY = {
    # the ends of ours, in days, and what else is so: which of the objects from 501 on are deleted
    "two": ([10, 20], (), []),
    "five": ([10, 20, 30, 40, 50], (), [501, 502, 503]),
    "without the call": ([10, 20, 30, 40], (no_usage,), [501, 502]),
    "without the call and used since": ([10, 20, 30], (no_usage, used(501)), []),
    "to end later": ([60, 20, 30, 40], (), [502]),
    "used": ([10, 20, 30, 40], (used(502),), [501]),
    "shown to an origin": ([10, 20, 30, 40], (used(501, "proxy_ssl_data"),), [502]),
    "related": ([10, 20, 30, 40], (changed(501, hasRelatedResources=True),), [502]),
    "somebody else's": ([10, 20, 30, 40], (changed(501, name="shop"),), [502]),
    "for other names": ([10, 20, 30, 40], (changed(501, cert_subject_alt="DNS:a.example"),), [502]),
    "of no known names": ([10, 20, 30, 40], (changed(501, cert_subject_alt=None),), [502]),
    "of no known end": ([10, 20, 30, 40], (changed(501, validity_not_after=None),), [502]),
    "automated": ([10, 20, 30, 40], (changed(501, automated=True),), [502]),
}


@pytest.mark.parametrize(("days", "changes", "deleted"), TIDY.values(), ids=TIDY)
def test_what_is_cleared_away(days, changes, deleted):
    api = family(days)
    for change in changes:
        change(api)
    cdn = product(api)
    assert cdn.tidy([cdn.site(7)]) == []
    assert api.writes == [f"DELETE {OBJECTS}/{number}" for number in deleted]
    assert not set(deleted) & set(api.objects)


DELETES = {
    # what the first DELETE does: how often one is sent, a word of the warning
    "in use meanwhile": ([says(answer(400, {"errors": {"ssl": ["in use"]}}))], 1, ""),
    "gone": ([says(answer(404, {}))], 1, ""),
    "lost": ([lost], 2, ""),
    "an answer that is lost": ([lambda api, _sent: api.objects.pop(501) and lost()], 2, ""),
    "never well": ([says(answer(503, {}))] * 9, 3, "503"),
    "no right": ([says(answer(403, {}))], 1, "403"),
}


@pytest.mark.parametrize(("steps", "deletes", "warned"), DELETES.values(), ids=DELETES)
def test_a_delete_that_fails_is_a_warning_at_the_most(steps, deletes, warned):
    api = family([10, 20, 30])
    api.instead[f"DELETE {OBJECTS}/501"] = [*steps]
    cdn = product(api, tries=2)
    warnings = cdn.tidy([cdn.site(7)])
    assert api.writes == [f"DELETE {OBJECTS}/501"] * deletes
    assert [warned in text for text in warnings] == ([True] if warned else [])


def test_nothing_is_cleared_away_unasked_nor_where_nothing_is_attached():
    api = family([10, 20, 30])
    cdn, other = product(api, delete_superseded=False), product(api)
    assert cdn.tidy([cdn.site(7)]) == other.tidy([other.site(8)]) == []
    assert LIST not in api.calls


CAN = {
    # products, options, the way of HTTPS: what is said against it
    "the CDN's on the CDN": (["cdn"], {"edge_host": "x", "validate_root_ca": False}, "custom", ""),
    "the CDN's on both": (["web_security", "cdn"], {"edge_host": "x"}, "custom", ""),
    "the CDN's alone": (["web_security"], {"edge_host": "x"}, "custom", "edge_host is for cdn alone"),
    "and another": (["web_security"], {"validate_root_ca": False}, "custom", "validate_root_ca is for cdn alone"),
    "Let's Encrypt": (["web_security"], {}, "le", ""),
    "Let's Encrypt on the CDN": (["cdn"], {}, "le", "type=lets_encrypt is not driven here for cdn"),
}


@pytest.mark.parametrize(("names", "options", "ssl_type", "said"), CAN.values(), ids=CAN)
def test_what_a_product_can_not_do_is_refused_by_name(names, options, ssl_type, said):
    with pytest.raises(InputError, match=said) if said else nullcontext():
        check_products(names, options, ssl_type)


def test_a_wait_for_an_upload_is_the_tasks():
    api, time = FakeCdn(cdn_json()), FakeClock()
    api.instead[POST] = [says(answer(503, {}, Retry_After="7"))]
    product(api, time=time).prepare(CONTENT)
    assert time.elapsed >= 7
