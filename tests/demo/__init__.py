# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""The collection at work, told as a story. It is a test as well: where a step does not do what is said, it fails."""
