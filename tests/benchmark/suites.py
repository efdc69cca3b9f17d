# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""What is measured: a table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from . import plays
from .suite import PLAYBOOK, Aim, Scenario, Suite


def _floor(*words: str) -> tuple[str, ...]:
    return ("{python}", "-m", "benchmark.floor", *words, "--edge-port={edge_port}")


STARTS = (
    Scenario("start", "an empty play", plays.EMPTY),
    Scenario("floor-start", "a client that does nothing", words=_floor("start")),
)
"""What a command costs before it does anything: measured in each round, and subtracted."""

_OVER_HOSTS = (
    *PLAYBOOK,
    "--inventory=gcore.yml",
    "--forks=20",
    "--extra-vars=rotate_directory=sites resource_cert_edge_port={edge_port}",
)

_MOST = 250_000_000
_LISTS = {"list": 1}
_LOOKS = {"handshake": 1}
_LOOKS_AT_BOTH = {"handshake": 2}
_READS_AND_LOOKS = {"get": 1, "handshake": 1}
_ROTATES = {"handshake": 1, "get": 2, "put": 1}
_ROTATES_BOTH = {"handshake": 1, **dict.fromkeys(("get", "cdn_get"), 1), **dict.fromkeys(("put", "cdn_patch"), 0.5)}
_LISTS_BOTH = {"list": 1, "ssl_list": 1, "cdn_client": 1, "handshake": 1}  # a handshake for a name that nobody has
_UPLOADS = {**_LISTS_BOTH, "ssl_create": 1, "ssl_list": 3}


def _account(name: str, title: str, play: str, traffic: Mapping[str, int] | None = None, **options: Any) -> Scenario:
    return Scenario(name, title, play, traffic=traffic or _LOOKS, once=_LISTS, **options)


def _bare(name: str, work: str, **options: Any) -> Scenario:
    return Scenario(name, "bare client", words=_floor(work), once=_LISTS, start="floor-start", **options)


def _mixed(name: str, title: str, *, rotates: bool = False, **options: Any) -> Scenario:
    traffic, once = (_ROTATES_BOTH, _UPLOADS) if rotates else (_LOOKS, _LISTS_BOTH)
    ours = {"play": plays.MIXED, "memory": _MOST}
    bare = {"words": _floor("rotate" if rotates else "check", "--mixed"), "start": "floor-start"}
    how = {**(bare if title.startswith("bare") else ours), "traffic": traffic, "once": once, **options}
    return Scenario(name, title, is_mixed=True, is_drifted=rotates, **how)


def _documented(*, is_drifted: bool) -> Scenario:
    traffic = {"get": 1, "put": 1}
    title = "GET and PUT by ansible.builtin.uri"
    return Scenario("documented", title, plays.DOCUMENTED, traffic=traffic, is_drifted=is_drifted, items=50, rounds=1)


def _hosts(name: str, title: str, play: str, **options: Any) -> Scenario:
    return Scenario(name, title, play, _OVER_HOSTS, traffic=_READS_AND_LOOKS, once=_LISTS, **options)


SUITES = (
    Suite(
        name="loop",
        title="in-sync checks in a loop, beside GETs of the same resources",
        items=50,
        scenarios=(
            Scenario("uri", "ansible.builtin.uri", plays.URI, traffic={"get": 1}),
            Scenario("action", "gcore_resource_cert, action plugin", plays.CHECK, traffic=_READS_AND_LOOKS),
            Scenario("module", "gcore_resource_cert, module", plays.CHECK_FAR, traffic=_READS_AND_LOOKS),
        ),
        aims=(Aim("action", against="uri", at_most=0.05), Aim("module", against="uri", at_most=1.25)),
        rounds=2,
    ),
    Suite(
        name="check",
        title="resources in sync, looked at",
        items=1000,
        latency=0.02,
        scenarios=(
            _account("fleet", "gcore_fleet_cert", plays.FLEET),
            _bare("floor", "check", traffic=_LOOKS),
            _account("large", "gcore_fleet_cert, ten times as many", plays.FLEET, items=10_000, rounds=2, memory=_MOST),
            _account("own", "gcore_fleet_cert, as many certificates", plays.FLEET_OWN, has_own=True, rounds=1),
            _account("survey", "gcore_resource_cert_info", plays.SURVEY, _LOOKS_AT_BOTH),
            _bare("survey-floor", "survey", traffic=_LOOKS_AT_BOTH),
            _account("report", "cert_expiry_report, three files", plays.REPORT, _LOOKS_AT_BOTH, rounds=1),
            _documented(is_drifted=False),
        ),
        aims=(
            Aim("fleet", against="floor", at_most=1.3),
            Aim("survey", against="survey-floor", at_most=1.5),
            Aim("large", against="fleet", at_most=1.1),
            Aim("fleet", against="documented", at_most=1 / 80),
        ),
    ),
    Suite(
        name="rotation",
        title="resources with an old certificate, rotated",
        items=1000,
        latency=0.02,
        scenarios=(
            _account("fleet", "gcore_fleet_cert", plays.FLEET, traffic=_ROTATES, is_drifted=True),
            _bare("floor", "rotate", traffic=_ROTATES, is_drifted=True),
            _account("small", "gcore_fleet_cert (200)", plays.FLEET, traffic=_ROTATES, is_drifted=True, items=200),
            _bare("small-floor", "rotate", traffic=_ROTATES, is_drifted=True, items=200),
            _documented(is_drifted=True),
        ),
        aims=(
            Aim("fleet", against="floor", at_most=1.2),
            Aim("small", against="small-floor", at_most=1.5),
            Aim("fleet", against="documented", at_most=1 / 80),
            Aim("small", against="documented", at_most=1 / 80),
        ),
        rounds=3,
    ),
    Suite(
        name="mixed",
        title="as many resources of the CDN as of Web Security, in sync and rotated",
        items=10_000,
        latency=0.02,
        scenarios=(
            _mixed("mixed", "gcore_fleet_cert, in sync"),
            _mixed("mixed-floor", "bare client, in sync"),
            _mixed("mixed-small", "gcore_fleet_cert, in sync (1,000)", items=1000),
            _mixed("mixed-rotation", "gcore_fleet_cert, rotated", rotates=True),
            _mixed("mixed-rotation-floor", "bare client, rotated", rotates=True),
        ),
        aims=(
            Aim("mixed", against="mixed-floor", at_most=1.3),
            Aim("mixed", against="mixed-small", at_most=1),
            Aim("mixed-rotation", against="mixed-rotation-floor", at_most=1.3),
        ),
        rounds=2,
    ),
    Suite(
        name="hosts",
        title="resources in sync as hosts of an inventory, 20 forks",
        items=100,
        latency=0.02,
        scenarios=(
            _hosts("action", "rotate_hosts.yml, action plugin", plays.HOSTS),
            _hosts("module", "rotate_hosts.yml, module", plays.HOSTS_FAR, items=50, rounds=1),
            _hosts("task", "one task a host, action plugin", plays.TASK),
            _hosts("module-task", "one task a host, module", plays.TASK_FAR, rounds=1),
        ),
        aims=(Aim("action", against="module", at_most=1 / 8), Aim("task", against="module-task", at_most=1 / 8)),
        rounds=2,
    ),
)
