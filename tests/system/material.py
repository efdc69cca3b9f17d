# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""Certificates, keys and tokens of the runs: made in memory, once, and every secret of them planted as a canary."""

import secrets
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from simulator.authority import Authority, Issued
from simulator.handle import Simulator

from .canaries import Canaries

CANARIES = Canaries()

# Five digits are masked where they stand alone: four might, in a request id that a test looks for.
API_KEY = CANARIES.plant_text("the permanent token", f"42424${secrets.token_hex(20)}")
BEARER_TOKEN = CANARIES.plant_text("the session token", secrets.token_urlsafe(40))
WRONG_TOKEN = CANARIES.plant_text("a wrong token", f"31${secrets.token_hex(20)}")
CUT_TOKEN = CANARIES.plant_text("a token that lost its tail", secrets.token_hex(10))
PASSPHRASE = CANARIES.plant_text("the passphrase", f"Ün'l\"ö\\ck {secrets.token_urlsafe(24)}")
WRONG_PASSPHRASE = CANARIES.plant_text("a wrong passphrase", secrets.token_urlsafe(24))

ZONE = "example.test"
ROOT = Authority()
AUTHORITY = ROOT.intermediate()


def issued(name: str, *names: str, authority: Authority = AUTHORITY, **options: object) -> Issued:
    """Issue a certificate, by default for every site of the tests, and plant its key."""
    pair = authority.issue(names or (f"*.{ZONE}", ZONE), **options)
    CANARIES.plant_key(name, pair.key)
    return pair


def ends_in(days: float, *names: str, life: float = 90, **options: Any) -> Issued:
    """A certificate with so many whole days left of its life, and an hour."""
    end = datetime.now(timezone.utc).replace(microsecond=0) + timedelta(days=days, hours=1)
    begin = end - timedelta(days=life)
    return issued(f"a key of {days} days", *names, not_before=begin, not_after=end, **options)


def deploy(pair: Issued, folder: Path) -> None:
    """Put it into a folder as certbot does."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "fullchain.pem").write_text(pair.full_chain_pem)
    (folder / "privkey.pem").write_text(pair.private_key_pem)


def connection(simulator: Simulator) -> dict[str, Any]:
    """The options that lead to the simulator."""
    return {"api_url": simulator.api_url, "api_key": API_KEY, "edge_port": simulator.edge_port}


OLD = issued("the old key", days=9)
NEW = issued("the new key", days=90)
