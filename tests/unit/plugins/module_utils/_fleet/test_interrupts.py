# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

import contextlib
import signal
import threading

import pytest

from ansible_collections.gcore.web_security.plugins.module_utils._fleet.interrupts import interruptible

SIGNALS = (signal.SIGINT, signal.SIGTERM)


@pytest.fixture(autouse=True)
def handlers():
    """Whatever a test does to them, the handlers of the test run come back."""
    before = {number: signal.getsignal(number) for number in SIGNALS}
    yield before
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.parametrize("number", SIGNALS)
def test_a_signal_is_a_reason_and_the_handlers_come_back_after_an_error_too(number, handlers):
    heard = []
    with contextlib.suppress(ValueError), interruptible(lambda *what: heard.append(what)):
        signal.raise_signal(number)
        signal.raise_signal(number)
        raise ValueError
    assert heard == [(f"interrupted by {number.name}", number)] * 2
    assert {each: signal.getsignal(each) for each in SIGNALS} == handlers


def test_beside_the_main_thread_signals_are_left_as_they_are(handlers):
    found = []

    def work():
        with interruptible(lambda *_what: None) as look_after_parent:
            found.append({each: signal.getsignal(each) for each in SIGNALS})
            look_after_parent()

    thread = threading.Thread(target=work)
    thread.start()
    thread.join(10)
    assert found == [handlers]
