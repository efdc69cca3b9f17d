# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""A stand-in for AWX's REST API, on loopback only, that refuses what a real AWX 24.6.1 was seen to refuse.

It is stricter in two points: a real AWX drops fields that it does not know without a word, and takes defaults of
credential fields that it then does not apply. It shares no code with the collection.
"""

from __future__ import annotations
