# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

from dataclasses import replace

import pytest

from ansible_collections.gcore.web_security.plugins.module_utils._clock import Deadline
from ansible_collections.gcore.web_security.plugins.module_utils._http.rate_limiter import RateLimiter
from unit.plugins.fakes import FakeClock, Script, answer, client_over, resource_json


@pytest.fixture
def fake():
    """Time that passes by sleeping, and how long a function takes of it."""
    made = FakeClock()

    def took(act, *words):
        before = made.elapsed
        act(*words)
        return made.elapsed - before

    made.took = took
    return made


STEPS = {
    # requests a second, total time; holds in seconds (h) and waits for places (w), and when all is through
    "nobody waits for nothing": (None, 10, "w1 " * 100, 0), "a hold ends, and is over": (None, 100, "h7 w1 w1", 7.05),
    "the longest hold counts": (None, 100, "h9 h3 w1", 9), "a deadline ends the wait": (None, 5, "h60 w1", 5),
    "a rate is kept": (4, 100, "w1 " * 9, 2), "a pair takes two places and goes out together": (0.5, 100, "w2 w0", 0),
    "and the next waits for both": (0.5, 100, "w2 w0 w1", 4),
    "what has its place already is held back too": (None, 100, "w2 h7 w0", 7),
}  # fmt: skip


@pytest.mark.parametrize(("per_second", "total", "steps", "elapsed"), STEPS.values(), ids=STEPS)
def test_the_pace(fake, per_second, total, steps, elapsed):
    rate_limiter, deadline = RateLimiter(fake.clock, per_second), Deadline(fake.clock, total)
    for step, number in ((step[0], step[1:]) for step in steps.split()):
        if step == "h":
            rate_limiter.hold(int(number))
        else:
            rate_limiter.wait(deadline, places=int(number))
    assert fake.elapsed == pytest.approx(elapsed, abs=0.01)


def test_after_a_complaint_requests_are_apart_and_come_closer_with_each_success(fake):
    rate_limiter, deadline = RateLimiter(fake.clock), Deadline(fake.clock, 1000)
    rate_limiter.hold(1)
    rate_limiter.wait(deadline)
    first = fake.took(rate_limiter.wait, deadline)
    assert first > 0.01
    for _unused in range(200):
        rate_limiter.succeeded()
    rate_limiter.wait(deadline)
    assert fake.took(rate_limiter.wait, deadline) < first / 2


@pytest.mark.parametrize(("per_second", "longest"), [(None, 2.0), (0.1, 10.0)])
def test_no_number_of_complaints_makes_a_run_stand_still(fake, per_second, longest):
    rate_limiter, deadline = RateLimiter(fake.clock, per_second), Deadline(fake.clock, 100_000)
    for _unused in range(100):
        rate_limiter.hold(1)
        rate_limiter.wait(deadline)
    assert 1 <= fake.took(rate_limiter.wait, deadline) <= longest + 0.1


def test_complaints_about_what_was_sent_before_the_first_are_no_news(fake):
    told = []
    rate_limiter, deadline = RateLimiter(fake.clock, on_hold=told.append), Deadline(fake.clock, 1000)
    for _unused in range(20):
        rate_limiter.hold(2)
    assert told == [2]
    rate_limiter.wait(deadline)
    assert fake.took(rate_limiter.wait, deadline) < 0.1
    rate_limiter.hold(3)
    assert told == [2, 3]


class Interleaved(FakeClock):
    """Somebody else comes in when the first one sleeps."""

    def sleep(self, seconds):
        come_in, self.come_in = self.come_in, lambda: None
        come_in()
        super().sleep(seconds)


def test_retry_after_holds_back_every_other_worker_too():
    time, sent = Interleaved(), []

    class Timed(Script):
        def send(self, *args):
            sent.append(time.elapsed)
            return super().send(*args)

    def client(*answers):
        return client_over(Timed(*(("GET /security/resources/7", one) for one in answers)), time)

    good = answer(200, resource_json())
    first, other = client(answer(429, {}, Retry_After="7"), good), client(good)
    other = type(other)(replace(other._session, rate_limiter=first._session.rate_limiter))
    time.come_in = lambda: other.resource(7)
    first.resource(7)
    assert [round(at) for at in sent[:2]] == [0, 7]
    assert 7 <= sent[2] < 15
