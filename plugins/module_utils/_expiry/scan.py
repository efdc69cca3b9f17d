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
from .._rotate.edge_reachability import EdgeReachability
from .judge import Endpoint

_NOT_ASKED = EdgeAnswer(problem="not asked, because no other edge answered")
_NO_TIME = EdgeAnswer(problem="not asked, because the time of the task was over")


def endpoints(resources: Iterable[Resource]) -> list[Endpoint]:
    """Every host name, before any edge was asked: resources by name, each before its aliases."""
    ordered = sorted(resources, key=lambda resource: (resource.name, resource.id))
    return [endpoint for resource in ordered for endpoint in _hosts(resource)]


def _hosts(resource: Resource) -> Iterator[Endpoint]:
    yield Endpoint(resource.name, resource)
    for alias in resource.aliases:
        yield Endpoint(alias.name, resource, alias)


@dataclass(frozen=True)
class Scan:
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

    def ask(self, hosts: Iterable[Endpoint], workers: int) -> tuple[list[Endpoint], bool]:
        """What the edges serve, in the order of the hosts.

        Returns:
            The hosts with their edges' answers, and whether asking was given up because none answered.
        """
        reachability = EdgeReachability()
        pool = ThreadPoolExecutor(workers)
        try:
            answered = list(pool.map(lambda endpoint: self._asked(endpoint, reachability), hosts))
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
        return answered, not reachability.is_worth_asking()

    def _asked(self, endpoint: Endpoint, reachability: EdgeReachability) -> Endpoint:
        if not endpoint.has_https:
            return endpoint
        if not reachability.is_worth_asking():
            return replace(endpoint, edge=_NOT_ASKED)
        if not self.deadline.remaining():
            return replace(endpoint, edge=_NO_TIME)
        answer = self.probe_edge(endpoint.resource.service_ip, self.port, endpoint.host, self.timeout)
        reachability.heard(answer)
        return replace(endpoint, edge=answer)
