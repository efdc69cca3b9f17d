# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""The result of a fleet: one entry a resource in a stable order, counts, and what was left alone."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any

from .._errors import GcoreError, StoppedError
from .._redaction import Redactor
from .._rotate.apply import Rotated
from .._rotate.report import Written
from .._wording import counted

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

_BY_WRITTEN = {Written.YES: "rotated", Written.PLANNED: "would_rotate"}
_NAMED = 5
"""How many failures the message names; the results name all."""


@dataclass
class Member:
    """A resource of a fleet with the certificate that it shall have.

    Attributes:
        label: of the certificate.
        redactor: knows the certificate's key.
        left_alone: the outcome of one that is left alone.
        rotated: its way to it, None where it is left alone or could not be begun.
        error: what went wrong.
        wave: the wave in which it was or would be written, 0 where it was not to be.
    """

    id: int | None
    name: str
    label: str = ""
    redactor: Redactor = field(default_factory=Redactor, repr=False)
    left_alone: str = ""
    rotated: Rotated | None = None
    error: GcoreError | None = None
    wave: int = 0

    def outcome(self) -> str:
        """One of `OUTCOMES`."""
        if isinstance(self.error, StoppedError):
            return "not_attempted"
        if self.error:
            return "failed"
        return self.left_alone or _BY_WRITTEN.get(
            self.rotated.report.written if self.rotated else Written.NO, "in_sync"
        )

    def result(self) -> dict[str, Any]:
        """What the task's results say of it; short where there is little to say, and not yet cleaned."""
        facts: dict[str, Any] = {"id": self.id, "name": self.name, "outcome": self.outcome()}
        if self.label:
            facts["certificate"] = self.label
        if self.rotated is None:
            return {**facts, "msg": self._message()} if self.error else facts
        facts |= self._evidence(self.rotated)
        return {**facts, **self._story(self.rotated)} if self._is_news() else facts

    def failure(self) -> str:
        """What went wrong, for a message that names several."""
        return str(self.redactor.clean(f"{self.name}: {self.error.message}")) if self.error else self.name

    def diff(self) -> dict[str, Any] | None:
        """Drawn from its plan, None where nothing was to change."""
        if self.rotated is None or self.rotated.report.written not in (Written.YES, Written.PLANNED, Written.UNKNOWN):
            return None
        return self.rotated.report.diff()

    def fingerprints(self) -> tuple[str | None, str | None]:
        """Of the current certificate and of the desired one."""
        if self.rotated is None:
            return None, None
        report = self.rotated.report
        return report.current.get("fingerprint_sha256"), report.desired.get("fingerprint_sha256")

    def _is_news(self) -> bool:
        return self.outcome() != "in_sync"

    def _evidence(self, rotated: Rotated) -> dict[str, Any]:
        report = rotated.report
        current, desired = self.fingerprints()
        return {
            "drift": report.verdict.facts() if report.verdict else None,
            "verification": report.verification,
            "current_fingerprint_sha256": current,
            "desired_fingerprint_sha256": desired,
        }

    def _story(self, rotated: Rotated) -> dict[str, Any]:
        report = rotated.report
        error = self.error.details() if self.error else {}
        facts = {"changed": report.changed, "collateral": report.collateral, "msg": self._message(), **error}
        return {**facts, "wave": self.wave} if self.wave else facts

    def _message(self) -> str:
        report = self.rotated.report if self.rotated else None
        if self.error is None:
            return report.story() if report else ""
        parts = (f"{self.error.message}.", report.written.value if report else "", self.error.hint)
        return " ".join(part for part in parts if part)


@dataclass
class FleetReport:
    """What a task says of a fleet, in the same two ways as of one resource: success and failure.

    Attributes:
        members: the resources that a certificate covers or is mapped to.
        unmatched_resources: those that no certificate covers.
        unmatched_certificates: those that no resource gets.
        bad_certificates: those that could not be used, with the reason.
        stopped: why the run ended early.
        interrupted_by: the number of the signal that ended it.
    """

    members: list[Member] = field(default_factory=list)
    unmatched_resources: list[dict[str, Any]] = field(default_factory=list)
    unmatched_certificates: list[str] = field(default_factory=list)
    bad_certificates: list[dict[str, str]] = field(default_factory=list)
    stopped: str = ""
    interrupted_by: int | None = None
    warnings: list[str] = field(default_factory=list)

    def summary(self) -> dict[str, int]:
        """Counts by outcome, every outcome named."""
        counts = Counter(member.outcome() for member in self.members)
        return {
            **{outcome: counts[outcome] for outcome in OUTCOMES},
            "resources": len(self.members) + len(self.unmatched_resources),
            "unmatched_resources": len(self.unmatched_resources),
            "unmatched_certificates": len(self.unmatched_certificates),
            "bad_certificates": len(self.bad_certificates),
        }

    def success(self, diff: bool) -> dict[str, Any]:
        """The result of a run that came to its end; failed all the same if a resource did."""
        result = self._facts(diff)
        result["msg"] = self._message(result["summary"])
        is_bad = self.stopped or result["summary"]["failed"] or result["summary"]["not_attempted"]
        return {**result, "failed": True} if is_bad else result

    def failure(self, error: GcoreError, diff: bool) -> dict[str, Any]:
        """The result of a run that could not begin, or broke off as a whole."""
        result = self._facts(diff)
        written = "Some resources were changed: see results." if result["changed"] else "Nothing was changed."
        message = " ".join(part for part in (error.message.rstrip(". ") + ".", written, error.hint) if part)
        return {**result, **error.details(), "failed": True, "msg": message}

    def _facts(self, diff: bool) -> dict[str, Any]:
        results = self._results()
        facts = {
            "changed": any(result.get("changed") for result in results),
            "summary": self.summary(),
            "stopped": self.stopped or None,
            "results": results,
            "plan": [
                {name: result.get(name) for name in ("id", "name", "certificate", "wave")}
                for result in results
                if result["outcome"] == "would_rotate"
            ],
            "unmatched": {"resources": self.unmatched_resources, "certificates": self.unmatched_certificates},
            "bad_certificates": self.bad_certificates,
            "warnings": [*self.warnings, *self._member_warnings()],
        }
        return {**facts, "diff": [shown for member in self.members if (shown := member.diff())]} if diff else facts

    def _results(self) -> list[dict[str, Any]]:
        """One for each member, those that share a certificate cleaned together: most of what they say is the same."""
        results = [member.result() for member in self.members]
        places: dict[Redactor, list[int]] = defaultdict(list)
        for place, member in enumerate(self.members):
            places[member.redactor].append(place)
        for redactor, these in places.items():
            for place, cleaned in zip(these, redactor.clean([results[place] for place in these]), strict=True):
                results[place] = cleaned
        return results

    def _member_warnings(self) -> list[str]:
        """Each warning once: what a thousand resources have in common is one line, not a thousand."""
        by_text: dict[str, list[str]] = {}
        for report in (member.rotated.report for member in self.members if member.rotated):
            for warning in report.warnings:
                text = warning.removeprefix(f"{report.label()}: ")
                by_text.setdefault(text, []).append(report.resource.name if report.resource else "")
        return [f"{_names(names)}: {text}" for text, names in by_text.items()]

    def _message(self, summary: dict[str, int]) -> str:
        counts = ", ".join(
            f"{summary[outcome]} {outcome.replace('_', ' ')}" for outcome in OUTCOMES if summary[outcome]
        )
        failed = [member for member in self.members if member.outcome() == "failed"]
        named = "; ".join(member.failure() for member in failed[:_NAMED])
        more = f" (and {len(failed) - _NAMED} more)" if len(failed) > _NAMED else ""
        parts = [
            f"{counted(summary['resources'], 'resource')}: {counts or 'none that a certificate covers'}.",
            f"Stopped early: {self.stopped}." if self.stopped else "",
            f"Failed: {named}{more}." if failed else "",
            "Mend the cause and run the task again: it writes only what is still needed."
            if failed or self.stopped
            else "",
        ]
        return " ".join(part for part in parts if part)


def _names(names: list[str]) -> str:
    shown = ", ".join(names[:_NAMED])
    return shown if len(names) <= _NAMED else f"{len(names)} resources ({shown}, ...)"
