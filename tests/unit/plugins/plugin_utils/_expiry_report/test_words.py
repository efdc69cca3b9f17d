# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""States, spans and the sentence on all of them."""

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
    assert {name: state.level for name, state in STATES.items()} == LEVELS == expiry_result.LEVELS
    assert list(expiry_result.LEVELS) == list(LEVELS)
    for part in ("word", "sign", "meaning"):
        assert len({getattr(state, part) for state in STATES.values()}) == len(LEVELS)


def test_figures_and_dates():
    days = (-400, -2, -1, 0, 1, 90)
    told = ["400 days ago", "2 days ago", "1 day ago", "within a day", "in 1 day", "in 90 days"]
    assert [until(one) for one in days] == told
    assert [counted(number, "host") for number in (0, 1, 12345)] == ["0 hosts", "1 host", "12,345 hosts"]
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
        (["critical", "expired", "ok"], "2 of 3 host names are critical."),
        (["warning", "mismatch", "ok"], "2 of 3 host names need a look."),
        (["not_covered", "unreachable"], "1 of 2 host names is critical, 1 more needs a look."),
    ],
)
def test_the_verdict(states, text):
    hosts = [a_host(f"{number}.example", state, number) for number, state in enumerate(states)]
    assert verdict(Findings.of(a_result(*hosts))) == text
