# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors
"""The CDN API, in which certificates are objects of their own, and the edges that serve its resources."""
