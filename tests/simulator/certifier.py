# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors
"""The certificates that the simulator issues itself."""

import datetime
from collections.abc import Mapping
from typing import Any

from .authority import Authority, PrivateKey, new_key
from .fields import Resource
from .material import Material

LETS_ENCRYPT_DAYS = 90
_OPTIONS = frozenset(("names", "days", "not_before", "not_after", "key_type", "lets_encrypt"))


class Certifier:
    """Two authorities: an ordinary one, and a stand-in for Let's Encrypt."""

    def __init__(self) -> None:
        self.root = Authority("Simulator Root CA")
        self._commercial = self.root.intermediate("Simulator Intermediate CA")
        self._lets_encrypt = Authority("Simulated ISRG Root").intermediate("Simulated R10")
        # Making a key costs more than signing, and nobody here relies on distinct keys.
        self._shared_key: PrivateKey = new_key()
        self.fallback = Material.of(self._commercial.issue(["edge.invalid"]))

    def is_rooted(self, material: Material) -> bool:
        """Tell whether a chain leads to the simulator's own root."""
        last = material.certificates[-1]
        return self.root.certificate.subject in (last.subject, last.issuer)

    def issue(self, resource: Resource, options: Mapping[str, Any]) -> Material:
        """Issue for a resource's names, with options as the admin door takes them; raises ValueError for another."""
        unknown = options.keys() - _OPTIONS
        if unknown:
            raise ValueError(f"unknown options of issue: {sorted(unknown)}")
        authority = self._lets_encrypt if options.get("lets_encrypt") else self._commercial
        key_type = options.get("key_type")
        issued = authority.issue(
            options.get("names") or host_names(resource),
            key=new_key(key_type) if key_type else self._shared_key,
            not_before=_moment(options.get("not_before")),
            not_after=_moment(options.get("not_after")),
            days=options.get("days", LETS_ENCRYPT_DAYS),
        )
        return Material.of(issued)


def host_names(resource: Resource) -> list[str]:
    """Return the resource's name and those of its aliases, as far as they are names at all."""
    aliases = resource.get("aliases")
    entries = aliases if isinstance(aliases, list) else []
    names = [resource.get("name"), *(entry.get("alias_data") for entry in entries if isinstance(entry, dict))]
    return [name for name in names if isinstance(name, str) and name]


def _moment(text: str | None) -> datetime.datetime | None:
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")) if text else None
