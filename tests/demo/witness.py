# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""What the simulator saw of it: the proof that a step did what the story says."""

from __future__ import annotations

from typing import Any

from simulator.handle import Simulator

from .shop import RESOURCE_ID, Shop

_CALLS = {"list": "lists the resources", "get": "reads the resource", "put": "writes the resource"}


class Witness:
    """The simulator's journal and store."""

    def __init__(self, simulator: Simulator, shop: Shop) -> None:
        self._simulator = simulator
        self._names = {shop.old.fingerprint_sha256: "old", shop.new.fingerprint_sha256: "new"}

    def forget(self) -> None:
        """What came until now is no longer of interest."""
        self._simulator.clear_journal()

    def requests(self) -> int:
        """How many came."""
        return len(self._simulator.journal())

    def writes(self) -> int:
        """How many of them were a PUT."""
        return len(self._simulator.journal(method="PUT"))

    def stored(self) -> str:
        """Which certificate the API has: old or new."""
        return self._name(self._simulator.resource(RESOURCE_ID)["installed"]["fingerprint_sha256"])

    def served(self) -> str:
        """Which one the edge shows."""
        return self._name(self._simulator.resource(RESOURCE_ID)["served"])

    def served_since_write(self) -> list[str]:
        """What the edge showed, handshake by handshake, since the last PUT was answered."""
        written = max(entry["end"] for entry in self._simulator.journal(method="PUT"))
        return [self._name(entry["served"]) for entry in self._simulator.handshakes() if entry["start"] > written]

    def timeline(self) -> list[str]:
        """All that came, by the second."""
        entries = [*self._simulator.journal(), *self._simulator.handshakes()]
        entries.sort(key=lambda entry: float(entry["start"]))
        return [f"{entry['start'] - entries[0]['start']:5.1f} s  {self._told(entry)}" for entry in entries]

    def _told(self, entry: dict[str, Any]) -> str:
        if entry["type"] == "handshake":
            return f"{'TLS handshake':<17}  the edge shows the {self._name(entry['served'])} certificate"
        return f"{entry['method']:<4} answered {entry['status']}  {_CALLS[entry['call']]}"

    def _name(self, fingerprint: str | None) -> str:
        return self._names.get(fingerprint or "", "a strange")
