# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

import re

import pytest

from ansible_collections.gcore.web_security.plugins.module_utils._errors import InputError
from ansible_collections.gcore.web_security.plugins.module_utils._options import (
    DEFAULT_API_URL,
    FLEET_CERT,
    RESOURCE_CERT,
    resolved,
    without_empty,
)


def values(environment=None, **given):
    return resolved({**dict.fromkeys(("api_key", "api_token", "api_url")), **given}, environment or {})


EMPTY = ["", None, [], [""], ["", " "]]
FULL = [0, 0.0, False, {}, {"secret": ""}, " ", [{}], [0]]


@pytest.mark.parametrize(("value", "is_empty"), [*((one, True) for one in EMPTY), *((one, False) for one in FULL)])
def test_what_is_empty_is_unset(value, is_empty):
    assert without_empty({"anything": value}) == ({} if is_empty else {"anything": value})
    assert values(anything=value)["anything"] == (None if is_empty else value)


def test_empty_ones_of_a_list_and_of_its_elements():
    given = {"include": ["a", "", " b"], "certificates": [{"label": "", "resources": ["", "1"], "chain": None}]}
    assert without_empty(given) == {"include": ["a", " b"], "certificates": [{"resources": ["1"]}]}


KEY, TOKEN, URL = "GCORE_API_KEY", "GCORE_API_TOKEN", "GCORE_BASE_URL"
TOKENS = [
    # what the task says, what the environment says: api_key and api_token
    ({}, {}, None, None), ({}, {KEY: "e"}, "e", None), ({}, {TOKEN: "f"}, None, "f"),
    ({"api_key": "a"}, {KEY: "e"}, "a", None), ({"api_token": "b"}, {TOKEN: "f"}, None, "b"),
    ({"api_key": "a"}, {TOKEN: "f"}, "a", None), ({"api_token": "b"}, {KEY: "e"}, None, "b"),
    ({"api_key": "a", "api_token": "b"}, {KEY: "e", TOKEN: "f"}, "a", "b"),
    ({"api_key": "", "api_token": ""}, {KEY: "", TOKEN: ""}, None, None),
    ({"api_key": "", "api_token": None}, {TOKEN: "f"}, None, "f"),
]  # fmt: skip


@pytest.mark.parametrize(("given", "environment", "key", "token"), TOKENS)
def test_where_a_token_comes_from(given, environment, key, token):
    found = values(environment, **given)
    assert (found["api_key"], found["api_token"]) == (key, token)


FROM_ENVIRONMENT = {URL: "https://e.example"}
ADDRESSES = [
    ("", {URL: ""}, DEFAULT_API_URL), (None, FROM_ENVIRONMENT, "https://e.example"),
    ("https://o.example", FROM_ENVIRONMENT, "https://o.example"),
]  # fmt: skip


@pytest.mark.parametrize(("given", "environment", "url"), ADDRESSES)
def test_where_the_url_comes_from(given, environment, url, monkeypatch):
    options = {"api_url": given, "api_key": None}
    assert resolved(options, environment)["api_url"] == url
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert resolved(options)["api_url"] == url
    assert options == {"api_url": given, "api_key": None}


LEAST = {
    "min_days_valid": 0, "request_timeout": 1, "retries": 0, "total_timeout": 1, "verify_timeout": 0, "edge_port": 1,
    "verify_interval": 1, "edge_timeout": 0.1, "resource_id": 1, "concurrency": 1, "requests_per_second": 0.01,
}  # fmt: skip


@pytest.mark.parametrize(("name", "least"), LEAST.items())
def test_the_least_that_a_number_can_be(name, least):
    assert [values(**{name: value})[name] for value in (least, None)] == [least, None]
    for value in (least - 0.05, -(10**9)):
        with pytest.raises(InputError, match=rf"{name} is .*, the least that it can be is {least}"):
            values(**{name: value})


@pytest.mark.parametrize(("name", "most"), [("edge_port", 65535), ("edge_timeout", 3600), ("request_timeout", 3600)])
def test_the_most_that_a_number_can_be(name, most):
    assert values(**{name: most})[name] == most
    for value in (most + 1, float("inf"), float("nan")):
        with pytest.raises(InputError, match=name):
            values(**{name: value})


def test_every_number_of_the_options_has_a_least():
    options = {**RESOURCE_CERT, **FLEET_CERT}
    assert {name for name, option in options.items() if option["type"] in ("int", "float")} == set(LEAST)


def options_of(specification):
    for name, option in specification.items():
        yield name, option
        yield from options_of(option.get("options", {}))


SECRETS = {"api_key", "api_token", "private_key", "private_key_passphrase", "pkcs12"}
SMELLS = re.compile(r"key|token|pass|secret|pkcs|private|cred|auth|certificate|chain", re.IGNORECASE)
NOT_SECRET = {"certificates", "on_bad_certificate"}


@pytest.mark.parametrize("specification", [RESOURCE_CERT, FLEET_CERT], ids=["resource", "fleet"])
def test_every_option_that_smells_of_a_secret_says_whether_it_is_one_and_content_has_a_twin_of_a_path(specification):
    found = dict(options_of(specification))
    for name, option in found.items():
        smells = SMELLS.search(name) and name not in NOT_SECRET
        assert option.get("no_log") is (name in SECRETS) if smells else not option.get("no_log"), name
    assert found.keys() >= SECRETS
    for name in ("certificate", "chain", "private_key", "private_key_passphrase", "pkcs12"):
        assert (found[name]["type"], found[f"{name}_path"]["type"]) == ("str", "path")
