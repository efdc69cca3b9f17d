# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

import signal
from concurrent.futures import ThreadPoolExecutor

import pytest

from ansible_collections.gcore.web_security.plugins.module_utils._errors import ApiError, StoppedError
from ansible_collections.gcore.web_security.plugins.module_utils._rotate.failure_budget import FailureBudget

SERVER_ERROR = ApiError("PUT /security/resources/7", "answered 500", status=500, outcome_unknown=True)
LATER = ApiError("PUT /security/resources/7", "answered 429", status=429)


def braked(tolerated, events):
    """What became of a budget: each event is what happened and to which resource."""
    budget = FailureBudget()
    budget.tolerated = tolerated
    happens = {
        "failed": lambda key: budget.write_failed(key, SERVER_ERROR),
        "later": lambda key: budget.write_failed(key, LATER),
        "gave_up": budget.gave_up,
        "succeeded": budget.write_succeeded,
    }
    for event in events:
        what, number = event.split()
        happens[what](int(number))
    return budget.reason


FAILURES = [
    (None, ["failed 1"] * 50, 0), (0, [], 0), (0, ["failed 1"], 1), (0, ["gave_up 1"], 1), (1, ["failed 1"], 0),
    (1, ["failed 1", "failed 2"], 2), (1, ["failed 1", "failed 1"], 2), (1, ["failed 1", "gave_up 1"], 0),
    (1, ["gave_up 1", "gave_up 2"], 2), (1, ["failed 1", "succeeded 1", "failed 2"], 0),
    (1, ["failed 1", "succeeded 2", "failed 3"], 2), (0, ["later 1", "later 2"], 0), (0, ["later 1", "gave_up 1"], 1),
]  # fmt: skip


@pytest.mark.parametrize(("tolerated", "events", "count"), FAILURES)
def test_failures_that_were_not_made_good_stop_the_run(tolerated, events, count):
    expected = f"{count} failures, and max_failures tolerates {tolerated}" if count else ""
    assert braked(tolerated, events) == expected


def test_what_is_stopped_admits_no_write_and_the_first_reason_stays():
    budget = FailureBudget()
    budget.authorize_write()
    budget.authorize_write(SERVER_ERROR)
    budget.stop("one")
    budget.stop("two")
    with pytest.raises(StoppedError, match="the run was stopped: one") as caught:
        budget.authorize_write()
    assert "again" in caught.value.hint
    with pytest.raises(ApiError) as caught:  # who reads the result needs the cause, not only that there is no more try
        budget.authorize_write(SERVER_ERROR)
    assert caught.value is SERVER_ERROR


def test_no_failure_of_many_workers_is_lost():
    budget = FailureBudget()
    budget.tolerated = 799
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: budget.write_failed(number % 5, SERVER_ERROR), range(799)))
    assert not budget.reason
    budget.gave_up(99)
    assert budget.reason.startswith("800 failures")


def test_a_signal_may_stop_the_run_while_its_thread_counts():
    """A handler runs in the middle of whatever its thread is at, and would wait for it for ever."""

    class Interrupting(dict):
        def total(self):
            signal.raise_signal(signal.SIGUSR1)
            return 1

    budget = FailureBudget()
    budget.tolerated = 5
    budget._failures = Interrupting({1: 0})
    before = signal.signal(signal.SIGUSR1, lambda *_unused: budget.stop("a signal"))
    try:
        budget.write_failed(1, SERVER_ERROR)
    finally:
        signal.signal(signal.SIGUSR1, before)
    assert budget.reason == "a signal"
