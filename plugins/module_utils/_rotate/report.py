# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""The result of one site: a pure function of what was planned, what became of it, and the error that ended it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .._errors import GcoreError
from .._gcore.site import Site
from .apply import Applied, ChangeState
from .desired import Proof
from .plan import UNVERIFIED, Plan

EXTENTS = {
    ChangeState.NONE: "Nothing was changed.",
    ChangeState.MADE: "The change itself was made: it is not undone.",
    ChangeState.IGNORED: "The certificate was not changed.",
    ChangeState.UNKNOWN: "Whether the change was made is not known: the write got no answer. "
    "Run the task again: it looks first.",
}
"""By what became of a site: what the message of a failure says of it."""

_IN_SYNC = {
    "fingerprint_matches": "has the desired certificate",
    "expiry_matches": "has the desired certificate, by its expiry",
    "https_disabled": "has HTTPS off, as desired",
    "lets_encrypt": "uses Let's Encrypt, as desired",
}

_UNTOLD = "The API does not tell what is stored; only what the edge serves can show it."
_UNPROVED = "nothing proves yet that the edge serves it, as verify: edge asks; a run that may wait does so"


@dataclass(frozen=True)
class Outcome:
    """What is to be told of one site when its task ends."""

    known: Plan | Applied | None = None  # the plan, where it was not carried out, as in check mode
    error: GcoreError | None = None  # what ended it

    @property
    def applied(self) -> Applied | None:
        """Return what became of the plan."""
        return self.known if isinstance(self.known, Applied) else None

    @property
    def plan(self) -> Plan | None:
        """Return the plan as it was decided last."""
        return self.known.plan if isinstance(self.known, Applied) else self.known

    @property
    def resource(self) -> Site | None:
        """Return the API's last word of the site."""
        return self.applied.resource if self.applied else self.plan.observation.resource if self.plan else None

    @property
    def state(self) -> ChangeState:
        """Tell what became of the site."""
        return self.applied.state if self.applied else ChangeState.NONE

    @property
    def prepared(self) -> str:
        """Tell what was made in the account for it."""
        return self.applied.prepared if self.applied else ""

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
        plan, applied = self.plan, self.applied
        warnings = [*(plan.warnings if plan else ()), *(applied.warnings if applied else ())]
        if applied and applied.stored and applied.verification.api is Proof.SKIPPED:
            warnings.append(_UNTOLD)
        is_told = plan and plan.verdict and plan.verdict.propagating
        is_unproved = plan and plan.observation.wants_proof and plan.verification.edge is Proof.PENDING
        if is_unproved and not applied and not is_told:
            warnings.append(f"{self.title()}: {_UNPROVED}.")
        return warnings

    def verification(self) -> dict[str, str]:
        """Tell who shows that the site has what it shall have."""
        verification = self.known.verification if self.known else UNVERIFIED
        return {"api": verification.api.value, "edge": verification.edge.value}

    def title(self) -> str:
        """Tell how messages call the site."""
        return self.resource.label() if self.resource else "resource"

    def fingerprints(self) -> tuple[str | None, str | None]:
        """Return those of the current certificate and of the desired one."""
        before, after = (self.plan.before, self.plan.after) if self.plan else ({}, {})
        return before.get("fingerprint_sha256"), after.get("fingerprint_sha256")

    def story(self) -> str:
        """Tell what happened to the site."""
        reason = self.plan.verdict.reason if self.plan and self.plan.verdict else ""
        if self.plan and self.resource and self.plan.verdict is None and self.resource.left_alone:
            return f"is left alone: {self.resource.left_alone}"
        if not self.plan or (self.state is ChangeState.NONE and not self.would_change):
            return _IN_SYNC.get(reason, "is as desired")
        verb = "would be changed" if self.would_change else "was changed"
        return f"{verb} ({reason}): {_short(self.plan.before)} to {_short(self.plan.after)}"

    def diff(self) -> dict[str, Any]:
        """Draw the plan; where nothing was to be written, both sides are what is there."""
        before, after = (self.plan.before, self.plan.after) if self.plan else ({}, {})
        is_written = self.would_change or self.state is not ChangeState.NONE
        sides = {"before": before, "after": after if is_written else before}
        lasting = {side: {name: facts[name] for name in facts if name != "days_left"} for side, facts in sides.items()}
        return {"before_header": self.title(), "after_header": self.title(), **lasting}


def render(known: object, error: GcoreError | None, diff: bool) -> dict[str, Any]:
    """Make the result of a task about one site, of whose plan, of what became of it, or of less, that much is known."""
    outcome = Outcome(known if isinstance(known, (Plan, Applied)) else None, error)
    plan, applied = outcome.plan, outcome.applied
    facts: dict[str, Any] = {
        "changed": outcome.changed,
        "product": outcome.resource.product if outcome.resource else None,
        "resource": outcome.resource.facts() if outcome.resource else None,
        "desired": plan.after if plan else None,
        "current": plan.before if plan else None,
        "drift": plan.verdict.facts() if plan and plan.verdict else None,
        "verification": outcome.verification(),
        "collateral": list(applied.collateral) if applied else [],
        "warnings": outcome.warnings(),
        **(known if isinstance(known, dict) else {}),
    }
    if diff and plan:
        facts["diff"] = outcome.diff()
    if error is None:
        return {**facts, "msg": f"{outcome.title()} {outcome.story()}"}
    subject = f"{outcome.title()}: " if plan else ""
    receipt = f"{applied.receipt}." if applied and applied.receipt else ""
    message = f"{subject}{error.told(EXTENTS[outcome.state], outcome.prepared, receipt)}"
    return {**facts, **error.details(), "failed": True, "msg": message}


def _short(facts: dict[str, Any]) -> str:
    """Tell facts such as `custom 3f9a12c04b7e (until 2026-12-01T00:00:00Z)`."""
    fingerprint = facts.get("fingerprint_sha256")
    until = f"(until {facts['not_after']})" if facts.get("not_after") else ""
    words = [facts.get("ssl_type") or "HTTPS off", fingerprint[:12] if fingerprint else "", until]
    return " ".join(word for word in words if word)
