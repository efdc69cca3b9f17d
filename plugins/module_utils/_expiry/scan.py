# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""What the host names of an account really serve: every edge asked once, concurrently."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

from .._clock import Deadline
from .._gcore.resource import Resource
from .._rotate.edge import EdgeAnswer, probe
from .._rotate.edge_reachability import Scout
from .judge import Sighting

_NOT_ASKED = EdgeAnswer(problem="not asked, because no other edge answered")
_NO_TIME = EdgeAnswer(problem="not asked, because the time of the task was over")


def sightings(resources: Iterable[Resource]) -> list[Sighting]:
    """Every host name, before any edge was asked: resources by name, each before its aliases."""
    ordered = sorted(resources, key=lambda resource: (resource.name, resource.id))
    return [sighting for resource in ordered for sighting in _hosts(resource)]


def _hosts(resource: Resource) -> Iterator[Sighting]:
    yield Sighting(resource.name, resource)
    for alias in resource.aliases:
        yield Sighting(alias.name, resource, alias)


@dataclass(frozen=True)
class Survey:
    """Asks the edges.

    Attributes:
        port: the TCP port of the edges.
        timeout: seconds for a handshake.
        deadline: of the task.
        probe_edge: makes a handshake.
    """

    port: int
    timeout: float
    deadline: Deadline
    probe_edge: Callable[[str, int, str, float], EdgeAnswer] = probe

    def ask(self, hosts: Iterable[Sighting], workers: int) -> tuple[list[Sighting], bool]:
        """What the edges serve, in the order of the hosts.

        Returns:
            The hosts with their edges' answers, and whether asking was given up because none answered.
        """
        scout = Scout()
        pool = ThreadPoolExecutor(workers)
        try:
            answered = list(pool.map(lambda sighting: self._asked(sighting, scout), hosts))
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
        return answered, not scout.is_worth_asking()

    def _asked(self, sighting: Sighting, scout: Scout) -> Sighting:
        if not sighting.has_https:
            return sighting
        if not scout.is_worth_asking():
            return replace(sighting, edge=_NOT_ASKED)
        if not self.deadline.remaining():
            return replace(sighting, edge=_NO_TIME)
        answer = self.probe_edge(sighting.resource.service_ip, self.port, sighting.host, self.timeout)
        scout.heard(answer)
        return replace(sighting, edge=answer)
