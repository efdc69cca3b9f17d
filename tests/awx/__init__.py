# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""A stand-in for AWX's REST API, on loopback only, that refuses what AWX refuses.

What is known of that was seen on AWX 24.6.1 (credential types and what they inject, playbooks by a collection's name,
inventory files by path) or is taken from AWX's source and documentation (all else): it is no proof about a real server.

It is stricter in two points: a real AWX drops fields that it does not know without a word, and takes defaults of
credential fields that it then does not apply. It shares no code with the collection.
"""

from __future__ import annotations
