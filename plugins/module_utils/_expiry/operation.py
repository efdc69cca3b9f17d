# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""What the module `gcore_resource_cert_info` and its action plugin do, once their options are parsed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from .._errors import InputError, MatchError
from .._gcore.client import Client
from .._gcore.lookup import find_resource
from .._gcore.resource import Resource
from .._match.matcher import Matcher, Offer, Selection
from .._options import exclude_each_other
from .._task import Task
from .._x509.certificate import Certificate
from .._x509.directory import Entry, entries
from .._x509.sources import elements, read_leaf, split_combined
from .judge import Endpoint, Thresholds
from .report import ScanReport
from .scan import Scan, endpoints

_ONE = ("resource_id", "name")
_MANY = ("include", "exclude")
_THRESHOLDS = ("warning_days", "critical_days", "warning_percent", "critical_percent")
_NO_KEY_WANTED = "its certificate can't be read without a passphrase, which this task does not ask for"


def scan_resources(task: Task, report: ScanReport) -> None:
    """Look at the host names of the chosen resources, and judge each.

    Raises:
        GcoreError: what keeps the run as a whole from its end; what is wrong with a host name is in the report.
    """
    values = task.values
    exclude_each_other(values, ("resource_id",), ("name",))
    for one in _ONE:
        exclude_each_other({**values, **_without_empty_lists(values)}, (one,), _MANY)
    report.thresholds = Thresholds(**{name: values[name] for name in _THRESHOLDS})
    report.port = values["edge_port"]
    report.given = list(_given(values, report))
    client = task.client(connections=values["concurrency"])
    hosts: Sequence[Endpoint] = endpoints(_chosen(client, values, report))
    if values["probe_edge"]:
        hosts = _asked(Scan(values["edge_port"], values["edge_timeout"], client.deadline), hosts, values, report)
    report.now = task.clock.now().replace(microsecond=0)  # as results write it, so that every figure is of one moment
    matcher = Matcher(report.given)
    for endpoint in hosts:
        report.add(endpoint, _should_have(endpoint, matcher, report), report.now)


def _without_empty_lists(values: Mapping[str, Any]) -> dict[str, Any]:
    """A list of empty strings is what is left of one that a survey's field was left out of."""
    return {name: [one for one in values[name] or () if str(one).strip()] or None for name in _MANY}


def _chosen(client: Client, values: Mapping[str, Any], report: ScanReport) -> Iterator[Resource]:
    if values["resource_id"] is not None or values["name"] is not None:
        yield Resource.from_api(find_resource(client, values["resource_id"], values["name"]))
        return
    selection = Selection(**{name: values[name] for name in _MANY})
    yield from filter(selection.has, map(Resource.from_api, client.resources()))
    report.warnings += selection.warnings()


def _asked(scan: Scan, hosts: Iterable[Endpoint], values: Mapping[str, Any], report: ScanReport) -> Sequence[Endpoint]:
    answered, gave_up = scan.ask(hosts, values["concurrency"])
    if gave_up:
        report.warnings.append(
            "No edge answered: after the first few, none was asked. Set probe_edge to false if that is so here."
        )
    return answered


def _should_have(endpoint: Endpoint, matcher: Matcher, report: ScanReport) -> Offer | None:
    """The given certificate that belongs on a host name; one that renews itself or is an alias's own needs none."""
    if endpoint.is_renewed_by_vendor or endpoint.has_own_certificate or not endpoint.has_https:
        return None
    try:
        return matcher.offer_for(endpoint.resource)
    except MatchError as error:
        warning = f"{error.message}. {error.hint}"
        report.warnings += [warning] if warning not in report.warnings else []
        return None


def _given(values: Mapping[str, Any], report: ScanReport) -> Iterator[Offer]:
    """The certificates to compare with: the list's elements, then the folder's; one that can't be read is named."""
    for label, options in elements(values["certificates"] or (), report.warnings):
        resources = tuple(str(key) for key in options.get("resources") or () if str(key).strip())
        try:
            yield Offer(label, read_leaf(options), resources)
        except InputError as error:
            raise InputError(f"{label}: {error.message}", error.hint) from None
    for entry in entries(values["directory"]) if values["directory"] else ():
        try:
            yield Offer(entry.label, _leaf_of(entry))
        except InputError as error:
            report.warnings.append(f"Left out: {entry.label}: {error.message}.")


def _leaf_of(entry: Entry) -> Certificate:
    if entry.problem or "pkcs12_path" in entry.options:
        raise InputError(entry.problem or _NO_KEY_WANTED)
    if entry.combined_path:
        return read_leaf({"certificate": split_combined(entry.combined_path, "directory")["certificate"]})
    return read_leaf({"certificate_path": entry.options["certificate_path"]})
