# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""The XML for CI, read by a parser of JUnit and by one of XML."""

from xml.etree import ElementTree

import pytest
from junitparser import Failure, JUnitXml

from ansible_collections.gcore.web_security.plugins.plugin_utils._expiry_report.formats import Options, rendered
from unit.plugins.expiry_result import STATES, a_host, a_result, of_each_state


def xml(result, **options):
    return rendered("junit", result, Options(**options))


def cases(text):
    (suite,) = JUnitXml.fromstring(text.encode())
    return suite, {case.name: case for case in suite}


@pytest.mark.parametrize(
    ("fail_on_warning", "failing"),
    [
        (False, ("expired", "not_covered", "critical")),
        (True, ("expired", "not_covered", "critical", "mismatch", "unreachable", "warning")),
    ],
)
def test_what_fails(fail_on_warning, failing):
    suite, found = cases(xml(of_each_state(), fail_on_warning=fail_on_warning))
    assert (suite.tests, suite.failures, suite.errors, suite.skipped) == (9, len(failing), 0, 0)
    assert suite.timestamp == "2026-11-23T17:00:00Z"
    for state in STATES:
        case = found[f"{state.replace('_', '-')}.example.com"]
        assert case.is_passed is (state not in failing)
        assert bool(case.system_out) is (state not in failing)


def test_a_failure_tells_why():
    _suite, found = cases(xml(a_result(a_host(state="critical"))))
    case = found["www.example.com"]
    (failure,) = case.result
    assert (type(failure), case.classname, failure.type) == (Failure, "example.com (17)", "critical")
    assert failure.message == "expires in 4 days; the edge serves an incomplete chain"
    assert "Expiry: 27 Nov 2026 (in 4 days)" in failure.text
    assert cases(xml(a_result()))[1] == {}


@pytest.mark.parametrize("evil", ["</testcase><evil/>", '" evil="1', "]]>", "<!--", "&amp;"])
@pytest.mark.parametrize("state", ["critical", "ok"])
def test_whatever_a_name_is_it_is_xml_and_only_text(evil, state):
    host = a_host(evil, state, resource=evil, reasons=[evil])
    text = xml({**a_result(host), "warnings": [evil]}, title=evil)
    document = ElementTree.fromstring(text.encode())
    assert [element.tag for element in document.iter("evil")] == []
    assert all("evil" not in element.attrib for element in document.iter())
    (case,) = document.iter("testcase")
    assert case.get("name") == evil
