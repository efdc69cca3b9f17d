# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""Lists the formats, and decides when a report is a new one."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import asdict, replace
from typing import Any

from .csv_report import csv_report
from .findings import Findings, Options, plain
from .junit import junit
from .markdown import markdown
from .page import page
from .prometheus import prometheus
from .words import MOMENT, parsed

# Counts up when a key of the JSON changes its meaning or goes away; new keys may come at any time.
_VERSION = 1


def _json(findings: Findings, _options: Options) -> str:
    """Write the document that docs/schemas/cert_expiry_report.schema.json describes."""
    head = {"format": "gcore.web_security.cert_expiry_report", "version": _VERSION}
    return json.dumps({**head, **asdict(findings)}, indent=2, ensure_ascii=False) + "\n"


FORMATS: dict[str, tuple[Callable[[Findings, Options], str], str]] = {
    # what makes the text, and a pattern of where the time of the run stands in it
    "html": (page, f'<time id="checked-at" datetime="({MOMENT})">'),
    "json": (_json, f'(?m)^  "checked_at": "({MOMENT})",$'),
    "csv": (csv_report, ""),
    "markdown": (markdown, f"(?m) Checked ({MOMENT})\\.$"),
    "prometheus": (prometheus, ""),
    "junit": (junit, f'<testsuite [^>]* timestamp="({MOMENT})"'),
}


def rendered(name: str, result: Any, options: Options, previous: str | None = None) -> str:
    """Write the findings in a format; where only the time differs from the previous report, that one is returned.

    Raises:
        ValueError: there is no such format, or the result is none of gcore_resource_cert_info.
    """
    if name not in FORMATS:
        raise ValueError(f"there is no format {name!r}: {', '.join(FORMATS)}")
    (render, time), findings = FORMATS[name], Findings.of(result)
    parsed(findings.checked_at)
    options = replace(options, title=plain(options.title))
    written = re.search(time, previous) if time and previous else None
    if written and render(replace(findings, checked_at=written[1]), options) == previous:
        return written.string
    return render(findings, options)
