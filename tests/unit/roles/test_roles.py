# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""Each option of a module is a variable of its role, by both names; it is documented, and handed on."""

import re
from pathlib import Path

import pytest
import yaml

from ansible_collections.gcore.web_security.plugins.module_utils._options import (
    CERTIFICATE,
    FLEET_CERT,
    OBJECTS,
    RESOURCE_CERT,
    RESOURCE_CERT_INFO,
)

ROOT = Path(__file__).resolve().parents[3]
MODULES = {"resource_cert": RESOURCE_CERT, "fleet_cert": FLEET_CERT, "cert_expiry_report": RESOURCE_CERT_INFO}
FILES = {"html_path", "json_path", "csv_path", "markdown_path", "prometheus_path", "junit_path"}
OWN = {
    "resource_cert": {"resources"},
    "fleet_cert": set(),
    "cert_expiry_report": {*FILES, "owner", "group", "mode", "title", "fail_on", "junit_fail_on_warning"},
}
OLD = {"fleet_cert_on_bad_file"}

roles = pytest.mark.parametrize("role", MODULES)


def read(path):
    return yaml.safe_load((ROOT / path).read_text("utf-8"))


def documented(role):
    return read(f"roles/{role}/meta/argument_specs.yml")["argument_specs"]["main"]["options"]


@roles
def test_variables(role):
    expected = {f"{role}_{option}" for option in {*MODULES[role], *OWN[role]}}
    assert set(read(f"roles/{role}/defaults/main.yml")) == expected
    assert set(documented(role)) - OLD == expected


@roles
def test_what_the_module_is_asked_for(role):
    text = (ROOT / f"roles/{role}/vars/main.yml").read_text("utf-8")
    assert set(re.findall(rf"'(\w+)': {role}_\1\b", text)) == MODULES[role].keys()


def test_an_entry_of_the_list_has_all_options():
    assert set(documented("resource_cert")["resource_cert_resources"]["options"]) == set(RESOURCE_CERT)


def test_the_variables_for_many_hosts_say_how_and_not_what():
    what = {"resource_id", "name", "product", "state", "type", *CERTIFICATE, *OBJECTS}
    [play] = read("playbooks/rotate_hosts.yml")
    passphrase = {"private_key_passphrase", "private_key_passphrase_path"}
    assert set(play["vars"]["rotate_options"]) == RESOURCE_CERT.keys() - what | passphrase
