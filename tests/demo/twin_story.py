# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""The story ends with the move: the shop is in Web Security and at the CDN, and one task keeps both current."""

from __future__ import annotations

from collections import Counter
from typing import Any

from simulator.handle import cdn_resource, installation

from .performance import Performance, expect, expect_recap, expect_words
from .shop import NAME, NEW_DAYS, OLD_DAYS, RESOURCE_ID

_TWIN_ID = 815
_PLAYBOOK = """\
- hosts: localhost
  gather_facts: false
  tasks:
    - gcore.web_security.gcore_fleet_cert:
        products: [web_security, cdn]
        certificates:
          - certificate_path: next.crt
            private_key_path: next.key
        verify: edge
        verify_interval: 1
        edge_port: EDGE_PORT
"""
_PLAY = "ansible-playbook twins.yml"


class TwinStory(Performance):
    """The chapter about a site in two products."""

    def tell(self) -> None:
        """Tell it."""
        self.screen.heading("The shop moves to the CDN")
        simulator = self.stage.simulator
        old = self.shop.authority.issue([NAME], days=OLD_DAYS)
        following = self.shop.authority.issue([NAME], days=NEW_DAYS + 1)
        twin = {"resource": cdn_resource(_TWIN_ID, NAME), "object": {"name": "by hand"}}
        simulator.seed_cdn([{**twin, "install": installation(old)}])
        self.stage.write("next.crt", following.full_chain_pem)
        self.stage.write("next.key", following.private_key_pem)
        self.stage.write("twins.yml", _PLAYBOOK.replace("EDGE_PORT", str(simulator.edge_port)))
        self.screen.say(
            f"For a while {NAME} is in both products: resource {RESOURCE_ID} of Web Security, and resource {_TWIN_ID} "
            "of the CDN, where a certificate is an object of its own. One task keeps both current:"
        )
        self.run("cat twins.yml")
        self.forget()
        expect_recap(self.run(_PLAY), "changed=1")
        calls = Counter(f"{entry['method']} {entry['call']}" for entry in self._written())
        expect("the writes", sorted(calls.values()), [1, 1, 1])
        (patch,) = simulator.journal(method="PATCH")
        expect("what the PATCH names", sorted(patch["body"]), ["sslData", "sslEnabled"])
        expect_words("the certificate at the CDN", str(simulator.cdn()), following.fingerprint_sha256)
        self.screen.say(
            "This is what was written: a PUT of the one resource, and for the other a POST of the new object and a "
            "PATCH with two fields. The object that somebody made by hand is still there, should it be wanted again."
        )
        for call, count in calls.items():
            self.screen.output(f"{count} x {call}")
        self.forget()
        expect_recap(self.run(_PLAY), "changed=0")
        expect("the writes of the second run", self._written(), [])

    def _written(self) -> list[dict[str, Any]]:
        return [entry for entry in self.stage.simulator.journal() if entry["method"] != "GET"]
