# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""The action plugin of the module of the same name."""

from __future__ import annotations

from ..module_utils._fleet.operation import ROTATE_FLEET
from ..module_utils._options import FLEET_CERT
from ..plugin_utils._local_action import EngineAction


class ActionModule(EngineAction):
    """Keeps the certificates of a whole account current, and shows how it goes."""

    operation = ROTATE_FLEET
    specification = FLEET_CERT
