# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""The one-way order of the packages: which may import which is a table, and all else is refused."""

import ast
import re
from pathlib import Path

import pytest

PLUGINS = Path(__file__).resolve().parents[3] / "plugins"
ENGINE = PLUGINS / "module_utils"

BASE = {"_errors", "_clock", "_redaction", "_wording", "_version", "_libraries", "_files"}
GIVEN = BASE | {"_options", "_task"}
"""What every operation may use: its options and the task that it runs in."""

ALLOWED: dict[str, set[str]] = {
    "_errors": {"_wording"}, "_wording": set(), "_version": set(), "_redaction": set(), "_clock": {"_errors"},
    "_libraries": {"_errors"}, "_files": set(), "_options": {"_errors"},
    "_misplaced": {"_options", "_redaction", "_wording"}, "_validation": {"_misplaced", "_options", "_redaction"},
    "_http": BASE, "_x509": BASE | {"_options"}, "_gcore": BASE | {"_http", "_x509"},
    "_match": BASE | {"_x509", "_gcore"}, "_task": BASE | {"_options", "_misplaced", "_http", "_gcore"},
    "_module": {"_task", "_redaction", "_errors", "_options", "_misplaced", "_validation"},
    "_rotate": GIVEN | {"_http", "_x509", "_gcore", "_match"},
    "_fleet": GIVEN | {"_http", "_x509", "_gcore", "_match", "_rotate"},
    "_expiry": GIVEN | {"_http", "_x509", "_gcore", "_match", "_rotate"}, "_awx": GIVEN | {"_http"},
}  # fmt: skip

AT_MOST = 14
"""Files directly in module_utils: rooms, not a corridor."""

CONTRIBUTING = PLUGINS.parent / "CONTRIBUTING.md"
HOPS = 18
"""Files that a certificate goes through, from its option to the PUT."""


def imports(path: Path) -> set[str]:
    """The parts of the engine, such as `_http`, that one of its files imports."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.level:
            start = list(path.relative_to(ENGINE).parent.parts)
            parts = start[: len(start) - node.level + 1] + (node.module.split(".") if node.module else [])
            found |= {parts[0]} if parts else {alias.name for alias in node.names}
    return found


def part(path: Path) -> str:
    """The part of the engine that a file belongs to."""
    return path.relative_to(ENGINE).parts[0].removesuffix(".py")


@pytest.mark.parametrize("path", sorted(ENGINE.rglob("*.py")), ids=lambda path: str(path.relative_to(ENGINE)))
def test_arrows_go_one_way(path):
    here = part(path)
    assert imports(path) - {here} <= ALLOWED[here]


def test_the_table_itself_has_no_way_back_and_the_engine_has_rooms():
    order: list[str] = []
    while rest := [name for name in ALLOWED if name not in order]:
        free = [name for name in rest if ALLOWED[name] <= set(order)]
        assert free, f"these import each other: {rest}"
        order += free
    assert len(list(ENGINE.glob("*.py"))) <= AT_MOST


def test_operations_do_not_import_each_other():
    operations = list(ENGINE.glob("*/operation.py"))
    importing = {
        str(path.relative_to(ENGINE))
        for path in operations
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and (node.module or "").endswith("operation")
    }
    assert len(operations) > 2
    assert not importing


def test_the_way_of_a_certificate():
    hops = re.findall(r"^[0-9]+[.] `(\S+):(\w+)`$", CONTRIBUTING.read_text(encoding="utf-8"), re.MULTILINE)
    files = [file for file, _name in hops]
    assert 10 < len(files) <= HOPS
    assert len(set(files)) == len(files)
    for file, name in hops:
        tree = ast.parse((PLUGINS.parent / file).read_text(encoding="utf-8"))
        assert name in {node.name for node in tree.body if isinstance(node, (ast.FunctionDef, ast.ClassDef))}, file


WORKING = {"_fleet/run.py:Fleet", "_rotate/apply.py:_Write", "_task.py:Task"}
"""What is at work, and changes; all else that has fields is a value."""


def test_values_are_frozen():
    found = {
        f"{path.relative_to(ENGINE)}:{node.name}": [ast.unparse(each) for each in node.decorator_list]
        for path in ENGINE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.ClassDef)
    }
    loose = {name for name, told in found.items() for each in told if "dataclass" in each and "frozen=True" not in each}
    assert loose == WORKING
