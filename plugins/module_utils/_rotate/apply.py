# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""Carries a plan out: a write only on drift, from a fresh read, proved by the API and, where it shall, by the edge."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from itertools import count
from typing import Any, Protocol

from .._errors import ApiError, CollateralError, NotServedError, NotStoredError, carrying
from .._gcore.client import Client
from .._gcore.resource import Resource, collateral, put_body
from .desired import Desired, Proof
from .edge import EdgeAnswer
from .observe import Observer
from .plan import UNVERIFIED, Plan, Verification, decide

_STORED_WITHIN = 30.0
_STORED_INTERVAL = 2.0
"""Seconds: the API's own store is given half a minute to show a write, and asked this often."""

Raw = dict[str, Any]


class ChangeState(Enum):
    """Says what became of a site."""

    NONE = "was not written"
    MADE = "was written"
    IGNORED = "was written, and the API does not show it"
    UNKNOWN = "may have been written"


@dataclass(frozen=True)
class Applied:
    """What became of a plan, as far as it came.

    Attributes:
        plan: as it was decided last.
        state: what became of the site.
        stored: the API's view of the site after the write.
        receipt: how the API answered the write.
        collateral: other settings that moved.
        verification: who shows that the site has what it shall have.
    """

    plan: Plan
    state: ChangeState = ChangeState.NONE
    stored: Resource | None = None
    receipt: str = ""
    collateral: tuple[dict[str, Any], ...] = ()
    verification: Verification = UNVERIFIED

    @property
    def awaits_proof(self) -> bool:
        """Tell whether the edge is still to show it, as it shall."""
        return self.plan.observation.wants_proof and self.verification.edge is Proof.PENDING

    @property
    def resource(self) -> Resource:
        """Return the API's last word of the site."""
        return self.stored or self.plan.observation.resource


class Budget(Protocol):
    """May stop a run between two writes."""

    def authorize_write(self, failure: ApiError | None) -> None:
        """Raise an error where no further write may begin; `failure` is of the same write when it was tried before."""

    def write_failed(self, resource_id: int, error: ApiError) -> None:
        """Count a failed write."""

    def write_succeeded(self, resource_id: int) -> None:
        """Count what failed before as made good."""


@dataclass(frozen=True)
class Rotation:
    """Carries plans out: `apply` for one site; `write` and `await_edges` for many."""

    client: Client
    observer: Observer
    budget: Budget | None = None

    def apply(self, plan: Plan) -> Applied:
        """Bring one site to what it shall have.

        Raises:
            GcoreError: whatever keeps it from that; carries what became of the site.
        """
        applied = self.write(plan) if plan.writes else Applied(plan, verification=plan.verification)
        ((applied, refusal),) = self.await_edges([applied])
        with carrying(lambda: applied):
            if refusal:
                raise refusal
        return applied

    def write(self, plan: Plan) -> Applied:
        """Write what a site shall have, and prove that the API has it and that no other setting moved.

        Raises:
            GcoreError: it carries what became of the site.
        """
        write = _Write(Applied(plan), self.client, self.observer, self.budget)
        with carrying(lambda: write.applied):
            write.run()
        return write.applied

    def await_edges(
        self, items: Sequence[Applied], each: Callable[..., Iterable[EdgeAnswer]] = map
    ) -> list[tuple[Applied, NotServedError | None]]:
        """Wait until the edges serve what is stored, asking all that are still pending in each round.

        Args:
            items: any, of which only those that await a proof are waited for.
            each: `map`, or one that works concurrently.

        Returns:
            All of them in their order, and what is to be said of those whose edges did not follow in time.
        """
        clock, policy = self.client.clock, self.observer.policy
        answers: dict[int, EdgeAnswer] = {}
        pending = [at for at, item in enumerate(items) if item.awaits_proof]
        begin = clock.monotonic()
        end = begin + policy.verify_timeout
        while pending:
            answers.update(zip(pending, each(self._ask, [items[at] for at in pending]), strict=True))
            pending = [at for at in pending if not items[at].plan.is_served_by(answers[at])]
            left = min(end - clock.monotonic(), self.client.deadline.remaining())
            if left <= 0:
                break
            if pending:
                self.client.deadline.sleep(min(policy.verify_interval, left))
        waited = clock.monotonic() - begin
        return [self._proved(item, answers.get(at), at in pending, waited) for at, item in enumerate(items)]

    def _ask(self, item: Applied) -> EdgeAnswer:
        return self.observer.ask_edge(item.resource, item.plan.desired)

    def _proved(
        self, item: Applied, answer: EdgeAnswer | None, is_late: bool, waited: float
    ) -> tuple[Applied, NotServedError | None]:
        if answer is None:
            return item, None
        leaf = answer.leaf
        is_strange = leaf is not None and leaf.fingerprint_sha256 != item.plan.before.get("fingerprint_sha256")
        edge = Proof.MISMATCH if is_late and is_strange else Proof.PENDING if is_late else Proof.VERIFIED
        proved = replace(item, verification=replace(item.verification, edge=edge))
        return proved, self._unserved(item.resource, answer, waited) if is_late else None

    def _unserved(self, resource: Resource, answer: EdgeAnswer, waited: float) -> NotServedError:
        """Tell that the time is over: the edge serves the certificate from before, or a stranger, or nothing."""
        seen = f"could not be probed: {answer.problem}"
        if answer.leaf:
            unseen = f"; {answer.unseen}" if answer.unseen else ""
            seen = f"serves {answer.leaf.fingerprint_sha256} {answer.leaf.label()}{unseen}"
        edge = f"{answer.address or resource.service_ip}:{self.observer.policy.edge_port}"
        return NotServedError(
            f"the certificate is stored, but the edge {edge} {seen} (waited {waited:.0f} s)",
            "Look at the site; if it still serves the old certificate in a while, ask the vendor's support.",
        )


@dataclass
class _Write:
    """One write, from its fresh read to the API's proof.

    Attributes:
        applied: what became of it, whatever ends it.
        lost: what a write without an answer was made over first, and the last one's error.
        is_last_look: no try is left, but for a look.
    """

    applied: Applied
    client: Client
    observer: Observer
    budget: Budget | None
    lost: tuple[Raw, ApiError] | None = None
    is_last_look: bool = False

    def run(self) -> None:
        """Write, and prove it."""
        for tries in count(1):
            before = self._read()
            if before is None or self._put(before, tries):
                break
        if self.budget:
            self.budget.write_succeeded(self.applied.resource.id)
        written_over = self.lost[0] if self.lost else before
        if written_over is None:
            self.applied = Applied(self.applied.plan, verification=self.applied.plan.verification)
        elif self.observer.policy.verify != "none":
            self._await_store(written_over)

    def _read(self) -> Raw | None:
        """Read the site and decide anew; a read that has grown old before it may be written back is made once more.

        Returns:
            What is to be written over, None where the site has what it shall have.
        """
        for is_second in (False, True):
            raw = self.client.resource(self.applied.resource.id, to_write=True)
            read_at = self.client.clock.monotonic()
            if self._is_there(raw):
                return None
            if is_second or self.client.is_fresh(read_at):
                break
        return raw

    def _is_there(self, raw: Raw) -> bool:
        if self.lost and took_effect(self.applied.plan.desired, self.lost[0], raw):
            self.applied = replace(self.applied, state=ChangeState.MADE)
            return True
        seen = replace(self.applied.plan.observation, resource=Resource.from_api(raw))
        earlier = self.applied.plan
        plan = decide(self.applied.plan.desired, seen, self.client.clock.now(), earlier.warnings, earlier)
        self.applied = replace(self.applied, plan=plan)
        if plan.refusal:
            raise plan.refusal
        if plan.is_in_sync and self.lost:
            self.applied = replace(self.applied, state=ChangeState.MADE)
        elif self.is_last_look and self.lost:
            raise self.lost[1]
        return plan.is_in_sync

    def _put(self, before: Raw, tries: int) -> bool:
        """Write once. Where that fails, wait until it may be tried again, or at least looked at."""
        if self.budget:
            self.budget.authorize_write(self.lost[1] if self.lost else None)
        try:
            receipt = self.client.replace(
                self.applied.resource.id, put_body(before, self.applied.plan.desired.fields())
            )
        except ApiError as error:
            if error.outcome_unknown:
                self.lost = self.lost[0] if self.lost else before, error
                self.applied = replace(self.applied, state=ChangeState.UNKNOWN)
            if self.budget:
                self.budget.write_failed(self.applied.resource.id, error)
            self._wait(error, tries)
            return False
        self.applied = replace(self.applied, state=ChangeState.MADE, receipt=receipt)
        return True

    def _wait(self, error: ApiError, tries: int) -> None:
        try:
            self.client.pause(error, tries)
        except ApiError:
            self.is_last_look = error.outcome_unknown and self.client.deadline.remaining() > 0
            if not self.is_last_look:
                raise

    def _await_store(self, before: Raw) -> None:
        """See that a fresh GET shows the write, and every other setting as it was."""
        self.applied = replace(self.applied, verification=Verification(api=Proof.PENDING))
        client, begin = self.client, self.client.clock.monotonic()
        patience = min(_STORED_WITHIN, client.deadline.remaining() - _STORED_INTERVAL)
        while True:
            after = client.resource(self.applied.resource.id)
            stored = Resource.from_api(after)
            self.applied = replace(self.applied, stored=stored)
            check, waited = self.applied.plan.desired.store_check(stored), client.clock.monotonic() - begin
            if check is not Proof.MISMATCH or waited >= patience:
                break
            client.deadline.sleep(_STORED_INTERVAL)
        self.applied = replace(
            self.applied,
            state=ChangeState.IGNORED if check is Proof.MISMATCH else self.applied.state,
            collateral=tuple(collateral(before, after)),
            verification=Verification(check),
        )
        _check(self.applied, waited)
        if self.applied.plan.observation.wants_proof:
            self.applied = replace(self.applied, verification=Verification(check, Proof.PENDING))


def _check(applied: Applied, waited: float) -> None:
    moved = "; ".join(f"{item['setting']} was {item['before']!r}, is {item['after']!r}" for item in applied.collateral)
    others = f", other settings changed: {moved}" if moved else ""
    if applied.state is ChangeState.IGNORED:
        facts = applied.resource.facts()
        raise NotStoredError(
            f"the API accepted the write, but {waited:.0f} s later it shows ssl_type {facts['ssl_type']}, "
            f"expiry {facts['ssl_expires']}{others}",
            "Run the task again; if that does not help, ask the vendor's support.",
        )
    if moved:
        raise CollateralError(
            f"while the certificate was replaced, by this write or by someone else{others}",
            "Put these settings back, then run the task again: it will find the certificate in place.",
        )


def took_effect(desired: Desired, before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """Tell whether a write of unknown outcome is there: it shows now, and did not before, or nothing else was written.

    `updated` alone tells nothing: somebody else's write moves it too.
    """
    earlier, now = Resource.from_api(before), Resource.from_api(after)
    if desired.store_check(now) is not Proof.VERIFIED:
        return False
    was_written = bool(now.updated) and now.updated != earlier.updated and not collateral(before, after)
    return was_written or desired.store_check(earlier) is not Proof.VERIFIED
