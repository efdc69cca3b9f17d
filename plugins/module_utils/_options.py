# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""The options, as argument specifications that the modules and their action plugins share."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Mapping, Sequence
from itertools import product
from typing import Any

from ansible.module_utils.common.validation import check_mutually_exclusive

from ._errors import InputError

Options = dict[str, dict[str, Any]]
Groups = Sequence[tuple[str, ...]]


class Specification(Options):
    """Options by name, and Ansible's declarations of several of them together."""

    def __init__(self, options: Options, *, mutually_exclusive: Groups = (), required_one_of: Groups = ()) -> None:
        super().__init__(options)
        self.together = {"mutually_exclusive": mutually_exclusive, "required_one_of": required_one_of}


DEFAULT_API_URL = "https://api.gcore.com"

_ENVIRONMENT = {
    "api_key": "GCORE_API_KEY",
    "api_token": "GCORE_API_TOKEN",
    "api_url": "GCORE_BASE_URL",
    **{f"awx_{name}": f"AWX_{name.upper()}" for name in ("url", "token", "username", "password")},
}
_RIVALS = {"api_key": "api_token", "api_token": "api_key", "awx_token": "awx_username"}

SECRETS = ("api_key", "api_token", "awx_token", "awx_password", "secrets")
"""What is secret as a whole, from its first moment on."""

CONNECTION: Options = {
    "api_key": {"type": "str", "no_log": True},
    "api_token": {"type": "str", "no_log": True},
    "api_url": {"type": "str", "no_log": False},
    "validate_certs": {"type": "bool", "default": True},
    "ca_path": {"type": "path"},
    "request_timeout": {"type": "int", "default": 30},
    "retries": {"type": "int", "default": 5},
    "total_timeout": {"type": "int", "default": 1800},
}

CERTIFICATE: Options = {
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

_PARTS = ("certificate", "chain", "private_key")

ONE_OF_THESE: Groups = [
    *((part, f"{part}_path") for part in (*_PARTS, "private_key_passphrase", "pkcs12")),
    *product(("pkcs12", "pkcs12_path"), (*_PARTS, *(f"{part}_path" for part in _PARTS))),
]
"""What excludes each other of a certificate: a content and a file, a bundle and its parts."""

ROTATION: Options = {
    "min_days_valid": {"type": "int", "default": 0},
    "require_alias_coverage": {"type": "bool", "default": False},
    "allow_downgrade": {"type": "bool", "default": False},
    "replace_lets_encrypt": {"type": "bool", "default": False},
    "force": {"type": "bool", "default": False},
    "verify": {"type": "str", "choices": ["none", "api", "edge"], "default": "api"},
    "verify_timeout": {"type": "int", "default": 900},
    "verify_interval": {"type": "int", "default": 10},
}

EDGE: Options = {
    "edge_port": {"type": "int", "default": 443},
    "edge_timeout": {"type": "float", "default": 5.0},
}

EDGE_PROBE: Options = {
    "edge_probe": {"type": "str", "choices": ["auto", "always", "never"], "default": "auto"},
}

SELECTION: Options = {
    "include": {"type": "list", "elements": "str"},
    "exclude": {"type": "list", "elements": "str"},
}

PRODUCTS = ("web_security", "cdn")

OBJECTS: Options = {
    "edge_host": {"type": "str"},
    "delete_superseded": {"type": "bool", "default": True},
    "validate_root_ca": {"type": "bool"},
}
"""What the CDN takes besides, where certificates are objects."""

MANY: Options = {
    "concurrency": {"type": "int", "default": 16},
    "requests_per_second": {"type": "float"},
}

RESOURCE_CERT = Specification(
    {
        "resource_id": {"type": "int"},
        "name": {"type": "str"},
        "product": {"type": "str", "choices": list(PRODUCTS), "default": PRODUCTS[0]},
        "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        "type": {"type": "str", "choices": ["custom", "lets_encrypt"], "default": "custom"},
        **CERTIFICATE,
        **ROTATION,
        **OBJECTS,
        **EDGE_PROBE,
        **EDGE,
        **CONNECTION,
    },
    mutually_exclusive=[("resource_id", "name"), *ONE_OF_THESE],
    required_one_of=[("resource_id", "name")],
)

FLEET_CERT = Specification(
    {
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
        "products": {"type": "list", "elements": "str", "choices": list(PRODUCTS), "default": [PRODUCTS[0]]},
        **SELECTION,
        "enable_https": {"type": "bool", "default": False},
        "waves": {"type": "list", "elements": "str", "default": ["1", "10%", "100%"]},
        "max_failures": {"type": "str"},
        **MANY,
        "progress": {"type": "bool", "default": True},
        **ROTATION,
        **OBJECTS,
        **EDGE_PROBE,
        **EDGE,
        **CONNECTION,
        "total_timeout": {"type": "int", "default": 14400},
    },
    mutually_exclusive=[("private_key_passphrase", "private_key_passphrase_path")],
)

RESOURCE_CERT_INFO = Specification(
    {
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
    },
    mutually_exclusive=[("resource_id", "name"), *product(("resource_id", "name"), ("include", "exclude"))],
)

_RANGES = {
    "min_days_valid": (0, math.inf),
    "request_timeout": (1, 3600),
    "retries": (0, math.inf),
    "total_timeout": (1, math.inf),
    "verify_timeout": (0, math.inf),
    "verify_interval": (1, math.inf),
    "edge_port": (1, 65535),
    "edge_timeout": (0.1, 3600),
    "resource_id": (1, math.inf),
    "concurrency": (1, math.inf),
    "requests_per_second": (0.01, math.inf),
    **dict.fromkeys(("warning_days", "critical_days"), (0, 36500)),
    **dict.fromkeys(("warning_percent", "critical_percent"), (0, 100)),
}
"""Beyond these the system would take another number, or none."""


def resolved(parameters: Mapping[str, Any], environment: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Fill in the environment; what is empty counts as unset wherever it comes from.

    Raises:
        InputError: a number is too small or too large to mean anything.
    """
    environment = os.environ if environment is None else environment
    values = {**dict.fromkeys(parameters), **without_empty(parameters)}
    for name, variable in _ENVIRONMENT.items():
        if name in values:
            rival = values.get(_RIVALS.get(name, ""))  # which the task names: it keeps a token of the environment out
            values[name] = values[name] or (None if rival else environment.get(variable)) or None
    if "api_url" in values:
        values["api_url"] = values["api_url"] or DEFAULT_API_URL
    for name, (least, most) in _RANGES.items():
        value = values.get(name)
        if value is not None and not value >= least:
            raise InputError(f"{name} is {value}, the least that it can be is {least}")
        if value is not None and value > most:
            raise InputError(f"{name} is {value}, the most that it can be is {most}")
    return values


def without_empty(options: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out what is empty: a text without a letter, and a list with nothing else in it."""
    # AWX hands over an empty text for what a user left out, whatever the option's type.
    filled = {name: _filled(value) for name, value in options.items()}
    return {name: value for name, value in filled.items() if value is not None}


def _filled(value: Any) -> Any:
    if isinstance(value, list):
        elements = [one for one in value if not isinstance(one, str) or one.strip()]
        return [without_empty(one) if isinstance(one, Mapping) else one for one in elements] or None
    return None if value == "" else value


def contradiction(
    groups: Groups, given: Mapping[str, Any], check: Callable[..., Any] = check_mutually_exclusive
) -> str:
    """Return what Ansible has to say against several options together; it quotes their names alone."""
    try:
        check(groups, given)
    except TypeError as error:
        return str(error)
    return ""
