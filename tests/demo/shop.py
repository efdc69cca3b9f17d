# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""The shop whose certificate expires: its resource, and the files of whoever looks after it."""

from dataclasses import dataclass

from simulator.authority import Authority, Issued
from simulator.handle import Simulator, resource, with_installed
from stage.stage import Stage

NAME = "www.shop.example"
RESOURCE_ID = 4711
OLD_DAYS, NEW_DAYS = 5, 90
EDGE_DELAY = 3
"""Seconds from stored to served."""

PLAYBOOK = f"""\
- hosts: localhost
  gather_facts: false
  roles:
    - role: gcore.web_security.resource_cert
      resource_cert_name: {NAME}
      resource_cert_certificate_path: shop.crt
      resource_cert_private_key_path: shop.key
      resource_cert_verify: edge
      resource_cert_verify_interval: 1  # this edge is quicker than a real one,
      resource_cert_edge_port: EDGE_PORT  # and has another port
  post_tasks:
    - ansible.builtin.debug:
        msg: "{{{{ resource_cert_results.results[0].msg }}}}"
"""

_SETTINGS = """\
[defaults]
callback_result_format = yaml
"""


@dataclass(frozen=True)
class Shop:
    """The certificate that is about to expire, its successor, one of another site, and who issues them."""

    authority: Authority
    old: Issued
    new: Issued
    stranger: Issued


def open_shop(simulator: Simulator) -> Shop:
    """Issue the certificates, and install the old one."""
    authority = Authority("Example Root CA").intermediate("Example Issuing CA")
    shop = Shop(
        authority,
        old=authority.issue([NAME], days=OLD_DAYS),
        new=authority.issue([NAME], days=NEW_DAYS, aia="http://ca.example/issuing.crt"),
        stranger=authority.issue(["www.other.example"], days=NEW_DAYS),
    )
    simulator.seed([with_installed(resource(RESOURCE_ID, NAME), shop.old)])
    return shop


def furnish(stage: Stage, shop: Shop) -> None:
    """Put the user's files into the folder: good ones, and some that are mistakes."""
    files = {
        "ansible.cfg": _SETTINGS,
        "site.yml": PLAYBOOK.replace("EDGE_PORT", f"{stage.simulator.edge_port:<7}"),
        "shop.crt": shop.new.full_chain_pem,
        "shop.key": shop.new.private_key_pem,
        "shop-leaf-only.crt": shop.new.certificate_pem,
        "other.crt": shop.stranger.full_chain_pem,
        "other.key": shop.stranger.private_key_pem,
    }
    for name, text in files.items():
        stage.write(name, text)
    stage.env["EDGE"] = f"{stage.simulator.edge_host}:{stage.simulator.edge_port}"
