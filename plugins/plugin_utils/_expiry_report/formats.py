# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""Lists the formats, and decides when a report is a new one."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import asdict, replace
from typing import Any, NamedTuple

from .csv_report import csv_report
from .findings import Findings, Options, plain
from .junit import junit
from .markdown import markdown
from .page import page
from .prometheus import prometheus
from .words import MOMENT, parsed

# Counts up when a key of the JSON changes its meaning or goes away; new keys may come at any time.
_VERSION = 1


class Format(NamedTuple):
    """Writes the findings down in one way.

    Attributes:
        render: makes the text.
        time: finds the time of the run in a text of this format, None where there is none in it.
    """

    render: Callable[[Findings, Options], str]
    time: re.Pattern[str] | None = None

    def time_of(self, text: str) -> str | None:
        """Return the time of the run that wrote this text."""
        found = self.time.search(text) if self.time else None
        return found["time"] if found else None


def _json(findings: Findings, _options: Options) -> str:
    """Write the document that docs/schemas/cert_expiry_report.schema.json describes."""
    head = {"format": "gcore.web_security.cert_expiry_report", "version": _VERSION}
    return json.dumps({**head, **asdict(findings)}, indent=2, ensure_ascii=False) + "\n"


FORMATS = {
    "html": Format(page, re.compile(f'<time id="checked-at" datetime="(?P<time>{MOMENT})">')),
    "json": Format(_json, re.compile(f'^  "checked_at": "(?P<time>{MOMENT})",$', re.MULTILINE)),
    "csv": Format(csv_report),
    "markdown": Format(markdown, re.compile(f" Checked (?P<time>{MOMENT})\\.$", re.MULTILINE)),
    "prometheus": Format(prometheus),
    "junit": Format(junit, re.compile(f'<testsuite [^>]* timestamp="(?P<time>{MOMENT})"')),
}


def rendered(name: str, result: Any, options: Options, previous: str | None = None) -> str:
    """Write the findings in a format.

    Args:
        name: of the format.
        result: of gcore_resource_cert_info.
        options: of the report.
        previous: the report before this one. If nothing but the time of the run differs, it is the new one too.

    Raises:
        ValueError: there is no such format, or the result is none of that module.
    """
    if name not in FORMATS:
        raise ValueError(f"there is no format {name!r}: {', '.join(FORMATS)}")
    chosen, findings = FORMATS[name], Findings.of(result)
    parsed(findings.checked_at)
    options = replace(options, title=plain(options.title))
    written_at = chosen.time_of(previous) if previous else None
    if written_at and chosen.render(replace(findings, checked_at=written_at), options) == previous:
        return previous
    return chosen.render(findings, options)
