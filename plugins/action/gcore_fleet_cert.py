# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""The action plugin of the module of the same name."""

from __future__ import annotations

from ansible_collections.gcore.web_security.plugins.module_utils.arguments import FLEET_CERT
from ansible_collections.gcore.web_security.plugins.module_utils.fleet_cert import rotate_fleet
from ansible_collections.gcore.web_security.plugins.module_utils.fleet_report import FleetReport
from ansible_collections.gcore.web_security.plugins.plugin_utils.engine_action import EngineAction


class ActionModule(EngineAction):
    """Keeps the certificates of a whole account current, and shows how it goes."""

    operation = staticmethod(rotate_fleet)
    specification = FLEET_CERT
    new_report = FleetReport
