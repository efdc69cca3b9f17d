# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""Writes JUnit XML for CI: a test case a host, which fails where the host is critical."""

from __future__ import annotations

from xml.etree import ElementTree

from .findings import Findings, Options
from .words import CRITICAL, STATES, WARNING, expiry, verdict

_SUITE = "gcore.web_security.cert_expiry_report"


def junit(findings: Findings, options: Options) -> str:
    """Write the whole document."""
    failing = {CRITICAL, WARNING} if options.fail_on_warning else {CRITICAL}
    failures = sum(host["level"] in failing for host in findings.hosts)
    # Nothing has a duration: what is tested is not this run.
    counts = {"tests": str(len(findings.hosts)), "failures": str(failures), "errors": "0", "time": "0"}
    suites = ElementTree.Element("testsuites", {"name": options.title, **counts})
    about = {"name": _SUITE, **counts, "skipped": "0", "timestamp": findings.checked_at}
    suite = ElementTree.SubElement(suites, "testsuite", about)
    for host in findings.hosts:
        word, classname = STATES[host["state"]].word, f"{host['resource']} ({host['resource_id']})"
        case = ElementTree.SubElement(suite, "testcase", name=host["host"], classname=classname, time="0")
        if host["level"] in failing:
            message = "; ".join(host["reasons"]) or word
            told = ElementTree.SubElement(case, "failure", type=host["state"], message=message)
        else:
            told = ElementTree.SubElement(case, "system-out")
        told.text = "\n".join([word, *host["reasons"], f"Expiry: {expiry(host['not_after'], host['days_left'])}"])
    ElementTree.SubElement(suite, "system-out").text = "\n".join([verdict(findings), *findings.warnings])
    ElementTree.indent(suites)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ElementTree.tostring(suites, encoding="unicode")}\n'
