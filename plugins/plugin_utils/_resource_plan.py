# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""What the role resource_cert asks for, resource by resource: options, and where contents are, but no content."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

Values = Mapping[str, Any]

ROLE = "resource_cert_"
"""What the names of the role's variables begin with."""

_PEM = frozenset(("certificate", "chain", "private_key"))
_BUNDLE = frozenset(("pkcs12",))
_PARTS = ("certificate", "chain", "private_key", "private_key_passphrase", "pkcs12")
_TOKENS = ("api_key", "api_token")
_CUSTOM = {"state": "present", "type": "custom"}

_NO_PATH = re.compile(r"-----|.{1000}", re.DOTALL)
"""What was meant for the option without `_path`: it may be a key, and is never shown."""

_PROBLEMS = {
    "both": "{part} and {part}_path exclude each other.",
    "misplaced": "{part}_path takes a path, and was given a content.",
}


@dataclass(frozen=True)
class Item:
    """One resource. Results and logs show it.

    Attributes:
        label: how it is called.
        options: what is set, without contents and their files.
        paths: the files, by their options.
        sources: where each content and token is: `own`, `role`, `file`, or nowhere; or what is wrong with it.
        index: its place in the list.
    """

    label: str
    options: dict[str, Any]
    paths: dict[str, str]
    sources: dict[str, str]
    index: int

    def problems(self) -> Iterator[str]:
        """What can't be meant."""
        if ("resource_id" in self.options) == ("name" in self.options):
            yield f"{self.label}: set exactly one of resource_id and name."
        for part, source in self.sources.items():
            if source in _PROBLEMS:
                yield f"{self.label}: {_PROBLEMS[source].format(part=part)}"

    def facts(self) -> dict[str, Any]:
        """As Ansible has it."""
        return asdict(self)


def items(entries: Sequence[Values], common: Values) -> list[Item]:
    """A resource for each entry, or the one that the common values are about.

    Args:
        entries: the role's list of resources.
        common: the role's other variables, all of them, under the same names. What an entry has under another name is
            not shown: it may be a key whose name was misspelt.
    """
    shown = common.keys() - _with_paths(_PARTS) - set(_TOKENS)
    common = _set(common)
    return [_item(index, _set(entry), common, shown) for index, entry in enumerate(entries or [{}])]


def contradictions(entries: Sequence[Values], common: Values) -> list[str]:
    """A list, and one resource beside it."""
    if entries and _set(common).keys() & {"resource_id", "name"}:
        return ["resource_cert_resources excludes resource_cert_name and resource_cert_resource_id: unset them."]
    return []


def _set(values: Values) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None and value != ""}


def _item(index: int, own: Values, common: Values, shown: Collection[str]) -> Item:
    settled = _settled(own, {**_CUSTOM, **common, **own})
    given = {**{name: value for name, value in common.items() if name not in settled}, **own}
    sources = {name: _source(name, own, given) for name in (*_PARTS, *_TOKENS)}
    return Item(
        label=str(given.get("name") or f"resource {given.get('resource_id', f'number {index + 1}')}"),
        options={name: value for name, value in given.items() if name in shown},
        paths={f"{part}_path": given[f"{part}_path"] for part in _PARTS if sources[part] in ("file", "both")},
        sources=sources,
        index=index,
    )


def _settled(own: Values, wanted: Values) -> set[str]:
    """What an entry takes no common value for, because it has its own, or one that goes together with no other."""
    parts = {part for part in _PARTS if own.keys() & _with_paths((part,))}
    parts |= (_BUNDLE if parts & _PEM else set()) | (_PEM if parts & _BUNDLE else set())
    if any(wanted[name] != value for name, value in _CUSTOM.items()):
        parts.update(_PARTS)
    return _with_paths(parts) | (set(_TOKENS) if own.keys() & set(_TOKENS) else set())


def _with_paths(parts: Collection[str]) -> set[str]:
    return {*parts, *(f"{part}_path" for part in parts)}


def _source(name: str, own: Values, given: Values) -> str:
    content = "" if name not in given else "own" if name in own else "role"
    path = given.get(f"{name}_path")
    if path is None:
        return content
    if _NO_PATH.search(str(path)):
        return "misplaced"
    return "both" if content else "file"
