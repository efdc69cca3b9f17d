# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""Sites of the CDN for runs of the engine in this process, and what is left of objects afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.gcore.web_security.plugins.module_utils._options import RESOURCE_CERT
from ansible_collections.gcore.web_security.plugins.module_utils._rotate.operation import ROTATE_RESOURCE
from ansible_collections.gcore.web_security.plugins.module_utils._task import run
from simulator.authority import Issued
from simulator.handle import Simulator, cdn_resource, installation

_DEFAULTS = {name: option.get("default") for name, option in RESOURCE_CERT.items()}
OURS = "gws1-"
BOTH = ["web_security", "cdn"]

Json = dict[str, Any]


def seed(number: int, name: str, pair: Issued | None, object_name: str = "", **fields: Any) -> Json:
    """A site of the CDN, with a certificate whose object somebody made."""
    made: Json = {"resource": cdn_resource(number, name, **fields)}
    given = {"install": installation(pair)} if pair else {}
    return {**made, **given, **({"object": {"name": object_name}} if object_name else {})}


def thing(name: str, pair: Issued) -> Json:
    """An object that no site uses."""
    return {"object": {"name": name}, "install": installation(pair)}


def rotate_one(simulator: Simulator, number: int, pair: Issued, *, check_mode: bool = False, **options: Any) -> Json:
    """One run of the engine for one site, as the action plugin makes it."""
    parameters = {
        **_DEFAULTS,
        "product": "cdn",
        "resource_id": number,
        "certificate": pair.full_chain_pem,
        "private_key": pair.private_key_pem,
        "api_url": simulator.api_url,
        "api_key": simulator.api_key,
        "edge_port": simulator.edge_port,
        **options,
    }
    return run(ROTATE_RESOURCE, parameters, check_mode=check_mode, diff=False)


@dataclass(frozen=True)
class Account:
    """What the simulator holds of the CDN."""

    resources: Mapping[int, Json]
    objects: Mapping[int, Json]

    @classmethod
    def of(cls, simulator: Simulator) -> Account:
        """Ask the simulator."""
        told = simulator.cdn()
        return cls(
            {int(number): each["resource"] for number, each in told["resources"].items()},
            {int(number): each for number, each in told["objects"].items()},
        )

    def installed(self, number: int) -> str | None:
        """The fingerprint of what a site has."""
        resource = self.resources[number]
        found = self.objects.get(resource["sslData"]) if resource["sslEnabled"] else None
        return found["installed"]["fingerprint_sha256"] if found and found["installed"] else None

    def holding(self, pair: Issued) -> list[str]:
        """The names of the objects that hold a certificate."""
        return [
            each["name"]
            for each in self.objects.values()
            if each["installed"] and each["installed"]["fingerprint_sha256"] == pair.fingerprint_sha256
        ]

    def names(self, prefix: str = "") -> list[str]:
        """The names of all objects, or of ours."""
        return [each["name"] for each in self.objects.values() if each["name"].startswith(prefix)]
