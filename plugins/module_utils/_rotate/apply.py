# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""One resource from what it has to what it shall have: observe, plan, write only on drift, prove it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from .._errors import (
    ApiError,
    CollateralError,
    NotServedError,
    NotStoredError,
)
from .._fleet.failure_budget import FailureBudget
from .._gcore.client import Client
from .._gcore.resource import (
    DISABLED,
    Resource,
    collateral,
    put_body,
)
from .._redaction import Redactor
from .edge import EdgeAnswer, probe
from .report import Report, Written, current_facts
from .target import StoreCheck, Target, took_effect
from .verdict import Observation, State, Verdict

_STORED_WITHIN = 30.0
_STORED_INTERVAL = 2.0
"""Seconds: the API's own store is given half a minute to show a write, and asked this often."""

_UNPROVED = "nothing proves yet that the edge serves it, as verify: edge asks; a run that may wait does so"

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


@dataclass
class Rotated:
    """A resource on its way to its target, as the steps of a rotation hand it on.

    Attributes:
        resource: the API's view of it when it was last read.
        target: what it shall have.
        report: grows as things become known, also when an error ends the rotation.
        edge: what its edge answered when it was asked.
        redactor: knows what answers about it may echo, where that is not the client's own affair.
    """

    resource: Resource
    target: Target
    report: Report
    edge: EdgeAnswer | None = None
    redactor: Redactor | None = None


class Rotation:
    """Brings resources to their targets: `rotate` for one, and its steps `look`, `write` and `await_edges` for many."""

    def __init__(
        self,
        client: Client,
        policy: Policy,
        probe_edge: Callable[[str, int, str, float, str | None], EdgeAnswer] = probe,
        budget: FailureBudget | None = None,
    ) -> None:
        self._client = client
        self._policy = policy
        self._probe_edge = probe_edge
        self._budget = budget or FailureBudget()

    def rotate(self, raw: Raw, target: Target, report: Report) -> None:
        """Judge a resource as the API gave it, and write the target where it is not there.

        Args:
            raw: the resource's JSON.
            target: what it shall have.
            report: of the resource.

        Raises:
            GcoreError: whatever keeps the resource from its target.
        """
        item = Rotated(Resource.from_api(raw), target, report)
        self.look(item, ask_edge=self.asks_edge(item))
        if report.written is Written.PLANNED:
            return
        if report.verdict and report.verdict.state is State.DRIFT:
            self.write(item)
        for _item, refusal in self.await_edges([item]):
            raise refusal

    def asks_edge(self, item: Rotated) -> bool:
        """Tell whether the edge is of use now: as evidence, or as the proof of what may be there, which is looked for once
        in check mode."""
        return self._counts_edge(item) or (self._policy.check_mode and self._wants_proof(item))

    def _counts_edge(self, item: Rotated) -> bool:
        """Tell whether what the edge serves is evidence."""
        is_open = item.resource.certificate is None and item.resource.ssl_type != DISABLED
        return {"never": False, "auto": item.target.wants_edge and is_open, "always": True}[self._policy.edge_probe]

    def _wants_proof(self, item: Rotated) -> bool:
        return self._policy.verify == "edge" and item.target.wants_edge

    def look(self, item: Rotated, *, ask_edge: bool) -> None:
        """Gather evidence and plan. In check mode a drift ends here, as planned.

        Raises:
            GcoreError: the target does not fit the resource, or must not take the place of what is there.
        """
        answer = self._probe(item) if ask_edge else None
        item.edge = answer if self._counts_edge(item) else None
        now = self._client.clock.now()
        item.report.current = current_facts(Observation(item.resource, item.edge), now)
        item.report.desired = item.target.facts(now)
        if _plan(item).state is State.IN_SYNC:
            item.edge = answer
            self._credit(item)
        elif self._policy.check_mode:
            item.report.written = Written.PLANNED

    def write(self, item: Rotated) -> None:
        """Write the target, and prove that the API has it and that no other setting moved.

        Raises:
            GcoreError: the report tells what became of the write.
        """
        before = self._write(item)
        if before is None:
            self._credit(item)
        elif self._policy.verify != "none":
            self._await_store(before, item)
            if self._policy.verify == "edge" and item.target.wants_edge:
                item.report.verification["edge"] = "pending"

    def unproven(self, items: Iterable[Rotated]) -> list[Rotated]:
        """Those whose edges are to be waited for."""
        if self._policy.verify != "edge" or self._policy.check_mode:
            return []
        return [item for item in items if item.report.verification["edge"] == "pending"]

    def await_edges(
        self, items: Sequence[Rotated], each: Callable[..., Iterable[bool]] = map
    ) -> list[tuple[Rotated, NotServedError]]:
        """Wait until the edges serve what is stored, asking all that are still pending in each round.

        Args:
            items: any, of which only the unproven ones are waited for.
            each: `map`, or one that works concurrently.

        Returns:
            Those whose edges did not follow in time, and what is to be said of each.
        """
        pending = self.unproven(items)
        begin = self._client.clock.monotonic()
        end = begin + self._policy.verify_timeout
        while pending:
            pending = [item for item, done in zip(pending, each(self._is_served, pending), strict=True) if not done]
            left = min(end - self._client.clock.monotonic(), self._client.deadline.remaining())
            if left <= 0:
                break
            if pending:
                self._client.deadline.sleep(min(self._policy.verify_interval, left))
        waited = self._client.clock.monotonic() - begin
        return [(item, _unserved(item, self._policy.edge_port, waited)) for item in pending]

    def _is_served(self, item: Rotated) -> bool:
        item.edge = self._probe(item)
        if item.target.served(item.edge):
            item.report.verification["edge"] = "verified"
            return True
        return False

    def _credit(self, item: Rotated) -> None:
        """What is in sync has its proof already, or it is still to come."""
        verification = item.report.verification
        verification["api"] = item.target.shown(item.resource).value
        is_on_its_way = bool(item.report.verdict and item.report.verdict.propagating)
        if item.target.served(item.edge):
            verification["edge"] = "verified"
        elif is_on_its_way or self._wants_proof(item):
            verification["edge"] = "pending"
            if self._policy.check_mode and not is_on_its_way:
                item.report.warn(f"{item.resource.label()}: {_UNPROVED}.")

    def _client_for(self, item: Rotated) -> Client:
        return self._client.minding(item.redactor) if item.redactor else self._client

    def _probe(self, item: Rotated) -> EdgeAnswer:
        policy, resource = self._policy, item.resource
        where = (resource.service_ip, policy.edge_port, resource.name, policy.edge_timeout)
        return self._probe_edge(*where, item.target.key_type)

    def _write(self, item: Rotated) -> Raw | None:
        """Read, judge again, write; after a failure look before writing again.

        Returns:
            What the resource was before the write, None where it became right without one.
        """
        before: Raw | None = None
        failure: ApiError | None = None
        is_last_look = False
        report, target, client = item.report, item.target, self._client_for(item)
        attempt, is_second_read = 1, False
        while True:
            raw = client.resource(item.resource.id, to_write=True)
            read_at = client.clock.monotonic()
            item.resource = Resource.from_api(raw)
            if before is not None and took_effect(target, before, raw):
                report.written = Written.YES
                self._budget.write_succeeded(item.resource.id)
                return before
            if _plan(item).state is State.IN_SYNC:
                report.written = Written.NO if before is None else Written.YES
                self._budget.write_succeeded(item.resource.id)
                return before
            if is_last_look:
                _give_up(failure)
            if not client.is_fresh(read_at) and not is_second_read:
                is_second_read = True
                continue
            self._budget.authorize_write(failure)
            try:
                report.receipt = client.replace(item.resource.id, put_body(raw, target.fields()))
            except ApiError as error:
                if error.outcome_unknown:
                    before, failure, report.written = before or raw, error, Written.UNKNOWN
                self._budget.write_failed(item.resource.id, error)
                is_last_look = not self._may_write_again(client, error, attempt)
                attempt, is_second_read = attempt + 1, False
            else:
                report.written = Written.YES
                self._budget.write_succeeded(item.resource.id)
                return before or raw

    def _may_write_again(self, client: Client, error: ApiError, attempt: int) -> bool:
        """Wait for the next try. When there is none, a write of unknown outcome is at least looked at.

        Raises:
            ApiError: there is no next try, and nothing to look at, or no time.
        """
        try:
            client.pause(error, attempt)
        except ApiError:
            if error.outcome_unknown and client.deadline.remaining():
                return False
            raise
        return True

    def _await_store(self, before: Raw, item: Rotated) -> None:
        """The answer of a fresh GET shows the write, and every other setting as it was."""
        report = item.report
        report.verification["api"] = "pending"
        client = self._client_for(item)
        clock = client.clock
        begin = clock.monotonic()
        patience = min(_STORED_WITHIN, client.deadline.remaining() - _STORED_INTERVAL)
        while True:
            after = client.resource(item.resource.id)
            item.resource = report.resource = Resource.from_api(after)
            shown = item.target.shown(item.resource)
            waited = clock.monotonic() - begin
            if shown is not StoreCheck.NO or waited >= patience:
                break
            client.deadline.sleep(_STORED_INTERVAL)
        report.verification["api"] = shown.value
        report.collateral = collateral(before, after)
        _check_stored(shown, item.resource, report, waited)
        _check_collateral(report)


def _give_up(failure: ApiError | None) -> None:
    if failure is not None:
        raise failure


def _plan(item: Rotated) -> Verdict:
    """The one decision, for check mode, diff and the write alike."""
    report, resource, edge = item.report, item.resource, item.edge
    report.resource = resource
    report.warn(*item.target.admit(resource))
    observed = Observation(resource, edge)
    verdict = report.verdict = item.target.judge(observed)
    if verdict.warning:
        report.warn(f"{resource.label()}: {verdict.warning}.")
    if edge and edge.problem:
        report.warn(f"{resource.label()}: the edge could not be probed: {edge.problem}.")
    if edge and edge.unseen:
        report.warn(f"{resource.label()}: of what the edge serves one half was seen: {edge.unseen}.")
    report.warn(*item.target.guard(observed, verdict))
    return verdict


def _check_stored(shown: StoreCheck, resource: Resource, report: Report, waited: float) -> None:
    if shown is StoreCheck.UNTOLD:
        report.warn("The API does not tell what is stored; only what the edge serves can show it.")
    if shown is not StoreCheck.NO:
        return
    report.written = Written.IGNORED
    facts = resource.facts()
    raise NotStoredError(
        f"the API accepted the write, but {waited:.0f} s later it shows ssl_type {facts['ssl_type']}, "
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


def _unserved(item: Rotated, port: int, waited: float) -> NotServedError:
    """The time is over: the edge serves the certificate from before, or a stranger, or nothing."""
    leaf = item.edge.leaf if item.edge else None
    address = (item.edge.address if item.edge else "") or item.resource.service_ip
    if leaf is None:
        seen = f"could not be probed: {item.edge.problem if item.edge else 'there was no time'}"
    else:
        seen = f"serves {leaf.fingerprint_sha256} {leaf.label()}"
        seen += f"; {item.edge.unseen}" if item.edge and item.edge.unseen else ""
        if leaf.fingerprint_sha256 != item.report.current.get("fingerprint_sha256"):
            item.report.verification["edge"] = "mismatch"
    return NotServedError(
        f"the certificate is stored, but the edge {address}:{port} {seen} (waited {waited:.0f} s)",
        "Look at the site; if it still serves the old certificate in a while, ask the vendor's support.",
    )
