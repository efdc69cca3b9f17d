# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""The options, as argument specifications that the modules and their action plugins share."""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Mapping
from typing import Any

from ._errors import InputError

Specification = dict[str, dict[str, Any]]

DEFAULT_API_URL = "https://api.gcore.com"

_ENVIRONMENT = {"api_key": "GCORE_API_KEY", "api_token": "GCORE_API_TOKEN", "api_url": "GCORE_BASE_URL"}

CONNECTION: Specification = {
    "api_key": {"type": "str", "no_log": True},
    "api_token": {"type": "str", "no_log": True},
    "api_url": {"type": "str", "no_log": False},
    "validate_certs": {"type": "bool", "default": True},
    "ca_path": {"type": "path"},
    "request_timeout": {"type": "int", "default": 30},
    "retries": {"type": "int", "default": 5},
    "total_timeout": {"type": "int", "default": 1800},
}

CERTIFICATE: Specification = {
    "certificate": {"type": "str", "no_log": False},
    "certificate_path": {"type": "path", "no_log": False},
    "chain": {"type": "str", "no_log": False},
    "chain_path": {"type": "path", "no_log": False},
    "private_key": {"type": "str", "no_log": True},
    "private_key_path": {"type": "path", "no_log": False},
    "private_key_passphrase": {"type": "str", "no_log": True},
    "private_key_passphrase_path": {"type": "path", "no_log": False},
    "pkcs12": {"type": "str", "no_log": True},
    "pkcs12_path": {"type": "path", "no_log": False},
}

ROTATION: Specification = {
    "min_days_valid": {"type": "int", "default": 0},
    "require_alias_coverage": {"type": "bool", "default": False},
    "allow_downgrade": {"type": "bool", "default": False},
    "replace_lets_encrypt": {"type": "bool", "default": False},
    "force": {"type": "bool", "default": False},
    "verify": {"type": "str", "choices": ["none", "api", "edge"], "default": "api"},
    "verify_timeout": {"type": "int", "default": 900},
    "verify_interval": {"type": "int", "default": 10},
}

EDGE: Specification = {
    "edge_port": {"type": "int", "default": 443},
    "edge_timeout": {"type": "float", "default": 5.0},
}

EDGE_PROBE: Specification = {
    "edge_probe": {"type": "str", "choices": ["auto", "always", "never"], "default": "auto"},
}

SELECTION: Specification = {
    "include": {"type": "list", "elements": "str"},
    "exclude": {"type": "list", "elements": "str"},
}

MANY: Specification = {
    "concurrency": {"type": "int", "default": 16},
    "requests_per_second": {"type": "float"},
}

RESOURCE_CERT: Specification = {
    "resource_id": {"type": "int"},
    "name": {"type": "str"},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "type": {"type": "str", "choices": ["custom", "lets_encrypt"], "default": "custom"},
    **CERTIFICATE,
    **ROTATION,
    **EDGE_PROBE,
    **EDGE,
    **CONNECTION,
}

FLEET_CERT: Specification = {
    "certificates": {
        "type": "list",
        "elements": "dict",
        "options": {**CERTIFICATE, "label": {"type": "str"}, "resources": {"type": "list", "elements": "str"}},
    },
    "directory": {"type": "path"},
    "private_key_passphrase": CERTIFICATE["private_key_passphrase"],
    "private_key_passphrase_path": CERTIFICATE["private_key_passphrase_path"],
    "on_bad_certificate": {"type": "str", "choices": ["fail", "skip"], "default": "fail"},
    "prefer_key_type": {"type": "str", "choices": ["ecdsa", "rsa"], "no_log": False},
    **SELECTION,
    "enable_https": {"type": "bool", "default": False},
    "waves": {"type": "list", "elements": "str", "default": ["1", "10%", "100%"]},
    "max_failures": {"type": "str"},
    **MANY,
    "progress": {"type": "bool", "default": True},
    **ROTATION,
    **EDGE_PROBE,
    **EDGE,
    **CONNECTION,
    "total_timeout": {"type": "int", "default": 14400},
}

RESOURCE_CERT_INFO: Specification = {
    "resource_id": {"type": "int"},
    "name": {"type": "str"},
    **SELECTION,
    "probe_edge": {"type": "bool", "default": True},
    "warning_days": {"type": "int", "default": 30},
    "critical_days": {"type": "int", "default": 7},
    "warning_percent": {"type": "int", "default": 25},
    "critical_percent": {"type": "int", "default": 10},
    "certificates": {
        "type": "list",
        "elements": "dict",
        "options": {
            **{name: CERTIFICATE[name] for name in ("certificate", "certificate_path")},
            "label": {"type": "str"},
            "resources": {"type": "list", "elements": "str"},
        },
    },
    "directory": {"type": "path"},
    "prefer_key_type": {"type": "str", "choices": ["ecdsa", "rsa"], "no_log": False},
    **MANY,
    **EDGE,
    **CONNECTION,
}

_AT_LEAST = {
    "min_days_valid": 0,
    "request_timeout": 1,
    "retries": 0,
    "total_timeout": 1,
    "verify_timeout": 0,
    "verify_interval": 1,
    "edge_port": 1,
    "edge_timeout": 0.1,
    "resource_id": 1,
    "concurrency": 1,
    "requests_per_second": 0.01,
    "warning_days": 0,
    "critical_days": 0,
    "warning_percent": 0,
    "critical_percent": 0,
}
_AT_MOST = {
    "request_timeout": 3600,
    "edge_port": 65535,
    "edge_timeout": 3600,
    "warning_days": 36500,
    "critical_days": 36500,
    "warning_percent": 100,
    "critical_percent": 100,
}
"""Beyond these the system would take another number, or none."""


def resolved(parameters: Mapping[str, Any], environment: Mapping[str, str] | None = None) -> dict[str, Any]:
    """The parameters with the environment filled in, an empty string counting as unset wherever it comes from.

    Raises:
        InputError: a number is too small or too large to mean anything.
    """
    environment = os.environ if environment is None else environment
    values = {name: None if value == "" else value for name, value in parameters.items()}
    for name, variable in _ENVIRONMENT.items():
        values[name] = values.get(name) or _from_environment(name, values, environment.get(variable)) or None
    values["api_url"] = values["api_url"] or DEFAULT_API_URL
    for name, least in _AT_LEAST.items():
        value, most = values.get(name), _AT_MOST.get(name, math.inf)
        if value is not None and not value >= least:
            raise InputError(f"{name} is {value}, the least that it can be is {least}")
        if value is not None and value > most:
            raise InputError(f"{name} is {value}, the most that it can be is {most}")
    return values


_RIVALS = {"api_key": "api_token", "api_token": "api_key"}


def _from_environment(name: str, values: Mapping[str, Any], value: str | None) -> str | None:
    """A token that the task names is not rivalled by one that happens to be in the environment."""
    return None if values.get(_RIVALS.get(name, "")) else value


def exclude_each_other(values: Mapping[str, Any], names: Iterable[str], others: Iterable[str]) -> None:
    """Refuse an option of one group beside one of another.

    Raises:
        InputError: names the two.
    """
    first = next((name for name in names if values.get(name) is not None), None)
    second = next((name for name in others if values.get(name) is not None), None)
    if first and second:
        raise InputError(f"{first} and {second} exclude each other", "Set one of them.")
