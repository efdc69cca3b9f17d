# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""Every fault, once on each call of a rotation: what is stored in the end, and what the task says of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
import urllib3

from simulator.handle import rule

from .cases import CERTIFICATE, Case, Seen, both_ways, play_cases
from .material import NEW, OLD

COUNTS_BYTES = int(urllib3.__version__.partition(".")[0]) > 1
"""Before version 2 urllib3 takes an answer that broke off for a whole one; then it is the JSON that is not whole."""

ASKED_FOR = ("429_retry_after", "429_retry_after_date")
"""When the API itself says when to come back, that is not counted among the retries."""

BY_ID = ("get", "get", "put", "get")
BY_NAME = ("list", "get", "put", "get")

NOTHING_CHANGED = "Nothing was changed."
NOT_STORED = "The certificate was not changed."
CHANGED = "The change itself was made"
UNKNOWN = "Whether the change was made is not known"

DECEIVED = {("PUT", NOT_STORED), ("PUT", CHANGED)}
"""What the message tells of a write that the API answered as if it were done."""

REDIRECT = {"kind": "redirect", "status": 307, "location": "http://127.0.0.1:9/security/resources"}
HTML_200_AFTER = {"kind": "html_200", "effect": "after"}


@dataclass(frozen=True)
class Read:
    """A fault of a read.

    Attributes:
        status: what the message names, None where there is no answer.
        tries: the settings of `retries` to try it with: with 1 another try follows, with 0 none.
        retried: whether another try follows at all.
        harmless: whether it is no failure at all.
    """

    status: int | None
    tries: tuple[int, ...] = (1, 0)
    retried: bool = True
    harmless: bool = False
    fault: Any = None


READS = {
    "400": Read(400, (1,), retried=False),
    "401": Read(401, (1,), retried=False),
    "403": Read(403, (1,), retried=False),
    "404": Read(404, (1,), retried=False),
    "408": Read(408),
    "409": Read(409, (1,), retried=False),
    "429": Read(429),
    "429_retry_after": Read(429, (0,)),
    "429_retry_after_date": Read(429, (0,)),
    "500": Read(500),
    "502_html": Read(502),
    "503": Read(503),
    "cut_before": Read(None),
    "cut_body": Read(None if COUNTS_BYTES else 200),
    "hang": Read(None),
    "truncated_json": Read(200),
    "html_200": Read(200),
    "wrong_content_type": Read(200, (0,), harmless=True),
    "redirect": Read(307, (1,), retried=False, fault=REDIRECT),
}

MODULE_TOO = {
    "401",
    "429_retry_after",
    "502_html",
    "cut_before",
    "cut_after",
    "drop_setting",
    "not_stored",
    "hang_after",
}
"""What the module is tried with as well: one of each kind. The rest is the same code, and a module costs more."""


@dataclass(frozen=True)
class Expected:
    """The end of a case."""

    calls: tuple[str, ...]
    stored: str
    failed: bool
    status: int | None = None
    call: str = ""
    says: str = ""


def _read_cases() -> Iterator[Case]:
    for name, fault in READS.items():
        for place, sequence in [(0, BY_NAME), (0, BY_ID), (1, BY_ID), (3, BY_ID)]:
            for tries in fault.tries:
                yield _read_case(name, fault, place, sequence, tries)


_PLACES = {0: "first", 1: "before-put", 3: "after-put"}


def _read_case(name: str, fault: Read, place: int, sequence: tuple[str, ...], tries: int) -> Case:
    call = sequence[place]
    nth = 1 if sequence == BY_NAME else {0: 1, 1: 2, 3: 3}[place]
    once = {**rule(fault.fault or name, call=call, nth=nth), "times": 1}
    where = "list" if call == "list" else f"{_PLACES[place]}-get"
    return Case(
        f"{name}-{where}{'-last-try' if len(fault.tries) > 1 and not tries else ''}",
        {**CERTIFICATE, "retries": tries, **_quick(name)},
        faults=[once],
        by_name=sequence == BY_NAME,
        expect=_after_read(name, fault, place, sequence, tries),
    )


def _quick(name: str) -> dict[str, int]:
    return {"request_timeout": 1} if name.startswith("hang") else {}


def _after_read(name: str, fault: Read, place: int, sequence: tuple[str, ...], tries: int) -> Expected:
    if fault.harmless:
        return Expected(sequence, "new", failed=False)
    if fault.retried and (tries or name in ASKED_FOR):
        return Expected((*sequence[: place + 1], *sequence[place:]), "new", failed=False)
    stored, says = ("new", CHANGED) if place == 3 else ("old", NOTHING_CHANGED)
    return Expected(sequence[: place + 1], stored, True, fault.status, "GET", says)


WROTE = ("get", "get", "put")
TWICE = (*WROTE, "get", "put", "get")
LOOKED = (*WROTE, "get", "get")


@dataclass(frozen=True)
class Write:
    """A fault of the write: how it ends with one more try, and without (None: in the same way)."""

    tried_again: Expected
    last_try: Expected | None = None
    fault: Any = None


def _refused(status: int) -> Write:
    return Write(Expected(WROTE, "old", True, status, "PUT", NOTHING_CHANGED))


def _limited(status: int) -> Write:
    """Refused for now: it is known that nothing was written."""
    last = Expected(WROTE, "old", True, status, "PUT", NOTHING_CHANGED)
    return Write(Expected(TWICE, "new", failed=False), last)


def _lost(status: int | None, *, took_effect: bool) -> Write:
    """Whether it was written is not known: a look tells, also after the last try."""
    if took_effect:
        return Write(Expected(LOOKED, "new", failed=False), Expected(LOOKED, "new", failed=False))
    last = Expected((*WROTE, "get"), "old", True, status, "PUT", UNKNOWN)
    return Write(Expected(TWICE, "new", failed=False), last)


_UNREAD = Write(Expected(BY_ID, "new", failed=False))
"""What the answer to a write says is left unread: the next read tells."""

WRITES = {
    **{str(status): _refused(status) for status in (400, 401, 403, 404, 409)},
    "redirect": replace(_refused(307), fault=REDIRECT),
    "429": _limited(429),
    **{name: Write(Expected(TWICE, "new", failed=False), Expected(TWICE, "new", failed=False)) for name in ASKED_FOR},
    "408": _lost(408, took_effect=False),
    "500": _lost(500, took_effect=False),
    "500_after": _lost(500, took_effect=True),
    "502_html": _lost(502, took_effect=False),
    "502_html_after": _lost(502, took_effect=True),
    "503": _lost(503, took_effect=False),
    "504_html_after": _lost(504, took_effect=True),
    "cut_before": _lost(None, took_effect=False),
    "cut_after": _lost(None, took_effect=True),
    "cut_body": _lost(None, took_effect=True) if COUNTS_BYTES else _UNREAD,
    "hang": _lost(None, took_effect=False),
    "hang_after": _lost(None, took_effect=True),
    "truncated_json": _UNREAD,
    "wrong_content_type": _UNREAD,
    "html_200_after": replace(_UNREAD, fault=HTML_200_AFTER),
}


def _write_cases() -> Iterator[Case]:
    for name, fault in WRITES.items():
        for tries, expected in [(1, fault.tried_again), (0, fault.last_try)]:
            if expected:
                yield Case(
                    f"{name}-put{'' if tries else '-last-try'}",
                    {**CERTIFICATE, "retries": tries, **_quick(name)},
                    faults=[{**rule(fault.fault or name, call="put"), "times": 1}],
                    expect=expected,
                )


def _deceiving_cases() -> Iterator[Case]:
    """The API says 200, and does something else."""
    quick = {**CERTIFICATE, "total_timeout": 6}
    seen = Expected(BY_ID, "new", True, 200, "PUT", CHANGED)
    unseen = Expected(BY_ID, "old", True, 200, "PUT", NOT_STORED)
    for name, calls in {"429_retry_after": ("get",), "429": ("get", "get")}.items():
        patient = {**CERTIFICATE, "retries": 1, "total_timeout": 6}
        never = Expected(calls, "old", True, 429, "GET", NOTHING_CHANGED)
        yield Case(f"{name}-for-ever", patient, faults=[rule(name, call="get")], expect=never)
    yield Case("drop_setting-put", CERTIFICATE, faults=[rule("drop_setting", call="put", times=1)], expect=seen)
    yield Case("not_stored-put", quick, faults=[rule("not_stored", call="put", times=1)], expect=unseen)
    yield Case("html_200-put", quick, faults=[rule("html_200", call="put", times=1)], expect=unseen)
    impatient = {**CERTIFICATE, "verify": "edge", "verify_timeout": 1, "verify_interval": 1}
    yield Case("edge-never-follows", impatient, edge={"mode": "frozen"}, expect=seen)


def _cases() -> list[Case]:
    cases = [*_read_cases(), *_write_cases(), *_deceiving_cases()]
    twice = [case for case in cases if _fault_name(case) in MODULE_TOO and case.expect.calls[0] == "get"]
    return [*(case for case in cases if case not in twice), *both_ways(twice)]


def _fault_name(case: Case) -> str:
    return case.name.partition("-")[0]


CASES = _cases()


@pytest.fixture(scope="module")
def seen(simulator, ansible) -> dict[str, Seen]:
    return play_cases(simulator, ansible, CASES, echo_secrets=True)


@pytest.fixture(params=CASES, ids=lambda case: case.name)
def one(request, seen) -> Seen:
    return seen[request.param.name]


def test_calls_and_end_state(one):
    expected = one.case.expect
    assert any(entry["fault"] for entry in one.requests) or one.case.edge, "the fault was not met"
    assert one.failed is expected.failed, one.message
    assert tuple(one.calls[: len(expected.calls)]) == expected.calls
    if expected.says == NOT_STORED or "for-ever" in one.case.name:
        # It goes on reading until its time is over.
        assert set(one.calls[len(expected.calls) :]) <= {"get"}
    else:
        assert len(one.calls) == len(expected.calls)
    assert one.stored == {"old": OLD, "new": NEW}[expected.stored].fingerprint_sha256
    assert sum(entry["took_effect"] for entry in one.puts) <= 1


def test_other_settings_are_left_alone(one):
    dropped = {"whitelists": (one.before["resource"]["whitelists"], [])}
    assert one.settings_moved() == (dropped if _fault_name(one.case) == "drop_setting" else {})


def test_what_is_said_of_the_change_is_true(one):
    expected = one.case.expect
    certain = {"old": False, "new": True}[expected.stored]
    assert one.result["changed"] is (True if expected.says == UNKNOWN else certain)
    assert "Traceback" not in str(one.result)
    if expected.failed:
        assert expected.says in one.message


@pytest.mark.parametrize("name", [case.name for case in CASES if case.expect.failed and not case.edge])
def test_a_failure_names_call_status_and_request_id(name, seen):
    one = seen[name]
    expected = one.case.expect
    faulty = [entry for entry in one.requests if entry["fault"]][-1]
    call = f"{expected.call} {faulty['path']}"
    # The half of an answer that a broken connection leaves names no request.
    request_id = None if expected.status is None or faulty["fault"] == "cut_body" else faulty["request_id"]
    assert call in one.message
    if expected.status is not None:
        assert f"answered {expected.status}" in one.message
        assert f"request id {request_id or 'not given'}" in one.message
    if (expected.call, expected.says) not in DECEIVED:
        error = one.result["api_error"]
        assert (error["call"], error["status"], error["request_id"]) == (call, expected.status, request_id)
