# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""The one task of the role resource_cert: contents are looked up where they are needed, and nowhere else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..module_utils._options import RESOURCE_CERT
from ..module_utils._rotate.operation import ROTATE_RESOURCE
from ..plugin_utils._contents import Contents
from ..plugin_utils._local_action import EngineAction
from ..plugin_utils._resource_plan import ROLE


class ActionModule(EngineAction):
    """Does what `gcore_resource_cert` does for an element of the role's plan."""

    operation = ROTATE_RESOURCE
    specification = RESOURCE_CERT
    module = "gcore.web_security.gcore_resource_cert"

    def arguments(self, task_vars: dict[str, Any]) -> dict[str, Any]:
        """The options of the item, and its contents."""
        item = self._task.args["item"]
        return {**item["options"], **_looked_up(item, Contents(self._loader, self._templar, task_vars))}


def _looked_up(item: Mapping[str, Any], contents: Contents) -> dict[str, Any]:
    """The certificate, its key and the tokens: from the list of resources, from the role's variables, or from files."""
    found = {}
    for part, source in item["sources"].items():
        if source == "own":
            found[part] = contents.values([f"{ROLE}resources"])[0][item["index"]][part]
        elif source == "role":
            found[part] = contents.values([f"{ROLE}{part}"])[0]
        elif source == "file":
            found[part] = contents.file(part, item["paths"][f"{part}_path"])
    return found
