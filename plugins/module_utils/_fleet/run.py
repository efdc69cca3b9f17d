# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""Many resources at once: matched, looked at concurrently, written in waves, each wave proved before the next."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from queue import SimpleQueue

from .._errors import (
    DeadlineError,
    GcoreError,
    InternalError,
    MatchError,
    ResourceLookupError,
    StoppedError,
)
from .._gcore.resource import DISABLED, LETS_ENCRYPT, Resource
from .._match.matcher import Matcher, Offer, Selection
from .._redaction import Redactor
from .._rotate.apply import Rotated, Rotation
from .._rotate.edge_reachability import EdgeReachability
from .._rotate.report import Report
from .._rotate.target import CustomCertificate
from .._rotate.verdict import State
from .failure_budget import FailureBudget
from .progress import Progress
from .report import FleetReport, Member
from .waves import waves


@dataclass(frozen=True)
class Scope:
    """Which resources of the account a run is about.

    Attributes:
        selection: which ones the run is about.
        enable_https: also those that have HTTPS off.
        replace_lets_encrypt: also those whose certificate renews itself.
    """

    selection: Selection
    enable_https: bool = False
    replace_lets_encrypt: bool = False

    def leaves_alone(self, resource: Resource) -> str:
        """The outcome of one that is reported and not touched, empty for one that is in play."""
        reasons = {
            "suspended": resource.status.lower() == "suspended",
            "lets_encrypt": resource.ssl_type == LETS_ENCRYPT and not self.replace_lets_encrypt,
            "https_disabled": resource.supposed_type == DISABLED and not self.enable_https,
        }
        return next((reason for reason, holds in reasons.items() if holds), "")


@dataclass(frozen=True)
class Candidate:
    """A certificate that a fleet may use, as it is offered, as a target, and with what knows its key."""

    offer: Offer
    target: CustomCertificate
    redactor: Redactor


def assign(resources: Iterable[Resource], candidates: Sequence[Candidate], scope: Scope, report: FleetReport) -> None:
    """Give each resource of the account its certificate, and tell those that have none.

    Args:
        resources: the account's.
        candidates: the certificates.
        choice: which resources the run is about.
        report: gets the members, ordered by name, and what is unmatched.

    Raises:
        InputError: no resource is called what the choice includes.
    """
    matcher = Matcher([candidate.offer for candidate in candidates])
    by_offer = {candidate.offer: candidate for candidate in candidates}
    account = sorted(resources, key=lambda resource: (resource.name, resource.id))
    for resource in account:
        if scope.selection.has(resource):
            _assign_one(resource, matcher, by_offer, scope, report)
    report.warnings += scope.selection.warnings()
    for key, offer in matcher.unknown(account):
        problem = ResourceLookupError(f"no resource has the id or name {key}", "Mend the mapping of the certificate.")
        report.members.append(Member(None, key, offer.label, error=problem))
    labels = {member.label for member in report.members}
    used = {offer.leaf for offer in by_offer if offer.label in labels}
    report.unmatched_certificates = [offer.label for offer in by_offer if offer.leaf not in used]


def _assign_one(
    resource: Resource, matcher: Matcher, by_offer: dict[Offer, Candidate], scope: Scope, report: FleetReport
) -> None:
    left_alone = scope.leaves_alone(resource)
    try:
        offer = matcher.offer_for(resource)
    except MatchError as error:
        unmatched = Member(resource.id, resource.name, left_alone=left_alone, error=None if left_alone else error)
        report.members.append(unmatched)
        return
    if offer is None:
        report.unmatched_resources.append({"id": resource.id, "name": resource.name})
        return
    candidate = by_offer[offer]
    member = Member(resource.id, resource.name, offer.label, candidate.redactor, left_alone)
    if not left_alone:
        member.rotated = Rotated(resource, candidate.target, Report(resource), redactor=candidate.redactor)
    report.members.append(member)


class Fleet:
    """Brings the members of a report to their targets.

    Args:
        rotation: does each of them.
        brake: stops the run between writes.
        progress: says what happens.
        pool: the workers.
        is_insistent: the edges are asked even when none seems to answer.
        look_after_parent: called between two results, to notice a controller that went away.
    """

    def __init__(
        self,
        rotation: Rotation,
        budget: FailureBudget,
        progress: Progress,
        pool: ThreadPoolExecutor,
        *,
        is_insistent: bool,
        look_after_parent: Callable[[], None],
    ) -> None:
        self._rotation = rotation
        self._budget = budget
        self._progress = progress
        self._pool = pool
        self._is_insistent = is_insistent
        self._look_after_parent = look_after_parent
        self._reachability = EdgeReachability()

    def look(self, report: FleetReport) -> list[Member]:
        """Gather evidence for all members.

        Returns:
            Those that drifted, in their order.
        """
        members = [member for member in report.members if member.rotated]
        self._progress.checking(len(members))
        for _member in self._each(self._look, members):
            self._progress.checked()
        if not self._is_insistent and not self._reachability.is_worth_asking():
            report.warnings.append(
                "No edge answered: after the first few, none was asked. Set edge_probe to never if that is so here."
            )
        report.stopped = self._budget.reason
        return [member for member in members if _has_drifted(member)]

    def write(self, drifted: Sequence[Member], sizes: Sequence[object], report: FleetReport) -> None:
        """Write those that drifted, a wave at a time; a wave that fails as a whole is the last one.

        In the end there may be what an earlier run stored and its edge does not serve yet.
        """
        self._progress.writing(len(drifted))
        for number, wave in enumerate(waves(drifted, sizes), start=1):
            self._write_wave(number, wave)
            self._prove(wave)
            if all(member.error for member in wave):
                self._budget.stop(f"no resource of wave {number} could be rotated")
        if not self._budget.reason:
            self._prove(report.members)
        report.stopped = self._budget.reason
        missed = [member for member in drifted if member.outcome() == "not_attempted"]
        if report.stopped:
            self._progress.stopped(report.stopped, len(missed))

    def plan(self, drifted: Sequence[Member], sizes: Sequence[object]) -> None:
        """Number the waves in which they would be written."""
        self._progress.writing(len(drifted))
        for number, wave in enumerate(waves(drifted, sizes), start=1):
            for member in wave:
                member.wave = number
                self._progress.planned(number, member.name, *member.fingerprints())

    def _write_wave(self, number: int, wave: Sequence[Member]) -> None:
        self._look_after_parent()
        for member in wave:
            member.wave = number
        if self._budget.reason:
            for member in wave:
                member.error = self._budget.refusal()
            return
        self._progress.wave(number, len(wave))
        for member in self._each(self._write, wave):
            if member.outcome() != "not_attempted":
                self._progress.finished(member.name, *member.fingerprints(), member.outcome().replace("_", " "))

    def _prove(self, members: Iterable[Member]) -> None:
        """Wait for the edges of those that are to be waited for; one that does not follow is a failure."""
        by_item = {id(member.rotated): member for member in members if member.rotated and not member.error}
        pending = self._rotation.unproven(_rotated(by_item.values()))
        self._progress.awaiting(len(pending))
        for item, refusal in self._rotation.await_edges(pending, self._ask):
            by_item[id(item)].error = refusal
            self._budget.gave_up(item.resource.id)

    def _ask(self, step: Callable[[Rotated], bool], items: Iterable[Rotated]) -> Iterable[bool]:
        self._look_after_parent()
        return self._pool.map(step, items)

    def _each(self, step: Callable[[Rotated], None], members: Sequence[Member]) -> Iterable[Member]:
        """Each member as its step ends; what goes wrong with one is kept with it."""
        ended: SimpleQueue[Member] = SimpleQueue()

        def guarded(member: Member) -> None:
            try:
                for item in _rotated([member]):
                    step(item)
            except GcoreError as error:
                member.error = error
            except Exception as error:  # noqa: BLE001  # one resource's failure never costs another's result
                member.error = InternalError(error)
            finally:
                ended.put(member)

        for member in members:
            self._pool.submit(guarded, member)
        for _member in members:
            member = ended.get()
            self._look_after_parent()
            yield member

    def _look(self, item: Rotated) -> None:
        if self._budget.reason:
            raise self._budget.refusal()
        asks = self._rotation.asks_edge(item) and (self._is_insistent or self._reachability.is_worth_asking())
        try:
            self._rotation.look(item, ask_edge=asks)
        finally:
            self._reachability.heard(item.edge)

    def _write(self, item: Rotated) -> None:
        try:
            self._budget.authorize_write()
            self._rotation.write(item)
        except StoppedError:
            raise
        except DeadlineError as error:
            self._budget.stop(error.message)
            raise
        except Exception:
            self._budget.gave_up(item.resource.id)
            raise


def _rotated(members: Iterable[Member]) -> list[Rotated]:
    return [member.rotated for member in members if member.rotated]


def _has_drifted(member: Member) -> bool:
    verdict = member.rotated.report.verdict if member.rotated else None
    return member.error is None and verdict is not None and verdict.state is State.DRIFT
