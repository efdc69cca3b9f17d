# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""The terminal or log of ansible-playbook itself, for the words that come when it no longer listens to its workers."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress


@contextmanager
def console() -> Iterator[Callable[[str], None]]:
    """Hold open the stderr of the process that started this worker, and give what writes a line to it."""
    # Ansible detaches its workers from the terminal, and on an interrupt it stops reading what they send. Where the
    # system does not show a process's files, nothing is written.
    fd = -1
    with suppress(OSError):
        fd = os.open(f"/proc/{os.getppid()}/fd/2", os.O_WRONLY | os.O_APPEND | os.O_NOCTTY)

    def write(line: str) -> None:
        with suppress(OSError):
            os.write(fd, f"{line}\n".encode())

    try:
        yield write
    finally:
        if fd >= 0:
            os.close(fd)
