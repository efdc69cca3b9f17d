# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""The account that the shop is one of: a dozen resources in all states."""

from __future__ import annotations

from dataclasses import dataclass

from .shop import NAME, RESOURCE_ID

WILDCARD = "eu.shop.example"
COMBINED = "api.example.pem"
MISFIT = "forum.example"
"""The one whose new certificate came with a key that is not its own."""

_WAVES = (1, 2, 2)


@dataclass(frozen=True)
class Site:
    """A resource of the account.

    Attributes:
        outcome: what the rotation makes of it, empty where no certificate covers it.
        about: why.
        certificate: the folder's, if it gets one or has it.
    """

    id: int
    name: str
    outcome: str
    about: str
    certificate: str = ""
    aliases: tuple[str, ...] = ()


SITES = (
    Site(RESOURCE_ID, NAME, "in_sync", "renewed a minute ago", NAME),
    Site(4712, "blog.shop.example", "rotated", "has a certificate for its name", "blog.shop.example"),
    Site(4713, "berlin.eu.shop.example", "rotated", "covered by a wildcard", WILDCARD),
    Site(4714, "paris.eu.shop.example", "rotated", "covered by a wildcard", WILDCARD),
    Site(4715, "rome.eu.shop.example", "in_sync", "has the wildcard: somebody was quicker", WILDCARD),
    Site(
        4716,
        "tickets.example",
        "rotated",
        "of two certificates, one has its alias as well",
        "tickets.example-0001",
        ("www.tickets.example",),
    ),
    Site(4717, "api.example", "rotated", "its certificate shares a file with the key", COMBINED),
    Site(4718, "madrid.eu.shop.example", "https_disabled", "has HTTPS off"),
    Site(4719, "lisbon.eu.shop.example", "lets_encrypt", "has Let's Encrypt, which renews itself"),
    Site(4720, "vienna.eu.shop.example", "suspended", "is suspended"),
    Site(4721, MISFIT, "", "its new certificate came with a wrong key"),
    Site(4722, "partner.example", "", "nobody has sent a certificate"),
)


def by_outcome(outcome: str) -> list[Site]:
    """The sites of which a run makes that, in the order of their names, as runs have them."""
    return sorted((site for site in SITES if site.outcome == outcome), key=lambda site: site.name)


def in_waves() -> list[list[Site]]:
    """The sites that are rotated, wave by wave."""
    left = iter(by_outcome("rotated"))
    return [[next(left) for _each in range(size)] for size in _WAVES]
