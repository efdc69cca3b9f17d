# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""The certificates of the cases by name, and the names of all that is particular to them."""

from datetime import datetime, timedelta, timezone
from itertools import count
from typing import Any

from simulator.authority import Authority, Issued, new_key, self_signed

ZONE = "example.test"
NOW = datetime.now(timezone.utc).replace(microsecond=0)
_KEY = new_key()
# All are as long in each run, so that errors name the same lines: signatures of Ed25519, numbers of one size.
_ROOT = Authority(key_type="ed25519")
_AUTHORITY = _ROOT.intermediate(key_type="ed25519")
_OTHERS = Authority("Foreign CA").intermediate("Foreign Issuing CA")
_ENDING = Authority("Ending CA", issuer=_ROOT, days=40.5)
_SERIALS = count(10**40)


def _issued(days: float, *names: str, by: Authority = _AUTHORITY, life: float = 120, **options: Any) -> Issued:
    """End half a day off, so that whole days are the same all through a run."""
    end = NOW + timedelta(days=days)
    options = {"key": _KEY, "serial": next(_SERIALS), "not_before": end - timedelta(days=life), **options}
    return by.issue(names or (f"*.{ZONE}", ZONE), not_after=end, **options)


OLD, NEW = _issued(9.5), _issued(90.52)
PAIRS = {
    "old": OLD, "new": NEW, "later": _issued(110.54), "sooner": _issued(30.56), "twin": _issued(90.52),
    "one": _issued(90.58, f"a.{ZONE}"), "other": _issued(90.60, key=new_key()), "expired": _issued(-3.5),
    "future": _issued(99.5, life=97), "stranger": _issued(90.62, "www.elsewhere.example"),
    "lonely": _issued(90.64, aia="http://issuer.invalid/ca.crt"),
    "weak": _issued(90.66, key=new_key("rsa", key_size=1024)),
    "sha1": _issued(90.68, by=Authority("SHA-1 CA").intermediate(), hash_algorithm="sha1"),
    "client": _issued(90.70, eku=("client_auth",)), "nameless": _issued(90.72, san=False),
    "foreign": _issued(90.74, by=_OTHERS), "deep": _issued(90.76, by=_AUTHORITY.intermediate("Test Issuing CA")),
    "outliving": _issued(90.78, by=_ENDING),
    "self-signed": self_signed([f"*.{ZONE}"], key=_KEY, not_after=NOW + timedelta(days=90.80)),
    "rsa": _issued(90.82, key=new_key("rsa")), "ed25519": _issued(90.84, key=new_key("ed25519")),
    "warning": _issued(20.5), "critical": _issued(3.5), "hours": _issued(1.52), "short-ok": _issued(3.54, life=6),
    "short-warning": _issued(1.56, life=10),
}  # fmt: skip
"""Every site of the zone is covered where no other name is said."""

LETS_ENCRYPT = {
    at: f"{NOW + timedelta(days=days):%Y-%m-%dT%H:%M:%SZ}" for at, days in (("not_before", -9.5), ("not_after", 80.5))
}
"""When the simulator's own begins and ends: what is made as it is asked for would be as old as another now and then."""


def _values(pair: Issued) -> dict[str, str]:
    moments = {at: f"{getattr(pair, at):%Y-%m-%dT%H:%M:%SZ}" for at in ("not_before", "not_after")}
    moments["not_after's day"] = f"{pair.not_after:%Y-%m-%dT00:00:00Z}"
    fingerprint, serial = pair.fingerprint_sha256, str(pair.certificate.serial_number)
    return {"sha256": fingerprint, "sha256 short": fingerprint[:12], "serial": serial, **moments}


_NAMED = {"le": LETS_ENCRYPT, **{name: _values(pair) for name, pair in reversed(PAIRS.items())}}
NAMES = {value: f"<{name} {what}>" for name, values in _NAMED.items() for what, value in values.items()}
"""Where two share a value, the first one gives it its name."""
