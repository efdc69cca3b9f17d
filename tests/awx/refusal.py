# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""What AWX says no to."""

from __future__ import annotations

from typing import Any


class Refusal(Exception):
    """An answer other than the wanted one.

    Attributes:
        status: the HTTP status.
        body: what the answer says.
    """

    def __init__(self, body: Any, status: int = 400) -> None:
        super().__init__(body)
        self.status = status
        self.body = body
