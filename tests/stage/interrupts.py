# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""Signals that end a program, as an exception: what was started is stopped, what was made is removed."""

import os
import signal
import sys
from collections.abc import Callable
from types import FrameType

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interrupted(BaseException):
    """A signal came. No `Exception`: nobody handles it but the one who ends the program."""

    def __init__(self, number: int) -> None:
        super().__init__(signal.Signals(number).name)
        self.number = number


def interruptible(program: Callable[[], int]) -> int:
    """Run a program to its end; at a signal let it clean up, then end by that same signal, as callers expect."""
    for number in _SIGNALS:
        if signal.getsignal(number) is not signal.SIG_IGN:  # nohup means it
            signal.signal(number, _interrupt)
    try:
        return program()
    except Interrupted as interrupted:
        print(f"\nInterrupted ({interrupted}): what was started is stopped, what was made is removed.", flush=True)
        sys.stderr.flush()
        signal.signal(interrupted.number, signal.SIG_DFL)
        os.kill(os.getpid(), interrupted.number)
        return 128 + interrupted.number


def _interrupt(number: int, _frame: FrameType | None) -> None:
    """The clean-up is short: the second Ctrl-C of somebody impatient must not cut it off."""
    for other in _SIGNALS:
        signal.signal(other, signal.SIG_IGN)
    raise Interrupted(number)
