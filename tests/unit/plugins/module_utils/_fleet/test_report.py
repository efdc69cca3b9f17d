# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

from __future__ import annotations

import pytest

from ansible_collections.gcore.web_security.plugins.module_utils._errors import (
    ApiError,
    InputError,
    MatchError,
    StoppedError,
)
from ansible_collections.gcore.web_security.plugins.module_utils._fleet.report import OUTCOMES, FleetReport, Member
from ansible_collections.gcore.web_security.plugins.module_utils._gcore.resource import Resource
from ansible_collections.gcore.web_security.plugins.module_utils._redaction import Redactor
from ansible_collections.gcore.web_security.plugins.module_utils._rotate.apply import Rotated
from ansible_collections.gcore.web_security.plugins.module_utils._rotate.report import Report, Written
from unit.plugins.account import candidate, site, wildcard

NEW = candidate(wildcard())
REFUSED = ApiError("PUT /security/resources/1", "answered 400", status=400, body={"request_id": "r-1"}, hint="Look.")


def member(number=1, written=Written.NO, error=None, left_alone="", label="new", warnings=()):
    resource = Resource.from_api(site(number))
    report = Report(resource, written=written, warnings=[f"{resource.label()}: {text}" for text in warnings])
    rotated = None if left_alone else Rotated(resource, NEW.target, report)
    return Member(number, resource.name, label, NEW.redactor, left_alone, rotated, error)


def report_of(*members, **fields):
    return FleetReport(list(members), **fields)


@pytest.mark.parametrize(
    ("given", "outcome", "changed"),
    [
        (member(), "in_sync", None),
        (member(written=Written.YES), "rotated", True),
        (member(written=Written.PLANNED), "would_rotate", True),
        (member(error=REFUSED), "failed", False),
        (member(error=REFUSED, written=Written.UNKNOWN), "failed", True),
        (member(error=REFUSED, written=Written.YES), "failed", True),
        (member(error=REFUSED, written=Written.IGNORED), "failed", False),
        (member(error=StoppedError("the run was stopped: enough")), "not_attempted", False),
        (member(left_alone="lets_encrypt"), "lets_encrypt", None),
        (member(left_alone="https_disabled"), "https_disabled", None),
        (member(left_alone="suspended"), "suspended", None),
        (Member(1, "www.example.com", error=MatchError("one and two compete")), "failed", None),
        (Member(None, "gone.example.com", "new", error=InputError("no resource")), "failed", None),
    ],
)
def test_what_became_of_one(given, outcome, changed):
    result = given.result()
    assert result["outcome"] == given.outcome() == outcome
    assert outcome in OUTCOMES
    assert result.get("changed") is changed
    assert bool(result.get("msg")) == (outcome not in ("in_sync", "lets_encrypt", "https_disabled", "suspended"))


def test_what_is_in_sync_is_short():
    assert set(member().result()) == {
        "id", "name", "outcome", "certificate", "drift", "verification", "current_fingerprint_sha256",
        "desired_fingerprint_sha256",
    }  # fmt: skip


def test_a_failure_tells_what_the_api_said_and_what_to_do():
    result = member(error=REFUSED, written=Written.UNKNOWN).result()
    assert result["msg"] == f"PUT /security/resources/1 answered 400. {Written.UNKNOWN.value} Look."
    assert result["api_error"]["request_id"] == "r-1"


@pytest.mark.parametrize(
    ("members", "stopped", "failed"),
    [
        ([member()], "", False),
        ([member(written=Written.YES)], "", False),
        ([member(written=Written.PLANNED)], "", False),
        ([member(left_alone="suspended")], "", False),
        ([member(), member(2, error=REFUSED)], "", True),
        ([member(error=StoppedError("enough"))], "", True),
        ([member()], "interrupted by SIGTERM", True),
        ([], "", False),
    ],
)
def test_when_the_task_fails(members, stopped, failed):
    assert report_of(*members, stopped=stopped).success(diff=False).get("failed", False) is failed


def test_the_message_counts_names_some_and_says_what_to_do():
    failed = [member(number, error=REFUSED) for number in range(1, 9)]
    report = report_of(*failed, member(9, written=Written.YES), stopped="enough")
    named = "; ".join(f"n{number:03}.example.com: PUT /security/resources/1 answered 400" for number in range(1, 6))
    assert report.success(diff=False)["msg"] == (
        f"9 resources: 1 rotated, 8 failed. Stopped early: enough. Failed: {named} (and 3 more). "
        "Mend the cause and run the task again: it writes only what is still needed."
    )


def test_the_message_shows_no_key_that_only_its_member_knows():
    secret = "c2VjcmV0IGtleSBtYXRlcmlhbA"
    bad = Member(1, "www.example.com", redactor=Redactor([secret]), error=InputError(f"odd: {secret}"))
    assert secret[:10] not in report_of(bad).success(diff=False)["msg"]


def test_counts():
    report = report_of(member(), member(2, error=REFUSED), unmatched_resources=[{"id": 3, "name": "c"}])
    report.unmatched_certificates = ["spare"]
    report.bad_certificates = [{"certificate": "x", "problem": "x: no key"}]
    assert report.summary() == {
        **dict.fromkeys(OUTCOMES, 0),
        "in_sync": 1,
        "failed": 1,
        "resources": 3,
        "unmatched_resources": 1,
        "unmatched_certificates": 1,
        "bad_certificates": 1,
    }


@pytest.mark.parametrize(
    ("members", "written"),
    [
        ([member()], "Nothing was changed."),
        ([member(written=Written.YES)], "Some resources were changed: see results."),
    ],
)
def test_a_run_that_broke_off(members, written):
    result = report_of(*members).failure(InputError("It is odd.", "Mend it."), diff=False)
    assert result["failed"]
    assert result["msg"] == f"It is odd. {written} Mend it."


def test_what_many_have_in_common_is_one_warning():
    many = [member(number, warnings=["judged by the expiry date alone."]) for number in range(1, 9)]
    report = report_of(*many, member(9, warnings=["something of its own."]), warnings=["Left out: x."])
    names = ", ".join(f"n{number:03}.example.com" for number in range(1, 6))
    assert report.success(diff=False)["warnings"] == [
        "Left out: x.",
        f"8 resources ({names}, ...): judged by the expiry date alone.",
        "n009.example.com: something of its own.",
    ]


@pytest.mark.parametrize(
    ("given", "has_diff"),
    [
        (member(), False),
        (member(written=Written.IGNORED, error=REFUSED), False),
        (member(written=Written.YES), True),
        (member(written=Written.PLANNED), True),
        (member(written=Written.UNKNOWN, error=REFUSED), True),
        (member(left_alone="suspended"), False),
    ],
)
def test_a_diff_of_what_changes(given, has_diff):
    assert bool(report_of(given).success(diff=True)["diff"]) is has_diff
    assert "diff" not in report_of(given).success(diff=False)
