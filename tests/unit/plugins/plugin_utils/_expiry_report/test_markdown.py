# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""The text of a ticket: what it says, and that nothing in it is markup."""

from __future__ import annotations

import html
import re

import pytest

from ansible_collections.gcore.web_security.plugins.plugin_utils._expiry_report.formats import Options, rendered
from ansible_collections.gcore.web_security.plugins.plugin_utils._expiry_report.markdown import escaped
from unit.plugins.expiry_result import a_fleet, a_host, a_result, given_certificates, of_each_state


def text(result, title="Certificates"):
    return rendered("markdown", result, Options(title))


EVIL = [
    "<script>alert(1)</script>",
    "[click](javascript:alert(1))",
    "![x](https://evil.example/x.png)",
    "**bold** _it_ ~~no~~ `code`",
    "a | b | c",
    "@everyone #12 !3",
    "# heading",
    "https://evil.example www.evil.example",
    "&lt;b&gt;",
    "\\| \\\\",
]


@pytest.mark.parametrize("evil", EVIL)
def test_a_strangers_text_is_shown_and_nothing_else(evil):
    shown = escaped(evil)
    assert html.unescape(shown) == re.sub(r"\s+", " ", evil)
    assert not re.search(r"[][`*_{}<>|~!@\\:\n]|#(?!\d)|&(?!#\d)|www\.", shown)


@pytest.mark.parametrize("evil", EVIL)
def test_wherever_it_stands(evil):
    host = a_host(evil, "critical", resource=evil, reasons=[evil])
    result = {
        **a_result(host, a_host(evil, "ok", 2, resource=evil)),
        "given_certificates": [{**given_certificates()[1], "certificate": evil, "lagging": [evil]}],
        "warnings": [evil],
    }
    told = text(result, evil)
    assert told.count(escaped(evil)) == 8
    assert evil not in told
    rows = [line for line in told.splitlines() if line.startswith("|")]
    assert {line.count("|") for line in rows} <= {5, 6}


def test_a_plain_name_is_code_so_that_nothing_makes_a_link_of_it():
    assert "| `www.example.com` | `example.com` (17) |" in text(a_result(a_host(state="critical")))


def test_what_means_nothing_stays_readable():
    for usual in ("expires at 2026-11-21T19:52:43Z", "192.0.2.7:443 (Connection refused)", "CN=R3,O=Trust; 5 % left"):
        assert escaped(usual) == usual


def test_what_to_do_comes_worst_first_and_what_is_in_order_is_one_line():
    told = text(of_each_state())
    places = [
        told.index(f"`{name}.example.com`") for name in ("expired", "not-covered", "critical", "mismatch", "warning")
    ]
    assert places == sorted(places)
    assert "| ‼ Critical | `critical.example.com` | `example.com` (3) | 27 Nov 2026 (in 4 days) |" in told
    assert "Of the 2 host names in order, `lets-encrypt.example.com` expires first: 23 Jan 2027 (in 61 days)." in told
    assert "`ok.example.com`" not in told


def test_a_ticket_has_an_end():
    hosts = [a_host(f"h{number}.example", "critical", number) for number in range(250)]
    told = text(a_result(*hosts))
    assert told.count("‼ Critical |") == 200
    assert "and 50 more" in told


def test_none_and_all_in_order():
    assert text(a_result()) == "# Certificates\n\n**No host name was found.** Checked 2026-11-23T17:00:00Z.\n"
    assert "## " not in text(a_result(a_host()))


def test_the_counts():
    told = text(a_fleet(300))
    assert re.search(r"^✖ Expired: \d+ · ", told, re.MULTILINE)
