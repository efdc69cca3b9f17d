# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""Words that depend on numbers."""

from __future__ import annotations


def counted(count: int, noun: str) -> str:
    """Such as `1 resource`, or `2 resources`."""
    return f"{count} {noun}{'' if count == 1 else 's'}"
