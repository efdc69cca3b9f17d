# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""Many resources at once: looked at concurrently, written in waves, each wave proved before the next."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, replace

from .._errors import DeadlineError, GcoreError, InternalError, StoppedError
from .._rotate.apply import Applied, Rotation
from .._rotate.edge import EdgeAnswer
from .._rotate.plan import decide
from .match import FleetReport, Member
from .progress import Progress
from .waves import waves

_NO_EDGE = "No edge answered: after the first few, none was asked. Set edge_probe to never if that is so here."

_BETWEEN_LOOKS = 0.1
"""Seconds in which what ended is told, and a controller that went away is noticed."""

Places = Sequence[int]
"""Where in the members of a run some of them are."""


@dataclass
class Fleet:
    """Brings the members of a fleet to what they shall have; each of them holds at any time what became of it."""

    members: list[Member]
    rotation: Rotation
    progress: Progress
    pool: ThreadPoolExecutor
    workers: int  # of the pool
    look_after_parent: Callable[[], None]  # called often, to notice a controller that went away
    warnings: Sequence[str] = ()  # of what was done beside the members

    def look(self) -> Places:
        """Gather evidence for all members, and tell which of them are to be written."""
        places = [at for at, member in enumerate(self.members) if member.desired]
        self.progress.checking(len(places))
        for _member in self._each(self._look, places):
            self.progress.checked()
        return [at for at in places if self.members[at].would_change]

    def plan(self, drifted: Places, sizes: Sequence[object]) -> None:
        """Number the waves in which they would be written."""
        for number, wave in self._waves(drifted, sizes):
            for at in wave:
                self.progress.planned(number, self.members[at].called, *self.members[at].fingerprints())

    def write(self, drifted: Places, sizes: Sequence[object]) -> None:
        """Write those that drifted, a wave at a time, until more fail than is tolerated.

        Where nothing is said of that, a wave that fails as a whole is the last one.
        """
        for number, wave in self._waves(drifted, sizes):
            self.look_after_parent()
            if not self.rotation.budget.reason:
                self.progress.wave(number, len(wave))
            for member in self._each(self._write, wave):
                if member.outcome != "not_attempted":
                    self.progress.finished(member.called, *member.fingerprints(), member.outcome.replace("_", " "))
            self._prove(wave)
            if self.rotation.budget.tolerated is None and all(self.members[at].error for at in wave):
                self.rotation.budget.stop(f"no resource of wave {number} could be rotated")
        if not self.rotation.budget.reason:  # there may be what an earlier run stored and its edge does not serve yet
            self._prove(range(len(self.members)))
            proved = [member.applied for member in self.members if member.applied and not member.error]
            self.warnings = self.rotation.tidy(proved, self.pool.map)
        if self.rotation.budget.reason:
            missed = [at for at in drifted if self.members[at].outcome == "not_attempted"]
            self.progress.stopped(self.rotation.budget.reason, len(missed))

    def complete(self, report: FleetReport) -> FleetReport:
        """Add to a report what became of each, and of the run."""
        warnings = [*report.warnings, *self.warnings, *([_NO_EDGE] if self.rotation.observer.gave_up else [])]
        return replace(report, members=self.members, stopped=self.rotation.budget.reason, warnings=warnings)

    def _waves(self, drifted: Places, sizes: Sequence[object]) -> Iterator[tuple[int, Places]]:
        self.progress.begin(len(drifted))
        for number, wave in enumerate(waves(drifted, sizes), start=1):
            for at in wave:
                self.members[at] = replace(self.members[at], wave=number)
            yield number, wave

    def _prove(self, places: Places) -> None:
        """Wait for the edges of those that are to be waited for; one that does not follow is a failure."""
        pending = {
            at: applied
            for at in places
            if (applied := self.members[at].applied) and applied.awaits_proof and not self.members[at].error
        }
        self.progress.awaiting(len(pending))
        proved = self.rotation.await_edges(list(pending.values()), self._ask)
        for at, (applied, refusal) in zip(pending, proved, strict=True):
            self.members[at] = replace(self.members[at], known=applied, error=refusal)
            if refusal:
                self.rotation.budget.gave_up(applied.resource.key)

    def _ask(self, step: Callable[[Applied], EdgeAnswer], items: Iterable[Applied]) -> Iterable[EdgeAnswer]:
        self.look_after_parent()
        return self.pool.map(step, items)

    def _each(self, step: Callable[[Member], Member], places: Places) -> Iterator[Member]:
        """Take the step for each, and yield each soon after its step ends; what goes wrong with one is kept with it."""
        ended: deque[tuple[int, Member]] = deque()
        left = iter(places)

        def work() -> None:
            for at in left:
                ended.append((at, self._taken(step, self.members[at])))

        running = {self.pool.submit(work) for _worker in range(min(self.workers, len(places)))}
        while running or ended:
            # To wake up for each of thousands would take the time of those who do the work.
            running = wait(running, _BETWEEN_LOOKS).not_done
            self.look_after_parent()
            while ended:
                at, member = ended.popleft()
                self.members[at] = member
                yield member

    def _taken(self, step: Callable[[Member], Member], member: Member) -> Member:
        try:
            return step(member)
        except Exception as error:  # noqa: BLE001  # one resource's failure never costs another's result
            told = error if isinstance(error, GcoreError) else InternalError(error)
            return replace(member, known=told.known if isinstance(told.known, Applied) else member.known, error=told)

    def _look(self, member: Member) -> Member:
        self.rotation.budget.authorize_write()
        if member.desired is None or member.site is None:
            return member
        seen = self.rotation.observer.observe(member.site, member.desired)
        settled = member.settled(seen.key_type)
        plan = decide(settled.desired or member.desired, seen, self.rotation.account.client.clock.now())
        is_settled = plan.is_in_sync and not self.rotation.observer.policy.check_mode
        known = Applied(plan, verification=plan.verification) if is_settled else plan
        return replace(settled, known=known, error=plan.refusal)

    def _write(self, member: Member) -> Member:
        plan = member.plan
        if plan is None:
            return member
        try:
            self.rotation.budget.authorize_write()
            return replace(member, known=self.rotation.write(plan))
        except StoppedError:
            raise
        except DeadlineError as error:
            self.rotation.budget.stop(error.message)
            raise
        except Exception:
            self.rotation.budget.gave_up(plan.observation.resource.key)
            raise
