# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""The JSON document, and its schema, which describes it and nothing else."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from ansible_collections.gcore.web_security.plugins.plugin_utils._expiry_report.formats import Options, rendered
from unit.plugins.expiry_result import a_fleet, a_host, a_result, given_certificates, of_each_state

SCHEMA = Path(__file__).resolve().parents[5] / "docs" / "schemas" / "cert_expiry_report.schema.json"

GIVEN = {
    "certificate": "wildcard",
    "fingerprint_sha256": "ab" * 32,
    "not_after": "2027-02-28T23:59:59Z",
    "is_served": None,
    "lags_behind": False,
}


def document(result):
    return json.loads(rendered("json", result, Options()))


def strict(schema):
    """The same schema, which knows no other keys than its own."""
    if isinstance(schema, dict):
        closed = {"additionalProperties": False} if "properties" in schema else {}
        return {**{key: strict(value) for key, value in schema.items()}, **closed}
    return [strict(item) for item in schema] if isinstance(schema, list) else schema


@pytest.fixture(scope="module")
def validator():
    schema = json.loads(SCHEMA.read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(strict(schema))


@pytest.mark.parametrize(
    "result",
    [
        a_result(),
        a_fleet(300),
        {**of_each_state(), "given_certificates": given_certificates(), "warnings": ["odd"]},
        a_result(a_host(given=GIVEN, edge=None, agrees=None)),
    ],
    ids=["none", "300", "each state", "given"],
)
def test_it_is_what_its_schema_says(validator, result):
    validator.validate(document(result))


@pytest.mark.parametrize(
    "change", [{"level": "bad"}, {"checked_at": "today"}, {"hosts": [{}]}, {"version": 2}, {"more": 1}]
)
def test_the_schema_says_something(validator, change):
    with pytest.raises(jsonschema.ValidationError):
        validator.validate({**document(of_each_state()), **change})


def test_it_can_be_written_down_again_in_another_format():
    result = of_each_state()
    assert rendered("html", document(result), Options()) == rendered("html", result, Options())


def test_nothing_of_what_ansible_adds_is_in_it():
    result = {**a_result(), "failed": False, "deprecations": [], "invocation": {"module_args": {"api_key": "secret"}}}
    assert document(result) == document(a_result())
