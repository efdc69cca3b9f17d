# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""Which values a resource gets from its entry, which from the role, and which from neither."""

from pathlib import Path

import pytest
import yaml
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar

from ansible_collections.gcore.web_security.plugins.plugin_utils._templates import trusted

ROLE = Path(__file__).resolve().parents[3] / "roles" / "resource_cert"
KEY = "-----BEGIN PRIVATE" + " KEY-----\nMIGHAgEA"
BARE = "MIGHAgEAMBMG" * 10


def _trusted(value):
    if isinstance(value, dict):
        return {name: _trusted(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_trusted(item) for item in value]
    return trusted(value) if isinstance(value, str) else value


FILES = [ROLE / "defaults" / "main.yml", ROLE / "vars" / "main.yml"]
VARIABLES = {name: _trusted(value) for path in FILES for name, value in yaml.safe_load(path.read_text("utf-8")).items()}


def asked(what, *entries, **common):
    """What a variable of the role is for the last of some entries, beside the role's own variables."""
    variables = {
        **VARIABLES, "resource_cert_resources": list(entries), "resource_cert_item": max(len(entries) - 1, 0),
        "ansible_search_path": [str(ROLE)], **{f"resource_cert_{name}": value for name, value in common.items()},
    }  # fmt: skip
    return Templar(loader=DataLoader(), variables=variables).template(trusted(f"{{{{ __resource_cert_{what} }}}}"))


REST = {"verify": "edge", "retries": 3}
SECRET = {"certificate": "role", "private_key": "role", "private_key_passphrase": "role", "api_key": "role"}
ROLES = {**REST, **SECRET}
BUNDLE = {"private_key_passphrase": "role", "api_key": "role"}
TAKEN = {
    "all": ({}, SECRET),
    "empty ones are none": ({"certificate": "", "private_key_path": None, "verify": "", "retries": None}, SECRET),
    "but 0 and false are some": ({"retries": 0, "force": False}, {**SECRET, "retries": 0, "force": False}),
    "a file": ({"certificate_path": "own"}, {**SECRET, "certificate": None, "certificate_path": "own"}),
    "a bundle": ({"pkcs12_path": "own"}, {**BUNDLE, "pkcs12_path": "own"}),
    "a bundle and what it excludes": ({"pkcs12": "own", "chain": "own"}, {**BUNDLE, "pkcs12": "own", "chain": "own"}),
    "HTTPS off": ({"state": "absent"}, {"state": "absent", "api_key": "role"}),
    "the vendor's": ({"type": "lets_encrypt"}, {"type": "lets_encrypt", "api_key": "role"}),
    "a custom one": ({"state": "present", "type": "custom"}, {**SECRET, "state": "present", "type": "custom"}),
    "a token": ({"api_token": "own"}, {**SECRET, "api_key": None, "api_token": "own"}),
}


@pytest.mark.parametrize(("own", "expected"), TAKEN.values(), ids=TAKEN)
def test_what_an_entry_takes_from_the_role(own, expected):
    expected = {name: value for name, value in {"name": "a.example", **REST, **expected}.items() if value is not None}
    assert asked("given", {}, {"name": "a.example", **own}, **ROLES) == expected


def test_an_entry_with_pem_takes_no_bundle_and_the_one_resource_of_the_role():
    own = {"name": "a.example", "certificate": "own", "private_key": "own"}
    assert asked("given", own, pkcs12="role", private_key_passphrase="x") == {**own, "private_key_passphrase": "x"}
    assert asked("given", resource_id="7", certificate="x") == {"resource_id": "7", "certificate": "x"}
    assert asked("label", resource_id="7") == "resource 7"
    assert asked("given", resource_id="7", state="absent", certificate="x") == {"resource_id": "7", "state": "absent"}


LABELS = [
    ("a.example", {"name": "a.example", "resource_id": ""}), ("*.bücher.example", {"name": "*.bücher.example"}),
    ("resource 12", {"resource_id": 12}), ("resource number 2", {"state": "absent"}),
    ("resource number 2", {"name": BARE}), ("resource number 2", {"name": "4711$0123456789abcdef"}),
]  # fmt: skip


@pytest.mark.parametrize(("label", "entry"), LABELS)
def test_how_it_is_called(label, entry):
    assert asked("label", {}, entry) == label


PROBLEMS = {
    "both": ({"name": "a", "resource_id": 1}, "set exactly one of resource_id and name."),
    "content and file": ({"name": "a", "chain": "x", "chain_path": "y"}, "chain and chain_path exclude each other."),
    "a bare key": ({"name": "a", "private_key_path": BARE}, "private_key_path takes a path, and was given a content."),
    "a missing file": ({"name": "a", "chain_path": "no.crt"}, "chain_path: can't read 'no.crt' on the control node"),
    "a folder": ({"name": "a", "pkcs12_path": "./tasks"}, "pkcs12_path: can't read './tasks' on the control node"),
    "a passphrase": (
        {"name": "a", "private_key_passphrase_path": "MIGHAgEA horse"},
        "private_key_passphrase_path takes a path, and was given a content.",
    ),
    "another word": ({"name": "a", "verify": KEY}, "verify is not one of: none, api, edge."),
    "another option": ({"name": "a", "privatekey": KEY}, "privatekey is no option of a resource."),
    "a key for an option": ({"name": "a", BARE: "x"}, "what is not shown is no option of a resource."),
}


@pytest.mark.parametrize(("entry", "problem"), PROBLEMS.values(), ids=PROBLEMS)
def test_what_cannot_be_meant(entry, problem):
    told = asked("problems", entry)
    assert told.strip().startswith(problem)
    assert "MIGHAgEA" not in told
    beside = asked("problems", {"name": "b.example"}, resource_id=1)
    assert "resource_cert_resources excludes resource_cert_name and" in beside
