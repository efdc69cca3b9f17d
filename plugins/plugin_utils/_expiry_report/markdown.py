# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""Writes Markdown for a ticket: what to do, the worst first, and how many are in order."""

from __future__ import annotations

import re
from collections.abc import Sequence

from .findings import Findings, Json, Options
from .words import OK, STATES, counted, expiry, verdict

# More of them are no ticket any more; the text says how many are left out.
_ROWS = 200

_PLAIN = re.compile(r"[A-Za-z0-9*:._-]+")
_SPECIAL = re.compile(r"[][`*_{}<>&#|~!@$^\\]|(?<!\d):|:(?!\d)|(?<=www)\.", re.IGNORECASE)


def markdown(findings: Findings, options: Options) -> str:
    """Write the whole text."""
    counts = [(state, findings.summary.get(state.name, 0)) for state in STATES.values()]
    parts = [
        f"# {escaped(options.title)}",
        f"**{verdict(findings)}** Checked {findings.checked_at}.",
        " · ".join(f"{state.sign} {state.word}: {count:,}" for state, count in counts if count),
        _troubled([host for host in findings.worst_first() if host["level"] != OK]),
        _next(findings),
        _given(findings.given_certificates),
        "\n".join(["## Warnings", "", *(f"- {escaped(text)}" for text in findings.warnings)])
        if findings.warnings
        else "",
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def escaped(text: str) -> str:
    """Return what shows these characters and is nothing else: no markup, no HTML, no link, no mention."""
    return _SPECIAL.sub(lambda found: f"&#{ord(found[0])};", " ".join(text.split()))


def _name(text: str) -> str:
    """Write a host name as code, so that nothing makes a link of it."""
    return f"`{text}`" if _PLAIN.fullmatch(text) else escaped(text)


def _troubled(hosts: list[Json]) -> str:
    rows = [_row(host) for host in hosts[:_ROWS]]
    if len(hosts) > _ROWS:
        rows.append(("…", f"and {len(hosts) - _ROWS:,} more", "", "", ""))
    return _table("To do, the worst first", ("State", "Host", "Resource", "Expires", "Why"), rows)


def _row(host: Json) -> tuple[str, ...]:
    state = STATES[host["state"]]
    return (
        f"{state.sign} {state.word}",
        _name(host["host"]),
        f"{_name(host['resource'])} ({host['resource_id']})",
        expiry(host["not_after"], host["days_left"]),
        "; ".join(escaped(reason) for reason in host["reasons"]),
    )


def _next(findings: Findings) -> str:
    """Say what comes after the ones that are in trouble."""
    dated = [host for host in findings.hosts if host["level"] == OK and host["not_after"]]
    if not dated:
        return ""
    host = min(dated, key=lambda one: (one["not_after"], one["host"]))
    first = expiry(host["not_after"], host["days_left"])
    return f"Of the {counted(len(dated), 'host name')} in order, {_name(host['host'])} expires first: {first}."


def _given(certificates: list[Json]) -> str:
    rows = [
        (
            escaped(given["certificate"]),
            expiry(given["not_after"], given["days_left"]),
            counted(len(given["served_by"]), "host name"),
            ", ".join(_name(host) for host in given["lagging"]) or "none",
        )
        for given in certificates
    ]
    return _table("The given certificates", ("Certificate", "Expires", "Served by", "Lagging behind"), rows)


def _table(title: str, head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join([f"## {title}", "", *(f"| {' | '.join(line)} |" for line in lines)]) if rows else ""
