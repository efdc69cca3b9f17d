# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors
"""A stand-in for the Gcore Web Security API and its TLS edges, on loopback only.

It shares no code with the collection, so what it saw is evidence about the collection.
"""

from __future__ import annotations
