# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""Markdown for a ticket: what to do, the worst first, and how many are in order."""

from __future__ import annotations

import re
from collections.abc import Sequence

from .findings import Findings, Json
from .moments import counted, expiry
from .states import OK, STATES, state_of
from .verdict import verdict

_ROWS = 200
"""More of them are no ticket any more; the text says how many are left out."""

_PLAIN = re.compile(r"[A-Za-z0-9*:._-]+")
_SPECIAL = re.compile(r"[][`*_{}<>&#|~!@$^\\]|(?<!\d):|:(?!\d)|(?<=www)\.", re.IGNORECASE)
_SPACE = re.compile(r"[\x00-\x20\x7f-\xa0\u2028\u2029]+")


def markdown(findings: Findings, title: str) -> str:
    """The whole text."""
    parts = [
        f"# {escaped(title)}",
        f"**{verdict(findings)}** Checked {findings.checked_at}.",
        _counts(findings),
        _troubled(findings.troubled()),
        _next(findings),
        _given(findings.given_certificates),
        _warnings(findings.warnings),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def escaped(text: str) -> str:
    """One line that shows these characters and is nothing else: no markup, no HTML, no link, no mention."""
    line = _SPACE.sub(" ", text).strip()
    return _SPECIAL.sub(lambda found: f"&#{ord(found[0])};", line)


def _name(text: str) -> str:
    """A host name as code, so that nothing makes a link of it."""
    return f"`{text}`" if _PLAIN.fullmatch(text) else escaped(text)


def _counts(findings: Findings) -> str:
    counted_states = [(state, findings.summary.get(state.name, 0)) for state in STATES]
    return " · ".join(f"{state.sign} {state.word}: {count:,}" for state, count in counted_states if count)


def _troubled(hosts: list[Json]) -> str:
    if not hosts:
        return ""
    rows = [_row(host) for host in hosts[:_ROWS]]
    more = len(hosts) - _ROWS
    return _table(
        "To do, the worst first",
        ("State", "Host", "Resource", "Expires", "Why"),
        [*rows, ("…", f"and {more:,} more", "", "", "")] if more > 0 else rows,
    )


def _row(host: Json) -> tuple[str, ...]:
    state = state_of(host["state"])
    resource = f"{_name(host['resource'])} ({host['resource_id']})"
    why = "; ".join(escaped(reason) for reason in host["reasons"])
    return (
        f"{state.sign} {state.word}",
        _name(host["host"]),
        resource,
        expiry(host["not_after"], host["days_left"]),
        why,
    )


def _next(findings: Findings) -> str:
    """What comes after the ones that are in trouble."""
    dated = [host for host in findings.hosts if host["level"] == OK and host["not_after"]]
    if not dated:
        return ""
    host = min(dated, key=lambda one: (one["not_after"], one["host"]))
    first = expiry(host["not_after"], host["days_left"])
    return f"Of the {counted(len(dated), 'host name')} in order, {_name(host['host'])} expires first: {first}."


def _given(certificates: tuple[Json, ...]) -> str:
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


def _warnings(warnings: tuple[str, ...]) -> str:
    return "\n".join(["## Warnings", "", *(f"- {escaped(text)}" for text in warnings)]) if warnings else ""


def _table(title: str, head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    if not rows:
        return ""
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join([f"## {title}", "", *(f"| {' | '.join(line)} |" for line in lines)])
