# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""The result of one site: a pure function of what was planned, what became of it, and the error that ended it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .._errors import GcoreError
from .._gcore.resource import Resource
from .apply import Applied, ChangeState
from .plan import UNVERIFIED, Intent, Plan

_BY_STATE = {
    ChangeState.NONE: "Nothing was changed.",
    ChangeState.MADE: "The change itself was made: it is not undone.",
    ChangeState.IGNORED: "The certificate was not changed.",
    ChangeState.UNKNOWN: "Whether the change was made is not known: the write got no answer. "
    "Run the task again: it looks first.",
}
"""What the message of a failure says of the site."""

_IN_SYNC = {
    "fingerprint_matches": "has the desired certificate",
    "expiry_matches": "has the desired certificate, by its expiry",
    "https_disabled": "has HTTPS off, as desired",
    "lets_encrypt": "uses Let's Encrypt, as desired",
}

_UNPROVED = "nothing proves yet that the edge serves it, as verify: edge asks; a run that may wait does so"


@dataclass(frozen=True)
class Outcome:
    """What is known of one site when its task ends.

    Attributes:
        intent: what it shall have; a plan, once it was looked at; None where not even that is known.
        applied: what became of the plan, None where it was not carried out, as in check mode.
        error: what ended it.
    """

    intent: Intent | None = None
    applied: Applied | None = None
    error: GcoreError | None = None

    @classmethod
    def of(cls, known: object, error: GcoreError | None) -> Outcome:
        """Return the outcome of what an operation, or the error that ended it, knows."""
        if isinstance(known, Applied):
            return cls(known.plan, known, error)
        return cls(known if isinstance(known, Intent) else None, None, error)

    @property
    def plan(self) -> Plan | None:
        """Return the plan as it was decided last, None where the site was not looked at."""
        plan = self.applied.plan if self.applied else self.intent
        return plan if isinstance(plan, Plan) else None

    @property
    def resource(self) -> Resource | None:
        """Return the API's last word of the site."""
        return self.applied.resource if self.applied else self.plan.observation.resource if self.plan else None

    @property
    def state(self) -> ChangeState:
        """Tell what became of the site."""
        return self.applied.state if self.applied else ChangeState.NONE

    @property
    def would_change(self) -> bool:
        """Tell whether a plan was made, to change the site, and not carried out."""
        return self.applied is None and self.error is None and self.plan is not None and self.plan.writes

    @property
    def changed(self) -> bool:
        """Tell whether the site was, may have been, or would be written."""
        return self.would_change or self.state in (ChangeState.MADE, ChangeState.UNKNOWN)

    def warnings(self) -> list[str]:
        """Return what people should know."""
        intent, plan = self.plan or self.intent, self.plan
        warnings = [*(intent.warnings if intent else ()), *(self.applied.warnings if self.applied else ())]
        is_told = plan and plan.verdict and plan.verdict.propagating
        if plan and not self.applied and plan.awaits_proof and not is_told:
            warnings.append(f"{self.label()}: {_UNPROVED}.")
        return warnings

    def verification(self) -> dict[str, str]:
        """Tell who shows that the site has what it shall have."""
        known = self.applied or self.plan
        verification = known.verification if known else UNVERIFIED
        return {"api": verification.api.value, "edge": verification.edge.value}

    def label(self) -> str:
        """Tell how messages call the site."""
        return self.resource.label() if self.resource else "resource"

    def story(self) -> str:
        """Tell what happened to the site."""
        reason = self.plan.verdict.reason if self.plan and self.plan.verdict else ""
        if not self.plan or (self.state is ChangeState.NONE and not self.would_change):
            return _IN_SYNC.get(reason, "is as desired")
        verb = "would be changed" if self.would_change else "was changed"
        return f"{verb} ({reason}): {_short(self.plan.before)} to {_short(self.plan.after)}"

    def extent(self) -> str:
        """Tell what was changed, where the task failed."""
        return _BY_STATE[self.state]

    def diff(self) -> dict[str, Any]:
        """Draw the plan; where nothing was to be written, both sides are what is there."""
        before, after = (self.plan.before, self.plan.after) if self.plan else ({}, {})
        is_written = self.would_change or self.state is not ChangeState.NONE
        return {
            "before_header": self.label(),
            "after_header": self.label(),
            "before": _lasting(before),
            "after": _lasting(after if is_written else before),
        }


def render(known: object, error: GcoreError | None, diff: bool) -> dict[str, Any]:
    """Make the result of a task about one site.

    Args:
        known: the intent, the plan, or what became of it; None where nothing is known.
        error: what ended the task, None where it did what it was asked for.
        diff: show one.
    """
    outcome = Outcome.of(known, error)
    intent, plan, applied = outcome.intent, outcome.plan, outcome.applied
    facts = {
        "changed": outcome.changed,
        "resource": outcome.resource.facts() if outcome.resource else None,
        "desired": (intent.after or None) if intent else None,
        "current": plan.before if plan else None,
        "drift": plan.verdict.facts() if plan and plan.verdict else None,
        "verification": outcome.verification(),
        "collateral": list(applied.collateral) if applied else [],
        "warnings": outcome.warnings(),
    }
    if diff and plan:
        facts["diff"] = outcome.diff()
    if error is None:
        return {**facts, "msg": f"{outcome.label()} {outcome.story()}"}
    subject = f"{outcome.label()}: " if plan else ""
    receipt = f"{applied.receipt}." if applied and applied.receipt else ""
    message = f"{subject}{error.told(outcome.extent(), receipt)}"
    return {**facts, **error.details(), "failed": True, "msg": message}


def _lasting(facts: dict[str, Any]) -> dict[str, Any]:
    """Leave out what moves by itself."""
    return {name: value for name, value in facts.items() if name != "days_left"}


def _short(facts: dict[str, Any]) -> str:
    """Tell facts such as `custom 3f9a12c04b7e (until 2026-12-01T00:00:00Z)`."""
    fingerprint = facts.get("fingerprint_sha256")
    until = f"(until {facts['not_after']})" if facts.get("not_after") else ""
    words = [facts.get("ssl_type") or "HTTPS off", fingerprint[:12] if fingerprint else "", until]
    return " ".join(word for word in words if word)
