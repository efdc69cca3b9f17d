# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors
"""The fields of a resource: which are read-only, and what a PUT resets the others to."""

import copy
from collections.abc import Mapping
from typing import Any

Resource = dict[str, Any]

READ_ONLY = frozenset(("enabled", "created", "updated", "status", "client", "service_ip", "id", "service_ssl_expire"))
CREDENTIALS = frozenset(("service_ssl_crt", "service_ssl_key", "sslCertificate", "sslPrivateKey"))
DEFAULTS: Mapping[str, Any] = {
    "name": "", "active": False, "is_waf_enabled": False, "is_redirect_to_https_enabled": False, "ssl_type": None,
    "aliases": [], "origins": [], "rate_limier_rules": [], "whitelists": [], "blacklists": [], "service_botprotect": 0,
    "service_cdn": 0, "service_cdn_host": "", "service_cdn_proxy_host": "", "service_client_id": 0, "service_enable": 0,
    "service_forcessl": 0, "service_geoip_list": "", "service_geoip_mode": 0, "service_global_whitelist": 0,
    "service_hsts": 0, "service_http2": 0, "service_https2http": 0, "service_id": 0, "service_iphash": 0,
    "service_methods": "", "service_stream": 0, "service_waf": "", "service_wwwredir": 0,
}  # fmt: skip


def replaced(stored: Resource, body: Mapping[str, Any]) -> Resource:
    """Return what a PUT makes of a resource: what the body leaves out is reset to its default, or removed without one.

    Read-only fields stay. The certificate and its key never become part of the resource.
    """
    written = {name: value for name, value in body.items() if name not in READ_ONLY and name not in CREDENTIALS}
    result: Resource = {}
    for name, value in stored.items():
        if name in READ_ONLY:
            result[name] = value
        elif name not in written and name in DEFAULTS:
            result[name] = copy.deepcopy(DEFAULTS[name])
    return {**result, **written}
