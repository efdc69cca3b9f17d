# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Condition, Event

import pytest

from ansible_collections.gcore.web_security.plugins.module_utils._clock import Clock, Deadline
from ansible_collections.gcore.web_security.plugins.module_utils._http.rate_limiter import RateLimiter
from unit.plugins.fakes import FakeClock, Script, answer, client_over, resource_json

WORKERS = 6


class SharedClock:
    """Time for threads: it passes only when all of them sleep, and then as far as the first of them wants."""

    def __init__(self, workers):
        self._changed, self._workers, self._wakes = Condition(), workers, []
        self.time = 0.0
        self.somebody_sleeps = Event()
        self.clock = Clock(monotonic=lambda: self.time, sleep=self.sleep)

    def sleep(self, seconds):
        with self._changed:
            wake = self.time + max(seconds, 1e-6)
            self._wakes.append(wake)
            self.somebody_sleeps.set()
            self._pass()
            assert self._changed.wait_for(lambda: self.time >= wake, timeout=10)

    def leave(self):
        with self._changed:
            self._workers -= 1
            self._pass()

    def _pass(self):
        if self._wakes and len(self._wakes) >= self._workers:
            self.time = min(self._wakes)
            self._wakes = [wake for wake in self._wakes if wake > self.time]
            self._changed.notify_all()


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
    "nobody waits for nothing": (None, 10, "w1 " * 100, 0),
    "a hold ends, and is over": (None, 100, "h7 w1 w1", 7.05),
    "the longest hold counts": (None, 100, "h9 h3 w1", 9),
    "a deadline ends the wait": (None, 5, "h60 w1", 5),
    "a rate is kept": (4, 100, "w1 " * 9, 2),
    "a pair takes two places and goes out together": (0.5, 100, "w2 w0", 0),
    "and the next waits for both": (0.5, 100, "w2 w0 w1", 4),
    "what has its place already is held back too": (None, 100, "w2 h7 w0", 7),
}


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


def test_retry_after_holds_back_every_worker():
    shared, times = SharedClock(WORKERS), []
    rate_limiter = RateLimiter(shared.clock)

    class Timed(Script):
        def send(self, *args):
            times.append(shared.time)
            return super().send(*args)

    def work(*answers, is_first=False):
        made = client_over(Timed(*(("GET /security/resources/7", step) for step in answers)), shared)
        assert is_first or shared.somebody_sleeps.wait(10)
        type(made)(replace(made._session, rate_limiter=rate_limiter)).resource(7)
        shared.leave()

    good = answer(200, resource_json())
    with ThreadPoolExecutor(WORKERS) as pool:
        jobs = [pool.submit(work, answer(429, {}, Retry_After="7"), good, is_first=True)]
        jobs += [pool.submit(work, good) for _unused in range(WORKERS - 1)]
        for job in jobs:
            job.result(timeout=30)
    assert (times[0], len(times)) == (0, WORKERS + 1)
    assert 7 <= min(times[1:]) <= max(times) < 8
