# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""The objects that there are, and what it takes to become one."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from itertools import count
from typing import Any

from . import credential_rules
from .rules import RULES, Item
from .tables import ANY_TEMPLATE, FIELDS, RELATED, UNIFIED, UNIQUE, Field, Refusal

_NEW: Mapping[str, Item] = {"projects": {"status": "pending"}, "job_templates": {"survey": {}}}
"""A new project is being synchronized; templates have room for a survey."""


class Store:
    """All of AWX's objects."""

    def __init__(self, playbooks: Iterable[str]) -> None:
        self.playbooks = list(playbooks)  # what a project has once it is synchronized
        self._numbers = count(1)
        self._items: dict[str, dict[int, Item]] = {kind: {} for kind in FIELDS}
        self._joined: dict[tuple[str, int, str], list[int]] = {}
        number = self.make("organizations", {"name": "Default"})["id"]
        self._with_galaxy(number)

    def _with_galaxy(self, organization: int) -> None:
        """Let AWX's own organization have the credential without which it installs no collections."""
        number = next(self._numbers)
        kind = {"id": number, "name": "Ansible Galaxy/Automation Hub API Token", "kind": "galaxy"}
        self._items["credential_types"][number] = {**kind, "inputs": {"fields": []}, "injectors": {}}
        galaxy = {"name": "Ansible Galaxy", "organization": organization, "credential_type": number}
        self.join("organizations", organization, "galaxy_credentials", self.make("credentials", galaxy)["id"])

    def all(self, kind: str) -> list[Item]:
        """The objects of a kind, in the order in which they were made."""
        kinds = UNIFIED if kind == ANY_TEMPLATE else (kind,)
        return [item for one in kinds for item in self._items[one].values()]

    def get(self, kind: str, number: Any) -> Item:
        """One object by its id."""
        for item in self.all(kind):
            if item["id"] == number:
                return item
        raise Refusal({"detail": "Not found."}, 404)

    def named(self, kind: str, name: str) -> Item:
        """One object by its name, for tests."""
        (found,) = (item for item in self.all(kind) if name in (item.get("name"), item.get("identifier")))
        return found

    def make(self, kind: str, body: Mapping[str, Any]) -> Item:
        """A new object."""
        fields = FIELDS[kind]
        if missing := [name for name, field in fields.items() if field.required and body.get(name) in (None, "")]:
            raise Refusal({name: ["This field is required."] for name in missing})
        item = {name: copy.deepcopy(field.default) for name, field in fields.items()}
        return self._put(kind, {**item, "id": next(self._numbers), **copy.deepcopy(_NEW.get(kind, {}))}, body, None)

    def change(self, kind: str, number: int, body: Mapping[str, Any]) -> Item:
        """An object with other values in some of its fields."""
        before = self.get(kind, number)
        return self._put(kind, copy.deepcopy(before), body, before)

    def _put(self, kind: str, item: Item, body: Mapping[str, Any], before: Item | None) -> Item:
        for name, value in body.items():
            self._check(name, FIELDS[kind].get(name), value)
        item |= copy.deepcopy(dict(body))
        if kind in RULES:
            RULES[kind](self, item, before)
        self._check_unique(kind, item)
        self._items[kind][item["id"]] = item
        return item

    def _check(self, name: str, field: Field | None, value: Any) -> None:
        if field is None:
            raise Refusal({name: ["AWX has no such field, or does not let it be written."]})
        if not isinstance(value, field.type) or (isinstance(value, bool) and field.type is not bool):
            raise Refusal({name: [f"{value!r} is not of the type {field.type}."]})
        if field.to and value is not None and all(item["id"] != value for item in self.all(field.to)):
            raise Refusal({name: [f'Invalid pk "{value}" - object does not exist.']})

    def _check_unique(self, kind: str, item: Item) -> None:
        key = UNIQUE.get(kind, ("name",))
        for other in self.all(kind):
            if other["id"] != item["id"] and all(other[name] == item[name] for name in key):
                raise Refusal({"__all__": [f"{kind} with this {' and '.join(key)} already exists."]})

    def joined(self, kind: str, number: int, name: str) -> list[Item]:
        """What was joined to an object."""
        to = RELATED[kind, name]
        return [self.get(to, one) for one in self._joined.get((kind, number, name), [])]

    def join(self, kind: str, number: int, name: str, other: int) -> None:
        """Join an object to another one."""
        self.get(kind, number)
        added = self.get(RELATED[kind, name], other)
        present = self.joined(kind, number, name)
        if name == "credentials" and any(one["credential_type"] == added["credential_type"] for one in present):
            raise Refusal({"error": "Cannot assign multiple credentials of one type."})
        workflows = {one.get("workflow_job_template") for one in (added, self.get(kind, number))}
        if name.endswith("_nodes") and len(workflows) > 1:
            raise Refusal({"error": "Nodes of different workflows can't be joined."})
        self._joined.setdefault((kind, number, name), []).append(other)

    def part(self, kind: str, number: int, name: str, other: int) -> None:
        """Take one away again."""
        self._joined[kind, number, name].remove(other)

    def approve(self, number: int, body: Mapping[str, Any]) -> Item:
        """Make a workflow's node one that waits for a person."""
        approval = self.make("workflow_approval_templates", body)
        self.get("workflow_job_template_nodes", number)["unified_job_template"] = approval["id"]
        return approval

    def shown(self, kind: str, item: Item) -> Item:
        """An object as AWX answers with it: without secrets and what is kept elsewhere."""
        told = {name: value for name, value in copy.deepcopy(item).items() if name != "survey"}
        if kind == "credentials":
            of = self.get("credential_types", item["credential_type"])
            told["inputs"] = credential_rules.hidden(of, told["inputs"])
        if kind == "notification_templates" and told["notification_configuration"]["password"]:
            told["notification_configuration"]["password"] = credential_rules.HIDDEN
        if kind == "workflow_job_template_nodes":
            told["summary_fields"] = self._summary(item["unified_job_template"])
        return told

    def _summary(self, number: int | None) -> Item:
        waits = number in self._items["workflow_approval_templates"]
        work = {"id": number, "unified_job_type": "workflow_approval" if waits else "job"}
        return {"unified_job_template": work} if number else {}
