# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""The findings as a JSON document; docs/schemas/cert_expiry_report.schema.json describes it."""

from __future__ import annotations

import json
from dataclasses import asdict

from .findings import Findings

FORMAT = "gcore.web_security.cert_expiry_report"
VERSION = 1
"""Counts up when a key changes its meaning or goes away; new keys may come at any time."""


def json_report(findings: Findings) -> str:
    """Indented, its keys in a fixed order."""
    document = {"format": FORMAT, "version": VERSION, **asdict(findings)}
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"
