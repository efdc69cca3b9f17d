# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""The action plugin of the module of the same name."""

from __future__ import annotations

from ..module_utils._expiry.operation import SCAN_RESOURCES
from ..module_utils._options import RESOURCE_CERT_INFO
from ..plugin_utils._local_action import EngineAction


class ActionModule(EngineAction):
    """Tells what the host names of an account serve."""

    operation = SCAN_RESOURCES
    specification = RESOURCE_CERT_INFO
