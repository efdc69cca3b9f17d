# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""Many resources at once: looked at concurrently, written in waves, each wave proved before the next."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from queue import SimpleQueue

from .._clock import Clock
from .._errors import DeadlineError, GcoreError, InternalError, StoppedError
from .._rotate.apply import Applied, Rotation
from .._rotate.edge import EdgeAnswer
from .._rotate.observe import Observer
from .._rotate.plan import decide
from .._rotate.report import Outcome
from .failure_budget import FailureBudget
from .match import Member
from .progress import Progress
from .report import Entry, FleetReport
from .waves import waves

_NO_EDGE = "No edge answered: after the first few, none was asked. Set edge_probe to never if that is so here."

Places = Sequence[int]
"""Where in the entries of a run some of them are."""


class Fleet:
    """Brings the members of a fleet to what they shall have; `entries` is what became of each, at any time.

    Args:
        members: the resources.
        observer: looks at each of them.
        rotation: writes each of them.
        budget: stops the run between writes.
        progress: says what happens.
        pool: the workers.
        clock: tells the time.
        look_after_parent: called between two results, to notice a controller that went away.
    """

    def __init__(
        self,
        members: Iterable[Member],
        observer: Observer,
        rotation: Rotation,
        budget: FailureBudget,
        progress: Progress,
        pool: ThreadPoolExecutor,
        *,
        clock: Clock,
        look_after_parent: Callable[[], None],
    ) -> None:
        self.entries = [Entry.first(member) for member in members]
        self._observer = observer
        self._rotation = rotation
        self._budget = budget
        self._progress = progress
        self._pool = pool
        self._clock = clock
        self._look_after_parent = look_after_parent

    def look(self) -> Places:
        """Gather evidence for all members, and tell which of them are to be written."""
        places = [at for at, entry in enumerate(self.entries) if entry.member.intent]
        self._progress.checking(len(places))
        for _entry in self._each(self._look, places):
            self._progress.checked()
        return [at for at in places if self.entries[at].outcome.would_change]

    def plan(self, drifted: Places, sizes: Sequence[object]) -> None:
        """Number the waves in which they would be written."""
        self._progress.writing(len(drifted))
        for number, wave in enumerate(waves(drifted, sizes), start=1):
            self._number(number, wave)
            for at in wave:
                entry = self.entries[at]
                self._progress.planned(number, entry.member.name, *entry.fingerprints())

    def write(self, drifted: Places, sizes: Sequence[object]) -> None:
        """Write those that drifted, a wave at a time; a wave that fails as a whole is the last one."""
        self._progress.writing(len(drifted))
        for number, wave in enumerate(waves(drifted, sizes), start=1):
            self._write_wave(number, wave)
            self._prove(wave)
            if all(self.entries[at].error for at in wave):
                self._budget.stop(f"no resource of wave {number} could be rotated")
        if not self._budget.reason:  # there may be what an earlier run stored and its edge does not serve yet
            self._prove(range(len(self.entries)))
        if self._budget.reason:
            missed = [at for at in drifted if self.entries[at].word() == "not_attempted"]
            self._progress.stopped(self._budget.reason, len(missed))

    def complete(self, report: FleetReport) -> FleetReport:
        """Add to a report what became of each, and of the run."""
        warnings = [*report.warnings, *([_NO_EDGE] if self._observer.gave_up else [])]
        return replace(report, entries=self.entries, stopped=self._budget.reason, warnings=warnings)

    def _number(self, number: int, wave: Places) -> None:
        for at in wave:
            self.entries[at] = replace(self.entries[at], wave=number)

    def _write_wave(self, number: int, wave: Places) -> None:
        self._look_after_parent()
        self._number(number, wave)
        if self._budget.reason:
            for at in wave:
                stopped = Outcome(self.entries[at].outcome.plan, error=self._budget.refusal())
                self.entries[at] = replace(self.entries[at], outcome=stopped)
            return
        self._progress.wave(number, len(wave))
        for entry in self._each(self._write, wave):
            if entry.word() != "not_attempted":
                self._progress.finished(entry.member.name, *entry.fingerprints(), entry.word().replace("_", " "))

    def _prove(self, places: Places) -> None:
        """Wait for the edges of those that are to be waited for; one that does not follow is a failure."""
        pending = {
            at: applied
            for at in places
            if (applied := self.entries[at].outcome.applied) and applied.awaits_proof and not self.entries[at].error
        }
        self._progress.awaiting(len(pending))
        proved = self._rotation.await_edges(list(pending.values()), self._ask)
        for at, (applied, refusal) in zip(pending, proved, strict=True):
            outcome = Outcome(applied.plan, applied, refusal)
            self.entries[at] = replace(self.entries[at], outcome=outcome)
            if refusal:
                self._budget.gave_up(applied.resource.id)

    def _ask(self, step: Callable[[Applied], EdgeAnswer], items: Iterable[Applied]) -> Iterable[EdgeAnswer]:
        self._look_after_parent()
        return self._pool.map(step, items)

    def _each(self, step: Callable[[Entry], Entry], places: Places) -> Iterator[Entry]:
        """Take the step for each, and yield each as its step ends; what goes wrong with one is kept with it."""
        ended: SimpleQueue[tuple[int, Entry]] = SimpleQueue()

        def taken(at: int) -> None:
            entry = self.entries[at]
            try:
                ended.put((at, step(entry)))
            except Exception as error:  # noqa: BLE001  # one resource's failure never costs another's result
                told = error if isinstance(error, GcoreError) else InternalError(error)
                ended.put((at, replace(entry, outcome=Outcome.of(told.known or entry.outcome.intent, told))))

        for at in places:
            self._pool.submit(taken, at)
        for _at in places:
            at, self.entries[at] = ended.get()
            self._look_after_parent()
            yield self.entries[at]

    def _look(self, entry: Entry) -> Entry:
        intent, resource = entry.member.intent, entry.member.resource
        if self._budget.reason:
            raise self._budget.refusal()
        if intent is None or resource is None:
            return entry
        seen = self._observer.observe(resource, intent.desired)
        member = entry.member.settled(seen.key_type)
        plan = decide(member.intent or intent, seen, self._clock.now())
        is_settled = plan.is_in_sync and not self._observer.policy.check_mode
        outcome = Outcome(plan, Applied.without_write(plan) if is_settled else None, plan.refusal)
        return replace(entry, member=member, outcome=outcome)

    def _write(self, entry: Entry) -> Entry:
        plan = entry.outcome.plan
        if plan is None:
            return entry
        try:
            self._budget.authorize_write()
            return replace(entry, outcome=Outcome(plan, self._rotation.write(plan)))
        except StoppedError:
            raise
        except DeadlineError as error:
            self._budget.stop(error.message)
            raise
        except GcoreError:
            self._budget.gave_up(plan.observation.resource.id)
            raise
