# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""Fleets for tests: an account full of resources, the certificates for it, and runs of the engine in this process."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

from ansible_collections.gcore.web_security.plugins.module_utils._fleet.operation import ROTATE_FLEET
from ansible_collections.gcore.web_security.plugins.module_utils._options import FLEET_CERT
from ansible_collections.gcore.web_security.plugins.module_utils._task import run
from simulator.authority import Authority, Issued, new_key
from simulator.handle import Simulator, resource, with_installed

from .material import connection

AUTHORITY = Authority().intermediate()
KEY = new_key("ec")
"""One key for all: what is tested is not its making."""

_DEFAULTS = {name: option.get("default") for name, option in FLEET_CERT.items()}


def issue(name: str, days: float) -> Issued:
    """A certificate that ends so many days from now."""
    now = datetime.now(timezone.utc).replace(microsecond=0)
    return AUTHORITY.issue([name], not_before=now - timedelta(days=1), not_after=now + timedelta(days=days), key=KEY)


@dataclass(frozen=True)
class Site:
    """A resource, the certificate that it has and the one that it shall have."""

    id: int
    name: str
    old: Issued
    new: Issued


def sites(count: int) -> list[Site]:
    """So many sites, each of whose certificates ends soon."""
    names = [f"site{number:04}.example.test" for number in range(1, count + 1)]
    return [Site(number, name, issue(name, 5), issue(name, 90)) for number, name in enumerate(names, start=1)]


def open_account(simulator: Simulator, account: Sequence[Site]) -> None:
    """Put the sites on the simulator, with their old certificates, in place of what was before."""
    simulator.reset()
    simulator.seed([with_installed(resource(site.id, site.name), site.old) for site in account])


def certificates(wanted: Mapping[str, Issued]) -> list[dict[str, Any]]:
    """The module's option of that name."""
    return [
        {"label": name, "certificate": pair.full_chain_pem, "private_key": pair.private_key_pem}
        for name, pair in wanted.items()
    ]


def rotate(
    simulator: Simulator,
    wanted: Mapping[str, Issued],
    *,
    check_mode: bool = False,
    say: Callable[[str], None] = lambda _line: None,
    **options: Any,
) -> dict[str, Any]:
    """One run of the engine, as the action plugin makes it."""
    parameters = {**_DEFAULTS, **connection(simulator), "certificates": certificates(wanted), **options}
    return run(ROTATE_FLEET, parameters, check_mode=check_mode, diff=False, say=say)


def installed(simulator: Simulator) -> dict[int, str]:
    """The fingerprint that each resource has stored, by the simulator's own word."""
    return {
        state["resource"]["id"]: (state["installed"] or {}).get("fingerprint_sha256", "")
        for state in simulator.resources()
    }


def writes(simulator: Simulator) -> dict[int, int]:
    """How many writes took effect on each resource."""
    counts: dict[int, int] = {}
    for entry in simulator.journal(call="put"):
        counts[entry["resource_id"]] = counts.get(entry["resource_id"], 0) + bool(entry["took_effect"])
    return counts
