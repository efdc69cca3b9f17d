# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""The one decision about a site, as a value: check mode shows it, a diff is drawn from it, a write does it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from .._errors import GcoreError
from .desired import Desired, Proof
from .observe import Observation
from .verdict import State, Verdict


@dataclass(frozen=True)
class Verification:
    """Who showed that a site has what it shall have."""

    api: Proof = Proof.SKIPPED
    edge: Proof = Proof.SKIPPED


UNVERIFIED = Verification()


@dataclass(frozen=True, kw_only=True)
class Intent:
    """What a site shall have, before anybody looked at the site.

    Attributes:
        desired: what it shall have.
        after: the facts of that, as far as they are known.
        warnings: for people.
    """

    desired: Desired
    after: dict[str, Any] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Plan(Intent):
    """What shall become of a site, and why.

    Attributes:
        observation: what was seen of the site.
        before: the facts of what it had when it was first looked at.
        verdict: the comparison that counted, None where what it shall have does not even fit.
        refusal: why it must not be carried out, None where it may be.
    """

    observation: Observation
    before: dict[str, Any]
    verdict: Verdict | None = None
    refusal: GcoreError | None = None

    @property
    def writes(self) -> bool:
        """Tell whether the site is to be written."""
        return self.verdict is not None and self.verdict.state is State.DRIFT and self.refusal is None

    @property
    def is_in_sync(self) -> bool:
        """Tell whether the site has what it shall have."""
        return self.verdict is not None and self.verdict.state is State.IN_SYNC

    @property
    def verification(self) -> Verification:
        """Tell who shows already that the site has it."""
        if not self.is_in_sync or self.verdict is None:
            return UNVERIFIED
        is_served = self.desired.is_served(self.observation.proof or self.observation.edge)
        is_awaited = self.verdict.propagating or self.observation.wants_proof
        return Verification(
            self.desired.store_check(self.observation.resource),
            Proof.VERIFIED if is_served else Proof.PENDING if is_awaited else Proof.SKIPPED,
        )

    @property
    def awaits_proof(self) -> bool:
        """Tell whether the site has it by other evidence, and its edge does not show it yet, as it shall."""
        return self.is_in_sync and self.observation.wants_proof and self.verification.edge is not Proof.VERIFIED


def decide(intent: Intent, observation: Observation, now: datetime) -> Plan:
    """Decide what shall become of a site.

    Args:
        intent: what it shall have; an earlier plan is decided anew, and keeps what the site had in the beginning.
        observation: what is known of it now.
        now: the time.
    """
    earlier = intent if isinstance(intent, Plan) else None
    desired, verdict, refusal = intent.desired, earlier.verdict if earlier else None, None
    warnings = [*intent.warnings]
    try:
        warnings += desired.validate(observation.resource)
        verdict = desired.compare(observation)
        warnings += _doubts(verdict, observation)
        warnings += desired.authorize(observation, verdict)
    except GcoreError as error:
        refusal = error
    return Plan(
        desired=desired,
        after=earlier.after if earlier else desired.facts(now),
        warnings=tuple(dict.fromkeys(warnings)),
        observation=observation,
        before=earlier.before if earlier else observation.facts(now),
        verdict=verdict,
        refusal=refusal,
    )


def _doubts(verdict: Verdict, observation: Observation) -> Iterator[str]:
    """What a person should know of how sure the verdict is."""
    site, edge = observation.resource.label(), observation.edge
    if verdict.warning:
        yield f"{site}: {verdict.warning}."
    if edge and edge.problem:
        yield f"{site}: the edge could not be probed: {edge.problem}."
    if edge and edge.unseen:
        yield f"{site}: of what the edge serves one half was seen: {edge.unseen}."
