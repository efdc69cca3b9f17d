# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""The one decision about a site, as a value: check mode shows it, a diff is drawn from it, a write does it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from .._errors import ConflictError, GcoreError
from .._gcore.site import Site
from .desired import Desired, Proof
from .edge import EdgeAnswer
from .observe import Observation
from .verdict import State, Verdict


@dataclass(frozen=True)
class Verification:
    """Who showed that a site has what it shall have."""

    api: Proof = Proof.SKIPPED
    edge: Proof = Proof.SKIPPED


UNVERIFIED = Verification()


@dataclass(frozen=True)
class Plan:
    """What shall become of a site, and why."""

    desired: Desired
    observation: Observation
    before: dict[str, Any]  # the facts of what it had when it was first looked at
    after: dict[str, Any]  # the facts of what it shall have
    verdict: Verdict | None = None  # the comparison that counted, None where what it shall have does not even fit
    warnings: tuple[str, ...] = ()
    refusal: GcoreError | None = None  # why it must not be carried out

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
        is_served = self.is_served_by(self.observation.proof or self.observation.edge)
        is_awaited = self.verdict.propagating or self.observation.wants_proof
        return Verification(
            self.desired.store_check(self.observation.resource),
            Proof.VERIFIED if is_served else Proof.PENDING if is_awaited else Proof.SKIPPED,
        )

    def is_served_by(self, answer: EdgeAnswer | None) -> bool:
        """Tell whether an edge's answer shows what the site shall have."""
        return answer is not None and answer.leaf is not None and answer.leaf == self.desired.leaf


def decide(
    desired: Desired, observation: Observation, now: datetime, warnings: Iterable[str] = (), earlier: Plan | None = None
) -> Plan:
    """Decide what shall become of a site; of an earlier plan it keeps what the site had in the beginning."""
    before, after = (earlier.before, earlier.after) if earlier else (observation.facts(now), desired.facts(now))
    verdict, told, refusal = earlier.verdict if earlier else None, [*warnings], None
    try:
        told += desired.validate(observation.resource)
        verdict = desired.compare(observation)
        told += _doubts(verdict, observation)
        told += desired.authorize(observation, verdict)
        if verdict.state is State.DRIFT:
            _check_state(observation.resource)
    except GcoreError as error:
        refusal = error
    return Plan(desired, observation, before, after, verdict, tuple(dict.fromkeys(told)), refusal)


def _check_state(site: Site) -> None:
    """Refuse to write a site that can't be written, or is to be left alone since it was first looked at."""
    if why := site.left_alone or site.refusal:
        raise ConflictError(f"the resource can't be written now: {why}", "Run the task again when that is over.")


def leave_alone(desired: Desired, site: Site, now: datetime, warnings: Iterable[str] = ()) -> Plan:
    """Plan nothing for a site that is to be left alone, and say why."""
    observation = Observation(site)
    told = (*warnings, f"{site.label()} is left alone: {site.left_alone}.")
    return Plan(desired, observation, observation.facts(now), desired.facts(now), warnings=told)


def _doubts(verdict: Verdict, observation: Observation) -> Iterator[str]:
    """Tell what a person should know of how sure the verdict is."""
    site, edge = observation.resource.label(), observation.edge
    if verdict.warning:
        yield f"{site}: {verdict.warning.format(evidence=observation.resource.evidence)}."
    if edge and edge.problem:
        yield f"{site}: the edge could not be probed: {edge.problem}."
    if edge and edge.unseen:
        yield f"{site}: of what the edge serves one half was seen: {edge.unseen}."
