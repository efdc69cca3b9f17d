# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""Real `ansible-playbook` runs against the simulator; what they did is read from the simulator's journal and store."""

from __future__ import annotations
