# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""Runs every case by ansible-playbook, as a host of its own, in each way and mode, and collects what was answered."""

import contextlib
import json
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from itertools import groupby, product
from pathlib import Path
from typing import Any

from paths import COLLECTION, COLLECTION_PATH, TESTS
from simulator.handle import Simulator
from stage.stage import Stage, stage

from .cases import CASES, MODULES, Case
from .material import NAMES, NOW
from .normal import Normaliser

WAYS = {"near": {}, "far": {"WAY": "far"}}
"""An environment of its own is what the controller's process can't give a task: it is shipped as a module."""
MODES = {"real": ["--diff"], "check": ["--check", "--diff"], "plain": []}
LANES = 4
"""So many accounts there are at a time, each in a simulator of its own."""

Json = dict[str, Any]


class BrokenRunError(Exception):
    """A command did not come to its end."""


def record(collection: Path, only: str) -> Json:
    """Return all that the checkout's modules answer, by case, way and mode."""
    with stage() as bare, contextlib.ExitStack() as stack:
        lanes = [bare.simulator, *(stack.enter_context(Simulator()) for _more in range(1, LANES))]
        place = replace(bare, env=_environment(bare, collection))
        answers: Json = {}
        for way, mode in product(WAYS, MODES):
            cases = [case for case in CASES if mode in case.modes and fnmatchcase(case.name, only)]
            begin = time.monotonic()
            said = _played(place, lanes, cases, way, mode) if cases else ()
            answers |= {f"{name} {way} {mode}": result for name, result in said}
            print(f"{way} {mode}: {len(cases)} cases, {time.monotonic() - begin:.0f} s", flush=True)
        return answers


def _environment(place: Stage, collection: Path) -> dict[str, str]:
    """A user's shell whose one collection is the checkout, and who has to say where the API is."""
    link = place.folder / "collections" / COLLECTION_PATH
    link.parent.mkdir(parents=True)
    link.symlink_to(collection, target_is_directory=True)
    return {name: value for name, value in place.env.items() if not name.startswith("GCORE_")} | {
        "ANSIBLE_ACTION_PLUGINS": str(TESTS / "system" / "plugins" / "action"),
        "ANSIBLE_COLLECTIONS_PATH": str(link.parents[2]),
        "ANSIBLE_FORKS": "8",
        "ANSIBLE_INJECT_FACT_VARS": "false",  # with facts as variables, it warns of options that come as one dict
        "ANSIBLE_REMOTE_TEMP": str(place.folder / "remote"),
    }


def _played(
    place: Stage, lanes: Sequence[Simulator], cases: Sequence[Case], way: str, mode: str
) -> Iterator[tuple[str, Any]]:
    shared = [case for case in cases if case.number]
    lanes[0].reset()
    lanes[0].seed(seed for case in shared for seed in case.seeds)
    lanes[0].faults(rule for case in shared for rule in case.faults)
    plays = list(_plays(cases, way))
    lane = {name: lanes[at % play.get("serial", 1)] for play in plays for at, name in enumerate(play["hosts"])}
    hosts = {case.name: _host(place, lane[case.name], case) for case in cases}
    here = {"ansible_connection": "local", "ansible_python_interpreter": sys.executable}
    place.write("inventory.json", json.dumps({"all": {"hosts": hosts, "vars": here}}))
    place.write("play.json", json.dumps([*plays, _COLLECT]))
    status, output = place.run(["ansible-playbook", "-i", "inventory.json", "play.json", *MODES[mode]])
    if status:
        raise BrokenRunError(f"{way} {mode}: exit status {status}\n{output}")
    results = json.loads((place.folder / "results.json").read_text("utf-8"))
    for case in cases:
        yield case.name, _normaliser(place, lanes, case).normal(results[case.name])


def _plays(cases: Sequence[Case], way: str) -> Iterator[Json]:
    """Cases that share an account run side by side, the others one in each lane."""
    for (word, is_shared), group in groupby(cases, lambda case: (case.name.partition("-")[0], bool(case.number))):
        task = {
            f"{COLLECTION}.{MODULES[word]}": "", "args": "{{ options }}", "register": "result", "ignore_errors": True,
        }  # fmt: skip
        world = {"simulator_admin": "", "args": "{{ world }}"}
        tasks = {"tasks": [task]} if is_shared else {"tasks": [world, task], "serial": LANES}
        yield {"hosts": [case.name for case in group], "gather_facts": False, "environment": WAYS[way], **tasks}


_RESULTS = "{{ dict(groups['all'] | zip(groups['all'] | map('extract', hostvars, 'result'))) | to_json }}"
_COLLECT = {
    "hosts": "localhost",
    "gather_facts": False,
    "check_mode": False,
    "tasks": [{"ansible.builtin.copy": {"content": _RESULTS, "dest": "{{ playbook_dir }}/results.json"}}],
}


def _host(place: Stage, simulator: Simulator, case: Case) -> Json:
    """The case's options beside those of all, without those that are None, and its world."""
    common: Json = {"resource_id": case.number} if case.number else {}
    common |= {"api_url": simulator.api_url, "api_key": simulator.api_key, "edge_port": simulator.edge_port}
    options = {**common, "total_timeout": 120, "edge_timeout": 30, "retries": 0, **case.options}
    world: list[tuple[str, str, Any]] = [("POST", "/reset", {}), ("PUT", "/resources", case.seeds)]
    world += [("PUT", "/faults", case.faults), ("PATCH", "/settings", case.settings)]
    given = _each_given(place, case.name, options)
    return {"options": given, "world": {"url": simulator.admin_url, "requests": world}}


def _given(place: Stage, name: str, value: Any) -> Any:
    """Bytes are a file's content, a table is a folder, also in a list of options; what the option gets is its path."""
    if isinstance(value, list):
        return [
            _each_given(place, f"{name}/{at}", each) if isinstance(each, dict) else each
            for at, each in enumerate(value)
        ]
    path = place.folder / "files" / name
    if isinstance(value, bytes):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(value)
    elif isinstance(value, dict):
        path.mkdir(parents=True, exist_ok=True)
        for file, content in value.items():
            _given(place, f"{name}/{file}", content)
    return str(path) if isinstance(value, bytes | dict) else value


def _each_given(place: Stage, name: str, options: Json) -> Json:
    return {option: _given(place, f"{name}/{option}", value) for option, value in options.items() if value is not None}


def _normaliser(place: Stage, lanes: Sequence[Simulator], case: Case) -> Normaliser:
    names = {str(case.number): "<id>"} if case.number else {}
    names |= {str(place.folder): "<folder>", sys.executable: "<python>"}
    for simulator in lanes:
        names |= {simulator.api_url: "<api>", str(simulator.edge_port): "<edge port>"}
    return Normaliser({**names, **NAMES}, NOW)
