# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

import itertools
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime

import pytest

from ansible_collections.gcore.web_security.plugins.module_utils._http.retry import (
    Backoff,
    Disposition,
    disposition,
    retry_after_seconds,
)

NOW = datetime(2026, 12, 1, 12, tzinfo=timezone.utc)

FINAL, LATER, UNKNOWN = (False, False), (True, False), (True, True)  # retryable, outcome_unknown
EXPECTED = {
    **dict.fromkeys(range(100, 600), (FINAL, FINAL)),
    **dict.fromkeys([*range(500, 600), None, 408], (LATER, UNKNOWN)),
    429: (LATER, LATER),
}


@pytest.mark.parametrize(("call", "place"), [("GET /x", 0), ("OPTIONS /x", 0), ("PUT /x", 1), ("POST /x", 1)])
def test_every_status(call, place):
    found = {status: disposition(call, status) for status in EXPECTED}
    assert found == {status: Disposition(*means[place]) for status, means in EXPECTED.items()}


@pytest.mark.parametrize(("chance", "share"), [(0.0, 0.75), (0.5, 0.875), (1.0, 1.0)])
def test_backoff_doubles_and_jitter_keeps_three_quarters_of_it(chance, share):
    waits = [Backoff(chance=lambda: chance).seconds(attempt) for attempt in (1, 2, 3, 4, 5, 6, 5000)]
    assert waits == [share * step for step in (0.5, 1, 2, 4, 8, 8, 8)]


def test_jitter_is_there_without_being_asked_for():
    waits = {Backoff().seconds(3) for _unused in range(50)}
    assert len(waits) > 1
    assert 1.5 <= min(waits) <= max(waits) <= 2.0


def http_date(seconds):
    return format_datetime(NOW + timedelta(seconds=seconds), usegmt=True)


SECONDS = {
    "0": 0.0, "7": 7.0, " 7 ": 7.0, "60": 60.0, "61": 60.0, "9" * 400: 60.0,
    http_date(7): 7.0, http_date(3600): 60.0, http_date(-7): 0.0, http_date(7).replace("GMT", "-0000"): 7.0,
    "Tue Dec  1 12:00:07 2026": 7.0, "Fri, 31 Dec 9999 23:59:59 GMT": 60.0,
    **dict.fromkeys([None, "", " ", "-5", "1.5", "5, 6", "soon", "nan", "inf", "\u00b2"]),
    **dict.fromkeys(["Fri, 31 Dec 99999 23:59:59 GMT", "Fri, 31 Dec 9999 23:59:59 -9999"]),
}  # fmt: skip


@pytest.mark.parametrize(("value", "seconds"), SECONDS.items())
def test_retry_after(value, seconds):
    assert retry_after_seconds(value, NOW) == seconds


def test_no_header_however_strange_raises():
    pieces = ("", " ", ",", "Mon", "31", "Dec", "9999", "25:61:61", "GMT", "+9999", "-", ":")
    for words in itertools.product(pieces, repeat=4):
        found = retry_after_seconds(" ".join(words), NOW)
        assert found is None or 0.0 <= found <= 60.0
