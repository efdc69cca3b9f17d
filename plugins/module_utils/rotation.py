# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""One resource from what it has to what it shall have: observe, plan, write only on drift, prove it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from typing import Any

from ansible_collections.gcore.web_security.plugins.module_utils.client import Client
from ansible_collections.gcore.web_security.plugins.module_utils.drift import Observation, State, Verdict
from ansible_collections.gcore.web_security.plugins.module_utils.edge import EdgeAnswer, probe
from ansible_collections.gcore.web_security.plugins.module_utils.errors import (
    ApiError,
    CollateralError,
    NotServedError,
    NotStoredError,
)
from ansible_collections.gcore.web_security.plugins.module_utils.report import Report, Written, current_facts
from ansible_collections.gcore.web_security.plugins.module_utils.resource import (
    DISABLED,
    Resource,
    collateral,
    put_body,
)
from ansible_collections.gcore.web_security.plugins.module_utils.target import Shown, Target, took_effect

_STORED_WITHIN = 30.0
_STORED_INTERVAL = 2.0
"""Seconds: the API's own store is given half a minute to show a write, and asked this often."""

Raw = dict[str, Any]


@dataclass(frozen=True)
class Policy:
    """How a run looks and proves.

    Attributes:
        check_mode: plan, and write nothing.
        edge_probe: `auto`, `always` or `never`.
        edge_port: the TCP port of the edges.
        edge_timeout: seconds for a handshake.
        verify: `none`, `api` or `edge`.
        verify_timeout: seconds for the edge to follow.
        verify_interval: seconds between two looks at it.
    """

    check_mode: bool = False
    edge_probe: str = "auto"
    edge_port: int = 443
    edge_timeout: float = 5.0
    verify: str = "api"
    verify_timeout: float = 900.0
    verify_interval: float = 10.0


class Rotation:
    """Brings resources to their targets, one call of `rotate` each."""

    def __init__(
        self, client: Client, policy: Policy, probe_edge: Callable[[str, int, str, float], EdgeAnswer] = probe
    ) -> None:
        self._client = client
        self._policy = policy
        self._probe_edge = probe_edge

    def rotate(self, raw: Raw, target: Target, report: Report) -> None:
        """Judge a resource as the API gave it, and write the target where it is not there.

        Args:
            raw: the resource's JSON.
            target: what it shall have.
            report: grows as things become known, also when an error ends the rotation.

        Raises:
            GcoreError: whatever keeps the resource from its target.
        """
        observed = self._observe(Resource.from_api(raw), target)
        report.current = current_facts(observed, self._client.clock.now())
        report.desired = target.facts(self._client.clock.now())
        verdict = _plan(observed, target, report)
        if verdict.state is State.IN_SYNC:
            self._prove_in_sync(observed, target, report)
        elif self._policy.check_mode:
            report.written = Written.PLANNED
        else:
            before = self._write(observed, target, report)
            if before is None:
                self._prove_in_sync(Observation(report.resource or observed.resource, observed.edge), target, report)
            elif self._policy.verify != "none":
                self._prove_written(before, target, report)

    def _observe(self, resource: Resource, target: Target) -> Observation:
        asks = {
            "never": False,
            "auto": target.wants_edge and resource.certificate is None and resource.ssl_type != DISABLED,
            "always": True,
        }
        return Observation(resource, self._probe(resource) if asks[self._policy.edge_probe] else None)

    def _probe(self, resource: Resource) -> EdgeAnswer:
        policy = self._policy
        return self._probe_edge(resource.service_ip, policy.edge_port, resource.name, policy.edge_timeout)

    def _write(self, observed: Observation, target: Target, report: Report) -> Raw | None:
        """Read, judge again, write; after a failure look before writing again.

        Returns:
            What the resource was before the write, None where it became right without one.
        """
        before: Raw | None = None
        for attempt in count(1):
            raw = self._client.resource(observed.resource.id)
            fresh = Observation(Resource.from_api(raw), observed.edge)
            if before is not None and took_effect(target, Resource.from_api(before), fresh.resource):
                report.written = Written.YES
                return before
            if _plan(fresh, target, report).state is State.IN_SYNC:
                report.written = Written.NO if before is None else Written.YES
                return before
            try:
                self._client.replace(fresh.resource.id, put_body(raw, target.fields()))
            except ApiError as error:
                if error.outcome_unknown:
                    before, report.written = before or raw, Written.UNKNOWN
                self._client.pause(error, attempt)
            else:
                report.written = Written.YES
                return before or raw
        raise AssertionError("unreachable: count() has no end")

    def _prove_in_sync(self, observed: Observation, target: Target, report: Report) -> None:
        report.verification["api"] = target.shown(observed.resource).value
        if target.served(observed.edge):
            report.verification["edge"] = "verified"
        elif report.verdict and report.verdict.propagating:
            report.verification["edge"] = "pending"
            if self._policy.verify == "edge" and not self._policy.check_mode:
                self._await_edge(observed.resource, target, report)

    def _prove_written(self, before: Raw, target: Target, report: Report) -> None:
        resource = self._await_store(before, target, report)
        if self._policy.verify == "edge" and target.wants_edge:
            self._await_edge(resource, target, report)

    def _await_store(self, before: Raw, target: Target, report: Report) -> Resource:
        """The answer of a fresh GET shows the write, and every other setting as it was."""
        report.verification["api"] = "pending"
        clock = self._client.clock
        end = clock.monotonic() + _STORED_WITHIN
        while True:
            after = self._client.resource(int(before["id"]))
            resource = report.resource = Resource.from_api(after)
            shown = target.shown(resource)
            if shown is not Shown.NO or clock.monotonic() >= end or not self._client.deadline.remaining():
                break
            self._client.deadline.sleep(_STORED_INTERVAL)
        report.verification["api"] = shown.value
        report.collateral = collateral(before, after)
        _check_stored(shown, resource, report)
        _check_collateral(report)
        return resource

    def _await_edge(self, resource: Resource, target: Target, report: Report) -> None:
        report.verification["edge"] = "pending"
        clock = self._client.clock
        end = clock.monotonic() + self._policy.verify_timeout
        while True:
            answer = self._probe(resource)
            if target.served(answer):
                report.verification["edge"] = "verified"
                return
            if clock.monotonic() >= end or not self._client.deadline.remaining():
                break
            self._client.deadline.sleep(min(self._policy.verify_interval, max(end - clock.monotonic(), 0)))
        _refuse_edge(answer, resource, self._policy, report)


def _plan(observed: Observation, target: Target, report: Report) -> Verdict:
    """The one decision, for check mode, diff and the write alike."""
    report.resource = observed.resource
    report.warn(*target.admit(observed.resource))
    verdict = report.verdict = target.judge(observed)
    if verdict.warning:
        report.warn(f"{observed.resource.label()}: {verdict.warning}.")
    if observed.edge and observed.edge.problem:
        report.warn(f"{observed.resource.label()}: the edge could not be probed: {observed.edge.problem}.")
    target.guard(observed, verdict)
    return verdict


def _check_stored(shown: Shown, resource: Resource, report: Report) -> None:
    if shown is Shown.UNTOLD:
        report.warn("The API does not tell what is stored: use verify=edge to see that it is served.")
    if shown is not Shown.NO:
        return
    report.written = Written.IGNORED
    facts = resource.facts()
    raise NotStoredError(
        f"the API accepted the write, but {_STORED_WITHIN:g} s later it shows ssl_type {facts['ssl_type']}, "
        f"expiry {facts['ssl_expires']}{_moved(report)}",
        "Run the task again; if that does not help, ask the vendor's support.",
    )


def _check_collateral(report: Report) -> None:
    if report.collateral:
        raise CollateralError(
            f"while the certificate was replaced, by this write or by someone else{_moved(report)}",
            "Put these settings back, then run the task again: it will find the certificate in place.",
        )


def _moved(report: Report) -> str:
    """The settings that are not as they were, each with its value before and after."""
    settings = "; ".join(
        f"{item['setting']} was {item['before']!r}, is {item['after']!r}" for item in report.collateral
    )
    return f", other settings changed: {settings}" if settings else ""


def _refuse_edge(answer: EdgeAnswer, resource: Resource, policy: Policy, report: Report) -> None:
    """The time is over: the edge serves the certificate from before, or a stranger, or nothing."""
    if answer.leaf is None:
        seen = f"could not be probed: {answer.problem}"
    else:
        seen = f"serves {answer.leaf.fingerprint_sha256} {answer.leaf.label()}"
        if answer.leaf.fingerprint_sha256 != report.current.get("fingerprint_sha256"):
            report.verification["edge"] = "mismatch"
    raise NotServedError(
        f"the certificate is stored, but the edge {resource.service_ip}:{policy.edge_port} {seen} "
        f"(waited {policy.verify_timeout:g} s)",
        "Look at the site; if it still serves the old certificate in a while, ask the vendor's support.",
    )
