# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""What the module `gcore_fleet_cert` and its action plugin do, once their options are parsed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from .._errors import InputError
from .._gcore.client import Client
from .._gcore.resource import Resource
from .._match.matcher import Offer, Selection
from .._options import FLEET_CERT
from .._rotate.apply import Rotation
from .._rotate.operation import policy_of, target_options
from .._rotate.target import CustomCertificate
from .._task import Task
from .._x509.key_pair import check_key_pair
from .._x509.sources import Source, from_directory, from_list
from .failure_budget import FailureBudget
from .interrupts import interruptible
from .progress import Progress, silent
from .report import FleetReport
from .run import Candidate, Fleet, Scope, assign
from .waves import share

_GRACE = 30.0
"""Seconds after an interrupt for the writes in flight to end and be looked at."""


def rotate_fleet(task: Task, report: FleetReport) -> None:
    """Bring every resource of the account that a certificate covers to that certificate.

    Raises:
        GcoreError: what keeps the run as a whole from beginning; what keeps one resource is in the report.
    """
    values = task.values
    progress = Progress(task.say if values["progress"] else silent, task.clock)
    _check_sizes(values)
    candidates = _candidates(task, report)
    if not candidates:
        raise InputError("no usable certificate was given", "Set certificates or directory.")
    client = task.client(connections=values["concurrency"], on_hold=progress.held_back)
    scope = Scope(
        Selection(values["include"], values["exclude"]),
        values["enable_https"],
        values["replace_lets_encrypt"],
    )
    assign((Resource.from_api(raw) for raw in client.resources()), candidates, scope, report)
    with ThreadPoolExecutor(values["concurrency"]) as pool:
        _rotate_members(task, client, progress, pool, report)
    progress.summary(report.summary())


def _rotate_members(
    task: Task, client: Client, progress: Progress, pool: ThreadPoolExecutor, report: FleetReport
) -> None:
    values, sizes = task.values, _sizes(task.values)
    budget = FailureBudget()

    def stop(reason: str, number: int) -> None:
        report.interrupted_by = number
        budget.stop(reason)
        client.deadline.shorten(_GRACE)

    with interruptible(stop) as look_after_parent:
        fleet = Fleet(
            Rotation(client, policy_of(task), budget=budget),
            budget,
            progress,
            pool,
            is_insistent=values["edge_probe"] == "always",
            look_after_parent=look_after_parent,
        )
        drifted = fleet.look(report)
        if values["max_failures"] is not None:
            budget.tolerate(share(values["max_failures"], len(drifted), "max_failures"))
        if task.check_mode:
            fleet.plan(drifted, sizes)
        else:
            fleet.write(drifted, sizes, report)


def _sizes(values: Mapping[str, Any]) -> list[str]:
    """The waves' sizes; a list of empty strings is what is left of an empty one."""
    return [size for size in values["waves"] or () if size.strip()] or FLEET_CERT["waves"]["default"]


def _check_sizes(values: Mapping[str, Any]) -> None:
    """What can't be a share of any fleet is refused before any request."""
    for size in _sizes(values):
        share(size, 0, "waves")
    if values["max_failures"] is not None:
        share(values["max_failures"], 0, "max_failures")


def _candidates(task: Task, report: FleetReport) -> list[Candidate]:
    """Every certificate that can be used; one that can't ends the run, or is named and left out."""
    candidates: list[Candidate] = []
    hints: set[str] = set()
    for source in _sources(task.values, report):
        try:
            candidates.append(_candidate(task, source, report))
        except InputError as error:
            report.bad_certificates.append({"certificate": source.label, "problem": task.redactor.clean(error.message)})
            hints.add(error.hint)
    if report.bad_certificates and task.values["on_bad_certificate"] == "fail":
        listed = "; ".join(bad["problem"] for bad in report.bad_certificates)
        common = hints.pop() if len(hints) == 1 else ""  # of several it could not be told which is for which
        raise InputError(
            f"{len(report.bad_certificates)} of the certificates can't be used: {listed}",
            f"{common} Mend or remove them, or set on_bad_certificate to skip.".lstrip(),
        )
    report.warnings += [f"Left out: {bad['problem']}." for bad in report.bad_certificates]
    return candidates


def _sources(values: Mapping[str, Any], report: FleetReport) -> Iterator[Source]:
    """Yield the list's elements, then the folder's."""
    yield from from_list(values["certificates"], report.warnings)
    shared = {name: values[name] for name in ("private_key_passphrase", "private_key_passphrase_path")}
    yield from from_directory(values["directory"], shared)


def _candidate(task: Task, source: Source, report: FleetReport) -> Candidate:
    redactor = task.redactor.child()
    try:
        key_pair = source.key_pair(redactor)
        warnings = (*key_pair.warnings, *check_key_pair(key_pair, task.clock.now(), task.values["min_days_valid"]))
    except InputError as error:
        raise InputError(f"{source.label}: {redactor.clean(error.message)}", error.hint) from None
    report.warnings += [warning for warning in warnings if warning not in report.warnings]
    target = CustomCertificate(key_pair, **target_options(task))
    return Candidate(Offer(source.label, key_pair.leaf, source.resources), target, redactor)
