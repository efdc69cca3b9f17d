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
from ansible_collections.gcore.web_security.plugins.module_utils._fleet.match import OUTCOMES, FleetReport, Member
from ansible_collections.gcore.web_security.plugins.module_utils._fleet.report import (
    render,
)
from ansible_collections.gcore.web_security.plugins.module_utils._gcore.resource import Resource
from ansible_collections.gcore.web_security.plugins.module_utils._rotate.apply import Applied, ChangeState
from ansible_collections.gcore.web_security.plugins.module_utils._rotate.observe import Observation
from ansible_collections.gcore.web_security.plugins.module_utils._rotate.plan import Plan
from ansible_collections.gcore.web_security.plugins.module_utils._rotate.verdict import State, Verdict
from unit.plugins.account import candidate, site, wildcard

MADE_CERTIFICATE = wildcard()
NEW = candidate(MADE_CERTIFICATE)
REFUSED = ApiError("PUT /security/resources/1", "answered 400", status=400, body={"request_id": "r-1"}, hint="Look.")


DRIFT, IN_SYNC = Verdict(State.DRIFT, "expiry_differs", "expiry"), Verdict(State.IN_SYNC, "expiry_matches", "expiry")
MADE, IGNORED, UNKNOWN = ChangeState.MADE, ChangeState.IGNORED, ChangeState.UNKNOWN


def entry(number=1, state=None, error=None, left_alone="", warnings=(), verdict=IN_SYNC):
    """A resource of a fleet; one with a state was written."""
    resource = Resource.from_api(site(number))
    named = {"id": number, "name": resource.name, "label": "new"}
    if left_alone:
        return Member(left_alone=left_alone, **named)
    plan = Plan(
        NEW.desired,
        Observation(resource),
        before={},
        after={},
        verdict=DRIFT if state else verdict,
        warnings=tuple(f"{resource.label()}: {text}" for text in warnings),
    )
    return Member(Applied(plan, state) if state else plan, error, site=resource, desired=NEW.desired, **named)


def planned(number=1):
    return entry(number, verdict=DRIFT)


def alone(error):
    return Member(error=error, id=1, name="www.example.com")


def result_of(given):
    return told(given)["results"][0]


def told(*entries, diff=False, error=None, **fields):
    return render(FleetReport(entries, **fields), error, diff)


@pytest.mark.parametrize(
    ("given", "outcome", "changed"),
    [
        (entry(), "in_sync", None),
        (entry(state=MADE), "rotated", True),
        (planned(), "would_rotate", True),
        (entry(error=REFUSED), "failed", False),
        (entry(error=REFUSED, state=UNKNOWN), "failed", True),
        (entry(error=REFUSED, state=MADE), "failed", True),
        (entry(error=REFUSED, state=IGNORED), "failed", False),
        (entry(error=StoppedError("the run was stopped: enough")), "not_attempted", False),
        (entry(left_alone="lets_encrypt"), "lets_encrypt", None),
        (entry(left_alone="https_disabled"), "https_disabled", None),
        (entry(left_alone="suspended"), "suspended", None),
        (alone(MatchError("one and two compete")), "failed", None),
        (alone(InputError("no resource")), "failed", None),
    ],
)
def test_what_became_of_one(given, outcome, changed):
    result = result_of(given)
    assert result["outcome"] == given.outcome == outcome
    assert outcome in OUTCOMES
    assert result.get("changed") is changed
    assert bool(result.get("msg")) == (outcome not in ("in_sync", "lets_encrypt", "https_disabled", "suspended"))


def test_what_is_in_sync_is_short():
    assert set(result_of(entry())) == {
        "id", "name", "outcome", "certificate", "drift", "verification", "current_fingerprint_sha256",
        "desired_fingerprint_sha256",
    }  # fmt: skip


def test_a_failure_tells_what_the_api_said_and_what_to_do():
    result = result_of(entry(error=REFUSED, state=UNKNOWN))
    unknown = "Whether the change was made is not known: the write got no answer. Run the task again: it looks first."
    assert result["msg"] == f"PUT /security/resources/1 answered 400. {unknown} Look."
    assert result["api_error"]["request_id"] == "r-1"


@pytest.mark.parametrize(
    ("entries", "stopped", "failed"),
    [
        ([entry()], "", False),
        ([entry(state=MADE)], "", False),
        ([planned()], "", False),
        ([entry(left_alone="suspended")], "", False),
        ([entry(), entry(2, error=REFUSED)], "", True),
        ([entry(error=StoppedError("enough"))], "", True),
        ([entry()], "interrupted by SIGTERM", True),
        ([], "", False),
    ],
)
def test_when_the_task_fails(entries, stopped, failed):
    assert told(*entries, stopped=stopped).get("failed", False) is failed


def test_the_message_counts_names_some_and_says_what_to_do():
    failed = [entry(number, error=REFUSED) for number in range(1, 9)]
    named = "; ".join(f"n{number:03}.example.com: PUT /security/resources/1 answered 400" for number in range(1, 6))
    assert told(*failed, entry(9, state=MADE), stopped="enough")["msg"] == (
        f"9 resources: 1 rotated, 8 failed. Stopped early: enough. Failed: {named} (and 3 more). "
        "Mend the cause and run the task again: it writes only what is still needed."
    )


def test_counts():
    report = FleetReport(
        (entry(), entry(2, error=REFUSED)),
        unmatched_resources=[Resource.from_api(site(3))],
        unmatched_certificates=["spare"],
        bad_certificates=[{"certificate": "x", "problem": "x: no key"}],
    )
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
    ("entries", "written"),
    [
        ([entry()], "Nothing was changed."),
        ([entry(state=MADE)], "Some resources were changed: see results."),
    ],
)
def test_a_run_that_broke_off(entries, written):
    result = told(*entries, error=InputError("It is odd.", "Mend it."))
    assert result["failed"]
    assert result["msg"] == f"It is odd. {written} Mend it."


def test_what_many_have_in_common_is_one_warning():
    many = [entry(number, warnings=["judged by the expiry date alone."]) for number in range(1, 9)]
    result = told(*many, entry(9, warnings=["something of its own."]), warnings=["Left out: x."])
    names = ", ".join(f"n{number:03}.example.com" for number in range(1, 6))
    assert result["warnings"] == [
        "Left out: x.",
        f"8 resources ({names}, ...): judged by the expiry date alone.",
        "n009.example.com: something of its own.",
    ]


@pytest.mark.parametrize(
    ("given", "has_diff"),
    [
        (entry(), False),
        (entry(state=IGNORED, error=REFUSED), False),
        (entry(state=MADE), True),
        (planned(), True),
        (entry(state=UNKNOWN, error=REFUSED), True),
        (entry(left_alone="suspended"), False),
    ],
)
def test_a_diff_of_what_changes(given, has_diff):
    assert bool(told(given, diff=True)["diff"]) is has_diff
    assert "diff" not in told(given)
