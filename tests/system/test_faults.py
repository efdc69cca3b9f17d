# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""Faults of each kind on the reads and on the write of a rotation: what is stored in the end, and what the task says.

Each status, each try and each wait by itself is for the unit tests of the client and of the write.
"""

from dataclasses import dataclass
from typing import Any

import pytest
import urllib3

from simulator.handle import rule

from .cases import CERTIFICATE, Case, Seen, both_ways, play_cases
from .material import NEW, OLD

COUNTS_BYTES = int(urllib3.__version__.partition(".")[0]) > 1
"""Before version 2 urllib3 takes an answer that broke off for a whole one; then it is the JSON that is not whole."""

NOTHING = "Nothing was changed."
NOT_STORED = "The certificate was not changed."
CHANGED = "The change itself was made"
UNKNOWN = "Whether the change was made is not known"

REDIRECT = {"kind": "redirect", "status": 307, "location": "http://127.0.0.1:9/security/resources"}
HTML_200_AFTER = {"kind": "html_200", "effect": "after"}


@dataclass(frozen=True)
class Expected:
    """The end of a case."""

    calls: str  # the requests, each by its first letter
    stored: str  # which certificate is there
    says: str = ""  # what the message says of the change, empty where the task does not fail
    status: int | None = None  # what the message names, None where there was no answer


LOOKED, TWICE = Expected("ggpgg", "new"), Expected("ggpgpg", "new")
ON_READS: list[tuple[str, Any, str, int, int, Expected]] = [
    # name, fault, call, which one of them, retries, the end
    ("400", "400", "get", 2, 1, Expected("gg", "old", NOTHING, 400)),
    ("503-list", "503", "list", 1, 1, Expected("llgpg", "new")),
    ("cut_body-first", "cut_body", "get", 1, 1, Expected("gggpg", "new")),
    ("502_html-last-try", "502_html", "get", 2, 0, Expected("gg", "old", NOTHING, 502)),
    ("429_retry_after", "429_retry_after", "get", 2, 0, Expected("gggpg", "new")),
    ("hang-last-try", "hang", "get", 2, 0, Expected("gg", "old", NOTHING)),
    ("html_200-last-try", "html_200", "get", 2, 0, Expected("gg", "old", NOTHING, 200)),
    ("redirect", REDIRECT, "get", 2, 1, Expected("gg", "old", NOTHING, 307)),
    ("400-after-the-put", "400", "get", 3, 1, Expected("ggpg", "new", CHANGED, 400)),
    ("cut_before-after-the-put-last-try", "cut_before", "get", 3, 0, Expected("ggpg", "new", CHANGED)),
]
ON_THE_WRITE: list[tuple[str, Any, int, Expected]] = [
    # name, fault, retries, the end
    ("401-put", "401", 1, Expected("ggp", "old", NOTHING, 401)),
    ("redirect-put", REDIRECT, 1, Expected("ggp", "old", NOTHING, 307)),
    ("429-put", "429", 1, TWICE),
    ("429_retry_after_date-put", "429_retry_after_date", 0, TWICE),
    ("500-put", "500", 1, TWICE),
    ("502_html-put-last-try", "502_html", 0, Expected("ggpg", "old", UNKNOWN, 502)),
    ("500_after-put", "500_after", 1, LOOKED),
    ("cut_before-put", "cut_before", 1, TWICE),
    ("cut_after-put", "cut_after", 1, LOOKED),
    ("cut_body-put", "cut_body", 1, LOOKED if COUNTS_BYTES else Expected("ggpg", "new")),
    ("hang_after-put-last-try", "hang_after", 0, LOOKED),
    ("truncated_json-put", "truncated_json", 1, Expected("ggpg", "new")),
    ("html_200_after-put", HTML_200_AFTER, 1, Expected("ggpg", "new")),
]
QUICK = {**CERTIFICATE, "total_timeout": 6}
IMPATIENT = {**CERTIFICATE, "verify": "edge", "verify_timeout": 1, "verify_interval": 1}
DECEIVED = {
    # The API says 200, and does something else; or the same for ever.
    "drop_setting": (CERTIFICATE, "put", 1, Expected("ggpg", "new", CHANGED, 200)),
    "not_stored": (QUICK, "put", 1, Expected("ggpg", "old", NOT_STORED, 200)),
    "html_200": (QUICK, "put", 1, Expected("ggpg", "old", NOT_STORED, 200)),
    "429": ({**QUICK, "retries": 1}, "get", None, Expected("gg", "old", NOTHING, 429)),
}
MODULE_TOO = ("502_html-last-try", "401-put", "cut_after-put", "drop_setting", "not_stored")
"""What the module is tried with as well. The rest is the same code, and a module costs more."""


def _options(fault: Any, retries: int) -> dict[str, Any]:
    hangs = {"request_timeout": 1} if str(fault).startswith("hang") else {}
    return {**CERTIFICATE, "retries": retries, **hangs}


def _cases() -> list[Case]:
    cases = [
        Case(name, _options(fault, tries), faults=[{**rule(fault, call=call, nth=nth), "times": 1}],
             by_name=call == "list", expect=end)
        for name, fault, call, nth, tries, end in ON_READS
    ]  # fmt: skip
    cases += [
        Case(name, _options(fault, tries), faults=[{**rule(fault, call="put"), "times": 1}], expect=end)
        for name, fault, tries, end in ON_THE_WRITE
    ]
    cases += [
        Case(name, options, faults=[{**rule(name, call=call), "times": times}], expect=end)
        for name, (options, call, times, end) in DECEIVED.items()
    ]
    frozen = Expected("ggpg", "new", CHANGED)
    cases.append(Case("edge-never-follows", IMPATIENT, edge={"mode": "frozen"}, expect=frozen))
    twice = [case for case in cases if case.name in MODULE_TOO]
    return [*(case for case in cases if case not in twice), *both_ways(twice)]


CASES = _cases()


@pytest.fixture(scope="module")
def seen(simulator, ansible) -> dict[str, Seen]:
    return play_cases(simulator, ansible, CASES, echo_secrets=True)


@pytest.mark.parametrize("name", [case.name for case in CASES])
def test_calls_end_state_and_what_is_said(name, seen):
    one = seen[name]
    expected = one.case.expect
    calls = "".join(call[0] for call in one.calls)
    assert any(entry["fault"] for entry in one.requests) or one.case.edge, "the fault was not met"
    assert one.failed is bool(expected.says), one.message
    # Where it is not stored, it goes on reading until its time is over.
    assert calls.rstrip("g") == expected.calls.rstrip("g")
    assert calls == expected.calls or expected.says == NOT_STORED or name == "429"
    assert one.stored == {"old": OLD, "new": NEW}[expected.stored].fingerprint_sha256
    assert sum(entry["took_effect"] for entry in one.puts) <= 1
    dropped = {"whitelists": (one.before["resource"]["whitelists"], [])}
    assert one.settings_moved() == (dropped if name.startswith("drop_setting") else {})
    assert one.result["changed"] is (expected.stored == "new" or expected.says == UNKNOWN)
    assert "Traceback" not in str(one.result)
    assert expected.says in one.message
    if expected.says and not one.case.edge:
        assert_the_failure_is_named(one)


def assert_the_failure_is_named(one: Seen) -> None:
    """By its call, its status and its request."""
    faulty = [entry for entry in one.requests if entry["fault"]][-1]
    call, status = f"{faulty['method']} {faulty['path']}", one.case.expect.status
    assert call in one.message
    if status is not None:
        assert f"answered {status}" in one.message
        assert f"request id {faulty['request_id'] or 'not given'}" in one.message
    if status != 200 or faulty["method"] == "GET":
        error, request_id = one.result["api_error"], faulty["request_id"] if status else None
        assert (error["call"], error["status"], error["request_id"]) == (call, status, request_id)
