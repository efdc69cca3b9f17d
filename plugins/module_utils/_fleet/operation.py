# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""What the module `gcore_fleet_cert` and its action plugin do, once their options are parsed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import chain
from typing import Any

from .._errors import InputError, carrying
from .._gcore.account import Account, check_products
from .._match.matcher import Matcher, Selection
from .._options import FLEET_CERT
from .._redaction import Redactor
from .._rotate.apply import Rotation
from .._rotate.desired import CustomCertificate
from .._rotate.failure_budget import FailureBudget
from .._rotate.observe import Observer, Policy
from .._task import Operation, Task, silent
from .._x509.directory import from_directory
from .._x509.key_pair import check_key_pair
from .._x509.sources import from_list
from .interrupts import interruptible
from .match import FleetReport, KeyedCandidate, Scope, assign
from .progress import Progress
from .report import render
from .run import Fleet
from .waves import share

_GRACE = 30.0
"""Seconds after an interrupt for the writes in flight to end and be looked at."""


def rotate_fleet(task: Task) -> FleetReport:
    """Bring every resource that a certificate covers to it; what keeps one from it is in the report, and no error."""
    keys = task.redactor.child()
    try:
        return _rotate(task, keys)
    finally:
        # What the task's own knows is looked for in each refusal of the API, and a thousand keys would take a second.
        task.redactor.learn(keys)


ROTATE_FLEET = Operation(rotate_fleet, render)


def _rotate(task: Task, keys: Redactor) -> FleetReport:
    values = task.values
    bad: list[dict[str, str]] = []
    warnings: list[str] = []
    report = FleetReport(bad_certificates=bad, warnings=warnings)
    with carrying(lambda: report):
        sizes = _checked_sizes(values)
        progress = Progress(task.say if values["progress"] else silent, task.clock)
        candidates = _candidates(task, keys, bad, warnings)
        products = list(dict.fromkeys(values["products"] or FLEET_CERT["products"]["default"]))
        check_products(products, values)
        account = task.account(products, connections=values["concurrency"], on_hold=progress.held_back)
        selection = Selection(values["include"], values["exclude"])
        scope = Scope(selection, values["enable_https"], values["replace_lets_encrypt"])
        matcher = Matcher(candidates, task.clock.now(), values["prefer_key_type"])
        report = assign(report, account.sites(), matcher, scope)
        # Progress names the members: none is called what shows a secret.
        named = zip(report.members, keys.clean([member.name for member in report.members]), strict=True)
        members = [member if member.name == name else replace(member, name=name) for member, name in named]
        report = replace(report, members=members)
        with ThreadPoolExecutor(values["concurrency"]) as pool:
            report = _rotate_members(task, account, progress, pool, report, sizes)
        progress.summary(report.summary())
        return report


def _rotate_members(
    task: Task,
    account: Account,
    progress: Progress,
    pool: ThreadPoolExecutor,
    report: FleetReport,
    sizes: Sequence[str],
) -> FleetReport:
    values, budget = task.values, FailureBudget()

    def stop(reason: str, number: int) -> None:
        task.interruption.signal = number
        budget.stop(reason)
        account.client.deadline.shorten(_GRACE)

    rotation = Rotation(account, Observer(Policy.of(values, task.check_mode)), budget)
    with interruptible(stop) as look_after_parent:
        fleet = Fleet(list(report.members), rotation, progress, pool, values["concurrency"], look_after_parent)
        with carrying(lambda: fleet.complete(report)):
            drifted = fleet.look()
            if values["max_failures"] is not None:
                budget.tolerated = share(values["max_failures"], len(drifted), "max_failures")
            (fleet.plan if task.check_mode else fleet.write)(drifted, sizes)
    return fleet.complete(report)


def _checked_sizes(values: Mapping[str, Any]) -> list[str]:
    """Return the waves' sizes; what can't be a share of any fleet is refused."""
    sizes = list(values["waves"] or FLEET_CERT["waves"]["default"])
    for size in sizes:
        share(size, 0, "waves")
    if values["max_failures"] is not None:
        share(values["max_failures"], 0, "max_failures")
    return sizes


def _candidates(task: Task, keys: Redactor, bad: list[dict[str, str]], warnings: list[str]) -> list[KeyedCandidate]:
    """Read and check every certificate, once; one that can't be used ends the run, or is named and left out."""
    candidates: list[KeyedCandidate] = []
    hints: set[str] = set()
    shared = {name: task.values[name] for name in ("private_key_passphrase", "private_key_passphrase_path")}
    listed = from_list(task.values["certificates"], warnings)
    for source in chain(listed, from_directory(task.values["directory"], shared)):
        try:
            key_pair = source.key_pair(keys)
            doubts = (*key_pair.warnings, *check_key_pair(key_pair, task.clock.now(), task.values["min_days_valid"]))
        except InputError as error:
            bad.append({"certificate": source.label, "problem": f"{source.label}: {error.message}"})
            hints.add(error.hint)
            continue
        warnings += [doubt for doubt in doubts if doubt not in warnings]
        desired = CustomCertificate.permitted(key_pair, task.values)
        candidates.append(KeyedCandidate(source.label, key_pair.leaf, source.resources, desired=desired))
    if bad and task.values["on_bad_certificate"] == "fail":
        problems = "; ".join(one["problem"] for one in bad)
        common = hints.pop() if len(hints) == 1 else ""  # of several it could not be told which is for which
        raise InputError(
            f"{len(bad)} of the certificates can't be used: {problems}",
            f"{common} Mend or remove them, or set on_bad_certificate to skip.".lstrip(),
        )
    warnings += [f"Left out: {one['problem']}." for one in bad]
    if not candidates:
        raise InputError("no usable certificate was given", "Set certificates or directory.")
    return candidates
