# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""Cases as data: a resource, what is wrong with the world, a task; and afterwards what the simulator saw of it."""

import json
import ssl
import urllib.request
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import count
from typing import Any

from simulator.authority import Issued
from simulator.handle import Simulator, cdn_resource, resource, with_installed, with_issued

from .material import API_KEY, NEW, OLD, ZONE, connection
from .playbook import MODULE, Ansible, Played, TaskRun, tasks_play

TASK = "the case"
_OF_ONE = (None, "get", "put", "cdn_get", "cdn_patch")
"""The calls that have one resource in their path."""
_NUMBERS = count(1)

Json = dict[str, Any]


@dataclass(frozen=True)
class Case:
    """One task in its own circumstances."""

    name: str  # in the test's id, and of its host
    options: Mapping[str, Any] = field(default_factory=dict)  # besides the connection and the resource
    installed: Issued | str | None = OLD  # what the resource has: a pair, `le`, `issuing` (CDN), or None: no HTTPS
    fields: Mapping[str, Any] = field(default_factory=dict)  # of the resource
    faults: Sequence[Mapping[str, Any]] = ()  # rules of the simulator's fault plan, of this resource's calls
    edge: Mapping[str, Any] | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)  # of the simulator; cases with some run one by one
    by_name: bool = False  # the resource is asked for by its name, not its id
    far: bool = False  # the module on the host, not the action plugin in the controller
    check: bool = False
    expect: Any = None  # what the test makes of it
    product: str = "web_security"  # of which the resource is, or `cdn`
    number: int = field(default_factory=lambda: next(_NUMBERS))

    @property
    def host_name(self) -> str:
        """The resource's name."""
        return f"site{self.number}.{ZONE}"

    @property
    def is_cdn(self) -> bool:
        """Whether the resource is one of the CDN."""
        return self.product == "cdn"

    @property
    def path(self) -> str:
        """Where the API has the resource."""
        return f"/{'cdn' if self.is_cdn else 'security'}/resources/{self.number}"

    @property
    def is_alone(self) -> bool:
        """Whether it can't share its time: for its settings, or for faults of calls that are of no one resource."""
        return bool(self.settings) or any(rule["match"].get("call") not in _OF_ONE for rule in self.faults)

    def seed(self) -> Json:
        """The resource in the simulator."""
        made = (cdn_resource if self.is_cdn else resource)(self.number, self.host_name, **self.fields)
        if isinstance(self.installed, Issued):
            seed = with_installed(made, self.installed)
        elif self.installed == "le":
            seed = with_issued(made, lets_encrypt=True)
            seed |= {"automated": True} if self.is_cdn else {}
        elif self.installed == "issuing":
            seed = {"resource": made, "automated": True}
        else:
            seed = {"resource": made}
        return {**seed, "edge": self.edge} if self.edge else seed

    def rules(self) -> list[Json]:
        """The fault plan; a call that has no resource, such as a list call, is spoilt for all."""
        return [_of(rule, self.number) for rule in self.faults]


def _of(rule: Mapping[str, Any], number: int) -> Json:
    match = dict(rule["match"])
    if match.get("call") in _OF_ONE:
        match["resource_id"] = number
    return {**rule, "match": match}


def both_ways(cases: Iterable[Case]) -> list[Case]:
    """Each case by the action plugin and by the module."""
    return [
        replace(case, name=f"{case.name}-{way}", far=way == "module", number=next(_NUMBERS))
        for case in cases
        for way in ("action", "module")
    ]


@dataclass(frozen=True)
class Seen:
    """What became of a case."""

    case: Case
    run: TaskRun
    requests: list[Json]  # that reached the API
    handshakes: list[Json]  # that reached the edge
    told: Json  # what the API answered to a GET of the resource before the task
    before: Json  # the simulator's state of the resource before the task
    after: Json

    @property
    def result(self) -> Json:
        """What the task said."""
        return self.run.result

    @property
    def failed(self) -> bool:
        """Whether the task failed."""
        return self.run.status == "failed"

    @property
    def message(self) -> str:
        """What a person reads first."""
        return self.run.message

    @property
    def puts(self) -> list[Json]:
        """The writes of the resource that reached the API."""
        return [entry for entry in self.requests if entry["call"] in ("put", "cdn_patch")]

    @property
    def calls(self) -> list[str]:
        """The requests in their order."""
        return [entry["call"] for entry in self.requests]

    @property
    def stored(self) -> str | None:
        """The fingerprint of what is installed now."""
        return self.after["installed"] and self.after["installed"]["fingerprint_sha256"]

    def settings_moved(self) -> dict[str, tuple[Any, Any]]:
        """The fields of the stored resource that are not as they were, the certificate's own aside."""
        own = ("updated", "ssl_type", "service_ssl_expire", "sslData", "sslEnabled")
        before, after = self.before["resource"], self.after["resource"]
        names = [name for name in {**before, **after} if name not in own]
        return {
            name: (before.get(name), after.get(name))
            for name in names
            if (name in before) != (name in after) or before[name] != after[name]
        }


_PATIENCE = {"total_timeout": 120, "edge_timeout": 30}
"""A busy machine must not look like a silent one."""


def certificate(pair: Issued) -> Json:
    """The options that hold a certificate and its key."""
    return {"certificate": pair.full_chain_pem, "private_key": pair.private_key_pem}


CERTIFICATE = certificate(NEW)


@dataclass(frozen=True)
class File:
    """An option's value: the path of a file with this content."""

    content: str | bytes


def options_of(case: Case, simulator: Simulator, ansible: Ansible) -> Json:
    """The module's options: the case's, and where the API and its resource are. None leaves one out."""
    target = {"name": case.host_name} if case.by_name else {"resource_id": case.number}
    product = {"product": case.product} if case.is_cdn else {}
    options = {**connection(simulator), **product, **target, **_PATIENCE, **case.options}
    return {
        name: ansible.file(value.content) if isinstance(value, File) else value
        for name, value in options.items()
        if value is not None
    }


def play_cases(
    simulator: Simulator, ansible: Ansible, cases: Sequence[Case], *words: str, **settings: Any
) -> dict[str, Seen]:
    """Run all cases in one ansible-playbook, each as a host of its own; the settings are for all of them.

    Those that need settings, or faults of the list call, are played one after the other behind the rest.
    """
    simulator.reset()
    common = simulator.settings(**settings)
    names = [case.name for case in cases]
    assert len(set(names)) == len(names), "two cases of one name"
    simulator.seed([case.seed() for case in cases if not case.is_cdn])
    simulator.seed_cdn([case.seed() for case in cases if case.is_cdn])
    states = _states(simulator)
    before = {case.number: (_told(simulator, case, common), states[case.number]) for case in cases}
    simulator.settings(**common)
    simulator.clear_journal()
    alone = [case for case in cases if case.is_alone]
    together = [case for case in cases if case not in alone]
    simulator.faults([rule for case in together for rule in case.rules()])
    hosts = {case.name: _host(case, simulator, ansible, common) for case in [*together, *alone]}
    played = ansible.run(_plays(simulator, together, alone), *words, hosts=hosts)
    return _seen(simulator, played, cases, alone, before)


def _told(simulator: Simulator, case: Case, common: Json) -> Json:
    """What a GET answers in the case's settings, asked for without the code under test."""
    simulator.settings(**{**common, **case.settings})
    headers = {"Authorization": f"APIKey {API_KEY}"}
    request = urllib.request.Request(f"{simulator.api_url}{case.path}", headers=headers)
    with _opener(simulator.ca_pem).open(request) as response:
        answer = json.load(response)
    return answer.get("resource", answer)


@cache
def _opener(ca_pem: str | None) -> urllib.request.OpenerDirector:
    trust = ssl.create_default_context(cadata=ca_pem)
    return urllib.request.build_opener(urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=trust))


def _host(case: Case, simulator: Simulator, ansible: Ansible, common: Json) -> Json:
    return {
        "options": options_of(case, simulator, ansible),
        "check": case.check,
        "way": {"WAY": "far"} if case.far else {},
        "world": [["PATCH", "/settings", {**common, **case.settings}], ["PUT", "/faults", case.rules()]],
    }


def _plays(simulator: Simulator, together: Sequence[Case], alone: Sequence[Case]) -> list[Json]:
    task = {"name": TASK, MODULE: "", "args": "{{ options }}", "check_mode": "{{ check }}", "environment": "{{ way }}"}
    world = {"simulator_admin": {"url": simulator.admin_url, "requests": "{{ world }}"}}
    plays = [
        tasks_play(task, hosts=[case.name for case in together]),
        tasks_play(world, {**task, "ignore_errors": True}, hosts=[case.name for case in alone], serial=1),
    ]
    return [play for play in plays if play["hosts"]]


def _seen(
    simulator: Simulator,
    played: Played,
    cases: Sequence[Case],
    alone: Sequence[Case],
    before: Mapping[int, tuple[Json, Json]],
) -> dict[str, Seen]:
    journal, handshakes = simulator.journal(), simulator.handshakes()
    states, seen = _states(simulator), {}
    for case in cases:
        run = played.task(TASK, case.name)
        requests = [entry for entry in journal if _belongs(entry, case, run if case in alone else None)]
        greeted = [entry for entry in handshakes if entry["server_name"] == case.host_name]
        after = states[case.number]
        seen[case.name] = Seen(case, run, requests, greeted, *before[case.number], after)
    return seen


def _belongs(entry: Json, case: Case, window: TaskRun | None) -> bool:
    """A list call tells nothing of its resource: of a case that was played alone its time does."""
    if window:
        return window.start <= entry["start"] <= window.end
    return entry["resource_id"] == case.number and entry["call"] in _OF_ONE


def _states(simulator: Simulator) -> dict[int, Json]:
    """What the simulator holds of every resource, those of the CDN with what is installed by their object."""
    told = simulator.cdn()
    objects = {int(number): each["installed"] for number, each in told["objects"].items()}
    of_cdn = {
        int(number): {**each, "installed": objects.get(each["resource"].get("sslData"))}
        for number, each in told["resources"].items()
    }
    return {each["resource"]["id"]: each for each in simulator.resources()} | of_cdn
