# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

import json

import pytest

from ansible_collections.gcore.web_security.plugins.module_utils._errors import ConflictError, GcoreError
from ansible_collections.gcore.web_security.plugins.module_utils._gcore.web_security import site_of
from ansible_collections.gcore.web_security.plugins.module_utils._rotate.apply import Applied, ChangeState
from ansible_collections.gcore.web_security.plugins.module_utils._rotate.desired import CustomCertificate
from ansible_collections.gcore.web_security.plugins.module_utils._rotate.observe import Observation
from ansible_collections.gcore.web_security.plugins.module_utils._rotate.plan import Plan
from ansible_collections.gcore.web_security.plugins.module_utils._rotate.report import render
from ansible_collections.gcore.web_security.plugins.module_utils._rotate.verdict import State, Verdict
from ansible_collections.gcore.web_security.plugins.module_utils._x509.certificate import timestamp
from unit.plugins.fakes import DAY, NAME, NOW, issued, key_pair, resource_json, serves

OLD = issued(not_after=NOW + 10 * DAY)
NEW = issued(not_after=NOW + 90 * DAY)
LABEL = f"resource 7 ({NAME})"
DRIFT = Verdict(State.DRIFT, "expiry_differs", "expiry")
OLD_UNTIL, NEW_UNTIL = (timestamp(NOW + days * DAY) for days in (10, 90))
ERROR = GcoreError("what happened", "What to do next.")


def observed(edge=None, **fields):
    return Observation(site_of(resource_json(**fields)), edge)


def plan(verdict=DRIFT, seen=None, **fields):
    desired, seen = CustomCertificate(key_pair(NEW)), seen or observed(serves(OLD))
    return Plan(desired, seen, seen.facts(NOW), desired.facts(NOW), verdict, **fields)


def applied(state=ChangeState.MADE, **fields):
    return Applied(plan(), state, **fields)


TO_NEW = f" to custom {NEW.fingerprint_sha256[:12]} (until {NEW_UNTIL})"
CHANGE = f"(expiry_differs): custom {OLD.fingerprint_sha256[:12]} (until {OLD_UNTIL}){TO_NEW}"


def in_sync(reason):
    return plan(Verdict(State.IN_SYNC, reason, "edge"))


def over(**fields):
    return plan(seen=observed(None, **fields))


SUCCESSES = [
    (applied(), f"was changed {CHANGE}", True),
    (plan(), f"would be changed {CHANGE}", True),
    (in_sync("fingerprint_matches"), "has the desired certificate", False),
    (in_sync("expiry_matches"), "has the desired certificate, by its expiry", False),
    (in_sync("https_disabled"), "has HTTPS off, as desired", False),
    (Applied(in_sync("lets_encrypt")), "uses Let's Encrypt, as desired", False),
    (over(ssl_type=None, service_ssl_expire=0), f"would be changed (expiry_differs): HTTPS off{TO_NEW}", True),
    (over(ssl_type="le"), f"would be changed (expiry_differs): le (until {OLD_UNTIL}){TO_NEW}", True),
    (over(service_ssl_expire=0), f"would be changed (expiry_differs): custom{TO_NEW}", True),
]


@pytest.mark.parametrize(("known", "message", "changed"), SUCCESSES)
def test_the_message_of_a_success(known, message, changed):
    result = render(known, None, False)
    assert (result["msg"], result["changed"]) == (f"{LABEL} {message}", changed)
    assert not {"failed", "diff"} & result.keys()


UNKNOWN = "Whether the change was made is not known: the write got no answer. Run the task again: it looks first."
FAILURES = [
    (plan(), "Nothing was changed.", False),
    (applied(ChangeState.NONE), "Nothing was changed.", False),
    (applied(ChangeState.MADE), "The change itself was made: it is not undone.", True),
    (applied(ChangeState.IGNORED), "The certificate was not changed.", False),
    (applied(ChangeState.UNKNOWN), UNKNOWN, True),
]


@pytest.mark.parametrize(("known", "said", "changed"), FAILURES)
def test_the_message_of_a_failure(known, said, changed):
    result = render(known, ERROR, False)
    assert (result["failed"], result["changed"]) == (True, changed)
    assert result["msg"] == f"{LABEL}: what happened. {said} What to do next."


@pytest.mark.parametrize("message", ["what happened", "what happened.", "what happened. "])
def test_a_message_has_one_full_stop_and_ends_where_it_ends(message):
    failure = render(plan(), GcoreError(message), False)
    assert failure["msg"] == f"{LABEL}: what happened. Nothing was changed."
    received = render(applied(receipt="PUT /x answered 200 (request id r-1)"), ERROR, False)["msg"]
    assert "it is not undone. PUT /x answered 200 (request id r-1). What to do next." in received


@pytest.mark.parametrize("known", [None, {"desired": {"ssl_type": "custom"}, "warnings": ["one"]}])
def test_a_failure_before_the_site_was_looked_at(known):
    result = render(known, ERROR, True)
    assert result["msg"] == "what happened. Nothing was changed. What to do next."
    assert not any(result[name] for name in ("resource", "current", "drift", "collateral"))
    assert (result["desired"], result["warnings"]) == ((known or {}).get("desired"), (known or {}).get("warnings", []))
    assert "diff" not in result


def test_a_failure_shows_what_was_known_by_then_and_has_the_keys_of_a_success():
    known = plan(refusal=ConflictError("stop"))
    result = render(known, known.refusal, True)
    assert result["resource"]["id"] == 7
    assert result["desired"]["fingerprint_sha256"] == NEW.fingerprint_sha256
    assert result["current"]["fingerprint_sha256"] == OLD.fingerprint_sha256
    assert result["drift"] == DRIFT.facts()
    assert set(result) == {*render(applied(), None, True), "failed"}


DIFFS = [(in_sync("fingerprint_matches"), OLD), (plan(), NEW), (applied(ChangeState.NONE), OLD)]
DIFFS += [(applied(state), NEW) for state in ChangeState if state is not ChangeState.NONE]


@pytest.mark.parametrize(("known", "after"), DIFFS)
def test_the_diff_is_the_plan_in_parsed_facts_that_do_not_move_by_themselves(known, after):
    result = render(known, None, True)
    diff = result["diff"]
    assert diff["before_header"] == diff["after_header"] == LABEL
    for side, made in (("before", OLD), ("after", after)):
        assert diff[side]["fingerprint_sha256"] == made.fingerprint_sha256
        assert set(diff[side]) == {
            "ssl_type", "fingerprint_sha256", "subject", "issuer", "serial_number", "subject_alt_names", "key_type",
            "key_size", "not_before", "not_after",
        }  # fmt: skip
    assert "BEGIN" not in json.dumps(result)
    assert result["current"]["days_left"] == 10
