# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""What a task of this collection costs, as ratios inside one run against the simulator. It measures; it is no test."""
