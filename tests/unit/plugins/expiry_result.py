# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""Results of gcore_resource_cert_info made by hand: fleets of any size, in any state."""

import hashlib
from datetime import datetime, timedelta, timezone

NOW = datetime(2026, 11, 23, 17, 0, tzinfo=timezone.utc)
STATES = (
    "expired", "not_covered", "critical", "mismatch", "unreachable", "warning", "no_certificate", "lets_encrypt", "ok",
)  # fmt: skip
LEVELS = {
    **dict.fromkeys(("expired", "not_covered", "critical"), "critical"),
    **dict.fromkeys(("mismatch", "unreachable", "warning"), "warning"),
    **dict.fromkeys(("no_certificate", "lets_encrypt", "ok"), "ok"),
}
DAYS = {"expired": -3, "critical": 4, "warning": 21, "lets_encrypt": 61, "no_certificate": None}
REASONS = {
    "expired": ["expired 3 days ago"],
    "not_covered": ["the certificate that the edge serves does not cover this name"],
    "critical": ["expires in 4 days", "the edge serves an incomplete chain"],
    "mismatch": ["the API tells another expiry than the certificate that the edge serves"],
    "unreachable": ["192.0.2.7:443 did not answer within 5 seconds"],
    "warning": ["expires in 21 days"],
}


def moment(days: float, now: datetime = NOW) -> str:
    """That many days from now, as results write it."""
    return (now + timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")


def dated(days, now=NOW):
    """A date and the days until then; None for none."""
    return {"not_after": None if days is None else moment(days, now), "days_left": days}


def served(host, days, now=NOW, **fields):
    """A certificate as the edge serves it."""
    return {
        "fingerprint_sha256": hashlib.sha256(host.encode("utf-8", "surrogatepass")).hexdigest(),
        "subject": f"CN={host}", "issuer": "CN=Example CA R3,O=Example Trust,C=DE",
        "serial_number": str(int(hashlib.sha256(host.encode("utf-8", "surrogatepass")).hexdigest()[:30], 16)),
        "subject_alt_names": [host, f"www.{host}"], "key_type": "RSA", "key_size": 2048,
        "not_before": moment((days or 0) - 90, now), **dated(days, now), **fields,
    }  # fmt: skip


def edge(host, days, now=NOW, problem=None, is_complete=True, **fields):
    """What the edge said."""
    is_silent = problem is not None
    return {
        "address": "192.0.2.7", "port": 443, "problem": problem,
        "certificate": None if is_silent else served(host, days, now, **fields),
        "chain": None if is_silent else {"length": 2, "is_complete": is_complete, **dated(days, now)},
        "other_certificate": None if is_silent else served(f"other.{host}", days, now, **fields), "other_problem": None,
    }  # fmt: skip


def a_host(host="www.example.com", state="ok", number=17, days="by state", now=NOW, **fields):
    """One host in a state."""
    days = DAYS.get(state, 90) if days == "by state" else days
    problem = "did not answer within 5 seconds" if state == "unreachable" else None
    has_edge = state != "no_certificate"
    return {
        "host": host, "resource_id": number, "resource": "example.com", "is_alias": host != "example.com",
        "resource_status": "active", "state": state, "level": LEVELS[state], "reasons": list(REASONS.get(state, [])),
        "ssl_type": {"no_certificate": None, "lets_encrypt": "le"}.get(state, "custom"),
        "evidence": {"no_certificate": "none", "unreachable": "api"}.get(state, "edge"), **dated(days, now),
        "lifetime_left_percent": None if days is None else max(0, days),
        "warning_from": None if days is None else moment(days - (7 if state == "lets_encrypt" else 22.5), now),
        "critical_from": None if days is None else moment(days - 7, now), "api": dated(days, now),
        "edge": edge(host, days, now, problem, state != "critical") if has_edge else None,
        "agrees": None if problem or not has_edge else state != "mismatch",
        "covers_host": None if problem or not has_edge else state != "not_covered", "given": None, **fields,
    }  # fmt: skip


def a_result(*hosts, checked_at=None, **fields):
    """A result with these hosts."""
    present = {host["state"] for host in hosts}
    worst = next((state for state in STATES if state in present), None)
    counts = {state: sum(host["state"] == state for host in hosts) for state in STATES}
    return {
        "changed": False,
        "failed": False,
        "msg": "what the module says",
        "checked_at": checked_at or moment(0),
        "worst": worst,
        "level": LEVELS.get(worst, "ok"),
        "thresholds": {"warning_days": 30, "critical_days": 7, "warning_percent": 25, "critical_percent": 10},
        "summary": {
            **counts,
            "hosts": len(hosts),
            "resources": len({host["resource_id"] for host in hosts}),
            "lagging": sum(bool(host["given"] and host["given"]["lags_behind"]) for host in hosts),
        },
        "hosts": list(hosts),
        "given_certificates": [],
        "warnings": [],
        **fields,
    }


def of_each_state():
    """One host in each state."""
    return a_result(*(a_host(f"{state.replace('_', '-')}.example.com", state, i) for i, state in enumerate(STATES, 1)))


def a_fleet(count):
    """A fleet of that size as one meets it: most of it in order, and some of everything else."""
    return a_result(*(_member(number) for number in range(1, count + 1)))


_MIX = ["ok"] * 60 + ["lets_encrypt"] * 12 + ["no_certificate"] * 6 + ["warning"] * 10 + ["critical"] * 4 + ["mismatch"]
_MIX += ["expired", "not_covered", "unreachable"]
_WORDS = ("shop", "www", "api", "static", "blog", "login", "mail", "cdn", "docs", "status")


def _member(number):
    state = _MIX[number * 41 % len(_MIX)]
    name = f"{_WORDS[number % len(_WORDS)]}.brand-{number:03}.example"
    spread = {"ok": 31 + number * 7 % 330, "lets_encrypt": 20 + number % 60, "warning": 8 + number % 14}
    spread |= {"critical": number % 7, "expired": -1 - number % 20}
    days = spread.get(state, DAYS.get(state, 90))
    reasons = [f"expires in {days} days"] if state in ("critical", "warning") else list(REASONS.get(state, []))
    return a_host(name, state, 1000 + number, days, resource=f"brand-{number:03}.example", reasons=reasons)


def given_certificates():
    """Two certificates to compare with: one that is everywhere, one that is not."""
    wildcard = {"certificate": "wildcard", "fingerprint_sha256": 32 * "ab", "served_by": ["a.example"], "lagging": []}
    shop = {"certificate": "shop", "fingerprint_sha256": 32 * "cd", "lagging": ["shop.example", "pay.example"]}
    return [{**wildcard, **dated(90)}, {**shop, **dated(380), "served_by": []}]
