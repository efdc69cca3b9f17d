# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""A rotation that is not alone: lost writes that no expiry tells of, and somebody else who writes at the same time."""

from __future__ import annotations

from dataclasses import replace

import pytest

from simulator.handle import installation, rule

from .cases import CERTIFICATE, Case, Seen, play_cases
from .material import NEW, OLD

LOOKED = ["get", "get", "put", "get", "get"]
TWICE = ["get", "get", "put", "get", "put", "get"]
FORCED = {**CERTIFICATE, "force": True, "retries": 1}
LOST = [rule("cut_after", call="put", times=1)]
NEVER_SENT = [rule("cut_before", call="put", times=1)]

LOST_WRITES = {
    # the case, the calls, what is stored in the end
    "told-by-its-expiry": (Case("", {**CERTIFICATE, "retries": 1}, faults=LOST), LOOKED, NEW),
    "told-by-the-certificate": (
        Case("", {**CERTIFICATE, "retries": 1}, faults=LOST, settings={"return_certificate": True}),
        LOOKED,
        NEW,
    ),
    # The date of a write is no proof, for somebody else's moves it too: the same is written twice.
    "told-by-nothing": (
        Case("", {**CERTIFICATE, "retries": 1}, faults=LOST, settings={"expiry": "missing"}),
        TWICE,
        NEW,
    ),
    "the-same-again-by-force": (Case("", FORCED, NEW, faults=LOST), LOOKED, NEW),
    "by-force-and-never-sent": (Case("", FORCED, NEW, faults=NEVER_SENT), TWICE, NEW),
    "https-off": (Case("", {"state": "absent", "retries": 1}, faults=LOST), LOOKED, None),
    "https-off-and-never-sent": (Case("", {"state": "absent", "retries": 1}, faults=NEVER_SENT), TWICE, None),
    "off-to-custom": (Case("", {**CERTIFICATE, "retries": 1}, None, faults=LOST), LOOKED, NEW),
}


def somebody_else(nth: int, **change) -> list:
    """Who writes right before the n-th time that the task reads."""
    return [rule({"kind": "outside_edit", **change}, call="get", nth=nth)]


OTHERS = {
    "does-the-same-meanwhile": Case("", CERTIFICATE, faults=somebody_else(2, install=installation(NEW))),
    "changes-a-setting-meanwhile": Case(
        "", CERTIFICATE, faults=somebody_else(2, resource={"service_geoip_mode": 2, "x_new": [1]})
    ),
    "switches-https-off-meanwhile": Case("", CERTIFICATE, faults=somebody_else(2, resource={"ssl_type": None})),
    "takes-lets-encrypt-meanwhile": Case("", CERTIFICATE, faults=somebody_else(2, issue={"lets_encrypt": True})),
    "changes-a-setting-afterwards": Case("", CERTIFICATE, faults=somebody_else(3, resource={"service_geoip_mode": 2})),
    "overwrites-it-afterwards": Case(
        "", {**CERTIFICATE, "total_timeout": 6}, faults=somebody_else(3, install=installation(OLD))
    ),
}


CASES = [replace(case, name=name) for name, (case, _calls, _stored) in LOST_WRITES.items()]
CASES += [replace(case, name=name) for name, case in OTHERS.items()]


@pytest.fixture(scope="module")
def seen(simulator, ansible) -> dict[str, Seen]:
    return play_cases(simulator, ansible, CASES)


@pytest.mark.parametrize("name", LOST_WRITES)
def test_a_lost_write_is_looked_at_before_it_is_repeated(name, seen):
    one = seen[name]
    _case, calls, pair = LOST_WRITES[name]
    assert not one.failed, one.message
    assert one.result["changed"] is True
    assert one.calls == calls
    assert [entry["took_effect"] for entry in one.puts].count(True) == (2 if name == "told-by-nothing" else 1)
    assert one.stored == (pair and pair.fingerprint_sha256)
    assert one.settings_moved() == {}


def test_what_became_right_meanwhile_is_not_written(seen):
    one = seen["does-the-same-meanwhile"]
    assert one.calls == ["get", "get"]
    assert one.result["changed"] is False
    assert one.stored == NEW.fingerprint_sha256


def test_what_changed_meanwhile_is_kept(seen):
    one = seen["changes-a-setting-meanwhile"]
    assert not one.failed, one.message
    assert one.settings_moved() == {"service_geoip_mode": (1, 2), "x_new": (None, [1])}
    assert one.result["collateral"] == []


def test_the_judgement_that_counts_is_the_last_one(seen):
    one = seen["switches-https-off-meanwhile"]
    assert one.result["drift"]["reason"] == "https_disabled"
    assert one.stored == NEW.fingerprint_sha256


def test_what_somebody_just_put_there_is_not_replaced_unasked(seen):
    one = seen["takes-lets-encrypt-meanwhile"]
    assert one.failed
    assert one.puts == []
    assert "Let's Encrypt" in one.message
    assert one.after["resource"]["ssl_type"] == "le"


def test_a_setting_that_moved_is_told_with_both_values(seen):
    one = seen["changes-a-setting-afterwards"]
    assert one.failed
    assert one.result["changed"] is True
    assert one.result["collateral"] == [{"setting": "service_geoip_mode", "before": 1, "after": 2}]
    assert "service_geoip_mode was 1, is 2" in one.message
    assert one.stored == NEW.fingerprint_sha256


def test_a_certificate_that_is_overwritten_at_once_is_told(seen):
    one = seen["overwrites-it-afterwards"]
    assert one.failed
    assert one.result["verification"]["api"] == "mismatch"
    assert one.stored == OLD.fingerprint_sha256
