# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""JUnit XML for CI: a test case a host, which fails where the host is critical."""

from __future__ import annotations

import re
from xml.etree import ElementTree

from .findings import Findings, Json
from .moments import expiry
from .states import CRITICAL, WARNING, state_of
from .verdict import verdict

_NO_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_SUITE = "gcore.web_security.cert_expiry_report"


def junit(findings: Findings, title: str, fail_on_warning: bool) -> str:
    """The whole document. The cases have no duration: what is tested is not this run."""
    failing = {CRITICAL, WARNING} if fail_on_warning else {CRITICAL}
    counts = {
        "tests": len(findings.hosts),
        "failures": sum(host["level"] in failing for host in findings.hosts),
        "errors": 0,
        "time": 0,
    }
    suites = _element(None, "testsuites", name=title, **counts)
    suite = _element(suites, "testsuite", name=_SUITE, **counts, skipped=0, timestamp=findings.checked_at)
    for host in findings.hosts:
        _add_case(suite, host, host["level"] in failing)
    _add_text(suite, "system-out", "\n".join([verdict(findings), *findings.warnings]))
    ElementTree.indent(suites)
    text = ElementTree.tostring(suites, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'


def _add_case(suite: ElementTree.Element, host: Json, fails: bool) -> None:
    classname = f"{host['resource']} ({host['resource_id']})"
    case = _element(suite, "testcase", name=host["host"], classname=classname, time=0)
    if fails:
        failure = _add_text(case, "failure", _story(host))
        failure.set("type", host["state"])
        failure.set("message", _clean("; ".join(host["reasons"]) or state_of(host["state"]).word))
    else:
        _add_text(case, "system-out", _story(host))


def _story(host: Json) -> str:
    state = state_of(host["state"])
    return "\n".join([state.word, *host["reasons"], f"Expiry: {expiry(host['not_after'], host['days_left'])}"])


def _element(parent: ElementTree.Element | None, tag: str, /, **attributes: object) -> ElementTree.Element:
    given = {key: _clean(str(value)) for key, value in attributes.items()}
    return ElementTree.Element(tag, given) if parent is None else ElementTree.SubElement(parent, tag, given)


def _add_text(parent: ElementTree.Element, name: str, text: str) -> ElementTree.Element:
    element = ElementTree.SubElement(parent, name)
    element.text = _clean(text)
    return element


def _clean(text: str) -> str:
    """XML 1.0 has no way to write most control characters, not even escaped."""
    return _NO_XML.sub("\ufffd", text)
