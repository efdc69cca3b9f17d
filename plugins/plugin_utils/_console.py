# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""The terminal or log of ansible-playbook itself, for the words that come when it no longer listens to its workers."""

from __future__ import annotations

import os
from contextlib import suppress
from types import TracebackType


class Console:
    """The stderr of the process that started this worker, held open so that it outlives that process.

    Ansible detaches its workers from the terminal, and on an interrupt it stops reading what they send. Where the
    system does not show a process's files, nothing is written.
    """

    def __enter__(self) -> Console:
        self._fd = -1
        with suppress(OSError):
            self._fd = os.open(f"/proc/{os.getppid()}/fd/2", os.O_WRONLY | os.O_APPEND | os.O_NOCTTY)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._fd >= 0:
            os.close(self._fd)

    def write(self, line: str) -> None:
        """Write one line."""
        with suppress(OSError):
            os.write(self._fd, f"{line}\n".encode())
