# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""A rotation that is not alone: lost writes that no expiry tells of, and somebody else who writes at the same time."""

from typing import Any

import pytest

from simulator.handle import installation, rule

from .cases import CERTIFICATE, Case, Seen, play_cases
from .material import NEW, OLD

LOOKED = ["get", "get", "put", "get", "get"]
TWICE = ["get", "get", "put", "get", "put", "get"]
AGAIN, OFF = {**CERTIFICATE, "retries": 1}, {"state": "absent", "retries": 1}
FORCED = {**AGAIN, "force": True}
LOST = [rule("cut_after", call="put", times=1)]
NEVER_SENT = [rule("cut_before", call="put", times=1)]

LOST_WRITES = [
    # the case, the calls, what is stored in the end
    (Case("told-by-its-expiry", AGAIN, faults=LOST), LOOKED, NEW),
    (Case("told-by-the-certificate", AGAIN, faults=LOST, settings={"return_certificate": True}), LOOKED, NEW),
    # The date of a write is no proof, for somebody else's moves it too: the same is written twice.
    (Case("told-by-nothing", AGAIN, faults=LOST, settings={"expiry": "missing"}), TWICE, NEW),
    (Case("the-same-again-by-force", FORCED, NEW, faults=LOST), LOOKED, NEW),
    (Case("by-force-and-never-sent", FORCED, NEW, faults=NEVER_SENT), TWICE, NEW),
    (Case("https-off", OFF, faults=LOST), LOOKED, None),
    (Case("https-off-and-never-sent", OFF, faults=NEVER_SENT), TWICE, None),
    (Case("off-to-custom", AGAIN, None, faults=LOST), LOOKED, NEW),
]


def somebody_else(name: str, nth: int, /, options: Any = None, **change: Any) -> Case:
    """Who writes right before the n-th time that the task reads."""
    return Case(name, options or CERTIFICATE, faults=[rule({"kind": "outside_edit", **change}, call="get", nth=nth)])


GEOIP = {"service_geoip_mode": 2}
OTHERS = [
    somebody_else("does-the-same-meanwhile", 2, install=installation(NEW)),
    somebody_else("changes-a-setting-meanwhile", 2, resource={**GEOIP, "x_new": [1]}),
    somebody_else("switches-https-off-meanwhile", 2, resource={"ssl_type": None}),
    somebody_else("takes-lets-encrypt-meanwhile", 2, issue={"lets_encrypt": True}),
    somebody_else("changes-a-setting-afterwards", 3, resource=GEOIP),
    somebody_else("overwrites-it-afterwards", 3, {**CERTIFICATE, "total_timeout": 6}, install=installation(OLD)),
]


@pytest.fixture(scope="module")
def seen(simulator, ansible) -> dict[str, Seen]:
    return play_cases(simulator, ansible, [*(case for case, _calls, _pair in LOST_WRITES), *OTHERS])


@pytest.mark.parametrize(("case", "calls", "pair"), LOST_WRITES, ids=[case.name for case, _calls, _pair in LOST_WRITES])
def test_a_lost_write_is_looked_at_before_it_is_repeated(case, calls, pair, seen):
    one = seen[case.name]
    assert not one.failed, one.message
    assert one.result["changed"] is True
    assert one.calls == calls
    assert [entry["took_effect"] for entry in one.puts].count(True) == (2 if case.name == "told-by-nothing" else 1)
    assert one.stored == (pair and pair.fingerprint_sha256)
    assert one.settings_moved() == {}


def test_what_became_right_meanwhile_is_not_written(seen):
    one = seen["does-the-same-meanwhile"]
    assert (one.calls, one.result["changed"], one.stored) == (["get", "get"], False, NEW.fingerprint_sha256)


def test_what_changed_meanwhile_is_kept(seen):
    one = seen["changes-a-setting-meanwhile"]
    assert not one.failed, one.message
    assert one.settings_moved() == {"service_geoip_mode": (1, 2), "x_new": (None, [1])}
    assert one.result["collateral"] == []


def test_the_judgement_that_counts_is_the_last_one(seen):
    """And what somebody just put there is not replaced unasked."""
    off, issued = seen["switches-https-off-meanwhile"], seen["takes-lets-encrypt-meanwhile"]
    assert (off.result["drift"]["reason"], off.stored) == ("https_disabled", NEW.fingerprint_sha256)
    assert (issued.failed, issued.puts, issued.after["resource"]["ssl_type"]) == (True, [], "le")
    assert "Let's Encrypt" in issued.message


def test_what_moved_afterwards_is_told(seen):
    """A setting with both values, a certificate that is overwritten at once."""
    moved, overwritten = seen["changes-a-setting-afterwards"], seen["overwrites-it-afterwards"]
    assert moved.failed
    assert overwritten.failed
    assert moved.result["changed"] is True
    assert moved.result["collateral"] == [{"setting": "service_geoip_mode", "before": 1, "after": 2}]
    assert "service_geoip_mode was 1, is 2" in moved.message
    assert moved.stored == NEW.fingerprint_sha256
    assert overwritten.result["verification"]["api"] == "mismatch"
    assert overwritten.stored == OLD.fingerprint_sha256
