# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""A table for spreadsheets, one row a host, in which no cell is a formula."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from typing import Any

from .findings import Findings, Json


def _at(*path: str) -> Callable[[Json], Any]:
    """What is found under these keys, None where the way ends early."""

    def read(host: Json) -> Any:
        value: Any = host
        for key in path:
            value = value.get(key) if isinstance(value, dict) else None
        return value

    return read


def _joined(path: Callable[[Json], Any], by: str) -> Callable[[Json], str]:
    return lambda host: by.join(path(host) or ())


_CERTIFICATE = ("edge", "certificate")

COLUMNS: dict[str, Callable[[Json], Any]] = {
    **{
        name: _at(name)
        for name in (
            "host",
            "resource",
            "resource_id",
            "is_alias",
            "resource_status",
            "state",
            "level",
            "days_left",
            "lifetime_left_percent",
            "not_after",
            "evidence",
            "ssl_type",
        )
    },
    "reasons": _joined(_at("reasons"), "; "),
    "api_not_after": _at("api", "not_after"),
    "api_days_left": _at("api", "days_left"),
    "edge_address": _at("edge", "address"),
    "edge_port": _at("edge", "port"),
    "edge_problem": _at("edge", "problem"),
    **{
        f"edge_{name}": _at(*_CERTIFICATE, name)
        for name in (
            "subject",
            "issuer",
            "serial_number",
            "fingerprint_sha256",
            "key_type",
            "key_size",
            "not_before",
            "not_after",
            "days_left",
        )
    },
    "edge_subject_alt_names": _joined(_at(*_CERTIFICATE, "subject_alt_names"), " "),
    "chain_is_complete": _at("edge", "chain", "is_complete"),
    "chain_not_after": _at("edge", "chain", "not_after"),
    "chain_days_left": _at("edge", "chain", "days_left"),
    "agrees": _at("agrees"),
    "covers_host": _at("covers_host"),
    "given_certificate": _at("given", "certificate"),
    "given_is_served": _at("given", "is_served"),
    "given_lags_behind": _at("given", "lags_behind"),
    **{
        f"edge_other_{name}": _at("edge", "other_certificate", name)
        for name in ("key_type", "fingerprint_sha256", "not_after", "days_left")
    },
    "edge_other_problem": _at("edge", "other_problem"),
}
"""The columns, and where each of them comes from."""

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_FORMULA = re.compile("(^[\\s\"']*|[;,|]\\s*[\"']*)(?=[=+\\-@＝＋－＠])")  # noqa: RUF001 the wide ones are formulas too
"""Where a formula would begin: also behind what is a separator elsewhere, for a spreadsheet splits there."""


def csv_report(findings: Findings) -> str:
    """A head and a row for each host, in the module's order."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows([_cell(read(host)) for read in COLUMNS.values()] for host in findings.hosts)
    return text.getvalue()


def _cell(value: Any) -> Any:
    """Numbers are what they are, negative ones too; words are made harmless."""
    if isinstance(value, bool):
        return str(value).lower()
    return harmless(value) if isinstance(value, str) else value


def harmless(text: str) -> str:
    """A text that a spreadsheet shows and does not calculate: with an apostrophe where a formula would begin."""
    line = _CONTROL.sub(" ", text)
    return _FORMULA.sub(r"\g<1>'", line)
