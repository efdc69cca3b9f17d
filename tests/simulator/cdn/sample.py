# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors
"""CDN resources to seed: a realistic one, with fields that nobody has documented."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

Resource = dict[str, Any]


def cdn_resource(resource_id: int, cname: str, secondary: Sequence[str] = (), **changes: Any) -> Resource:
    """Build a full CDN resource with HTTPS off; ``changes`` replace or add fields."""
    return {
        "id": resource_id,
        "cname": cname,
        "secondaryHostnames": list(secondary),
        "active": True,
        "enabled": True,
        "status": "active",
        "deleted": False,
        "client": 2,
        "name": f"CDN {resource_id}",
        "description": "",
        "created": "2024-03-01T09:54:46.441966Z",
        "updated": "2024-06-01T10:21:30.738663Z",
        "originGroup": resource_id * 10,
        "originGroup_name": f"origins of {cname}",
        "originProtocol": "HTTPS",
        "shielded": False,
        "shield_dc": None,
        "shield_enabled": False,
        "shield_routing_map": None,
        "sslEnabled": False,
        "sslData": None,
        "proxy_ssl_enabled": False,
        "proxy_ssl_ca": None,
        "proxy_ssl_data": None,
        "preset_applied": False,
        "vp_enabled": False,
        "full_custom_enabled": False,
        "can_purge_by_urls": False,
        "suspend_date": None,
        "suspended": False,
        "primary_resource": None,
        "is_primary": None,
        "waap_domain_id": None,
        "rules": [],
        "options": {
            "waap": {"enabled": True, "value": True},
            "tls_versions": {"enabled": True, "value": ["TLSv1.2", "TLSv1.3"]},
            "x_unknown": {"value": [1, {"deep": None}]},
        },
        "x_float": 0.1,
        "x_big_integer": 123456789012345678901234567890,
        **changes,
    }


def deleted_stub(resource_id: int, cname: str) -> Resource:
    """Build what is left of a resource that was deleted."""
    told = {"id": resource_id, "cname": cname, "client": 2, "updated": "2024-06-01T10:21:30.738663Z"}
    return {**told, "status": "deleted", "deleted": True}
