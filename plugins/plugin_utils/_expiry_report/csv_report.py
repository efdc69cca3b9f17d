# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""Writes a table for spreadsheets, one row a host, in which no cell is a formula."""

from __future__ import annotations

import csv
import io
import re
from typing import Any

from .findings import Findings, Json, Options

_HOST = "host resource resource_id is_alias resource_status state level days_left lifetime_left_percent not_after"
_SERVED = "subject issuer serial_number fingerprint_sha256 key_type key_size not_before not_after days_left"
_COLUMNS = (
    ("", (), f"{_HOST} evidence ssl_type reasons"),
    ("api_", ("api",), "not_after days_left"),
    ("edge_", ("edge",), "address port problem"),
    ("edge_", ("edge", "certificate"), f"{_SERVED} subject_alt_names"),
    ("chain_", ("edge", "chain"), "is_complete not_after days_left"),
    ("", (), "agrees covers_host"),
    ("given_", ("given",), "certificate is_served lags_behind"),
    ("edge_other_", ("edge", "other_certificate"), "key_type fingerprint_sha256 not_after days_left"),
    ("edge_", ("edge",), "other_problem"),
)
# The columns, and the keys that lead to what stands in them.
COLUMNS = {f"{prefix}{name}": (*path, name) for prefix, path, names in _COLUMNS for name in names.split()}

_SEPARATORS = {"reasons": "; ", "edge_subject_alt_names": " "}
# Where a formula would begin: also behind what is a separator elsewhere, for a spreadsheet splits there.
_FORMULA = re.compile("(^[\\s\"']*|[;,|]\\s*[\"']*)(?=[=+\\-@＝＋－＠])")  # noqa: RUF001 the wide ones are formulas too


def csv_report(findings: Findings, _options: Options) -> str:
    """Write a head and a row for each host, in the module's order."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows([_cell(host, column) for column in COLUMNS] for host in findings.hosts)
    return text.getvalue()


def _cell(host: Json, column: str) -> Any:
    """Numbers are what they are, negative ones too; words are made harmless."""
    value: Any = host
    for key in COLUMNS[column]:
        value = value.get(key) if isinstance(value, dict) else None
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list) or (value is None and column in _SEPARATORS):
        value = _SEPARATORS[column].join(value or ())
    return harmless(value) if isinstance(value, str) else value


def harmless(text: str) -> str:
    """Return a text that a spreadsheet shows and does not calculate: with an apostrophe where a formula would begin."""
    return _FORMULA.sub(r"\g<1>'", text)
