# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""What the edges of a fleet serve, and what the simulator saw of its rotation: nothing of it told by the collection."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cryptography import x509

from simulator.fingerprints import certificate_sha256, not_after
from simulator.handle import Simulator

from .fleet import Fleet
from .handshake import served
from .sites import SITES, Site


@dataclass(frozen=True)
class Served:
    """What an edge serves, told in words and in full; the fingerprint is empty where it refuses the handshake."""

    told: str
    fingerprint: str = ""

    @classmethod
    def of(cls, certificate: x509.Certificate) -> Served:
        """A certificate."""
        return cls(f"{not_after(certificate):%d %b %Y}", certificate_sha256(certificate))


NO_HTTPS = Served("no HTTPS")


@dataclass(frozen=True)
class Moment:
    """When a site was written, or its edge began to serve what was written; `since` the first of all of these."""

    since: float
    site: Site
    is_write: bool

    def told(self) -> str:
        """A line of a timeline."""
        what = "PUT to" if self.is_write else "the new certificate at the edge of"
        return f"{self.since:5.1f} s  {what} {self.site.name}"


class FleetWitness:
    """Handshakes of its own, and the simulator's journal."""

    def __init__(self, simulator: Simulator, fleet: Fleet) -> None:
        self._simulator = simulator
        self._fleet = fleet
        self._place = f"{simulator.edge_host}:{simulator.edge_port}"

    def forget(self) -> None:
        """What came until now is no longer of interest."""
        self._simulator.clear_journal()

    def served(self) -> dict[Site, Served]:
        """What each edge serves, by a handshake with each."""
        return {site: self._served(site.name) for site in SITES}

    def requests(self) -> list[str]:
        """The calls of the API."""
        return [entry["call"] for entry in self._simulator.journal()]

    def writes(self) -> list[int]:
        """The resources that a PUT went to, in the order of their ids."""
        return sorted(entry["resource_id"] for entry in self._simulator.journal(method="PUT"))

    def timeline(self) -> list[Moment]:
        """All writes, and the first handshake with each edge that showed the new certificate, in their order."""
        entries = [*self._simulator.journal(method="PUT"), *self._simulator.handshakes()]
        firsts: dict[tuple[Site, bool], float] = {}
        for entry in sorted(entries, key=lambda entry: float(entry["start"])):
            site, is_write = self._site(entry), entry["type"] == "request"
            if is_write or (site.outcome == "rotated" and entry["served"] == self._fleet.desired(site)):
                firsts.setdefault((site, is_write), entry["start"])
        began = min(firsts.values(), default=0.0)
        return [Moment(start - began, site, is_write) for (site, is_write), start in firsts.items()]

    def _site(self, entry: dict[str, Any]) -> Site:
        return next(
            site for site in SITES if entry.get("resource_id") == site.id or entry.get("server_name") == site.name
        )

    def _served(self, name: str) -> Served:
        try:
            return Served.of(served(self._place, name))
        except OSError:
            return NO_HTTPS
