# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""One folder of certificates, and a playbook that brings them to the account's resources."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from simulator.authority import Authority, Issued
from simulator.handle import Simulator, resource, with_installed, with_issued
from stage.stage import Stage

from .shop import NAME, NEW_DAYS, OLD_DAYS, RESOURCE_ID, Shop
from .sites import COMBINED, MISFIT, SITES, WILDCARD, Site

FOLDER = "live"
UNUSED = ("summer-sale.example", "tickets.example")
"""The certificates that no resource gets: one covers none, the other is surpassed."""

_RENEWED_DAYS = 61
"""What Let's Encrypt leaves in the middle of a certificate's life."""

PLAYBOOK = """\
- ansible.builtin.import_playbook: gcore.web_security.rotate_fleet
  vars:
    fleet_cert_directory: FOLDER
    fleet_cert_on_bad_certificate: skip
    fleet_cert_waves: [1, 50%, 100%]
    fleet_cert_verify: edge
    fleet_cert_verify_interval: 1
    fleet_cert_edge_port: EDGE_PORT

- hosts: localhost
  gather_facts: false
  tasks:
    - ansible.builtin.debug:
        msg: |-
          {{ fleet_cert_result.msg }}
          {% for one in fleet_cert_result.results %}
          {{ '%-22s %-14s %-6s  %s' | format(one.name, one.outcome,
             'wave %d' % one.wave if one.wave is defined else '', one.certificate | basename) }}
          {% endfor %}
          Without certificate: {{ fleet_cert_result.unmatched.resources | map(attribute='name') | join(', ') }}
          Without resource: {{ fleet_cert_result.unmatched.certificates | map('basename') | join(', ') }}
"""


@dataclass(frozen=True)
class Fleet:
    """The account.

    Attributes:
        folder: the new certificates, by the name of their folder or file.
    """

    folder: Mapping[str, Issued]

    def desired(self, site: Site) -> str:
        """The fingerprint of the certificate that a site gets or has, empty where it is left as it is."""
        return self.folder[site.certificate].fingerprint_sha256 if site.certificate else ""


def open_fleet(simulator: Simulator, shop: Shop) -> Fleet:
    """Issue the certificates, and add the other resources to the shop's, most of them with an old one."""
    names = {
        "blog.shop.example": ["blog.shop.example"],
        WILDCARD: [f"*.{WILDCARD}"],
        "tickets.example": ["tickets.example"],
        "tickets.example-0001": ["tickets.example", "www.tickets.example"],
        COMBINED: ["api.example"],
        MISFIT: [MISFIT],
        "summer-sale.example": ["summer-sale.example"],
    }
    issued = {name: shop.authority.issue(covered, days=NEW_DAYS) for name, covered in names.items()}
    fleet = Fleet({NAME: shop.new, **issued})
    simulator.seed([_seed(site, fleet, shop.authority) for site in SITES if site.id != RESOURCE_ID])
    return fleet


def _seed(site: Site, fleet: Fleet, authority: Authority) -> dict[str, Any]:
    status = "suspended" if site.outcome == "suspended" else "active"
    bare = resource(site.id, site.name, site.aliases, status=status)
    if site.outcome == "https_disabled":
        return bare
    if site.outcome == "lets_encrypt":
        return with_issued(bare, lets_encrypt=True, days=_RENEWED_DAYS)
    if site.outcome == "in_sync":
        return with_installed(bare, fleet.folder[site.certificate])
    return with_installed(bare, authority.issue([site.name, *site.aliases], days=OLD_DAYS))


def furnish_fleet(stage: Stage, fleet: Fleet, shop: Shop) -> None:
    """Put the playbook and the certificates into the user's folder."""
    playbook = PLAYBOOK.replace("FOLDER", FOLDER).replace("EDGE_PORT", str(stage.simulator.edge_port))
    stage.write("fleet.yml", playbook)
    for name, issued in fleet.folder.items():
        key = shop.stranger if name == MISFIT else issued
        for path, text in _files(name, issued.full_chain_pem, key.private_key_pem):
            stage.write(f"{FOLDER}/{path}", text)


def _files(name: str, certificate: str, key: str) -> Iterator[tuple[str, str]]:
    """As certbot has them, but for one that lies there as a single file."""
    if name == COMBINED:
        yield name, certificate + key
        return
    yield f"{name}/fullchain.pem", certificate
    yield f"{name}/privkey.pem", key
