# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""Certificates, keys and tokens of the runs: made in memory, once, and every secret of them planted as a canary."""

from __future__ import annotations

import secrets

from simulator.authority import Authority, Issued

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


OLD = issued("the old key", days=9)
NEW = issued("the new key", days=90)
