# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""What AWX says no to."""

from __future__ import annotations

from typing import Any


class Refusal(Exception):
    """An answer other than the wanted one: its HTTP status, and what it says."""

    def __init__(self, body: Any, status: int = 400) -> None:
        super().__init__(body)
        self.status = status
        self.body = body


def absent() -> Refusal:
    """Say that there is no such address."""
    return Refusal({"detail": "The requested resource could not be found."}, 404)
