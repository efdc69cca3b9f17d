# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""The action plugin of the module of the same name."""

from __future__ import annotations

from ..module_utils._options import RESOURCE_CERT
from ..module_utils._rotate.operation import ROTATE_RESOURCE
from ..plugin_utils._local_action import EngineAction


class ActionModule(EngineAction):
    """Keeps the certificate of one resource current."""

    operation = ROTATE_RESOURCE
    specification = RESOURCE_CERT
