# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""The action plugin of the module of the same name."""

from __future__ import annotations

from ansible_collections.gcore.web_security.plugins.module_utils.arguments import RESOURCE_CERT
from ansible_collections.gcore.web_security.plugins.module_utils.resource_cert import rotate_resource
from ansible_collections.gcore.web_security.plugins.plugin_utils.engine_action import EngineAction


class ActionModule(EngineAction):
    """Keeps the certificate of one resource current."""

    operation = staticmethod(rotate_resource)
    specification = RESOURCE_CERT
