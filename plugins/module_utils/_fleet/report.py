# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""The result of a fleet: one entry a resource in a stable order, counts, and what was left alone."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from .._errors import GcoreError, StoppedError
from .._rotate.apply import ChangeState
from .._rotate.report import Outcome
from .._wording import counted
from .match import Assignment, Member

OUTCOMES = (
    "rotated",
    "would_rotate",
    "in_sync",
    "failed",
    "not_attempted",
    "lets_encrypt",
    "https_disabled",
    "suspended",
)
"""What may become of a resource that a certificate covers."""

_NAMED = 5
"""How many failures the message names; the results name all."""


@dataclass(frozen=True)
class Entry:
    """A resource of a fleet, and what became of it.

    Attributes:
        member: the resource.
        outcome: what is known of it.
        wave: the wave in which it was or would be written, 0 where it was not to be.
    """

    member: Member
    outcome: Outcome
    wave: int = 0

    @classmethod
    def first(cls, member: Member) -> Entry:
        """Return what there is to say of one before it was looked at."""
        return cls(member, Outcome(member.intent, error=member.problem))

    @property
    def error(self) -> GcoreError | None:
        """Return what went wrong."""
        return self.outcome.error

    def word(self) -> str:
        """Return one of `OUTCOMES`."""
        if self.error:
            return "not_attempted" if isinstance(self.error, StoppedError) else "failed"
        if self.member.left_alone:
            return self.member.left_alone
        is_written = self.outcome.state is ChangeState.MADE
        return "rotated" if is_written else "would_rotate" if self.outcome.would_change else "in_sync"

    def result(self) -> dict[str, Any]:
        """Tell what the task's results say of it; short where there is little to say."""
        member, outcome, word = self.member, self.outcome, self.word()
        facts: dict[str, Any] = {"id": member.id, "name": member.name, "outcome": word}
        if member.label:
            facts["certificate"] = member.label
        if member.twins:
            facts["twins"] = list(member.twins)
        if member.intent is None:
            return {**facts, "msg": self._message()} if self.error else facts
        current, desired = self.fingerprints()
        facts |= {
            "drift": outcome.plan.verdict.facts() if outcome.plan and outcome.plan.verdict else None,
            "verification": outcome.verification(),
            "current_fingerprint_sha256": current,
            "desired_fingerprint_sha256": desired,
        }
        if word == "in_sync":
            return facts
        moved = list(outcome.applied.collateral) if outcome.applied else []
        facts |= {"changed": outcome.changed, "collateral": moved, "msg": self._message()}
        facts |= self.error.details() if self.error else {}
        return {**facts, "wave": self.wave} if self.wave else facts

    def failure(self) -> str:
        """Tell what went wrong, for a message that names several."""
        return f"{self.member.name}: {self.error.message}" if self.error else self.member.name

    def diff(self) -> dict[str, Any] | None:
        """Draw its plan, None where nothing was to change."""
        return self.outcome.diff() if self.outcome.changed else None

    def fingerprints(self) -> tuple[str | None, str | None]:
        """Return those of the current certificate and of the desired one."""
        plan = self.outcome.plan
        facts = (plan.before, plan.after) if plan else ({}, {})
        return facts[0].get("fingerprint_sha256"), facts[1].get("fingerprint_sha256")

    def _message(self) -> str:
        if self.error is None:
            return self.outcome.story()
        extent = self.outcome.extent() if self.member.intent else ""
        return " ".join(part for part in (f"{self.error.message}.", extent, self.error.hint) if part)


@dataclass(frozen=True)
class FleetReport:
    """What is known of a fleet.

    Attributes:
        entries: the resources that a certificate covers or is mapped to.
        assignment: which of the account's resources and certificates these are, and which not.
        bad_certificates: those that could not be used, with the reason.
        stopped: why the run ended early.
        warnings: for people.
    """

    entries: Sequence[Entry] = ()
    assignment: Assignment = field(default_factory=Assignment)
    bad_certificates: Sequence[dict[str, str]] = ()
    stopped: str = ""
    warnings: Sequence[str] = ()

    def summary(self) -> dict[str, int]:
        """Count by outcome, every outcome named."""
        counts = Counter(entry.word() for entry in self.entries)
        unmatched = len(self.assignment.unmatched_resources)
        return {
            **{outcome: counts[outcome] for outcome in OUTCOMES},
            "resources": len(self.entries) + unmatched,
            "unmatched_resources": unmatched,
            "unmatched_certificates": len(self.assignment.unmatched_certificates),
            "bad_certificates": len(self.bad_certificates),
        }


def render(known: FleetReport | None, error: GcoreError | None, diff: bool) -> dict[str, Any]:
    """Make the result of a run.

    Args:
        known: what it knows of the fleet, None where that is nothing.
        error: what kept it from beginning, or broke it off as a whole; it fails all the same if a resource did.
        diff: show one of each resource that changes.
    """
    report = known or FleetReport()
    results, summary = [entry.result() for entry in report.entries], report.summary()
    unmatched = [{"id": resource.id, "name": resource.name} for resource in report.assignment.unmatched_resources]
    facts: dict[str, Any] = {
        "changed": any(result.get("changed") for result in results),
        "summary": summary,
        "stopped": report.stopped or None,
        "results": results,
        "plan": [
            {name: result.get(name) for name in ("id", "name", "certificate", "wave")}
            for result in results
            if result["outcome"] == "would_rotate"
        ],
        "unmatched": {"resources": unmatched, "certificates": list(report.assignment.unmatched_certificates)},
        "bad_certificates": list(report.bad_certificates),
        "warnings": [*report.warnings, *_common_warnings(report.entries)],
    }
    if diff:
        facts["diff"] = [shown for entry in report.entries if (shown := entry.diff())]
    if error:
        written = "Some resources were changed: see results." if facts["changed"] else "Nothing was changed."
        return {**facts, **error.details(), "failed": True, "msg": error.told(written)}
    failures = [entry.failure() for entry in report.entries if entry.word() == "failed"]
    facts["msg"] = _message(summary, failures, report.stopped)
    return {**facts, "failed": True} if report.stopped or failures or summary["not_attempted"] else facts


def _common_warnings(entries: Sequence[Entry]) -> list[str]:
    """Tell each warning once: what a thousand resources have in common is one line, not a thousand."""
    by_text: dict[str, list[str]] = defaultdict(list)
    for outcome in (entry.outcome for entry in entries):
        for text in outcome.warnings():
            name = outcome.resource.name if outcome.resource else ""
            by_text[text.removeprefix(f"{outcome.label()}: ")].append(name)
    return [f"{_names(names)}: {text}" for text, names in by_text.items()]


def _message(summary: dict[str, int], failures: Sequence[str], stopped: str) -> str:
    counts = ", ".join(f"{summary[outcome]} {outcome.replace('_', ' ')}" for outcome in OUTCOMES if summary[outcome])
    more = f" (and {len(failures) - _NAMED} more)" if len(failures) > _NAMED else ""
    parts = [
        f"{counted(summary['resources'], 'resource')}: {counts or 'none that a certificate covers'}.",
        f"Stopped early: {stopped}." if stopped else "",
        f"Failed: {'; '.join(failures[:_NAMED])}{more}." if failures else "",
        "Mend the cause and run the task again: it writes only what is still needed." if failures or stopped else "",
    ]
    return " ".join(part for part in parts if part)


def _names(names: list[str]) -> str:
    shown = ", ".join(names[:_NAMED])
    return shown if len(names) <= _NAMED else f"{len(names)} resources ({shown}, ...)"
