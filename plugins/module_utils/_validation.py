# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""What was given, held against a specification of options: complaints name options and types, and quote no value."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.module_utils.common.validation import check_mutually_exclusive, check_required_one_of

from ._options import Options, Specification, contradiction

_WANTED = {
    "bool": "a boolean",
    "dict": "a dictionary",
    "float": "a number",
    "int": "an integer",
    "list": "a list",
    "path": "a path",
    "str": "a text",
}

_NAME = re.compile(r"[A-Za-z_]\w{0,39}", re.ASCII)
"""What may be the name of an option that somebody misspelt, and no secret that came into its place."""

_CHECKS = {"mutually_exclusive": check_mutually_exclusive, "required_one_of": check_required_one_of}
_MISSING = " is required."
_UNSHOWN = "What was given is not shown, for it may be a secret."


@dataclass(frozen=True, repr=False)
class Parsed:
    """Options as Ansible parses them, their defaults filled in; or complaints, in sentences, and no values."""

    values: dict[str, Any]
    complaints: tuple[str, ...] = ()
    secrets: frozenset[str] = frozenset()  # the values of options that are for secrets


def parsed(specification: Specification, given: Mapping[str, Any]) -> Parsed:
    """Parse what was given."""
    try:
        result = ArgumentSpecValidator(specification, **specification.together).validate(given)
    except (TypeError, ValueError):  # Ansible takes any name for a text, and before 2.17 any text for a dictionary
        return Parsed({}, complaints(specification, given))
    secrets = frozenset(result._no_log_values)
    if result.error_messages:
        return Parsed({}, complaints(specification, given), secrets)
    return Parsed(result.validated_parameters, secrets=secrets)


def complaints(specification: Specification, given: Mapping[str, Any]) -> tuple[str, ...]:
    """Tell what is wrong with options that Ansible refuses; its own words quote what it was given."""
    found = tuple(_of_options(specification, given, ""))
    if found and not all(one.endswith(_MISSING) for one in found):
        found = (*found, _UNSHOWN)
    is_set = {name: value for name, value in given.items() if value is not None}
    of_several = (contradiction(specification.together[kind], is_set, check) for kind, check in _CHECKS.items())
    found = (*found, *(f"{said}." for said in of_several if said))
    return found or ("These options can't be used as they are.", _UNSHOWN)


def _of_options(specification: Options, given: Mapping[Any, Any], where: str) -> Iterator[str]:
    unknown = sorted(_shown(name) for name in given if name not in specification)
    if unknown:
        names = ", ".join(f"{where}{name}" for name in unknown)
        yield f"Unsupported parameters: {names}. Supported parameters include: {', '.join(sorted(specification))}."
    for name, option in sorted(specification.items()):
        if name in given:
            yield from _of_value(f"{where}{name}", option, given[name])
        elif option.get("required"):
            yield f"{where}{name}{_MISSING}"


def _of_value(where: str, option: Mapping[str, Any], value: Any) -> Iterator[str]:
    inner = option.get("options")
    taken = _taken(
        {name: option[name] for name in _JUDGED if name in option and not (inner and name == "elements")}, value
    )
    if taken is _REFUSED:
        yield f"{where} is not {_wanted(option)}."
    elif inner and option.get("elements") == "dict":
        for number, item in enumerate(taken or (), start=1):
            yield from _of_value(f"{where}[{number}]", {"type": "dict", "options": inner, "required": True}, item)
    elif inner and taken is not None:
        yield from _of_options(inner, taken, f"{where}.")


_JUDGED = ("type", "elements", "choices", "default", "required", "no_log")
_REFUSED = object()


def _taken(option: Mapping[str, Any], value: Any) -> Any:
    """Ask Ansible whether it takes a value: of its answer, that alone can be shown."""
    try:
        result = ArgumentSpecValidator({"value": option}).validate({"value": value})
    except (TypeError, ValueError):
        return _REFUSED
    return _REFUSED if result.error_messages else result.validated_parameters["value"]


def _wanted(option: Mapping[str, Any]) -> str:
    if "choices" in option:
        return f"one of: {', '.join(str(choice) for choice in option['choices'])}"
    kind = option.get("type", "str")
    return _WANTED.get(kind, f"of the type {kind}")


def _shown(name: Any) -> str:
    return name if isinstance(name, str) and _NAME.fullmatch(name) else "(a name that is not shown)"
