# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""The result of a fleet: one entry a resource in a stable order, counts, and what was left alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from .._errors import GcoreError
from .._rotate.report import EXTENTS
from .._wording import counted
from .match import OUTCOMES, FleetReport, Member

_NAMED = 5
"""How many failures the message names; the results name all."""


def render(known: FleetReport | None, error: GcoreError | None, diff: bool) -> dict[str, Any]:
    """Make the result of a run that an error may have kept from beginning or broken off; it fails if a resource did."""
    report = known or FleetReport()
    results, summary = [_result(member) for member in report.members], report.summary()
    unmatched = [{"id": site.id, "product": site.product, "name": site.name} for site in report.unmatched_resources]
    facts: dict[str, Any] = {
        "changed": any(result.get("changed") for result in results),
        "summary": summary,
        "stopped": report.stopped or None,
        "results": results,
        "plan": [
            {name: result.get(name) for name in ("id", "product", "name", "certificate", "wave")}
            for result in results
            if result["outcome"] == "would_rotate"
        ],
        "unmatched": {"resources": unmatched, "certificates": list(report.unmatched_certificates)},
        "bad_certificates": list(report.bad_certificates),
        "warnings": [*report.warnings, *_common_warnings(report.members)],
    }
    if diff:
        facts["diff"] = [member.diff() for member in report.members if member.changed]
    if error:
        written = "Some resources were changed: see results." if facts["changed"] else "Nothing was changed."
        return {**facts, **error.details(), "failed": True, "msg": error.told(written)}
    failed = (member for member in report.members if member.outcome == "failed")
    failures = [f"{member.called}: {member.error.message}" for member in failed if member.error]
    facts["msg"] = _message(summary, failures, report.stopped)
    return {**facts, "failed": True} if report.stopped or failures or summary["not_attempted"] else facts


def _result(member: Member) -> dict[str, Any]:
    """Tell what the task's results say of one; short where there is little to say."""
    word, plan, error = member.outcome, member.plan, member.error
    facts: dict[str, Any] = {"id": member.id, "product": member.product, "name": member.name, "outcome": word}
    if member.label:
        facts["certificate"] = member.label
    if member.twins:
        facts["twins"] = list(member.twins)
    message = error.told(EXTENTS[member.state] if member.desired else "", member.prepared) if error else member.story()
    if member.desired is None:
        message = message if error else member.note
        return {**facts, "msg": message} if message else facts
    current, desired = member.fingerprints()
    facts |= {
        "drift": plan.verdict.facts() if plan and plan.verdict else None,
        "verification": member.verification(),
        "current_fingerprint_sha256": current,
        "desired_fingerprint_sha256": desired,
    }
    if word == "in_sync":
        return facts
    moved = list(member.applied.collateral) if member.applied else []
    facts |= {"changed": member.changed, "collateral": moved, "msg": message, **(error.details() if error else {})}
    return {**facts, "wave": member.wave} if member.wave else facts


def _common_warnings(members: Sequence[Member]) -> list[str]:
    """Tell each warning once: what a thousand resources have in common is one line, not a thousand."""
    by_text: dict[str, list[str]] = defaultdict(list)
    for member in members:
        for text in member.warnings():
            by_text[text.removeprefix(f"{member.title()}: ")].append(member.called)
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
