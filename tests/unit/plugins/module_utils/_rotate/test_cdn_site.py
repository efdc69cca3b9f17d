# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""One CDN site, looked at, decided on, written and proved: what is different from Web Security, by the calls."""

from __future__ import annotations

import copy
from types import SimpleNamespace

import pytest

from ansible_collections.gcore.web_security.plugins.module_utils import _task as task
from ansible_collections.gcore.web_security.plugins.module_utils._errors import GcoreError, carrying
from ansible_collections.gcore.web_security.plugins.module_utils._options import RESOURCE_CERT
from ansible_collections.gcore.web_security.plugins.module_utils._rotate.apply import Rotation
from ansible_collections.gcore.web_security.plugins.module_utils._rotate.desired import HTTPS_OFF, CustomCertificate
from ansible_collections.gcore.web_security.plugins.module_utils._rotate.edge import EdgeAnswer
from ansible_collections.gcore.web_security.plugins.module_utils._rotate.observe import Observer, Policy
from ansible_collections.gcore.web_security.plugins.module_utils._rotate.operation import ROTATE_RESOURCE
from ansible_collections.gcore.web_security.plugins.module_utils._rotate.plan import decide
from ansible_collections.gcore.web_security.plugins.module_utils._rotate.report import render
from unit.plugins.cdn_account import EDGE, ME, OBJECTS, PATCH, POST, RESOURCES, FakeCdn, cdn_json, lost, ours
from unit.plugins.fakes import DAY, NAME, NOW, SILENT, TOKEN, FakeClock, FakeEdge, answer, certificate, issued, key_pair

NEW, OLD, OTHER = (issued(NAME, not_after=NOW + days * DAY) for days in (90, 9, 40))
LISTED = f"GET {OBJECTS}?limit=1000"


def account(attached=OLD, **fields):
    api = FakeCdn(cdn_json())
    if attached is not None:
        api.add(attached, to=7)
    api.resources[7].update(fields)
    return api


class Edge(FakeEdge):
    """An edge that tells a name of its own from any other."""

    def __init__(self, own, default):
        super().__init__(own)
        self.default = default

    def __call__(self, address, port, server_name, timeout, key_type=None):
        answered = super().__call__(address, port, server_name, timeout, key_type)
        return self.default if server_name.endswith(".invalid") else answered


def served(made):
    return EdgeAnswer(certificate(made), address="192.0.2.1") if made else SILENT


def rotate(api, aim=None, edge=None, **options):
    """Look, decide and carry it out, as the operation does."""
    time = FakeClock()
    whole = api.account(time, **{name: options.pop(name) for name in ("edge_host", "tries") if name in options})
    own, default = edge or (OLD, OTHER)
    probe = Edge(served(own), served(default))
    observer = Observer(Policy(**options), probe)
    known = error = None
    first, aim = copy.deepcopy(api.resources[7]), aim or CustomCertificate(key_pair(NEW))
    try:
        known = plan = decide(aim, observer.observe(whole.find(7, None), aim), NOW)
        with carrying(lambda: plan):
            if plan.refusal:
                raise plan.refusal
            known = plan if observer.policy.check_mode else Rotation(whole, observer).apply(plan)
    except GcoreError as caught:
        known, error = caught.known, caught
    result = render(known, error, diff=False)
    return SimpleNamespace(api=api, time=time, probe=probe, error=error, result=result, first=first)


NEVER = {"edge_probe": "never"}
CASES = {
    # what is attached, check mode: whether it changes, all writes
    "to do": (OLD, False, True, [POST, PATCH]),
    "to do, check mode": (OLD, True, True, []),
    "done": (NEW, False, False, []),
    "done, check mode": (NEW, True, False, []),
}


@pytest.mark.parametrize(("attached", "check_mode", "changed", "writes"), CASES.values(), ids=CASES)
def test_the_four_cases(attached, check_mode, changed, writes):
    run = rotate(account(attached), check_mode=check_mode, **NEVER)
    assert (run.error, run.result["changed"], run.api.writes) == (None, changed, writes)
    assert run.result["product"] == "cdn"
    after = run.api.resources[7]
    moved = {name for name in after if after[name] != run.first[name]}
    assert moved == ({"sslData", "updated"} if writes else set())
    if writes:
        assert set(run.api.bodies[-1]) == {"sslData", "sslEnabled"}
        assert run.api.objects[after["sslData"]]["name"] == ours(NEW)
    # The second run finds it.
    if not check_mode:
        assert rotate(run.api, **NEVER).api.writes == writes


def test_the_calls_of_one_rotation_in_their_order():
    one = f"GET {RESOURCES}/7"
    calls = [one, f"GET {OBJECTS}/501", f"GET {ME}", LISTED, POST, one, PATCH, one, LISTED]
    assert rotate(account(), **NEVER).api.calls == calls


def test_by_force_it_is_attached_again_and_not_uploaded_again():
    api = rotate(account(), **NEVER).api
    forced = rotate(api, CustomCertificate(key_pair(NEW), force=True), **NEVER)
    assert forced.result["drift"]["reason"] == "forced"
    assert api.writes == [POST, PATCH, PATCH]


def takes_effect_and_is_lost(api, _sent):
    api.after[PATCH] = [lost]


def moves(**fields):
    return lambda api, _sent: api.resources[7].update(fields)


REFUSED = answer(400, {"errors": {"sslData": ["Bad."]}})
ISSUING = answer(400, {"errors": {"sslData": ["the current issuing attempt is in progress"]}})
PATCHES = {
    # what the first PATCHes do: how many there are, the words of the error, whether it has the certificate then
    "an answer that is lost": ([takes_effect_and_is_lost], 1, "", True),
    "lost on its way": ([lost], 2, "", True),
    "unavailable": ([lambda *_: answer(503, {})] * 2, 3, "", True),
    "being issued": ([lambda *_: ISSUING] * 2, 3, "", True),
    "being issued for long": ([lambda *_: ISSUING] * 9, 3, "issuing attempt", False),
    "refused": ([lambda *_: REFUSED], 1, "sslData: Bad.", False),
    "never well": ([lost] * 9, 3, "the connection was lost", False),
    "another setting moves": ([moves(originGroup=81)], 1, "originGroup was 80, is 81", True),
    "not kept": ([lambda *_: answer(200, {})], 1, "the API accepted the write", False),
}


@pytest.mark.parametrize(("steps", "patches", "said", "has_it"), PATCHES.values(), ids=PATCHES)
def test_a_patch_of_whatever_outcome(steps, patches, said, has_it):
    api = account()
    api.instead[PATCH] = [*steps]
    run = rotate(api, tries=2, **NEVER)
    assert said in (run.error.message if run.error else "")
    assert bool(said) == bool(run.error)
    assert (f"The certificate is in the account as {ours(NEW)} (id 502)." in run.result["msg"]) == bool(said)
    assert (api.writes.count(PATCH), api.writes.count(POST)) == (patches, 1)
    assert (api.objects[api.resources[7]["sslData"]]["name"] == ours(NEW)) is has_it
    # A run after it makes it good, with the object that is there.
    api.instead.clear()
    again = rotate(api, **NEVER)
    assert (again.error, api.writes.count(POST)) == (None, 1)
    assert api.objects[api.resources[7]["sslData"]]["name"] == ours(NEW)


@pytest.mark.parametrize("steps", [[], [lost], [takes_effect_and_is_lost]], ids=["told", "lost", "answer lost"])
def test_the_same_leaf_with_a_mended_chain_becomes_a_new_object(steps):
    api = account(None)
    api.add(NEW, ours(OTHER), to=7)
    api.instead[PATCH] = [*steps]
    run = rotate(api, edge=(NEW, OTHER))
    assert (run.error, run.result["drift"]["reason"]) == (None, "chain_differs")
    assert api.objects[api.resources[7]["sslData"]]["name"] == ours(NEW)
    assert rotate(api, edge=(NEW, OTHER)).result["changed"] is False
    # One that is not kept is noticed, though the leaf is the same.
    api.resources[7]["sslData"] = 501
    api.instead[PATCH] = [lambda *_: answer(200, {})]
    assert "the API accepted the write" in rotate(api, edge=(NEW, OTHER)).error.message


WRITES = {
    # a state, what is wanted: the words of the refusal
    "disabled": ({"enabled": False}, {}, "the vendor has disabled it"),
    "pending": ({"status": "processed"}, {}, "it is pending"),
    "of Streaming": ({"vp_enabled": True}, {}, ""),
}


@pytest.mark.parametrize(("fields", "options", "said"), WRITES.values(), ids=WRITES)
def test_a_state_refuses_a_write_and_no_look(fields, options, said):
    run = rotate(account(**fields), **NEVER, **options)
    assert said in (run.error.message if run.error else "")
    assert run.api.writes == ([] if said else [POST, PATCH])
    assert rotate(account(NEW, **fields), **NEVER).error is None


@pytest.mark.parametrize("aim", [CustomCertificate(key_pair(NEW)), HTTPS_OFF], ids=["certificate", "off"])
@pytest.mark.parametrize("permitted", [False, True])
def test_lets_encrypt_is_a_conflict_for_both(aim, permitted):
    api = account(None)
    api.add(OLD, to=7, automated=True)
    aim = type(aim)(**{**vars(aim), "replace_lets_encrypt": permitted})
    run = rotate(api, aim, **NEVER)
    refused = "" if permitted else "the resource uses Let's Encrypt"
    assert refused in (run.error.message if run.error else "")
    assert (bool(run.error), PATCH in api.writes) == (not permitted, permitted)
    assert not api.writes or permitted


def test_one_certificate_is_for_all_names():
    run = rotate(account(secondaryHostnames=["m.example.com"]), **NEVER)
    assert "m.example.com" in run.error.message
    assert "One certificate is for all names" in run.error.hint


STRANGE = {
    # what the edge serves the name, what any other: the evidence of an attached NEW, its proof, seconds waited
    "its own": (NEW, OTHER, "edge", "verified", 0),
    "its own, and nothing else": (NEW, None, "edge", "verified", 0),
    "the default": (OTHER, OTHER, "expiry", "pending", 60),
    "the desired one, to everybody": (NEW, NEW, "expiry", "pending", 60),
    "the former one": (OLD, OTHER, "expiry", "pending", 900),
    "nothing": (None, None, "expiry", "pending", 900),
}


@pytest.mark.parametrize(("own", "default", "evidence", "edge", "waited"), STRANGE.values(), ids=STRANGE)
def test_an_edge_that_does_not_speak_for_a_name_proves_nothing_and_is_not_waited_for(
    own, default, evidence, edge, waited
):
    run = rotate(account(NEW), edge=(own, default), verify="edge")
    assert (run.result["drift"]["evidence"], run.result["verification"]["edge"]) == (evidence, edge)
    assert run.time.elapsed == pytest.approx(waited, abs=11)
    assert bool(run.error) == (edge != "verified")
    assert sum(name.endswith(".invalid") for _address, _port, name, _timeout in run.probe.asked) <= 1
    assert ("does not speak for that name" in run.result["msg"]) == (waited == 60)
    assert not run.api.writes


def test_without_an_edge_nobody_is_asked_and_nobody_waits():
    api = account()
    api.instead[f"GET {ME}"] = [lambda *_unused: answer(403, {})] * 9
    run = rotate(api, verify="edge")
    assert (run.probe.asked, run.time.elapsed, api.writes) == ([], 0, [POST, PATCH])
    assert "set edge_host" in run.error.message
    there = rotate(account(NEW), edge=(NEW, OTHER), verify="edge", edge_host="192.0.2.9")
    assert {address for address, *_rest in there.probe.asked} == {"192.0.2.9"}


def operation(monkeypatch, api, **given):
    monkeypatch.setattr(task, "Transport", lambda *_args, **_options: api)
    defaults = {name: option.get("default") for name, option in RESOURCE_CERT.items()}
    values = {**defaults, "product": "cdn", "resource_id": 7, "api_key": TOKEN, **NEVER, **given}
    return task.run(ROTATE_RESOURCE, values, check_mode=False, diff=False)


PEM = {"certificate": NEW.full_chain_pem, "private_key": NEW.private_key_pem}


@pytest.mark.parametrize("given", [{"state": "absent"}, PEM], ids=["off", "certificate"])
def test_what_is_suspended_is_left_alone_and_said(monkeypatch, given):
    api = account(suspended=True)
    result = operation(monkeypatch, api, **given)
    assert (result["changed"], result.get("failed"), api.writes) == (False, None, [])
    assert f"resource cdn:7 ({NAME}) is left alone: it is suspended" in result["msg"]
    assert result["warnings"] == [f"resource cdn:7 ({NAME}) is left alone: it is suspended."]
    assert f"GET {EDGE}" not in api.calls


def test_lets_encrypt_is_not_ordered_here_and_no_request_is_made(monkeypatch):
    api = account()
    result = operation(monkeypatch, api, type="lets_encrypt")
    assert "type=lets_encrypt is not driven here for cdn" in result["msg"]
    assert not api.calls
