# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

from __future__ import annotations

import json

import pytest

from ansible_collections.gcore.web_security.plugins.module_utils._errors import ApiError, ConflictError, GcoreError
from ansible_collections.gcore.web_security.plugins.module_utils._gcore.resource import Resource
from ansible_collections.gcore.web_security.plugins.module_utils._rotate.report import Report, Written, current_facts
from ansible_collections.gcore.web_security.plugins.module_utils._rotate.target import CustomCertificate
from ansible_collections.gcore.web_security.plugins.module_utils._rotate.verdict import Observation, State, Verdict
from unit.plugins.fakes import DAY, NAME, NOW, SILENT, issued, key_pair, resource_json, serves, unix

OLD = issued(not_after=NOW + 10 * DAY)
NEW = issued(not_after=NOW + 90 * DAY)
LABEL = f"resource 7 ({NAME})"
DRIFT = Verdict(State.DRIFT, "expiry_differs", "expiry")
OLD_UNTIL, NEW_UNTIL = ((NOW + days * DAY).strftime("%Y-%m-%dT%H:%M:%SZ") for days in (10, 90))


def observed(edge=None, **fields):
    return Observation(Resource.from_api(resource_json(**fields)), edge)


def report(written=Written.NO, verdict=DRIFT, **fields):
    seen = observed(serves(OLD))
    return Report(
        resource=seen.resource,
        desired=CustomCertificate(key_pair(NEW)).facts(NOW),
        current=current_facts(seen, NOW),
        verdict=verdict,
        written=written,
        **fields,
    )


CHANGE = (
    f"(expiry_differs): custom {OLD.fingerprint_sha256[:12]} (until {OLD_UNTIL}) "
    f"to custom {NEW.fingerprint_sha256[:12]} (until {NEW_UNTIL})"
)


@pytest.mark.parametrize(
    ("written", "reason", "message", "changed"),
    [
        (Written.YES, "expiry_differs", f"{LABEL} was changed {CHANGE}", True),
        (Written.PLANNED, "expiry_differs", f"{LABEL} would be changed {CHANGE}", True),
        (Written.NO, "fingerprint_matches", f"{LABEL} has the desired certificate", False),
        (Written.NO, "expiry_matches", f"{LABEL} has the desired certificate, by its expiry", False),
        (Written.NO, "https_disabled", f"{LABEL} has HTTPS off, as desired", False),
        (Written.NO, "lets_encrypt", f"{LABEL} uses Let's Encrypt, as desired", False),
    ],
)
def test_the_message_of_a_success(written, reason, message, changed):
    result = report(written, Verdict(State.IN_SYNC, reason, "edge")).success(diff=False)
    assert result["msg"] == message
    assert result["changed"] is changed
    assert "failed" not in result
    assert "diff" not in result


ERROR = GcoreError("what happened", "What to do next.")


@pytest.mark.parametrize(
    ("written", "said", "changed"),
    [
        (Written.NO, "Nothing was changed.", False),
        (Written.PLANNED, "Nothing was changed: check mode.", True),
        (Written.YES, "The change itself was made: it is not undone.", True),
        (Written.IGNORED, "The certificate was not changed.", False),
        (
            Written.UNKNOWN,
            "Whether the change was made is not known: the write got no answer. Run the task again: it looks first.",
            True,
        ),
    ],
    ids=lambda value: value.name if isinstance(value, Written) else "",
)
def test_the_message_of_a_failure(written, said, changed):
    result = report(written).failure(ERROR, diff=False)
    assert result["msg"] == f"{LABEL}: what happened. {said} What to do next."
    assert result["failed"] is True
    assert result["changed"] is changed


def test_every_outcome_of_a_write_has_words():
    assert len({written.value for written in Written}) == len(Written) == 5


def test_a_receipt_is_told_after_what_became_of_the_write():
    told = report(Written.YES, receipt="PUT /x answered 200 (request id r-1)").failure(ERROR, diff=False)["msg"]
    assert "it is not undone. PUT /x answered 200 (request id r-1). What to do next." in told


@pytest.mark.parametrize("message", ["what happened", "what happened.", "what happened. "])
def test_a_message_has_one_full_stop(message):
    assert "what happened. Nothing" in report().failure(GcoreError(message), diff=False)["msg"]


def test_a_failure_without_a_hint_ends_where_it_ends():
    assert report().failure(GcoreError("it broke"), diff=False)["msg"] == f"{LABEL}: it broke. Nothing was changed."


def test_a_failure_before_any_resource_was_reached():
    result = Report().failure(ERROR, diff=True)
    assert result["msg"] == "what happened. Nothing was changed. What to do next."
    assert {name: result[name] for name in ("resource", "desired", "current", "drift")} == {
        "resource": None,
        "desired": None,
        "current": None,
        "drift": None,
    }
    assert "diff" not in result


def test_a_failure_shows_what_was_known_by_then():
    result = report().failure(ConflictError("stop"), diff=False)
    assert result["resource"]["id"] == 7
    assert result["desired"]["fingerprint_sha256"] == NEW.fingerprint_sha256
    assert result["current"]["fingerprint_sha256"] == OLD.fingerprint_sha256
    assert result["drift"] == DRIFT.facts()


def test_a_failure_of_the_api_brings_its_facts():
    error = ApiError("GET /x", "answered 404", status=404, body={"message": "gone", "request_id": "r-1", "more": 1})
    assert report().failure(error, diff=False)["api_error"] == {
        "call": "GET /x",
        "status": 404,
        "exception_class": None,
        "message": "gone",
        "invalid_fields": None,
        "info": None,
        "request_id": "r-1",
    }


def test_success_and_failure_have_the_same_keys_beside_their_own():
    success, failure = report().success(diff=True), report().failure(ERROR, diff=True)
    assert set(failure) - set(success) == {"failed"}
    assert not set(success) - set(failure)


def test_a_warning_is_said_once_and_an_empty_one_never():
    made = Report()
    made.warn("one", "", "two")
    made.warn("one")
    assert made.warnings == ["one", "two"]


def test_reports_share_nothing():
    first, second = Report(), Report()
    first.warn("one")
    first.verification["api"] = "verified"
    first.current["a"] = 1
    first.collateral.append({})
    assert second == Report()


@pytest.mark.parametrize("written", [Written.PLANNED, Written.YES, Written.UNKNOWN])
def test_the_diff_of_a_change_is_the_plan(written):
    diff = report(written).success(diff=True)["diff"]
    assert diff == report(Written.PLANNED).success(diff=True)["diff"]
    assert diff["before_header"] == diff["after_header"] == LABEL
    assert diff["before"]["fingerprint_sha256"] == OLD.fingerprint_sha256
    assert diff["after"]["fingerprint_sha256"] == NEW.fingerprint_sha256


def test_the_diff_of_nothing_has_two_equal_sides():
    diff = report(Written.NO).success(diff=True)["diff"]
    assert diff["before"] == diff["after"]
    assert diff["before"]["fingerprint_sha256"] == OLD.fingerprint_sha256


@pytest.mark.parametrize("written", Written)
def test_the_diff_holds_parsed_facts_and_nothing_that_moves_by_itself(written):
    result = report(written).failure(ERROR, diff=True)
    for side in ("before", "after"):
        assert set(result["diff"][side]) == {
            "ssl_type", "fingerprint_sha256", "subject", "issuer", "serial_number", "subject_alt_names", "key_type",
            "key_size", "not_before", "not_after",
        }  # fmt: skip
    assert "BEGIN" not in json.dumps(result)
    assert result["current"]["days_left"] == 10


UNKNOWN_CURRENT = {"ssl_type": "custom"}


@pytest.mark.parametrize(
    ("edge", "fields", "facts"),
    [
        (None, {}, {"ssl_type": "custom", "not_after": OLD_UNTIL, "days_left": 10}),
        (SILENT, {}, {"ssl_type": "custom", "not_after": OLD_UNTIL, "days_left": 10}),
        (None, {"service_ssl_expire": 0}, UNKNOWN_CURRENT),
        (None, {"service_ssl_expire": 0, "ssl_type": None}, {"ssl_type": None}),
        (
            None,
            {"service_ssl_expire": unix(NOW) - 1},
            {"ssl_type": "custom", "not_after": NOW.strftime("%Y-%m-%dT%H:%M:%SZ"), "days_left": -1},
        ),
        (None, {"service_ssl_expire": 10**18}, {"ssl_type": "custom", "not_after": None}),
    ],
    ids=["expiry", "silent edge", "nothing", "off", "expired", "no date"],
)
def test_what_is_known_of_a_certificate_that_nobody_shows(edge, fields, facts):
    found = current_facts(observed(edge, **fields), NOW)
    if "not_after" in facts and facts.get("days_left") == -1:
        assert found.pop("not_after") < facts.pop("not_after")
    assert {name: found[name] for name in facts} == facts
    assert set(found) - set(facts) <= {"days_left"}


def test_a_certificate_that_is_shown_is_known_in_full():
    found = current_facts(observed(serves(OLD)), NOW)
    assert found == {"ssl_type": "custom", **key_pair(OLD).leaf.facts(NOW)}


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"ssl_type": None, "service_ssl_expire": 0}, "HTTPS off to custom"),
        ({"ssl_type": "le"}, f"le (until {OLD_UNTIL}) to custom"),
        ({"service_ssl_expire": 0}, "custom to custom"),
    ],
    ids=["off", "le", "unknown"],
)
def test_the_story_of_a_change_names_what_was_there(fields, words):
    made = report(Written.YES)
    made.current = current_facts(observed(None, **fields), NOW)
    assert words in made.success(diff=False)["msg"]
