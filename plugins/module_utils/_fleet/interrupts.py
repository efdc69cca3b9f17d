# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""Ctrl-C, SIGTERM and a controller that went away: the writes in flight end, no new one begins."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def interruptible(stop: Callable[[str, int], None]) -> Iterator[Callable[[], None]]:
    """Hand interrupts to `stop` while the block runs, and tell what asks whether the parent process is still there."""
    # It is told the reason, and the number of the signal that a process without manners would have died of. Signals
    # come to the main thread only; elsewhere they are left as they are.
    parent = os.getppid()

    def handle(number: int, _frame: Any) -> None:
        stop(f"interrupted by {signal.Signals(number).name}", number)

    def look_after_parent() -> None:
        if os.getppid() != parent:
            stop("the process that started this one is gone", signal.SIGTERM)

    is_told = threading.current_thread() is threading.main_thread()
    before = {number: signal.signal(number, handle) for number in (signal.SIGINT, signal.SIGTERM) if is_told}
    try:
        yield look_after_parent
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
