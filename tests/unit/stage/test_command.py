# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""Commands end with whoever waits for them."""

import fcntl
import os
import sys
import time

import pytest

from stage import command

# All that a program starts inherits its lock, so the lock is free when all of it has ended.
LOCK = "import fcntl, os, signal, time; lock = open('lock', 'w'); fcntl.flock(lock, fcntl.LOCK_EX); "
STUBBORN = LOCK + "signal.signal(signal.SIGTERM, signal.SIG_IGN); print('ready', flush=True); time.sleep(60)"
WITH_CHILD = LOCK + "os.fork() and print('ready', flush=True); time.sleep(60)"


class Stop(Exception):
    """What comes in between."""


def is_free(path, seconds=10):
    end = time.monotonic() + seconds
    with path.open("w") as lock:
        while time.monotonic() < end:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                time.sleep(0.05)
            else:
                return True
    return False


@pytest.mark.parametrize("program", [STUBBORN, WITH_CHILD], ids=["stubborn", "with a child"])
def test_an_exception_ends_it_with_all_that_it_started(program, tmp_path, monkeypatch):
    def stop(line):
        assert line == "ready"
        assert not is_free(tmp_path / "lock", seconds=0.1)
        raise Stop

    monkeypatch.setattr(command, "_GRACE", 0.2)
    with pytest.raises(Stop):
        command.run([sys.executable, "-c", program], os.environ, tmp_path, stop)
    assert is_free(tmp_path / "lock")
