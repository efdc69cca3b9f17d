# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Documentation and wiring; the work is in plugin_utils/_expiry_report."""

from __future__ import annotations

DOCUMENTATION = r"""
name: cert_expiry_report
short_description: A report of when certificates expire, as a page, data, metrics or test results
version_added: 1.0.0
author: The gcore.web_security authors (@gcore-web-security)
description:
  - Writes down what M(gcore.web_security.gcore_resource_cert_info) found.
  - The role P(gcore.web_security.cert_expiry_report#role) does that for files, from the look at the account to the file
    in its place.
positional: format
options:
  _input:
    description: The result of M(gcore.web_security.gcore_resource_cert_info), or a report in the format V(json),
      parsed.
    type: dict
    required: true
  format:
    description:
      - How to write it down.
      - V(html) is a page in one file, which loads nothing from elsewhere, for any width, for print, and readable
        without a script.
      - V(json) is described by the JSON Schema C(docs/schemas/cert_expiry_report.schema.json) of this collection.
      - V(csv) is a table for spreadsheets, one row a host name. No cell of it is a formula.
      - V(markdown) is the text of a ticket, the worst first.
      - V(prometheus) is metrics for the textfile collector of the node exporter.
      - V(junit) is XML for CI, one test case a host name. The critical ones fail.
    type: str
    choices: [html, json, csv, markdown, prometheus, junit]
    required: true
  previous:
    description:
      - The report that is already there, if there is one.
      - If nothing but the time of the run differs, it is returned as it is. So a file is changed only by news.
    type: str
  title: {type: str, default: Certificates, description: "The heading, for V(html), V(markdown) and V(junit)."}
  fail_on_warning: {type: bool, default: false, description: Whether a test case of V(junit) fails on a warning too.}
seealso:
  - module: gcore.web_security.gcore_resource_cert_info
"""

EXAMPLES = r"""
- name: Look at the account
  gcore.web_security.gcore_resource_cert_info:
  register: scan

- name: Write a page
  ansible.builtin.copy:
    content: "{{ scan | gcore.web_security.cert_expiry_report('html', title='Certificates of the shop') }}"
    dest: /var/www/html/certificates.html
    mode: "0644"

- name: Write the results for CI
  ansible.builtin.copy:
    content: "{{ scan | gcore.web_security.cert_expiry_report('junit', fail_on_warning=true) }}"
    dest: certificates.xml
    mode: "0644"
"""

RETURN = r"""
_value:
  description: The report, with a line end at its end.
  type: str
"""

from collections.abc import Callable
from typing import Any

from ansible.errors import AnsibleFilterError

from ..plugin_utils._expiry_report.findings import Options
from ..plugin_utils._expiry_report.formats import rendered
from ..plugin_utils._templates import literal


def cert_expiry_report(
    result: Any,
    format: str,  # noqa: A002  # the option's name
    previous: str | None = None,
    title: str = "",
    fail_on_warning: bool = False,
) -> str:
    """Write a report.

    Raises:
        AnsibleFilterError: what is written down is no result of the module, or the format is none.
    """
    options = Options(title or Options.title, fail_on_warning)
    try:
        return literal(rendered(format, result, options, previous))
    except ValueError as error:
        raise AnsibleFilterError(f"cert_expiry_report: {error}") from error


class FilterModule:
    """Names the one filter."""

    def filters(self) -> dict[str, Callable[..., str]]:
        """Return it by its name."""
        return {"cert_expiry_report": cert_expiry_report}
