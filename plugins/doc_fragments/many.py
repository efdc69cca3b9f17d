# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""The options of every plugin that is about many resources."""

from __future__ import annotations


class ModuleDocFragment:
    """Documentation fragment `gcore.web_security.many`, and `.many.selection` for those that do one after the other."""

    DOCUMENTATION = r"""
options:
  concurrency: {type: int, default: 16, description: How many resources are worked on at the same time.}
  requests_per_second:
    description:
      - The most requests a second to the API. If unset, as many as it takes without complaint.
      - When the API asks for a pause, all requests of the task wait, and come more slowly afterwards.
    type: float
"""

    SELECTION = r"""
options:
  include:
    description:
      - Only the resources with these ids, names, or names that match these globs.
      - It is an error when no resource is called any of them, and a warning when that is so of one of them.
      - In M(gcore.web_security.gcore_fleet_cert), one that is called by its id or its exact name and that none of the
        certificates is for is a failure. One that a glob matches is not.
    type: list
    elements: str
  exclude:
    description:
      - Not the resources with these ids, names, or names that match these globs.
      - It is a warning when no resource is called one of them.
    type: list
    elements: str
"""
