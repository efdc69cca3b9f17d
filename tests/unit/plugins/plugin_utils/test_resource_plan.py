# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""Which values a resource gets from its entry, which from the role, and which from neither."""

from __future__ import annotations

import json

import pytest

from ansible_collections.gcore.web_security.plugins.plugin_utils._resource_plan import contradictions, items

UNSET = dict.fromkeys(["name", "resource_id", "state", "type", "verify", "ca_path", "retries"], "")
ROLE = {
    **UNSET,
    "resource_id": None,
    "verify": "edge",
    "ca_path": "/etc/ca",
    "certificate_path": "common.crt",
    "chain": "",
    "private_key": "common key",
    "private_key_passphrase": "common passphrase",
    "api_key": "common token",
}
COMMON = {
    "certificate": "file",
    "chain": "",
    "private_key": "role",
    "private_key_passphrase": "role",
    "pkcs12": "",
    "api_key": "role",
    "api_token": "",
}
NOTHING = dict.fromkeys(["certificate", "chain", "private_key", "private_key_passphrase", "pkcs12"], "")
BUNDLE = {"pkcs12_path": "common.p12", "private_key_passphrase": "common passphrase"}


def planned(own, common=None):
    [item] = items([{"name": "www.example.com", **own}], common or ROLE)
    return item


@pytest.mark.parametrize(
    ("own", "sources"),
    [
        ({}, {}),
        ({"certificate": "", "private_key_path": None}, {}),
        ({"certificate": "its own"}, {"certificate": "own"}),
        ({"private_key_path": "own.key"}, {"private_key": "file"}),
        ({"chain_path": "own.chain"}, {"chain": "file"}),
        ({"private_key_passphrase_path": "own.pass"}, {"private_key_passphrase": "file"}),
        ({"private_key_passphrase": "its own"}, {"private_key_passphrase": "own"}),
        ({"pkcs12": "its own"}, {"pkcs12": "own", "certificate": "", "private_key": ""}),
        ({"pkcs12_path": "own.p12"}, {"pkcs12": "file", "certificate": "", "private_key": ""}),
        (
            {"pkcs12": "its own", "chain": "its own"},
            {"pkcs12": "own", "chain": "own", "certificate": "", "private_key": ""},
        ),
        ({"state": "absent"}, NOTHING),
        ({"type": "lets_encrypt"}, NOTHING),
        ({"state": "absent", "certificate": "its own"}, {**NOTHING, "certificate": "own"}),
        ({"state": "present", "type": "custom"}, {}),
        ({"api_token": "its own"}, {"api_key": "", "api_token": "own"}),
        ({"api_key": "its own"}, {"api_key": "own"}),
    ],
)
def test_where_contents_are(own, sources):
    assert planned(own).sources == {**COMMON, **sources}
    assert list(planned(own).problems()) == []


@pytest.mark.parametrize(
    ("own", "sources"),
    [
        ({}, {"pkcs12": "file", "private_key_passphrase": "role"}),
        ({"certificate": "its own", "private_key_path": "own.key"}, {"certificate": "own", "private_key": "file"}),
    ],
)
def test_an_entry_with_pem_takes_no_bundle(own, sources):
    expected = {**NOTHING, "private_key_passphrase": "role", "api_key": "", "api_token": "", **sources}
    assert planned(own, BUNDLE).sources == expected


def test_what_results_show():
    item = planned({"private_key_path": "own.key", "verify": "", "retries": 0, "api_token": "its own"})
    assert item.facts() == {
        "label": "www.example.com",
        "options": {"name": "www.example.com", "verify": "edge", "ca_path": "/etc/ca", "retries": 0},
        "paths": {"certificate_path": "common.crt", "private_key_path": "own.key"},
        "sources": {**COMMON, "private_key": "file", "api_key": "", "api_token": "own"},
        "index": 0,
    }


def test_a_misspelt_key_is_not_shown():
    assert "its own" not in json.dumps(planned({"privatekey": "its own", "private_keys": "its own"}).facts())


def test_the_one_resource_of_the_role():
    [item] = items([], {**ROLE, "resource_id": "7"})
    assert (item.label, item.index, item.sources) == ("resource 7", 0, COMMON)
    assert contradictions([], {**ROLE, "resource_id": "7"}) == []


@pytest.mark.parametrize(
    ("entry", "label"),
    [
        ({"name": "www.example.com", "resource_id": ""}, "www.example.com"),
        ({"resource_id": 12}, "resource 12"),
        ({"state": "absent"}, "resource number 2"),
    ],
)
def test_how_it_is_called(entry, label):
    assert items([{}, entry], UNSET)[1].label == label


KEY = "-----BEGIN PRIVATE" + " KEY-----\nMIGHAgEA"
LONG = "MIGHAgEAMBMG" * 100


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        ({}, "resource number 1: set exactly one of resource_id and name."),
        ({"name": "a.example", "resource_id": 1}, "a.example: set exactly one of resource_id and name."),
        (
            {"resource_id": 1, "chain": "text", "chain_path": "x"},
            "resource 1: chain and chain_path exclude each other.",
        ),
        (
            {"resource_id": 1, "private_key_path": KEY},
            "resource 1: private_key_path takes a path, and was given a content.",
        ),
        ({"resource_id": 1, "pkcs12_path": LONG}, "resource 1: pkcs12_path takes a path, and was given a content."),
        (
            {"resource_id": 1, "private_key": "text", "private_key_path": KEY},
            "resource 1: private_key_path takes a path, and was given a content.",
        ),
    ],
)
def test_what_cannot_be_meant(entry, problem):
    [item] = items([entry], UNSET)
    assert list(item.problems()) == [problem]
    assert "MIGHAgEA" not in json.dumps(item.facts())


@pytest.mark.parametrize("one", [{"name": "www.example.com"}, {"resource_id": 1}])
def test_a_list_and_one_resource_beside_it(one):
    assert contradictions([{"name": "other.example.com"}], one) == [
        "resource_cert_resources excludes resource_cert_name and resource_cert_resource_id: unset them."
    ]
    assert contradictions([{"name": "other.example.com"}], {"name": "", "resource_id": None}) == []
