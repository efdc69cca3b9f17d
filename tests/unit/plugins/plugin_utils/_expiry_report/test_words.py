# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""States, spans and the sentence on all of them."""

from __future__ import annotations

import locale

import pytest

from ansible_collections.gcore.web_security.plugins.module_utils._expiry.judge import LEVELS
from ansible_collections.gcore.web_security.plugins.plugin_utils._expiry_report.findings import Findings
from ansible_collections.gcore.web_security.plugins.plugin_utils._expiry_report.words import (
    STATES,
    counted,
    day,
    expiry,
    minute,
    until,
    verdict,
)
from unit.plugins import expiry_result
from unit.plugins.expiry_result import a_host, a_result


def test_every_state_of_the_module_has_words_of_its_own():
    assert {name: state.level for name, state in STATES.items()} == LEVELS
    for part in ("word", "sign", "meaning"):
        assert len({getattr(state, part) for state in STATES.values()}) == len(LEVELS)


def test_the_results_made_by_hand_know_the_same_states():
    assert list(expiry_result.LEVELS) == list(LEVELS)
    assert expiry_result.LEVELS == LEVELS


@pytest.mark.parametrize(
    ("days", "text"),
    [
        (-400, "400 days ago"),
        (-2, "2 days ago"),
        (-1, "1 day ago"),
        (0, "within a day"),
        (1, "in 1 day"),
        (90, "in 90 days"),
    ],
)
def test_until(days, text):
    assert until(days) == text


@pytest.mark.parametrize(("number", "text"), [(0, "0 hosts"), (1, "1 host"), (2, "2 hosts"), (12345, "12,345 hosts")])
def test_counted(number, text):
    assert counted(number, "host") == text


def test_dates_are_in_english_whatever_the_locale(monkeypatch):
    monkeypatch.setattr(locale, "setlocale", lambda *_unused: "de_DE")
    assert day("2026-03-01T00:00:00Z") == "1 Mar 2026"
    assert minute("2026-12-03T07:05:59Z") == "3 December 2026, 07:05 UTC"
    assert expiry("2026-12-03T07:05:59Z", 3) == "3 Dec 2026 (in 3 days)"
    assert expiry("2026-12-03T07:05:59Z", None) == "3 Dec 2026"
    assert expiry(None, None) == "unknown"


@pytest.mark.parametrize(
    ("states", "text"),
    [
        ([], "No host name was found."),
        (["ok"], "The only host name is in order."),
        (["ok", "lets_encrypt", "no_certificate"], "All 3 host names are in order."),
        (["critical"], "1 of 1 host name is critical."),
        (["critical", "expired", "ok"], "2 of 3 host names are critical."),
        (["warning", "ok"], "1 of 2 host names needs a look."),
        (["warning", "mismatch", "ok"], "2 of 3 host names need a look."),
        (["not_covered", "unreachable"], "1 of 2 host names is critical, 1 more needs a look."),
    ],
)
def test_the_verdict(states, text):
    hosts = [a_host(f"{number}.example", state, number) for number, state in enumerate(states)]
    assert verdict(Findings.of(a_result(*hosts))) == text
