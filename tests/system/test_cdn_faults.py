# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""Faults of every kind on every call for one site of the CDN's, and what is left of objects in the end."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from ansible_collections.gcore.web_security.plugins.module_utils._rotate import observe
from simulator.handle import FAULTS, Simulator, cdn_resource, installation, rule

from .cdn import OURS, Account, rotate_one, seed, thing
from .fleets import KEY, issue
from .material import CANARIES
from .vendor import assert_described

NAME, ID = "shop.example.test", 7
GENERATIONS = [issue(NAME, 5 + 10 * number) for number in range(12)]
OLD, NEW = GENERATIONS[2], GENERATIONS[3]
SOMEBODYS, NEXT_TO_OURS = "a certificate", "gws2-shop"
CALLS = ("cdn_client", "cdn_get", "cdn_patch", "ssl_list", "ssl_get", "ssl_create", "ssl_usage", "ssl_delete")
_WRITES = ("cdn_patch", "ssl_create", "ssl_delete")
ONLY_FOR = {"drop_setting": ("cdn_patch",), "not_stored": _WRITES}
_SEEN: list[Any] = []

pytestmark = pytest.mark.usefixtures("brisk")


_NAMES: list[str] = []


def open_site(simulator: Simulator) -> None:
    """A site after three rotations of ours, whose objects are there, and somebody's beside them."""
    simulator.reset()
    simulator.seed_cdn([thing(SOMEBODYS, GENERATIONS[0]), thing(NEXT_TO_OURS, GENERATIONS[1])])
    simulator.seed_cdn([seed(ID, NAME, None, x_unknown={"kept": [1, None]})])
    if not _NAMES:
        for pair in GENERATIONS[:3]:
            assert not rotate_one(simulator, ID, pair, delete_superseded=False).get("failed")
        _NAMES.extend(Account.of(simulator).names(OURS))
        open_site(simulator)
        return
    made = simulator.seed_cdn([thing(*each) for each in zip(_NAMES, GENERATIONS[:3], strict=True)])
    simulator.edit_cdn(ID, resource={"sslData": made[-1], "sslEnabled": True})
    simulator.clear_journal()


CANARIES.plant_key("the key of every generation", KEY)


def check_site(simulator: Simulator, result: dict[str, Any], before: Account, fault: str) -> None:
    """Whatever went wrong: the site has a certificate, the right one or the old, and the task tells which."""
    now = Account.of(simulator)
    stored = now.installed(ID)
    assert stored in (OLD.fingerprint_sha256, NEW.fingerprint_sha256)
    assert {SOMEBODYS, NEXT_TO_OURS} <= set(now.names())
    for entry in simulator.journal("cdn_patch"):
        assert entry["body"].keys() == {"sslData", "sslEnabled"}
        assert entry["body"]["sslEnabled"]
    assert simulator.journal(method="PUT") == []
    if not result.get("failed"):
        assert stored == NEW.fingerprint_sha256
    elif stored == NEW.fingerprint_sha256:
        assert result["changed"], result["msg"]
    assert "Traceback" not in str(result)
    CANARIES.assert_absent(json.dumps(result), "the result")
    moved = {name for name in now.resources[ID] if now.resources[ID][name] != before.resources[ID][name]}
    assert moved - {"sslData", "sslEnabled", "updated"} == ({"options"} if "drop" in fault and moved else set())


def check_rerun(simulator: Simulator, told: str) -> None:
    """One undisturbed run later all is right, and there is nothing left over."""
    simulator.clear_faults()
    result = rotate_one(simulator, ID, NEW)
    assert not result.get("failed"), f"{told}: {result['msg']}"
    now = Account.of(simulator)
    assert now.installed(ID) == NEW.fingerprint_sha256
    assert len(now.holding(NEW)) == 1, told
    assert {SOMEBODYS, NEXT_TO_OURS} <= set(now.names())


def _plans(call: str) -> Iterator[tuple[str, int | None, int]]:
    """Every fault of a call: once, or as often as it is asked."""
    for name in FAULTS:
        if "retry_after" not in name and not name.startswith("hang") and call in ONLY_FOR.get(name, CALLS):
            yield name, 1, 1
            yield name, None, 0


@pytest.mark.parametrize("call", CALLS)
def test_every_fault_of_a_call(simulator, call):
    for name, times, retries in _plans(call):
        told = f"{name} of {call}, {times or 'every'} time"
        open_site(simulator)
        simulator.settings(echo_secrets=True)
        before = Account.of(simulator)
        fault = {**FAULTS[name], "setting": "options"} if name == "drop_setting" else name
        simulator.faults([rule(fault, call=call, times=times)])
        result = rotate_one(simulator, ID, NEW, retries=retries, total_timeout=6)
        try:
            check_site(simulator, result, before, name)
            check_honesty(simulator, result, told)
            check_rerun(simulator, told)
        except AssertionError as error:
            raise AssertionError(f"{told}: {result['msg']}") from error
        _SEEN.extend(simulator.journal())


def check_honesty(simulator: Simulator, result: dict[str, Any], told: str) -> None:
    """A task that failed names the call that failed."""
    struck = [entry for entry in simulator.journal() if entry["fault"]]
    assert struck, f"{told}: the fault was not met"
    if result.get("failed") and struck[-1]["fault"] not in ("drop_setting", "not_stored"):
        assert f"{struck[-1]['method']} {struck[-1]['path']}" in result["msg"], told


SLOW = ("429_retry_after", "hang", "hang_after")


@pytest.mark.parametrize("call", ["cdn_patch", "ssl_create"])
@pytest.mark.parametrize("name", SLOW)
def test_what_takes_its_time(simulator, name, call):
    open_site(simulator)
    simulator.faults([rule(name, call=call, times=1)])
    result = rotate_one(simulator, ID, NEW, retries=1, request_timeout=1)
    assert not result.get("failed"), result["msg"]
    check_rerun(simulator, name)


def test_ten_rotations_leave_two_of_ours(simulator):
    open_site(simulator)
    for pair in GENERATIONS[3:]:
        assert not rotate_one(simulator, ID, pair).get("failed")
    now = Account.of(simulator)
    assert now.installed(ID) == GENERATIONS[-1].fingerprint_sha256
    assert len(now.names(OURS)) == 2
    assert len(now.holding(GENERATIONS[-2])) == 1
    assert {SOMEBODYS, NEXT_TO_OURS} <= set(now.names())
    assert {entry["took_effect"] for entry in simulator.journal("ssl_delete")} == {True}
    _SEEN.extend(simulator.journal())


def test_what_is_taken_into_use_just_before_it_is_deleted_stays(simulator):
    open_site(simulator)
    oldest = min(number for number, each in Account.of(simulator).objects.items() if OURS in each["name"])
    simulator.seed_cdn([cdn_resource(8, "other.test")])
    taken = {"kind": "outside_edit", "resource_id": 8, "resource": {"sslData": oldest, "sslEnabled": True}}
    simulator.faults([rule(taken, call="ssl_delete", times=1)])
    result = rotate_one(simulator, ID, NEW)
    assert (result.get("failed", False), result["changed"]) == (False, True), result["msg"]
    assert [entry["status"] for entry in simulator.journal("ssl_delete", oldest)] == [400]
    assert oldest in Account.of(simulator).objects


@pytest.mark.parametrize("usage", [True, False])
def test_what_is_in_use_or_shown_to_an_origin_is_not_deleted(simulator, usage):
    """Neither is it tried: who asks is refused, and has asked for it."""
    open_site(simulator)
    kept = {each["name"]: number for number, each in Account.of(simulator).objects.items() if OURS in each["name"]}
    used, shown = sorted(kept.values())[:2]
    other = {"sslData": used, "sslEnabled": True}
    simulator.seed_cdn([cdn_resource(8, "other.test", **other), cdn_resource(9, "o.test", proxy_ssl_data=shown)])
    simulator.settings(cdn_usage=usage)
    for pair in GENERATIONS[3:6]:
        assert not rotate_one(simulator, ID, pair).get("failed")
    now = Account.of(simulator)
    assert {used, shown} <= now.objects.keys()
    assert {entry["took_effect"] for entry in simulator.journal("ssl_delete")} <= {True}
    assert len(now.names(OURS)) == 4
    _SEEN.extend(simulator.journal())


def test_nothing_is_deleted_where_that_is_not_wanted(simulator):
    open_site(simulator)
    for pair in GENERATIONS[3:6]:
        assert not rotate_one(simulator, ID, pair, delete_superseded=False).get("failed")
    assert simulator.journal("ssl_delete") == []


def test_an_object_that_ends_later_or_has_other_names_is_not_superseded(simulator):
    open_site(simulator)
    later, others = issue(NAME, 500), issue("other.example.test", 1)
    hashed = "0123456789abcdef"
    simulator.seed_cdn([thing(f"{OURS}{NAME}-{hashed}", later), thing(f"{OURS}other.example.test-{hashed}", others)])
    for pair in GENERATIONS[3:6]:
        assert not rotate_one(simulator, ID, pair).get("failed")
    now = Account.of(simulator)
    assert (len(now.holding(later)), len(now.holding(others))) == (1, 1)


def test_the_same_leaf_with_a_mended_chain_is_a_new_object(simulator):
    open_site(simulator)
    whole = GENERATIONS[4]
    leaf = {"certificate": whole.certificate_pem}
    assert not rotate_one(simulator, ID, whole, **leaf).get("failed")
    bare = Account.of(simulator).resources[ID]["sslData"]
    result = rotate_one(simulator, ID, whole)
    now = Account.of(simulator)
    assert (result.get("failed", False), result["changed"]) == (False, True), result["msg"]
    assert now.resources[ID]["sslData"] != bare
    assert len(now.holding(whole)) == 2
    assert not rotate_one(simulator, ID, whole)["changed"]


def test_an_object_of_our_name_that_holds_something_else_is_refused(simulator):
    """Nothing is written that would serve another certificate than was asked for."""
    open_site(simulator)
    before = Account.of(simulator)
    rotate_one(simulator, ID, NEW)
    (name,) = Account.of(simulator).holding(NEW)
    open_site(simulator)
    simulator.seed_cdn([thing(name, GENERATIONS[6])])
    result = rotate_one(simulator, ID, NEW)
    assert result["failed"]
    assert name in result["msg"]
    assert simulator.journal("cdn_patch") == simulator.journal("ssl_create") == []
    assert Account.of(simulator).resources[ID] == {
        **before.resources[ID],
        "updated": Account.of(simulator).resources[ID]["updated"],
    }


def test_somebody_deletes_the_object_before_it_is_attached(simulator):
    """Then it is made again, or the task says so; the site keeps what it had."""
    open_site(simulator)
    last = max(Account.of(simulator).objects)
    simulator.faults([rule({"kind": "outside_edit", "resource_id": ID, "remove": last + 1}, call="cdn_patch", times=1)])
    rotate_one(simulator, ID, NEW, total_timeout=6)
    check_rerun(simulator, "deleted by somebody")


def test_somebody_makes_an_object_of_the_same_name(simulator):
    """Between the look and the upload: it is found by its name."""
    rotate_name = None
    open_site(simulator)
    rotate_one(simulator, ID, NEW)
    (rotate_name,) = Account.of(simulator).holding(NEW)
    open_site(simulator)
    edit = {"kind": "outside_edit", "object": {"name": rotate_name}, "install": installation(NEW)}
    simulator.faults([rule(edit, call="ssl_create", times=1)])
    result = rotate_one(simulator, ID, NEW)
    assert not result.get("failed"), result["msg"]
    check_rerun(simulator, "made by somebody")


@pytest.mark.parametrize("status", [400, 409])
def test_a_name_that_is_taken_by_what_no_list_shows(simulator, status):
    """Then a second name is taken, and found again."""
    open_site(simulator)
    taken = {"name": ["SSL certificate with this name already exists."]}
    simulator.faults([rule({"kind": "status", "status": status, "invalid_fields": taken}, call="ssl_create", times=1)])
    result = rotate_one(simulator, ID, NEW)
    assert not result.get("failed"), result["msg"]
    (name,) = Account.of(simulator).holding(NEW)
    assert name.endswith("-2")
    assert len(name) <= 64
    assert not rotate_one(simulator, ID, NEW)["changed"]
    check_rerun(simulator, name)


def test_an_object_behind_the_first_thousand_is_found(simulator):
    open_site(simulator)
    rotate_one(simulator, ID, NEW)
    (name,) = Account.of(simulator).holding(NEW)
    open_site(simulator)
    simulator.seed_cdn([*(thing(f"other {number}", OLD) for number in range(1000)), thing(name, NEW)])
    result = rotate_one(simulator, ID, NEW)
    assert (result.get("failed", False), result["changed"]) == (False, True), result["msg"]
    assert simulator.journal("ssl_create") == []
    check_rerun(simulator, name)


def test_a_long_name_is_cut_before_what_tells_certificates_apart(simulator):
    host = f"{'a' * 60}.{'b' * 60}.test"
    pairs = [issue(host, days) for days in (30, 60)]
    simulator.reset()
    simulator.seed_cdn([seed(ID, host, None)])
    for pair in pairs:
        assert not rotate_one(simulator, ID, pair).get("failed")
    assert sorted(map(len, Account.of(simulator).names())) == [64, 64]


MEANWHILE: dict[str, tuple[int, dict[str, Any], bool, str, list[str]]] = {
    # before which read, what somebody else does, whether it fails, what is stored, which calls write
    "the-same": (2, {"install": installation(NEW)}, False, "new", []),
    "another": (2, {"install": installation(GENERATIONS[0])}, False, "new", ["cdn_patch"]),
    "a-setting": (2, {"resource": {"description": "mine"}}, False, "new", ["cdn_patch"]),
    "off": (2, {"resource": {"sslData": None, "sslEnabled": False}}, False, "new", ["cdn_patch"]),
    "suspended": (2, {"resource": {"suspended": True, "status": "suspended"}}, True, "old", []),
    "disabled": (2, {"resource": {"enabled": False}}, True, "old", []),
    "lets-encrypt": (2, {"automated": True, "issue": {"lets_encrypt": True}}, True, "le", []),
    "deleted": (2, {"resource": {"deleted": True, "status": "deleted"}}, True, "old", []),
    "a-setting-afterwards": (3, {"resource": {"description": "mine"}}, True, "new", ["cdn_patch"]),
    "overwritten": (3, {"install": installation(GENERATIONS[0])}, True, "other", ["cdn_patch"]),
}


@pytest.mark.parametrize("name", MEANWHILE)
def test_somebody_else_changes_the_site_meanwhile(simulator, name):
    nth, change, failed, stored, writes = MEANWHILE[name]
    open_site(simulator)
    simulator.faults([rule({"kind": "outside_edit", **change}, call="cdn_get", nth=nth)])
    result = rotate_one(simulator, ID, NEW, total_timeout=6)
    assert result.get("failed", False) is failed, result["msg"]
    now = Account.of(simulator)
    known = {OLD.fingerprint_sha256: "old", NEW.fingerprint_sha256: "new", GENERATIONS[0].fingerprint_sha256: "other"}
    assert known.get(now.installed(ID), "le") == stored
    assert [entry["call"] for entry in simulator.journal("cdn_patch")] == writes
    if "resource" in change:
        assert now.resources[ID].items() >= ({} if name == "off" else change["resource"]).items()


def test_a_certificate_has_to_cover_every_name(simulator):
    """A site has one certificate for all its names."""
    simulator.reset()
    simulator.seed_cdn([seed(ID, NAME, OLD, secondaryHostnames=["other.example.test"])])
    result = rotate_one(simulator, ID, NEW)
    assert result["failed"]
    assert "other.example.test" in result["msg"]
    assert {entry["method"] for entry in simulator.journal()} <= {"GET"}


def test_an_edge_that_does_not_speak_for_the_name_yet(simulator, monkeypatch):
    """It is not waited for as long as for one that does, and the task says why there is no proof."""
    open_site(simulator)
    simulator.cdn_edge(ID, "default")
    monkeypatch.setattr(observe, "_SPEAKS_WITHIN", 1.0)
    patient = {"verify": "edge", "verify_timeout": 900, "verify_interval": 1}
    result = rotate_one(simulator, ID, NEW, **patient)
    assert result["verification"]["edge"] != "verified"
    assert Account.of(simulator).installed(ID) == NEW.fingerprint_sha256
    assert "does not speak" in f"{result['msg']} {result.get('warnings')}"


def test_the_vendors_file_takes_every_request(simulator):
    assert _SEEN, "nothing was played before"
    assert_described(_SEEN)
