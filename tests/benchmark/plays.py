# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""The plays that are measured."""

from __future__ import annotations

from pathlib import Path

from paths import ROOT


def _local(tasks: str) -> str:
    """A play on the control node."""
    return "- hosts: localhost\n  gather_facts: false\n  tasks: " + tasks.replace("\n", "\n    ")


def _far(play: str) -> str:
    """An environment of its own is what the controller's process can't give a task: it is shipped as a module."""
    return play.replace("gather_facts: false\n", "gather_facts: false\n  environment:\n    WAY: far\n")


EMPTY = _local("[]")


_LOOP = "loop: '{{ range(1, items | int + 1) | list }}'"

_RESOURCE = "{{ lookup('ansible.builtin.env', 'GCORE_BASE_URL') }}/security/resources/{{ item }}"
_HEADERS = """{Authorization: "APIKey {{ lookup('ansible.builtin.env', 'GCORE_API_KEY') }}"}"""

URI = _local(f"""
- ansible.builtin.uri:
    url: "{_RESOURCE}"
    headers: {_HEADERS}
  {_LOOP}
""")

CHECK = _local(f"""
- gcore.web_security.gcore_resource_cert:
    resource_id: "{{{{ item }}}}"
    certificate_path: "{{{{ playbook_dir }}}}/site.crt"
    private_key_path: "{{{{ playbook_dir }}}}/site.key"
    edge_port: "{{{{ edge_port }}}}"
  {_LOOP}
""")

CHECK_FAR = _far(CHECK)

FLEET = _local("""
- gcore.web_security.gcore_fleet_cert:
    certificates:
      - certificate_path: "{{ playbook_dir }}/site.crt"
        private_key_path: "{{ playbook_dir }}/site.key"
    edge_port: "{{ edge_port }}"
""")

MIXED = FLEET.replace("gcore_fleet_cert:\n", "gcore_fleet_cert:\n        products: [web_security, cdn]\n")

FLEET_OWN = _local("""
- gcore.web_security.gcore_fleet_cert:
    directory: "{{ playbook_dir }}/own"
    edge_port: "{{ edge_port }}"
""")

SURVEY = _local("""
- gcore.web_security.gcore_resource_cert_info:
    edge_port: "{{ edge_port }}"
""")

REPORT = _local("""
- ansible.builtin.include_role:
    name: gcore.web_security.cert_expiry_report
  vars:
    cert_expiry_report_edge_port: "{{ edge_port }}"
    cert_expiry_report_html_path: "{{ playbook_dir }}/report.html"
    cert_expiry_report_json_path: "{{ playbook_dir }}/report.json"
    cert_expiry_report_prometheus_path: "{{ playbook_dir }}/report.prom"
    cert_expiry_report_fail_on: never
""")

# What the vendor tells its customers to do, as a person writes it down for Ansible.
DOCUMENTED = _local(f"""
- ansible.builtin.uri:
    url: "{_RESOURCE}"
    headers: {_HEADERS}
  {_LOOP}
  register: got
- ansible.builtin.uri:
    url: "{_RESOURCE.replace("item", "item.item")}"
    method: PUT
    headers: {_HEADERS}
    body_format: json
    body: >-
      {{{{ item.json | combine({{
      'service_ssl_crt': lookup('ansible.builtin.file', playbook_dir ~ '/site.crt'),
      'service_ssl_key': lookup('ansible.builtin.file', playbook_dir ~ '/site.key'),
      'ssl_type': 'custom'}}) }}}}
  loop: "{{{{ got.results }}}}"
  no_log: true
""")

_PLAYBOOK = Path(ROOT, "playbooks", "rotate_hosts.yml").read_text("utf-8")

_TASK = """
- hosts: ssl_custom
  gather_facts: false
  tasks:
    - gcore.web_security.gcore_resource_cert:
        resource_id: "{{ gcore_resource_id }}"
        certificate_path: "{{ rotate_directory }}/{{ gcore_name }}.crt"
        private_key_path: "{{ rotate_directory }}/{{ gcore_name }}.key"
        edge_port: "{{ edge_port }}"
"""

HOSTS, HOSTS_FAR = _PLAYBOOK, _far(_PLAYBOOK)
TASK, TASK_FAR = _TASK, _far(_TASK)
