# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""What a worker says while its task runs: by Ansible's display, or to its terminal once that no longer listens."""

from __future__ import annotations

import io
import multiprocessing
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, redirect_stdout, suppress
from threading import Lock

from ansible.utils.display import Display

_DISPLAYS = Lock()


def display(line: str) -> None:
    """Hand a line to Ansible's display, and leave nothing in the worker's own standard output."""
    # The display of a worker passes the line on to the controller's. An ansible-runner before 2.4.2 marks it in the
    # worker's standard output all the same, and since ansible-core 2.19 whatever is found there is warned of.
    is_worker = multiprocessing.parent_process() is not None
    with _DISPLAYS, redirect_stdout(io.StringIO()) if is_worker else nullcontext():
        Display().display(line)


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
