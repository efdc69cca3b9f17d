# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""ECDSA and RSA certificates for the same names: on one edge, and in one run."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from simulator.authority import new_key
from simulator.handle import Simulator, installation, resource, with_installed

from .fleets import AUTHORITY, KEY, installed, rotate

NAME = "shop.example.test"
KEYS = {"ec": KEY, "rsa": new_key("rsa")}
NOW = datetime.now(timezone.utc).replace(microsecond=0)


def pair(key_type: str, days: int):
    start = NOW - timedelta(days=1)
    return AUTHORITY.issue([NAME], not_before=start, not_after=NOW + timedelta(days=days), key=KEYS[key_type])


def seed(simulator: Simulator, old) -> None:
    simulator.reset()
    simulator.clear_resources()
    simulator.seed([with_installed(resource(1, NAME), old)])


def test_an_edge_that_has_the_other_half_too_is_proved_by_the_half_that_was_written(simulator: Simulator) -> None:
    seed(simulator, pair("rsa", 5))
    simulator.edge(1, "dual", **installation(pair("ec", 90)))
    new = {"shop": pair("rsa", 90)}
    first = rotate(simulator, new, verify="edge", verify_timeout=20, verify_interval=1)
    again = rotate(simulator, new, verify="edge", verify_timeout=20, verify_interval=1)
    assert installed(simulator)[1] == new["shop"].fingerprint_sha256
    assert [run["results"][0]["outcome"] for run in (first, again)] == ["rotated", "in_sync"], (first, again)
    assert [run["results"][0]["verification"]["edge"] for run in (first, again)] == ["verified", "verified"]


def test_of_an_ecdsa_and_an_rsa_certificate_the_resource_keeps_its_type_of_key(simulator: Simulator) -> None:
    seed(simulator, pair("rsa", 5))
    twins = {"ec": pair("ec", 90), "rsa": pair("rsa", 89)}
    kept, again = rotate(simulator, twins), rotate(simulator, twins)
    assert [run["results"][0]["outcome"] for run in (kept, again)] == ["rotated", "in_sync"]
    assert (kept["results"][0]["certificate"], kept["results"][0]["twins"]) == ("rsa", ["ec"])
    assert installed(simulator)[1] == twins["rsa"].fingerprint_sha256
    rotate(simulator, twins, prefer_key_type="ecdsa", allow_downgrade=True)
    assert installed(simulator)[1] == twins["ec"].fingerprint_sha256
