# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

import time
from datetime import datetime, timedelta, timezone

import pytest

from ansible_collections.gcore.web_security.plugins.module_utils._clock import Clock, Deadline
from ansible_collections.gcore.web_security.plugins.module_utils._errors import DeadlineError
from unit.plugins.fakes import FakeClock


def test_the_machines_clock():
    clock = Clock()
    assert clock.now().utcoffset() == timedelta(0)
    assert abs(clock.now() - datetime.now(timezone.utc)) < timedelta(seconds=5)
    assert (clock.monotonic, clock.sleep) == (time.monotonic, time.sleep)


@pytest.fixture
def fake():
    return FakeClock()


def test_what_remains_shrinks_and_is_never_negative_and_never_longer(fake):
    deadline = Deadline(fake.clock, 10)
    fake.sleep(4)
    deadline.shorten(50)
    assert deadline.remaining() == pytest.approx(6)
    fake.sleep(40)
    assert deadline.remaining() == 0.0


def test_a_sleep_is_shortened_to_what_remains(fake):
    deadline = Deadline(fake.clock, 10)
    for seconds, elapsed in ((0, 0), (-1, 0), (7, 7), (7, 10), (7, 10)):
        deadline.sleep(seconds)
        assert fake.elapsed == pytest.approx(elapsed, abs=1e-3)


def test_a_sleeper_notices_a_shortened_deadline(fake):
    deadline = Deadline(fake.clock, 1000)
    slept = []

    def sleep(seconds):
        slept.append(seconds)
        fake.sleep(seconds)
        deadline.shorten(3)

    object.__setattr__(fake.clock, "sleep", sleep)
    deadline.sleep(500)
    assert max(slept) <= 1.0
    assert fake.elapsed == pytest.approx(4, abs=1e-3)


def test_nothing_begins_when_the_time_is_over(fake):
    deadline = Deadline(fake.clock, 1.5)
    deadline.check("GET /x")
    fake.sleep(1.5)
    with pytest.raises(DeadlineError, match=r"^the total time of 1.5 s was over before: GET /x$") as caught:
        deadline.check("GET /x")
    assert "total_timeout" in caught.value.hint
