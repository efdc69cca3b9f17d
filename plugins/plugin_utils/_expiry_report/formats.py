# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""The formats: a table, and the rule of when a report is a new one."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .csv_report import csv_report
from .findings import Findings
from .json_report import json_report
from .junit import junit
from .markdown import markdown
from .moments import MOMENT
from .page import page
from .prometheus import prometheus

TITLE = "Certificates"


@dataclass(frozen=True)
class Options:
    """What a user may say of a report.

    Attributes:
        title: its heading.
        fail_on_warning: whether a warning fails a test case of JUnit.
    """

    title: str = TITLE
    fail_on_warning: bool = False


@dataclass(frozen=True)
class Format:
    """A way to write the findings down.

    Attributes:
        render: makes the text.
        time: finds the time of the run in a text of this format, None where there is none in it.
    """

    render: Callable[[Findings, Options], str]
    time: re.Pattern[str] | None = None

    def time_of(self, text: str) -> str | None:
        """The time of the run that wrote this text."""
        found = self.time.search(text) if self.time else None
        return found["time"] if found else None


FORMATS = {
    "html": Format(
        lambda findings, options: page(findings, options.title),
        re.compile(f'<time id="checked-at" datetime="(?P<time>{MOMENT})">'),
    ),
    "json": Format(
        lambda findings, _options: json_report(findings),
        re.compile(f'^  "checked_at": "(?P<time>{MOMENT})",$', re.MULTILINE),
    ),
    "csv": Format(lambda findings, _options: csv_report(findings)),
    "markdown": Format(
        lambda findings, options: markdown(findings, options.title),
        re.compile(f" Checked (?P<time>{MOMENT})\\.$", re.MULTILINE),
    ),
    "prometheus": Format(lambda findings, _options: prometheus(findings)),
    "junit": Format(
        lambda findings, options: junit(findings, options.title, options.fail_on_warning),
        re.compile(f'<testsuite [^>]* timestamp="(?P<time>{MOMENT})"'),
    ),
}


def rendered(name: str, result: Any, options: Options, previous: str | None = None) -> str:
    """The findings in a format.

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
    written_at = chosen.time_of(previous) if previous else None
    if written_at and chosen.render(findings.at(written_at), options) == previous:
        return previous
    return chosen.render(findings, options)
