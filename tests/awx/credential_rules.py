# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""Which credential types AWX takes, and what a credential of one brings into a job."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

import jsonschema
from jinja2 import StrictUndefined, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from .tables import Refusal

HIDDEN = "$encrypted$"

_NAME = r"^[a-zA-Z_]+[a-zA-Z0-9_]*$"
_STRINGS = {"type": "object", "additionalProperties": False}
_FIELD = {
    "type": "object",
    "additionalProperties": False,
    "required": ["id", "label", "type"],
    "properties": {
        "id": {"type": "string", "pattern": _NAME, "not": {"enum": ["tower"]}},
        "label": {"type": "string"},
        "type": {"enum": ["string", "boolean"]},
        "help_text": {"type": "string"},
        "multiline": {"type": "boolean"},
        "secret": {"type": "boolean"},
        "format": {"enum": ["ssh_private_key", "url"]},
        # Not applied to credentials made through the API: only what an omitted field is anyway may stand there.
        "default": {"enum": ["", False]},
    },
}
_INPUTS = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "fields": {"type": "array", "items": _FIELD},
        "required": {"type": "array", "items": {"type": "string"}},
    },
}
_INJECTORS = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "file": {**_STRINGS, "patternProperties": {r"^template(\.[a-zA-Z_]+[a-zA-Z0-9_]*)?$": {"type": "string"}}},
        "env": {**_STRINGS, "patternProperties": {_NAME: {"type": "string", "pattern": "^[\x00-\x7f]*$"}}},
        "extra_vars": {**_STRINGS, "patternProperties": {_NAME: {"type": "string"}}},
    },
}


def check_type(item: Mapping[str, Any]) -> None:
    """Refuse a credential type that AWX would refuse."""
    if item["kind"] not in ("cloud", "net"):
        raise Refusal({"kind": [f"Must be 'cloud' or 'net', not {item['kind']}"]})
    for name, schema in (("inputs", _INPUTS), ("injectors", _INJECTORS)):
        problems = [problem.message for problem in jsonschema.Draft4Validator(schema).iter_errors(item[name] or {})]
        if problems:
            raise Refusal({name: problems})
    ids = _ids(item)
    if len(set(ids)) < len(ids):
        raise Refusal({"inputs": ["field IDs must be unique"]})
    _check_injectors(item["injectors"] or {}, ids)


def _ids(item: Mapping[str, Any]) -> list[str]:
    return [field["id"] for field in (item["inputs"] or {}).get("fields", [])]


def _check_injectors(injectors: Mapping[str, Any], ids: Iterable[str]) -> None:
    for variable in injectors.get("env", {}):
        if variable.startswith("ANSIBLE_"):
            raise Refusal({"injectors": [f"Environment variable {variable} may affect Ansible configuration"]})
    files = list(injectors.get("file", {}))
    if "template" in files and len(files) > 1:
        raise Refusal({"injectors": ["Must use multi-file syntax when injecting multiple files"]})
    space = {**dict.fromkeys(ids, "EXAMPLE"), "tower": _tower(dict.fromkeys(files, "EXAMPLE_FILENAME"))}
    for name, template in ((name, text) for part in injectors.values() for name, text in part.items()):
        try:
            ImmutableSandboxedEnvironment(undefined=StrictUndefined).from_string(template).render(space)
        except TemplateError as error:
            raise Refusal({"injectors": [f"{name} uses an undefined field ({error})"]}) from None


def _tower(paths: Mapping[str, str]) -> dict[str, Any]:
    """`tower.filename` for the only file, `tower.filename.NAME` where there are several."""
    if "template" in paths:
        return {"filename": paths["template"]}
    return {"filename": {label.partition(".")[2]: path for label, path in paths.items()}}


def check_inputs(kind: Mapping[str, Any], inputs: Mapping[str, Any]) -> None:
    """Refuse a credential's values that its type does not have."""
    types = {field["id"]: field["type"] for field in kind["inputs"]["fields"]}
    for name, value in inputs.items():
        if name not in types:
            raise Refusal({"inputs": {name: ["Additional properties are not allowed"]}})
        if not isinstance(value, {"string": str, "boolean": bool}[types[name]]):
            raise Refusal({"inputs": {name: [f"is not of type {types[name]}"]}})


def hidden(kind: Mapping[str, Any], inputs: Mapping[str, Any]) -> dict[str, Any]:
    """The values as AWX shows them."""
    secret = {field["id"] for field in kind["inputs"]["fields"] if field.get("secret")}
    return {name: HIDDEN if name in secret and value else value for name, value in inputs.items()}


def injected(kind: Mapping[str, Any], inputs: Mapping[str, Any], folder: Any) -> dict[str, str]:
    """The environment that a credential makes for a job, with its files in a folder; nothing stands in for what is not
    given, but `False` for a boolean.
    """
    flags = {field["id"]: False for field in kind["inputs"]["fields"] if field["type"] == "boolean"}
    space = {**flags, **{name: value for name, value in inputs.items() if value not in ("", None)}}
    environment, paths = ImmutableSandboxedEnvironment(keep_trailing_newline=True), {}
    for number, (label, template) in enumerate(kind["injectors"].get("file", {}).items()):
        path = folder / f"tmp{re.sub('[^a-z0-9]', '', label)}{number}"
        path.write_text(environment.from_string(template).render(space))
        paths[label] = str(path)
    space["tower"] = _tower(paths)
    templates = kind["injectors"].get("env", {})
    return {name: environment.from_string(text).render(space) for name, text in templates.items()}
