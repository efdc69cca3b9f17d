# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""What the modules answer, recorded over one checkout and compared with another; imports nothing of either."""
