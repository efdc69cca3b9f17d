# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""The text of a ticket: what it says, and that nothing in it is markup."""

import html
import re

import pytest

from ansible_collections.gcore.web_security.plugins.plugin_utils._expiry_report.formats import Options, rendered
from ansible_collections.gcore.web_security.plugins.plugin_utils._expiry_report.markdown import escaped
from unit.plugins.expiry_result import a_fleet, a_host, a_result, given_certificates, of_each_state


def text(result, title="Certificates"):
    return rendered("markdown", result, Options(title))


EVIL = [
    "<script>alert(1)</script>", "[click](javascript:alert(1))", "![x](https://evil.example/x.png)", "&lt;b&gt;",
    "**bold** _it_ ~~no~~ `code`", "a | b | c", "@everyone #12 !3", "# heading", "\\| \\\\",
    "https://evil.example www.evil.example",
]  # fmt: skip


@pytest.mark.parametrize("evil", EVIL)
def test_a_strangers_text_is_shown_and_nothing_else_wherever_it_stands(evil):
    shown = escaped(evil)
    assert html.unescape(shown) == re.sub(r"\s+", " ", evil)
    assert not re.search(r"[][`*_{}<>|~!@\\:\n]|#(?!\d)|&(?!#\d)|www\.", shown)
    host = a_host(evil, "critical", resource=evil, reasons=[evil])
    result = {
        **a_result(host, a_host(evil, "ok", 2, resource=evil)),
        "given_certificates": [{**given_certificates()[1], "certificate": evil, "lagging": [evil]}],
        "warnings": [evil],
    }
    told = text(result, evil)
    assert told.count(shown) == 8
    assert evil not in told
    assert {line.count("|") for line in told.splitlines() if line.startswith("|")} <= {5, 6}


def test_what_to_do_comes_worst_first_what_is_in_order_is_one_line_and_a_ticket_has_an_end():
    for usual in ("at 2026-11-21T19:52:43Z", "192.0.2.7:443 (Connection refused)", "CN=R3,O=Trust; 5 % left"):
        assert escaped(usual) == usual
    told = text(of_each_state())
    names = ("expired", "not-covered", "critical", "mismatch", "warning")
    places = [told.index(f"`{name}.example.com`") for name in names]  # as code, so that nothing makes a link of it
    assert places == sorted(places)
    assert "| ‼ Critical | `critical.example.com` | `example.com` (3) | 27 Nov 2026 (in 4 days) |" in told
    assert "Of the 2 host names in order, `lets-encrypt.example.com` expires first: 23 Jan 2027 (in 61 days)." in told
    assert "`ok.example.com`" not in told
    assert text(a_result()) == "# Certificates\n\n**No host name was found.** Checked 2026-11-23T17:00:00Z.\n"
    assert "## " not in text(a_result(a_host()))
    assert re.search(r"^✖ Expired: \d+ · ", text(a_fleet(300)), re.MULTILINE)
    told = text(a_result(*(a_host(f"h{number}.example", "critical", number) for number in range(250))))
    assert told.count("‼ Critical |") == 200
    assert "and 50 more" in told
