# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""The version of the collection, as the User-Agent names it. A test holds it equal to galaxy.yml's."""

from __future__ import annotations

VERSION = "1.0.0"
