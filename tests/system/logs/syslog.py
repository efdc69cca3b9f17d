# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""Stands before Python's own `syslog`: what a module would write into the system's log is kept in a file."""

import os

LOG_INFO, LOG_NOTICE, LOG_USER = 6, 5, 8


def openlog(*_settings):
    """There is nothing to open."""


def syslog(*words):
    """Keep a line; the priority before it is of no account."""
    with open(os.environ["SYSTEM_LOG"], "a", encoding="utf-8", errors="backslashreplace") as log:
        log.write(f"{words[-1]}\n")
