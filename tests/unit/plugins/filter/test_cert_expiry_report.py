# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

import pytest
import yaml
from ansible.errors import AnsibleFilterError

from ansible_collections.gcore.web_security.plugins.filter import cert_expiry_report as plugin
from ansible_collections.gcore.web_security.plugins.plugin_utils._expiry_report.formats import FORMATS
from unit.plugins.expiry_result import a_host, a_result

report = plugin.FilterModule().filters()["cert_expiry_report"]
RESULT = a_result(a_host(state="warning"))


def test_every_format_is_documented_and_text():
    assert yaml.safe_load(plugin.DOCUMENTATION)["options"]["format"]["choices"] == list(FORMATS)
    assert all(isinstance(report(RESULT, name), str) for name in FORMATS)


def test_the_options():
    assert "<h1>Shop</h1>" in report(RESULT, "html", title="Shop")
    assert "<h1>Certificates</h1>" in report(RESULT, "html", title="")
    assert "<failure" in report(RESULT, "junit", fail_on_warning=True)
    assert "<failure" not in report(RESULT, "junit")
    first = report(RESULT, "json")
    assert report({**RESULT, "checked_at": "2026-11-23T17:30:00Z"}, "json", previous=first) == first


@pytest.mark.parametrize(("result", "name"), [({"failed": True}, "html"), (RESULT, "pdf")])
def test_what_can_not_be_written_down(result, name):
    with pytest.raises(AnsibleFilterError, match="cert_expiry_report: "):
        report(result, name)
