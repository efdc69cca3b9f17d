# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

import pytest

from ansible_collections.gcore.web_security.plugins.module_utils._errors import ApiError, InputError, StoppedError
from ansible_collections.gcore.web_security.plugins.module_utils._fleet.match import OUTCOMES, FleetReport, Member
from ansible_collections.gcore.web_security.plugins.module_utils._fleet.report import render
from ansible_collections.gcore.web_security.plugins.module_utils._gcore.web_security import site_of
from ansible_collections.gcore.web_security.plugins.module_utils._rotate.apply import Applied, ChangeState
from ansible_collections.gcore.web_security.plugins.module_utils._rotate.observe import Observation
from ansible_collections.gcore.web_security.plugins.module_utils._rotate.plan import Plan
from ansible_collections.gcore.web_security.plugins.module_utils._rotate.verdict import State, Verdict
from unit.plugins.account import candidate, site, wildcard

NEW = candidate(wildcard())
REFUSED = ApiError("PUT /security/resources/1", "answered 400", status=400, body={"request_id": "r-1"}, hint="Look.")
DRIFT, IN_SYNC = Verdict(State.DRIFT, "expiry_differs", "expiry"), Verdict(State.IN_SYNC, "expiry_matches", "expiry")
MADE, IGNORED, UNKNOWN = ChangeState.MADE, ChangeState.IGNORED, ChangeState.UNKNOWN


def entry(number=1, state=None, error=None, left_alone="", warnings=(), verdict=IN_SYNC):
    """A resource of a fleet; one with a state was written."""
    resource = site_of(site(number))
    named = {"id": number, "name": resource.name, "label": "new"}
    if left_alone:
        return Member(left_alone=left_alone, **named)
    told = tuple(f"{resource.label()}: {text}" for text in warnings)
    plan = Plan(NEW.desired, Observation(resource), {}, {}, DRIFT if state else verdict, warnings=told)
    return Member(Applied(plan, state) if state else plan, error, site=resource, desired=NEW.desired, **named)


def told(*entries, diff=False, error=None, **fields):
    return render(FleetReport(entries, **fields), error, diff)


STOPPED = StoppedError("the run was stopped: enough")
QUIET = ("in_sync", "lets_encrypt", "https_disabled", "suspended")
OUTCOMES_OF_ONE = [
    (entry(), "in_sync", None, False), (entry(state=MADE), "rotated", True, False),
    (entry(verdict=DRIFT), "would_rotate", True, False), (entry(error=REFUSED), "failed", False, True),
    (entry(error=REFUSED, state=UNKNOWN), "failed", True, True),
    (entry(error=REFUSED, state=MADE), "failed", True, True),
    (entry(error=REFUSED, state=IGNORED), "failed", False, True), (entry(error=STOPPED), "not_attempted", False, True),
    *((entry(left_alone=reason), reason, None, False) for reason in QUIET[1:]),
    (Member(error=InputError("no resource"), id=1, name="www.example.com"), "failed", None, True),
]  # fmt: skip


@pytest.mark.parametrize(("given", "outcome", "changed", "failed"), OUTCOMES_OF_ONE)
def test_what_became_of_one(given, outcome, changed, failed):
    result = told(given, diff=True)
    (facts,) = result["results"]
    assert facts["outcome"] == given.outcome == outcome
    assert (facts.get("changed"), bool(facts.get("msg"))) == (changed, outcome not in QUIET)
    assert outcome in OUTCOMES
    assert result.get("failed", False) is told(entry(2), given).get("failed", False) is failed
    assert result["changed"] is bool(result["diff"]) is bool(changed)
    assert "diff" not in told(given)


def test_what_is_in_sync_is_short():
    assert set(told(entry())["results"][0]) == {
        "id", "product", "name", "outcome", "certificate", "drift", "verification", "current_fingerprint_sha256",
        "desired_fingerprint_sha256",
    }  # fmt: skip


def test_a_failure_tells_what_the_api_said_and_what_to_do():
    (result,) = told(entry(error=REFUSED, state=UNKNOWN))["results"]
    unknown = "Whether the change was made is not known: the write got no answer. Run the task again: it looks first."
    assert result["msg"] == f"PUT /security/resources/1 answered 400. {unknown} Look."
    assert result["api_error"]["request_id"] == "r-1"


def test_a_run_that_was_stopped_fails_and_an_empty_one_does_not():
    assert told(entry(), stopped="interrupted by SIGTERM")["failed"]
    assert "failed" not in told()
    assert told()["msg"] == "0 resources: none that a certificate covers."


def test_the_message_counts_names_some_and_says_what_to_do():
    failed = [entry(number, error=REFUSED) for number in range(1, 9)]
    named = "; ".join(f"n{number:03}.example.com: PUT /security/resources/1 answered 400" for number in range(1, 6))
    assert told(*failed, entry(9, state=MADE), stopped="enough")["msg"] == (
        f"9 resources: 1 rotated, 8 failed. Stopped early: enough. Failed: {named} (and 3 more). "
        "Mend the cause and run the task again: it writes only what is still needed."
    )


def test_counts():
    bad = [{"certificate": "x", "problem": "x: no key"}]
    members, unmatched = (entry(), entry(2, error=REFUSED)), [site_of(site(3))]
    ones = ("in_sync", "failed", "unmatched_resources", "unmatched_certificates", "bad_certificates")
    counts = {**dict.fromkeys([*OUTCOMES, *ones], 0), **dict.fromkeys(ones, 1), "resources": 3}
    assert FleetReport(members, unmatched, ["spare"], bad).summary() == counts


def test_a_run_that_broke_off():
    for state, written in ((None, "Nothing was changed."), (MADE, "Some resources were changed: see results.")):
        result = told(entry(state=state), error=InputError("It is odd.", "Mend it."))
        assert (result["failed"], result["msg"]) == (True, f"It is odd. {written} Mend it.")


def test_what_many_have_in_common_is_one_warning():
    many = [entry(number, warnings=["judged by the expiry date alone."]) for number in range(1, 9)]
    result = told(*many, entry(9, warnings=["something of its own."]), warnings=["Left out: x."])
    names = ", ".join(f"n{number:03}.example.com" for number in range(1, 6))
    assert result["warnings"] == [
        "Left out: x.",
        f"8 resources ({names}, ...): judged by the expiry date alone.",
        "n009.example.com: something of its own.",
    ]
