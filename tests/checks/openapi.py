# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""A vendor's OpenAPI file as judge: what it says against requests, and against answers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

_DOCUMENT = "vendor:"
_COMBINED = ("allOf", "anyOf", "oneOf")

Json = Mapping[str, Any]


class OpenApi:
    """A document of OpenAPI 3.1 that marks what may be null the way 3.0 did."""

    def __init__(self, document: Json) -> None:
        self._document = _with_null(document)
        self._registry: Registry[Any] = Registry().with_resource(
            _DOCUMENT, Resource.from_contents(self._document, default_specification=DRAFT202012)
        )

    @classmethod
    def read(cls, path: Path) -> OpenApi:
        """Read a YAML file."""
        return cls(yaml.safe_load(path.read_text("utf-8")))

    def of_request(self, method: str, path: str, query: Mapping[str, str], body: Any) -> list[str]:
        """Say what is wrong with a request: several operations may have its path, one of them must take it.

        Stricter than the document: what it does not name may not be sent.
        """
        complaints = [list(self._of_request(each, query, body)) for each in self._operations(method, path)]
        return min(complaints, key=len, default=[f"{method} {path}: there is no such call"])

    def of_answer(self, method: str, path: str, status: int, body: Any) -> list[str]:
        """Say what is wrong with an answer; nothing, where the document does not say what it looks like."""
        complaints = [list(self._of_answer(each, status, body)) for each in self._operations(method, path)]
        return min(complaints, key=len, default=[f"{method} {path}: there is no such call"])

    def _operations(self, method: str, path: str) -> Iterator[list[str]]:
        """Find where in the document the call is described."""
        for template in self._document["paths"]:
            if self._patterns[template].fullmatch(path) and method.lower() in self._document["paths"][template]:
                yield ["paths", template, method.lower()]

    @cached_property
    def _patterns(self) -> dict[str, re.Pattern[str]]:
        return {template: re.compile(re.sub(r"\{\w+\}", r"\\d+", template)) for template in self._document["paths"]}

    def _of_request(self, place: list[str], query: Mapping[str, str], body: Any) -> Iterator[str]:
        operation = self._at(place)
        yield from self._of_query(operation.get("parameters", ()), query)
        content = operation.get("requestBody", {}).get("content")
        if content is None:
            yield from [f"{place}: it takes no body"] if body is not None else []
            return
        schema = [*place, "requestBody", "content", "application/json", "schema"]
        yield from self._of_value(schema, body)
        known = set(self._names(self._at(schema)))
        yield from (f"{name}: it is not described" for name in sorted(body.keys() - known))

    def _of_query(self, parameters: Sequence[Json], query: Mapping[str, str]) -> Iterator[str]:
        described = {each["name"]: each for each in map(self._followed, parameters) if each["in"] == "query"}
        for name, text in query.items():
            if name not in described:
                yield f"?{name}: it is not described"
                continue
            schema = described[name]["schema"]
            problems = Draft202012Validator(schema).iter_errors(_parsed(text, schema.get("type")))
            yield from (f"?{name}: {problem.message}" for problem in problems)

    def _of_answer(self, place: list[str], status: int, body: Any) -> Iterator[str]:
        described = self._at(place)["responses"].get(str(status))
        if described is None and status < 400:
            yield f"{place}: it does not answer {status}"
        elif described and "content" in described:
            yield from self._of_value([*place, "responses", str(status), "content", "application/json", "schema"], body)

    def _of_value(self, place: Sequence[str], value: Any) -> Iterator[str]:
        pointer = "/".join(each.replace("~", "~0").replace("/", "~1") for each in place)
        validator = Draft202012Validator({"$ref": f"{_DOCUMENT}#/{pointer}"}, registry=self._registry)
        yield from (f"{problem.json_path}: {problem.message}" for problem in validator.iter_errors(value))

    def _at(self, place: Sequence[str]) -> Any:
        found: Any = self._document
        for each in place:
            found = found[each]
        return found

    def _followed(self, value: Json) -> Json:
        return self._at(value["$ref"].removeprefix("#/").split("/")) if "$ref" in value else value

    def _names(self, schema: Json) -> Iterator[str]:
        """List the properties that a schema names, however it is put together."""
        yield from schema.get("properties", {})
        if "$ref" in schema:
            yield from self._names(self._followed(schema))
        for name in _COMBINED:
            for each in schema.get(name, ()):
                yield from self._names(each)


def _with_null(value: Any) -> Any:
    if isinstance(value, list):
        return [_with_null(each) for each in value]
    if not isinstance(value, dict):
        return value
    copied = {name: _with_null(each) for name, each in value.items() if name != "nullable"}
    return {"anyOf": [{"type": "null"}, copied]} if value.get("nullable") is True else copied


def _parsed(text: str, kind: str | None) -> Any:
    """Read a parameter of a query as what it shall be; what is none of that stays a text."""
    if kind == "integer" and re.fullmatch(r"-?\d+", text):
        return int(text)
    return {"true": True, "false": False}.get(text, text) if kind == "boolean" else text
