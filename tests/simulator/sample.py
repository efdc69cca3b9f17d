# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors
"""Resources to seed: a realistic one, and fields that nobody has documented."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from .fields import DEFAULTS, Resource

if TYPE_CHECKING:
    from .authority import Issued

ODD_FIELDS: Mapping[str, Any] = {
    "x_nested": {"level": {"deeper": [1, {"deepest": None}]}}, "x_null": None, "x_empty_string": "", "x_empty_list": [],
    "x_empty_object": {}, "x_big_integer": 123456789012345678901234567890, "x_float": 0.1, "x_tiny_float": 5e-324,
    "x_negative": -42, "x_zero": 0, "x_true": True, "x_false": False, "x_unicode": "Größe ΑΒΓ 名前 \u202eabc",
    "x_emoji": "🔐👩‍💻", "x_number_text": "0012.50", "x_json_text": '{"looks": ["like", "json"]}',
    "x_deep_list": [[[[[["deep"]]]]]], "x key with spaces": "kept", "x.key.with.dots": {"a.b": "c"},
    "x_control_characters": 'tab\tnewline\nquote"backslash\\{{ braces }}',
}  # fmt: skip


def resource(resource_id: int, name: str, aliases: Sequence[str | Mapping[str, Any]] = (), **changes: Any) -> Resource:
    """Build a full resource with HTTPS off; ``changes`` replace or add fields."""
    return {
        "id": resource_id, **copy.deepcopy(dict(DEFAULTS)), "name": name, "active": True, "enabled": True, "client": 2,
        "created": "2024-03-01 09:54:46.441966+00:00", "updated": "2024-06-01 10:21:30.738663+00:00",
        "status": "active", "is_waf_enabled": True, "is_redirect_to_https_enabled": True,
        "aliases": [_alias(resource_id, *each) for each in enumerate(aliases, start=1)],
        "origins": [{**_entry("origin", resource_id, "192.0.2.10"), "origin_weight": 50, "origin_mode": "primary"}],
        "rate_limier_rules": [{"method": "POST", "path": "login", "value": 10}],
        "whitelists": [_entry("whitelist", resource_id, "198.51.100.7")],
        "blacklists": [_entry("blacklist", resource_id, "203.0.113.9")], "service_ip": "127.0.0.1",
        "service_ssl_expire": 0, "service_botprotect": 4, "service_client_id": 2, "service_enable": 1,
        "service_geoip_list": "AQ,BV", "service_geoip_mode": 1, "service_global_whitelist": 1, "service_http2": 1,
        "service_https2http": 1, "service_id": resource_id, "service_waf": "0", "service_wwwredir": 1, **changes,
    }  # fmt: skip


def with_installed(resource: Resource, issued: Issued) -> dict[str, Any]:
    """Make a seed of a resource that has a given certificate installed."""
    return {"resource": resource, "install": installation(issued)}


def with_issued(resource: Resource, **options: Any) -> dict[str, Any]:
    """Make a seed for which the simulator issues the certificate itself; README.md names the options."""
    return {"resource": resource, "issue": options}


def installation(issued: Issued) -> dict[str, str]:
    """Write a certificate and its key as the admin door takes them."""
    return {"certificate": issued.full_chain_pem, "private_key": issued.private_key_pem}


def _alias(resource_id: int, position: int, alias: str | Mapping[str, Any]) -> dict[str, Any]:
    number = resource_id * 100 + position
    given = {"alias_data": alias} if isinstance(alias, str) else alias
    return {"id": number, "alias_id": number, "alias_ssl_expire": 0, **given}


def _entry(kind: str, resource_id: int, address: str) -> dict[str, Any]:
    number = resource_id * 10
    return {"id": number, f"{kind}_id": number, f"{kind}_data": address}
