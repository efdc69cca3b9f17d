# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""Carries a plan out: a write only on drift, from a fresh read, proved by the API and, where it shall, by the edge."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from itertools import count
from typing import Any

from .._errors import ApiError, CollateralError, GcoreError, NotServedError, NotStoredError, carrying
from .._gcore.account import Account, Product
from .._gcore.site import Each, Site
from .desired import Desired, Proof
from .edge import EdgeAnswer
from .failure_budget import FailureBudget
from .observe import Observer
from .plan import UNVERIFIED, Plan, Verification, decide

_STORED_WITHIN = 30.0
_STORED_INTERVAL = 2.0
"""Seconds: the API's own store is given half a minute to show a write, and asked this often."""


class ChangeState(Enum):
    """Says what became of a site."""

    NONE = "was not written"
    MADE = "was written"
    IGNORED = "was written, and the API does not show it"
    UNKNOWN = "may have been written"


@dataclass(frozen=True)
class Applied:
    """What became of a plan, as far as it came."""

    plan: Plan  # as it was decided last
    state: ChangeState = ChangeState.NONE
    stored: Site | None = None  # the API's view of the site after the write
    receipt: str = ""  # how the API answered the write
    prepared: str = ""  # what was made in the account for it
    collateral: tuple[dict[str, Any], ...] = ()  # other settings that moved
    verification: Verification = UNVERIFIED
    warnings: tuple[str, ...] = ()  # of what was done beside it

    @property
    def is_proved(self) -> bool:
        """Tell whether it was written, and is shown by all who are asked."""
        is_stored = self.state is ChangeState.MADE and self.verification.api is Proof.VERIFIED
        return is_stored and self.verification.edge in (Proof.VERIFIED, Proof.SKIPPED)

    @property
    def awaits_proof(self) -> bool:
        """Tell whether the edge is still to show it, as it shall."""
        return self.plan.observation.wants_proof and self.verification.edge is Proof.PENDING

    @property
    def resource(self) -> Site:
        """Return the API's last word of the site."""
        return self.stored or self.plan.observation.resource


@dataclass(frozen=True)
class Rotation:
    """Carries plans out: `apply` for one site; `write` and `await_edges` for many. Its errors carry the `Applied`."""

    account: Account
    observer: Observer
    budget: FailureBudget = field(default_factory=FailureBudget)

    def apply(self, plan: Plan) -> Applied:
        """Bring one site to what it shall have."""
        applied = self.write(plan) if plan.writes else Applied(plan, verification=plan.verification)
        ((applied, refusal),) = self.await_edges([applied])
        with carrying(lambda: applied):
            if refusal:
                raise refusal
        return replace(applied, warnings=tuple(self.tidy([applied])))

    def write(self, plan: Plan) -> Applied:
        """Write what a site shall have, and prove that the API has it and that no other setting moved."""
        write = _Write(Applied(plan), self.account, self.observer, self.budget)
        with carrying(lambda: write.applied):
            write.run()
        return write.applied

    def tidy(self, items: Iterable[Applied], each: Each = map) -> list[str]:
        """Let the products clear away what those that are proved no longer need; return what is worth a warning."""
        proved: dict[str, list[Site]] = defaultdict(list)
        for item in items:
            if item.is_proved:
                proved[item.resource.product].append(item.resource)
        products = self.account.products
        return [warning for name, sites in proved.items() for warning in products[name].tidy(sites, each)]

    def await_edges(
        self, items: Sequence[Applied], each: Callable[..., Iterable[EdgeAnswer]] = map
    ) -> list[tuple[Applied, NotServedError | None]]:
        """Wait until the edges of those that await a proof serve what is stored; say of a late one what it does."""
        client, policy = self.account.client, self.observer.policy
        clock, deadline = client.clock, client.deadline
        answers: dict[int, EdgeAnswer] = {}
        waited: dict[int, float] = {}
        pending = [at for at, item in enumerate(items) if item.awaits_proof]
        begin = clock.monotonic()
        while pending:
            answers.update(zip(pending, each(self._ask, [items[at] for at in pending]), strict=True))
            passed = clock.monotonic() - begin
            waited.update(dict.fromkeys(pending, passed))
            pending = [at for at in pending if not items[at].plan.is_served_by(answers[at])]
            left = min(policy.verify_timeout - passed, deadline.remaining())
            if left <= 0:
                break
            pending = [at for at in pending if answers[at].patience > passed]
            if pending:
                deadline.sleep(min(policy.verify_interval, left))
        return [self._proved(item, answers.get(at), waited.get(at, 0.0)) for at, item in enumerate(items)]

    def _ask(self, item: Applied) -> EdgeAnswer:
        return self.observer.ask_edge(item.resource, item.plan.desired)

    def _proved(self, item: Applied, answer: EdgeAnswer | None, waited: float) -> tuple[Applied, NotServedError | None]:
        if answer is None:
            return item, None
        leaf, edge, is_late = answer.leaf, Proof.VERIFIED, not item.plan.is_served_by(answer)
        if is_late:
            is_strange = leaf is not None and leaf.fingerprint_sha256 != item.plan.before.get("fingerprint_sha256")
            edge = Proof.MISMATCH if is_strange else Proof.PENDING
        proved = replace(item, verification=replace(item.verification, edge=edge))
        if not is_late:
            return proved, None
        seen = f"could not be probed: {answer.problem}"
        if leaf:
            seen = f"serves {leaf.fingerprint_sha256} {leaf.label()}{'; ' if answer.unseen else ''}{answer.unseen}"
        where = f"{answer.address or item.resource.service_ip}:{self.observer.policy.edge_port}"
        return proved, NotServedError(
            f"the certificate is stored, but the edge {where} {seen} (waited {waited:.0f} s)",
            "Look at the site; if it still serves the old certificate in a while, ask the vendor's support.",
        )


@dataclass
class _Write:
    """One write, from its fresh read to the API's proof."""

    applied: Applied  # what became of it, whatever ends it
    account: Account
    observer: Observer
    budget: FailureBudget
    lost: tuple[Site, ApiError] | None = None  # what a write without an answer was over, the last one's error
    is_last_look: bool = False  # no try is left, but for a look

    @property
    def product(self) -> Product:
        """Return the product that the site is of."""
        return self.account.product_of(self.applied.resource)

    def run(self) -> None:
        """Write, and prove it."""
        prepared = self.product.prepare(self.applied.plan.desired)
        self.applied = replace(self.applied, prepared=prepared.note)
        for tries in count(1):
            before = self._read()
            if before is None or self._put(before, prepared.fields, tries):
                break
        self.budget.write_succeeded(self.applied.resource.key)
        written_over = self.lost[0] if self.lost else before
        if written_over is None:
            self.applied = Applied(self.applied.plan, verification=self.applied.plan.verification)
        elif self.observer.policy.verify != "none":
            self._await_store(written_over)

    def _read(self) -> Site | None:
        """Return what is to be written over, read anew where that grew old; None where the site has what it shall."""
        for is_second in (False, True):
            site = self.product.site(self.applied.resource.id, to_write=True)
            read_at = self.account.client.clock.monotonic()
            if self._is_there(site):
                return None
            if is_second or self.account.client.is_fresh(read_at):
                break
        return site

    def _is_there(self, site: Site) -> bool:
        earlier = self.applied.plan
        if self.lost and took_effect(earlier.desired, self.lost[0], site, self.product):
            self.applied = replace(self.applied, state=ChangeState.MADE)
            return True
        seen = replace(earlier.observation, resource=site.without_raw())
        plan = decide(earlier.desired, seen, self.account.client.clock.now(), earlier.warnings, earlier)
        is_made = plan.is_in_sync and self.lost and not plan.refusal
        self.applied = replace(self.applied, plan=plan, state=ChangeState.MADE if is_made else self.applied.state)
        if plan.refusal:
            raise plan.refusal
        if self.is_last_look and self.lost and not plan.is_in_sync:
            raise self.lost[1]
        return plan.is_in_sync

    def _put(self, before: Site, fields: Mapping[str, Any], tries: int) -> bool:
        """Write once. Where that fails, wait until it may be tried again, or at least looked at."""
        self.budget.authorize_write(self.lost[1] if self.lost else None)
        try:
            receipt = self.product.write(before, fields)
        except ApiError as error:
            if error.outcome_unknown:
                self.lost = self.lost[0] if self.lost else before, error
                self.applied = replace(self.applied, state=ChangeState.UNKNOWN)
            self.budget.write_failed(before.key, error)
            self._wait(error, tries)
            return False
        self.applied = replace(self.applied, state=ChangeState.MADE, receipt=receipt)
        return True

    def _wait(self, error: ApiError, tries: int) -> None:
        try:
            self.account.client.pause(error, tries)
        except ApiError:
            self.is_last_look = error.outcome_unknown and self.account.client.deadline.remaining() > 0
            if not self.is_last_look:
                raise

    def _await_store(self, before: Site) -> None:
        """See that a fresh GET shows the write, and every other setting as it was."""
        self.applied = replace(self.applied, verification=Verification(api=Proof.PENDING))
        client, product, plan = self.account.client, self.product, self.applied.plan
        begin = client.clock.monotonic()
        patience = min(_STORED_WITHIN, client.deadline.remaining() - _STORED_INTERVAL)
        while True:
            stored = product.site(self.applied.resource.id)
            check, waited = plan.desired.store_check(stored), client.clock.monotonic() - begin
            if check is not Proof.MISMATCH or waited >= patience:
                break
            self.applied = replace(self.applied, stored=stored.without_raw())
            client.deadline.sleep(_STORED_INTERVAL)
        moved = tuple(product.collateral(before, stored))
        problem = _problem(stored, moved, waited if check is Proof.MISMATCH else None)
        is_pending = plan.observation.wants_proof and problem is None
        self.applied = replace(
            self.applied,
            state=ChangeState.IGNORED if check is Proof.MISMATCH else self.applied.state,
            stored=stored.without_raw(),
            collateral=moved,
            verification=Verification(check, Proof.PENDING if is_pending else Proof.SKIPPED),
        )
        if problem:
            raise problem


def _problem(stored: Site, settings: Sequence[dict[str, Any]], waited: float | None) -> GcoreError | None:
    """Tell what a write did not do, so many seconds after it, or did beside what it should."""
    moved = "; ".join(f"{item['setting']} was {item['before']!r}, is {item['after']!r}" for item in settings)
    others = f", other settings changed: {moved}" if moved else ""
    if waited is not None:
        facts = stored.facts()
        return NotStoredError(
            f"the API accepted the write, but {waited:.0f} s later it shows ssl_type {facts['ssl_type']}, "
            f"expiry {facts['ssl_expires']}{others}",
            "Run the task again; if that does not help, ask the vendor's support.",
        )
    if moved:
        return CollateralError(
            f"while the certificate was replaced, by this write or by someone else{others}",
            "Put these settings back, then run the task again: it will find the certificate in place.",
        )
    return None


def took_effect(desired: Desired, before: Site, after: Site, product: Product) -> bool:
    """Tell whether a write of unknown outcome is there: it shows now and not before, or nothing else was written."""
    if desired.store_check(after) is not Proof.VERIFIED:
        return False
    # `updated` alone tells nothing: somebody else's write moves it too.
    was_written = bool(after.updated) and after.updated != before.updated and not product.collateral(before, after)
    return was_written or desired.store_check(before) is not Proof.VERIFIED
