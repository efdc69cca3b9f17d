# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""Makes the page: one HTML file that loads nothing, not even for its icon."""

from __future__ import annotations

import base64
import hashlib
import re
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, StrictUndefined

from ...module_utils._expiry.judge import severity
from .findings import Findings, Options
from .timeline import timeline
from .words import LEVELS, STATES, counted, day, minute, until, verdict

_HERE = Path(__file__).resolve().parent
_COMMON_NAME = re.compile(r"(?:^|,)CN=((?:\\.|[^,+\\])+)")


def page(findings: Findings, options: Options) -> str:
    """Write the whole page. Whatever is put into the template is escaped there."""
    style, script = _part("page.css"), _part("page.js")
    counts = Counter(host["level"] for host in findings.hosts)
    return str(
        _template().render(
            title=options.title,
            findings=findings,
            hosts=findings.worst_first(),
            timeline=timeline(findings),
            verdict=verdict(findings),
            shares=[(counts[level], level) for level in reversed(LEVELS) if counts[level]],
            meanings=[(state, state.meaning.format(**findings.thresholds)) for state in STATES.values()],
            style=style,
            script=script,
            # Nothing but this style, this script and the icon: what slips in is neither run nor loaded.
            policy=f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; img-src data:; "
            "base-uri 'none'; form-action 'none'",
        )
    )


def common_name(name: str) -> str:
    """Return what a distinguished name calls itself, or all of it where it has no such part."""
    found = _COMMON_NAME.search(name)
    return re.sub(r"\\(.)", r"\1", found[1]) if found else name


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


@cache
def _part(name: str) -> str:
    """Read a file of the page without the comment at its head, which is about the file."""
    return (_HERE / name).read_text("utf-8").partition("*/\n")[2].strip()


@cache
def _template() -> Any:
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True
    )
    environment.filters |= {each.__name__: each for each in (common_name, counted, day, minute, until)}
    environment.filters |= {"rank": severity, "state": STATES.__getitem__}
    environment.globals["STATES"] = list(STATES.values())
    return environment.from_string((_HERE / "page.html.j2").read_text("utf-8"))
