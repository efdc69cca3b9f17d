# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors
"""What a description of an API takes and refuses."""

from __future__ import annotations

import pytest

from checks.openapi import OpenApi

PART = {"type": "object", "properties": {"size": {"type": "integer", "nullable": True}}}
DOCUMENT = {
    "paths": {
        "/things": {
            "get": {
                "parameters": [
                    {"$ref": "#/components/parameters/limit"},
                    {"in": "query", "name": "open", "schema": {"type": "boolean"}},
                ],
                "responses": {
                    "200": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Part"}}}}
                },
            }
        },
        "/things/{id}": {
            "patch": {
                "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Part"}}}},
                "responses": {"200": {}},
            }
        },
        "/things/{other_id}": {
            "patch": {
                "requestBody": {
                    "content": {"application/json": {"schema": {"required": ["b"], "properties": {"b": {}}}}}
                },
                "responses": {"200": {}},
            }
        },
    },
    "components": {
        "parameters": {"limit": {"in": "query", "name": "limit", "schema": {"type": "integer", "maximum": 1000}}},
        "schemas": {"Part": PART},
    },
}


@pytest.mark.parametrize(
    ("method", "path", "query", "body", "said"),
    [
        ("GET", "/things", {"limit": "5", "open": "true"}, None, None),
        ("GET", "/things", {"limit": "1001"}, None, "maximum"),
        ("GET", "/things", {"limit": "many"}, None, "integer"),
        ("GET", "/things", {"open": "1"}, None, "boolean"),
        ("GET", "/things", {"size": "5"}, None, "not described"),
        ("GET", "/things", {}, {}, "no body"),
        ("GET", "/others", {}, None, "no such call"),
        ("PUT", "/things/5", {}, {}, "no such call"),
        ("PATCH", "/things/5", {}, {"size": None}, None),
        ("PATCH", "/things/5", {}, {"b": 1}, None),
        ("PATCH", "/things/5", {}, {"size": "5"}, "size"),
        ("PATCH", "/things/5", {}, {"size": 5, "more": 5}, "not described"),
    ],
)
def test_a_request_is_taken_or_refused(method, path, query, body, said):
    complaints = OpenApi(DOCUMENT).of_request(method, path, query, body)
    assert (said is None) == (complaints == [])
    assert said is None or said in complaints[0]


@pytest.mark.parametrize(
    ("status", "body", "count"), [(200, {"size": 5}, 0), (200, {"size": "5"}, 1), (201, {}, 1), (404, [], 0)]
)
def test_an_answer_is_taken_or_refused(status, body, count):
    assert len(OpenApi(DOCUMENT).of_answer("GET", "/things", status, body)) == count
