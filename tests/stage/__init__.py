# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""Where the demo and the benchmark play: a simulator, a folder that goes away, and commands that never outlive it."""
