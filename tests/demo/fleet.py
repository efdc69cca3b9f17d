# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""The account that the shop is one of, a folder of certificates for it, and a playbook that brings them there."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from simulator.authority import Authority, Issued
from simulator.handle import Simulator, resource, with_installed, with_issued
from stage.stage import Stage

from .shop import NAME, NEW_DAYS, OLD_DAYS, RESOURCE_ID, Shop

FOLDER = "live"
WILDCARD = "eu.shop.example"
COMBINED = "api.example.pem"
MISFIT = "forum.example"
"""The one whose new certificate came with a key that is not its own."""

UNUSED = ("summer-sale.example", "tickets.example")
"""The certificates that no resource gets: one covers none, the other is surpassed."""

_WAVES = (1, 2, 2)
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
class Site:
    """A resource of the account, and what the rotation makes of it and why."""

    id: int
    name: str
    outcome: str  # empty where no certificate covers it
    about: str
    certificate: str = ""  # the folder's, if it gets one or has it
    aliases: tuple[str, ...] = ()


_SURPASSING, _TICKETS = "tickets.example-0001", ("www.tickets.example",)
SITES = (
    Site(RESOURCE_ID, NAME, "in_sync", "renewed a minute ago", NAME),
    Site(4712, "blog.shop.example", "rotated", "has a certificate for its name", "blog.shop.example"),
    Site(4713, "berlin.eu.shop.example", "rotated", "covered by a wildcard", WILDCARD),
    Site(4714, "paris.eu.shop.example", "rotated", "covered by a wildcard", WILDCARD),
    Site(4715, "rome.eu.shop.example", "in_sync", "has the wildcard: somebody was quicker", WILDCARD),
    Site(4716, "tickets.example", "rotated", "of two certificates, one has its alias as well", _SURPASSING, _TICKETS),
    Site(4717, "api.example", "rotated", "its certificate shares a file with the key", COMBINED),
    Site(4718, "madrid.eu.shop.example", "https_disabled", "has HTTPS off"),
    Site(4719, "lisbon.eu.shop.example", "lets_encrypt", "has Let's Encrypt, which renews itself"),
    Site(4720, "vienna.eu.shop.example", "suspended", "is suspended"),
    Site(4721, MISFIT, "", "its new certificate came with a wrong key"),
    Site(4722, "partner.example", "", "nobody has sent a certificate"),
)


def by_outcome(outcome: str) -> list[Site]:
    """Return the sites of which a run makes that, in the order of their names, as runs have them."""
    return sorted((site for site in SITES if site.outcome == outcome), key=lambda site: site.name)


def in_waves() -> list[list[Site]]:
    """Return the sites that are rotated, wave by wave."""
    left = iter(by_outcome("rotated"))
    return [[next(left) for _each in range(size)] for size in _WAVES]


def open_fleet(simulator: Simulator, shop: Shop) -> dict[str, Issued]:
    """Return new certificates by the name of their folder or file, and add the other resources to the shop's."""
    names = {name: [name] for name in ("blog.shop.example", MISFIT, "tickets.example", "summer-sale.example")}
    names |= {WILDCARD: [f"*.{WILDCARD}"], _SURPASSING: ["tickets.example", *_TICKETS], COMBINED: ["api.example"]}
    issued = {name: shop.authority.issue(covered, days=NEW_DAYS) for name, covered in names.items()}
    simulator.seed([_seed(site, issued, shop.authority) for site in SITES if site.id != RESOURCE_ID])
    return {NAME: shop.new, **issued}


def _seed(site: Site, folder: Mapping[str, Issued], authority: Authority) -> dict[str, Any]:
    status = "suspended" if site.outcome == "suspended" else "active"
    bare = resource(site.id, site.name, site.aliases, status=status)
    if site.outcome == "https_disabled":
        return bare
    if site.outcome == "lets_encrypt":
        return with_issued(bare, lets_encrypt=True, days=_RENEWED_DAYS)
    if site.outcome == "in_sync":
        return with_installed(bare, folder[site.certificate])
    return with_installed(bare, authority.issue([site.name, *site.aliases], days=OLD_DAYS))


def furnish_fleet(stage: Stage, folder: Mapping[str, Issued], shop: Shop) -> None:
    """Put the playbook and the certificates into the user's folder: as certbot has them, but for a single file."""
    playbook = PLAYBOOK.replace("FOLDER", FOLDER).replace("EDGE_PORT", str(stage.simulator.edge_port))
    stage.write("fleet.yml", playbook)
    for name, issued in folder.items():
        certificate = issued.full_chain_pem
        key = (shop.stranger if name == MISFIT else issued).private_key_pem
        if name == COMBINED:
            stage.write(f"{FOLDER}/{name}", certificate + key)
        else:
            stage.write(f"{FOLDER}/{name}/fullchain.pem", certificate)
            stage.write(f"{FOLDER}/{name}/privkey.pem", key)
