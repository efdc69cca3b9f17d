# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""Finding the one resource that a task names."""

from __future__ import annotations

from typing import Any

from .._errors import ResourceLookupError
from .._x509.hostname import normalised
from .client import Client


def find_resource(client: Client, resource_id: int | None, name: str | None) -> dict[str, Any]:
    """Return the JSON of the resource that has an id, or exactly this name where no id is given.

    Raises:
        GcoreError: there is none, several have the name, or the API does not answer.
    """
    if resource_id is not None:
        return client.resource(resource_id)
    wanted = normalised(str(name))
    found = [raw for raw in client.resources() if normalised(str(raw.get("name"))) == wanted]
    if len(found) != 1:
        ids = ", ".join(str(raw["id"]) for raw in found)
        raise ResourceLookupError(
            f"no resource is named {wanted}" if not found else f"{len(found)} resources are named {wanted}: {ids}",
            "Check the name and the token's account; aliases do not count."
            if not found
            else "Use resource_id to say which one is meant.",
        )
    return found[0]
