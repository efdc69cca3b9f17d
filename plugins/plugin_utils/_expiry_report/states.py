# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""The states of a host name in words and signs, so that none is told by its colour alone."""

from __future__ import annotations

from dataclasses import dataclass

from ...module_utils._expiry.judge import LEVELS as LEVEL_BY_STATE

OK, WARNING, CRITICAL = "ok", "warning", "critical"
LEVELS = (OK, WARNING, CRITICAL)
"""The mildest first."""


@dataclass(frozen=True)
class State:
    """A state.

    Attributes:
        name: in results.
        level: how bad it is.
        word: for a person.
        sign: one character, for where there are no drawings.
        meaning: a sentence; `{critical_days}` and the other thresholds stand for their values.
    """

    name: str
    level: str
    word: str
    sign: str
    meaning: str


_NEAR = "Fewer than {{{0}_days}} days and less than {{{0}_percent}} % of its life are left, or less than a day."
_CRITICAL = f"{_NEAR.format('critical')} Or it is not valid yet."
_WARNING = f"{_NEAR.format('warning')} Or its chain is incomplete."

_WORDS = {
    "expired": ("Expired", "✖", "The certificate is no longer valid: visitors see a warning."),
    "not_covered": ("Not covered", "⊘", "The certificate is for other names: visitors see a warning."),
    "critical": ("Critical", "‼", _CRITICAL),
    "mismatch": ("Mismatch", "≠", "The edge serves another certificate than the API tells of, as just after a change."),
    "unreachable": ("Unreachable", "?", "The edge did not answer, or nobody tells when the certificate ends."),
    "warning": ("Warning", "!", _WARNING),
    "no_certificate": ("No HTTPS", "○", "HTTPS is off, and there is no certificate."),
    "lets_encrypt": ("Let's Encrypt", "↻", "The certificate is from Let's Encrypt, and renewed by Gcore."),
    "ok": ("In order", "✓", "The certificate is valid, and has time left."),
}

STATES = tuple(State(name, level, *_WORDS[name]) for name, level in LEVEL_BY_STATE.items())
"""The worst first."""

_BY_NAME = {state.name: state for state in STATES}
_RANKS = {state.name: rank for rank, state in enumerate(STATES)}


def state_of(name: str) -> State:
    """The state of that name."""
    return _BY_NAME[name]


def rank_of(name: str) -> int:
    """0 for the worst."""
    return _RANKS[name]
