# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""Scans what the host names of an account really serve: every edge is asked once, concurrently."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property

from .._clock import Deadline, from_unix
from .._gcore.record import Expiry, expiry_beside
from .._gcore.site import DISABLED, LETS_ENCRYPT, Alias, Site
from .._rotate.edge import EdgeAnswer, EdgeReachability, probe_both
from .._rotate.observe import installed_chain
from .._x509.certificate import Certificate
from .._x509.hostname import covered

_NOT_ASKED = EdgeAnswer(problem="not asked, because no other edge answered")
_NO_TIME = EdgeAnswer(problem="not asked, because the time of the task was over")


@dataclass(frozen=True)
class Endpoint:
    """Holds what is known of a host name."""

    host: str
    resource: Site  # that serves it
    alias: Alias | None = None  # where it is not the resource's own name
    edge: EdgeAnswer | None = None  # what the edge answered, where it was asked

    @property
    def has_own_certificate(self) -> bool:
        """Tell whether it is an alias with a certificate that the resource's does not touch."""
        return self.alias is not None and self.alias.has_certificate

    @property
    def has_https(self) -> bool:
        """Tell whether there is a certificate to speak of."""
        return self.has_own_certificate or self.resource.supposed_type != DISABLED

    @property
    def is_renewed_by_vendor(self) -> bool:
        """Tell whether it is Let's Encrypt, for which its owner has nothing to do."""
        return self.resource.ssl_type == LETS_ENCRYPT and not self.has_own_certificate

    @cached_property
    def stored(self) -> Certificate | None:
        """Return the leaf in the API's answer, where an installation returns it."""
        chain = () if self.has_own_certificate else installed_chain(self.resource)
        return chain[0] if chain else None

    @property
    def served(self) -> Certificate | None:
        """Return the leaf that an ordinary visitor gets."""
        return self.edge.leaf if self.edge else None

    @cached_property
    def certificates(self) -> tuple[Certificate, ...]:
        """Return the leaf of each key type that is served, or the stored one where none is known to be."""
        served = (self.edge.leaf, self.edge.other_half) if self.edge and self.edge.leaf else (self.stored,)
        return tuple(leaf for leaf in served if leaf)

    @property
    def api_expires(self) -> int | None:
        """Return the API's expiry (Unix seconds)."""
        own = self.alias.expires if self.alias and self.has_own_certificate else self.resource.expires
        return own if self.has_https else None

    @property
    def api_not_after(self) -> datetime | None:
        """Return the same as a moment."""
        return self.stored.not_after if self.stored else from_unix(self.api_expires)

    @property
    def agrees(self) -> bool | None:
        """Tell whether the edge serves what the API has stored, None where one of them does not tell."""
        if self.served is None:
            return None
        if self.stored:
            return self.stored in self.certificates
        beside = {expiry_beside(self.api_expires, leaf.not_after) for leaf in self.certificates}
        return None if beside == {Expiry.UNKNOWN} else beside != {Expiry.DIFFERENT}

    @property
    def covers_host(self) -> bool | None:
        """Tell whether all that visitors get is for this name, None where nothing is known."""
        return all(self.covers(leaf) for leaf in self.certificates) if self.certificates else None

    def covers(self, leaf: Certificate) -> bool:
        """Tell whether a leaf is for this name."""
        return covered(leaf.dns_names, self.host)


def endpoints(resources: Iterable[Site]) -> list[Endpoint]:
    """List every host name, before any edge was asked: resources by name, each before its aliases."""
    return [
        endpoint
        for resource in sorted(resources, key=lambda resource: (resource.name, resource.id))
        for endpoint in (
            Endpoint(resource.name, resource),
            *(Endpoint(alias.name, resource, alias) for alias in resource.aliases),
        )
    ]


@dataclass(frozen=True)
class Scan:
    """Asks the edges, each within so many seconds."""

    port: int
    timeout: float
    deadline: Deadline
    probe_edge: Callable[[str, int, str, float], EdgeAnswer] = probe_both
    reachability: EdgeReachability = field(default_factory=EdgeReachability)

    def ask(self, hosts: Iterable[Endpoint], workers: int) -> list[Endpoint]:
        """Return the hosts in their order with what their edges serve."""
        pool = ThreadPoolExecutor(workers)
        try:
            return list(pool.map(self._asked, hosts))
        finally:
            pool.shutdown(wait=False, cancel_futures=True)

    def _asked(self, endpoint: Endpoint) -> Endpoint:
        if not endpoint.has_https:
            return endpoint
        if not self.reachability.is_worth_asking():
            return replace(endpoint, edge=_NOT_ASKED)
        if not self.deadline.remaining():
            return replace(endpoint, edge=_NO_TIME)
        answer = self.probe_edge(endpoint.resource.service_ip, self.port, endpoint.host, self.timeout)
        self.reachability.heard(answer)
        return replace(endpoint, edge=answer)
