# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""The result of one resource as it grows: whatever happens, what is known by then is shown."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any

from .._errors import GcoreError
from .._gcore.resource import Resource, expiry_timestamp
from .verdict import Observation, Verdict


class Written(Enum):
    """What became of the write, in the words of the failure message."""

    NO = "Nothing was changed."
    PLANNED = "Nothing was changed: check mode."
    YES = "The change itself was made: it is not undone."
    IGNORED = "The certificate was not changed."
    UNKNOWN = "Whether the change was made is not known: the write got no answer. Run the task again: it looks first."


_UNCHANGED = (Written.NO, Written.IGNORED)

_IN_SYNC = {
    "fingerprint_matches": "has the desired certificate",
    "expiry_matches": "has the desired certificate, by its expiry",
    "https_disabled": "has HTTPS off, as desired",
    "lets_encrypt": "uses Let's Encrypt, as desired",
}


@dataclass
class Report:
    """What a task says of one resource.

    Attributes:
        resource: the API's last word of it.
        desired: facts of what it shall have.
        current: facts of what it had when it was first looked at.
        verdict: the judgement that counted.
        written: what became of the write.
        receipt: how the API answered it.
        verification: of `api` and of `edge`: verified, pending, mismatch or skipped.
        collateral: other settings that moved.
        warnings: for people.
        interrupted_by: the number of a signal; one resource does not take long enough to wait for its end.
    """

    resource: Resource | None = None
    desired: dict[str, Any] = field(default_factory=dict)
    current: dict[str, Any] = field(default_factory=dict)
    verdict: Verdict | None = None
    written: Written = Written.NO
    receipt: str = ""
    verification: dict[str, str] = field(default_factory=lambda: {"api": "skipped", "edge": "skipped"})
    collateral: list[dict[str, Any]] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    interrupted_by: int | None = None

    @property
    def changed(self) -> bool:
        """Whether the resource was, may have been, or would be written."""
        return self.written not in _UNCHANGED

    def warn(self, *warnings: str) -> None:
        """Add what was not said yet."""
        self.warnings += [warning for warning in warnings if warning and warning not in self.warnings]

    def success(self, diff: bool) -> dict[str, Any]:
        """The result of a task that did what it was asked for."""
        return {**self._facts(diff), "msg": f"{self.label()} {self.story()}"}

    def failure(self, error: GcoreError, diff: bool) -> dict[str, Any]:
        """The result of a task that did not: what happened, to what, what was changed, what to do next."""
        subject = f"{self.label()}: " if self.resource else ""
        receipt = f"{self.receipt}." if self.receipt else ""
        parts = [f"{subject}{error.message}".rstrip(". ") + ".", self.written.value, receipt, error.hint]
        message = " ".join(part for part in parts if part)
        return {**self._facts(diff), **error.details(), "failed": True, "msg": message}

    def label(self) -> str:
        """How messages call the resource."""
        return self.resource.label() if self.resource else "resource"

    def story(self) -> str:
        """What happened to it."""
        reason = self.verdict.reason if self.verdict else ""
        if self.written is Written.NO:
            return _IN_SYNC.get(reason, "is as desired")
        verb = "would be changed" if self.written is Written.PLANNED else "was changed"
        return f"{verb} ({reason}): {_short(self.current)} to {_short(self.desired)}"

    def _facts(self, diff: bool) -> dict[str, Any]:
        facts = {
            "changed": self.changed,
            "resource": self.resource.facts() if self.resource else None,
            "desired": self.desired or None,
            "current": self.current or None,
            "drift": self.verdict.facts() if self.verdict else None,
            "verification": self.verification,
            "collateral": self.collateral,
            "warnings": self.warnings,
        }
        return {**facts, "diff": self.diff()} if diff and self.resource else facts

    def diff(self) -> dict[str, Any]:
        """Drawn from the plan; where nothing was to be written, both sides are what is there."""
        after = self.current if self.written is Written.NO else self.desired
        shown = [{name: value for name, value in side.items() if name != "days_left"} for side in (self.current, after)]
        label = self.label()
        return {"before_header": label, "after_header": label, "before": shown[0], "after": shown[1]}


def _short(facts: dict[str, Any]) -> str:
    """Such as `custom 3f9a12c04b7e (until 2026-12-01T00:00:00Z)`."""
    fingerprint = facts.get("fingerprint_sha256")
    until = f"(until {facts['not_after']})" if facts.get("not_after") else ""
    words = [facts.get("ssl_type") or "HTTPS off", fingerprint[:12] if fingerprint else "", until]
    return " ".join(word for word in words if word)


def current_facts(observed: Observation, now: datetime) -> dict[str, Any]:
    """What is known of the certificate that is there now; of one that nobody shows, its expiry."""
    resource = observed.resource
    ssl_type = resource.facts()["ssl_type"]
    if observed.current:
        return {"ssl_type": ssl_type, **observed.current.facts(now)}
    if resource.expires is None:
        return {"ssl_type": ssl_type}
    days_left = int((resource.expires - now.timestamp()) // 86400)
    return {"ssl_type": ssl_type, "not_after": expiry_timestamp(resource.expires), "days_left": days_left}
