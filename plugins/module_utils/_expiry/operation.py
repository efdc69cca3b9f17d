# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""Does what the module `gcore_resource_cert_info` is asked for, once its options are parsed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields
from typing import Any

from .._errors import InputError, MatchError, carrying
from .._gcore.account import Account
from .._gcore.site import Site
from .._match.matcher import Candidate, Matcher, Selection
from .._task import Operation, Task
from .._x509.directory import from_directory
from .._x509.sources import from_list
from .judge import Thresholds, judge
from .report import render, result_of
from .scan import Endpoint, Scan, endpoints

_NO_EDGE = "No edge answered: after the first few, none was asked. Set probe_edge to false if that is so here."


def scan_resources(task: Task) -> dict[str, Any]:
    """Look at the host names of the chosen resources, judge each, and return what was found."""
    values = task.values
    warnings: list[str] = []
    with carrying(lambda: warnings):
        thresholds = Thresholds(*(values[one.name] for one in fields(Thresholds)))
        given = list(_given(values, warnings))
        account = task.account(connections=values["concurrency"])
        found = endpoints(_resources(account, values, warnings))
        if values["probe_edge"]:
            scan = Scan(values["edge_port"], values["edge_timeout"], account.client.deadline)
            found = scan.ask(found, values["concurrency"])
            warnings += [] if scan.reachability.is_worth_asking() else [_NO_EDGE]
        now = task.clock.now().replace(microsecond=0)  # as results write it, so that every figure is of one moment
        matcher = Matcher(given, now, values["prefer_key_type"])
        hosts = [judge(one, thresholds, now, _should_have(one, matcher, warnings)) for one in found]
        return {**result_of(hosts, given, thresholds, values["edge_port"], now), "warnings": warnings}


SCAN_RESOURCES = Operation(scan_resources, render)


def _resources(account: Account, values: Mapping[str, Any], warnings: list[str]) -> Iterator[Site]:
    if values["resource_id"] is not None or values["name"] is not None:
        yield account.find(values["resource_id"], values["name"])
        return
    selection = Selection(values["include"], values["exclude"])
    yield from filter(selection.has, account.sites())
    warnings += selection.warnings()


def _should_have(endpoint: Endpoint, matcher: Matcher[Candidate], warnings: list[str]) -> Candidate | None:
    """Find the given certificate that belongs on a host name; what renews itself or is an alias's own needs none."""
    if endpoint.is_renewed_by_vendor or endpoint.has_own_certificate or not endpoint.has_https:
        return None
    key_type = endpoint.certificates[0].key[0] if endpoint.certificates else None
    try:
        return matcher.candidate_for(endpoint.resource, key_type)
    except MatchError as error:
        warnings += [error.told()] if error.told() not in warnings else []
        return None


def _given(values: Mapping[str, Any], warnings: list[str]) -> Iterator[Candidate]:
    """Read the certificates to compare with: the list's, then the folder's, of which an unreadable one is named."""
    listed, in_folder = from_list(values["certificates"], warnings), from_directory(values["directory"], {})
    for sources in (listed, in_folder):
        for source in sources:
            try:
                yield Candidate(source.label, source.leaf(), source.resources)
            except InputError as error:
                if sources is listed:
                    raise InputError(f"{source.label}: {error.message}", error.hint) from None
                warnings.append(f"Left out: {source.label}: {error.message}.")
