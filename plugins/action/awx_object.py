# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""All of `awx_object`, which has no module to ship."""

from __future__ import annotations

from ..module_utils._awx.operation import AWX_OBJECT, OPERATION
from ..plugin_utils._local_action import EngineAction


class ActionModule(EngineAction):
    """Keeps one object of AWX as a definition says."""

    operation = OPERATION
    specification = AWX_OBJECT
    has_module = False
