# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""What is known of a site: the API's view of it, and what its edge answers where that is asked."""

from __future__ import annotations

import secrets
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from threading import Lock
from typing import TYPE_CHECKING, Any

from .._errors import InputError
from .._gcore.site import DISABLED, Site, expiry_timestamp
from .._x509.certificate import Certificate, certificates_from_pem
from .._x509.hostname import covered
from .._x509.pem import read_pem
from .edge import EdgeAnswer, EdgeReachability, probe

if TYPE_CHECKING:
    from .desired import Desired

Probe = Callable[[str, int, str, float, "str | None"], EdgeAnswer]


_SPEAKS_WITHIN = 60.0
"""Seconds that an edge gets to serve a name what it does not serve everybody."""

_NOT_ITS_OWN = "it does not speak for that name yet, whose DNS may not point there"


@dataclass(frozen=True)
class Policy:
    """How a run looks and proves, by the options of these names; times in seconds."""

    check_mode: bool = False
    edge_probe: str = "auto"
    edge_port: int = 443
    edge_timeout: float = 5.0
    verify: str = "api"
    verify_timeout: float = 900.0  # for the edge to follow
    verify_interval: float = 10.0  # between two looks at it

    @classmethod
    def of(cls, values: Mapping[str, Any], check_mode: bool) -> Policy:
        """Return what the options of a task ask for."""
        return cls(check_mode, *(values[one.name] for one in fields(cls)[1:]))


@dataclass(frozen=True)
class Observation:
    """What was seen of a site: by the API, and by its edge where that was asked."""

    resource: Site
    edge: EdgeAnswer | None = None  # where it counts as evidence
    proof: EdgeAnswer | None = None  # where it may count as a proof alone
    wants_proof: bool = False  # the edge shall prove what is there

    @property
    def current(self) -> Certificate | None:
        """Return the certificate that is there now, as far as anybody tells: the API's first, then the edge's."""
        chain = installed_chain(self.resource)
        return chain[0] if chain else self.edge.leaf if self.edge else None

    @property
    def key_type(self) -> str | None:
        """Return the type of the key that the site has, None where nobody shows a certificate of its own."""
        leaf = self.current
        is_its_own = leaf is not None and covered(leaf.dns_names, self.resource.name)
        return leaf.key[0] if leaf and is_its_own and self.resource.supposed_type != DISABLED else None

    def facts(self, now: datetime) -> dict[str, Any]:
        """Tell the facts of that certificate; of one that nobody shows, its expiry."""
        ssl_type, expires, current = self.resource.told_type, self.resource.expires, self.current
        if current:
            return {"ssl_type": ssl_type, **current.facts(now)}
        if expires is None:
            return {"ssl_type": ssl_type}
        left = int((expires - now.timestamp()) // 86400)  # also of an end that no calendar has
        return {"ssl_type": ssl_type, "not_after": expiry_timestamp(expires), "days_left": left}


def installed_chain(resource: Site) -> tuple[Certificate, ...]:
    """Read the chain in the API's answer, empty where there is none or it can't be read."""
    if resource.certificate is None:
        return ()
    try:
        blocks = read_pem(resource.certificate, "service_ssl_crt")
        return tuple(certificates_from_pem(blocks, "service_ssl_crt"))
    except InputError:
        return ()


@dataclass(frozen=True)
class Observer:
    """Looks at sites as a policy says; the workers of a fleet share it."""

    policy: Policy
    probe_edge: Probe = probe
    reachability: dict[str, EdgeReachability] = field(default_factory=lambda: defaultdict(EdgeReachability))
    _strangers: dict[tuple[str, str | None], EdgeAnswer] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def observe(self, resource: Site, desired: Desired) -> Observation:
        """Gather the evidence of what a site has; in check mode also the proof, which nobody waits for."""
        wants_proof = self.policy.verify == "edge" and desired.leaf is not None
        is_evidence = self._is_evidence(resource, desired)
        is_asked = (is_evidence or (wants_proof and self.policy.check_mode)) and not self._gave_up(resource.product)
        answer = self.ask_edge(resource, desired) if is_asked else None
        if answer and not resource.edge_problem:
            self.reachability[resource.product].heard(answer)
        return Observation(resource, answer if is_evidence else None, answer, wants_proof)

    def ask_edge(self, resource: Site, desired: Desired) -> EdgeAnswer:
        """Ask the edge for the site's name."""
        if resource.edge_problem:
            return EdgeAnswer(problem=resource.edge_problem, patience=0.0)
        key_type, name = desired.leaf.key[0] if desired.leaf else None, resource.probe_name or resource.name
        answer = self._asked(resource.service_ip, name, key_type)
        if not resource.shares_edge or answer.leaf is None:
            return answer
        stranger = self._stranger(resource.service_ip, key_type)
        if stranger.leaf != answer.leaf:
            return answer
        where = f"{answer.address}:{self.policy.edge_port}"
        problem = f"{where} serves {name} what it serves any other name ({answer.leaf.fingerprint_sha256[:12]})"
        return EdgeAnswer(problem=f"{problem}; {_NOT_ITS_OWN}", address=answer.address, patience=_SPEAKS_WITHIN)

    def _asked(self, address: str, name: str, key_type: str | None) -> EdgeAnswer:
        return self.probe_edge(address, self.policy.edge_port, name, self.policy.edge_timeout, key_type)

    def _stranger(self, address: str, key_type: str | None) -> EdgeAnswer:
        """Return what an edge serves for a name that nobody has, asked once a run."""
        with self._lock:
            if (address, key_type) not in self._strangers:
                name = f"{secrets.token_hex(8)}.invalid"  # RFC 2606, section 2
                self._strangers[address, key_type] = self._asked(address, name, key_type)
            return self._strangers[address, key_type]

    @property
    def gave_up(self) -> bool:
        """Tell whether no further edge of some product was asked, because none of the first ones answered."""
        return any(map(self._gave_up, list(self.reachability)))

    def _gave_up(self, product: str) -> bool:
        return self.policy.edge_probe != "always" and not self.reachability[product].is_worth_asking()

    def _is_evidence(self, resource: Site, desired: Desired) -> bool:
        # What the API answers in full, or is off, needs no handshake.
        is_open = resource.certificate is None and resource.ssl_type != DISABLED and desired.leaf is not None
        return self.policy.edge_probe == "always" or (self.policy.edge_probe == "auto" and is_open)
