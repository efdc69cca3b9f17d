# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""The table for spreadsheets: what it holds, and that nothing in it is calculated."""

import csv
import io

import pytest

from ansible_collections.gcore.web_security.plugins.plugin_utils._expiry_report.csv_report import COLUMNS, harmless
from ansible_collections.gcore.web_security.plugins.plugin_utils._expiry_report.formats import Options, rendered
from unit.plugins.expiry_result import a_host, a_result, of_each_state

GIVEN = {"certificate": "wildcard", "is_served": False, "lags_behind": True}


def rows(result):
    return list(csv.DictReader(io.StringIO(rendered("csv", result, Options()))))


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"), ("-2+3+cmd|' /C calc'!A0", "'-2+3+cmd|' /C calc'!A0"),
        ("@SUM(1+1)", "'@SUM(1+1)"), ("  =1+1", "  '=1+1"), ('"=1+1', "\"'=1+1"), ("\uff1d1+1", "'\uff1d1+1"),
        ("a;=1+1", "a;'=1+1"), ("a|-1", "a|'-1"), ("CN=shop.example,O=Shop", "CN=shop.example,O=Shop"),
        ("xn--bcher-kva.example", "xn--bcher-kva.example"), ("", ""),
    ],
)  # fmt: skip
def test_no_cell_is_a_formula(name, shown):
    assert harmless(name) == shown


def test_every_cell_of_words_is_made_harmless():
    """Whatever field a stranger has a say in."""
    evil = "=1+1"

    def spoilt(value):
        if isinstance(value, dict):
            return {key: spoilt(item) for key, item in value.items()}
        return [evil, evil] if isinstance(value, list) else evil if isinstance(value, str) else value

    host = a_host(given=GIVEN)
    dates = {name: host[name] for name in ("state", "level", "not_after")}
    (row,) = rows({**a_result(), "hosts": [{**spoilt(host), **dates}]})
    assert [column for column, cell in row.items() if cell.startswith(("=", "+", "@", "\t", "\r"))] == []
    assert sum(cell.startswith("'=") for cell in row.values()) > 15


def test_what_it_tells():
    (row,) = rows(a_result(a_host(state="critical", given=GIVEN)))
    assert list(row) == list(COLUMNS)
    assert (row["host"], row["resource_id"], row["edge_port"]) == ("www.example.com", "17", "443")
    assert row["is_alias"] == row["covers_host"] == row["given_lags_behind"] == "true"
    assert row["reasons"] == "expires in 4 days; the edge serves an incomplete chain"
    assert row["edge_subject_alt_names"] == "www.example.com www.www.example.com"
    assert row["chain_is_complete"] == row["given_is_served"] == "false"
    assert row["edge_not_after"] == row["chain_not_after"] == row["not_after"] == "2026-11-27T17:00:00Z"
    told = {row["host"]: row for row in rows(of_each_state())}
    assert list(told) == [host["host"] for host in of_each_state()["hosts"]]
    assert told["expired.example.com"]["days_left"] == "-3"
    unknown = [column for column in COLUMNS if column.startswith(("edge_", "chain_", "given_", "api_"))]
    none = told["no-certificate.example.com"]
    assert {none[column] for column in (*unknown, "not_after", "days_left", "ssl_type", "agrees")} == {""}
