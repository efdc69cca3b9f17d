# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""An account: its sites, of however many products, behind one interface; one token is one account."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from .._errors import ResourceLookupError
from .._x509.hostname import normalised
from .client import Client
from .site import WEB_SECURITY, Content, Site
from .web_security import WebSecurity


class Product(Protocol):
    """A product of the vendor's, with the sites that an account has of it: all that differs between products."""

    def sites(self) -> Iterator[Site]:
        """Give every site of the account, each once."""

    def site(self, site_id: int, *, to_write: bool = False) -> Site:
        """Return one site as the API tells it now; a write that is to follow gets its place."""

    def prepare(self, content: Content) -> Mapping[str, Any]:
        """Return the fields to be written so that a site has it, and make in the account what they are about."""

    def write(self, before: Site, fields: Mapping[str, Any]) -> str:
        """Write them over what was read to be written, once, and return the receipt: only a read proves it."""

    def collateral(self, before: Site, after: Site) -> list[dict[str, Any]]:
        """List the settings that differ, though a certificate's write must not move them."""


PRODUCTS: Mapping[str, Callable[[Client], Product]] = {WEB_SECURITY: WebSecurity}
"""By the name that options have for each."""


@dataclass(frozen=True)
class Account:
    """What a task is about of an account, by the names of products."""

    client: Client
    products: Mapping[str, Product]

    @classmethod
    def of(cls, client: Client, names: Iterable[str] = (WEB_SECURITY,)) -> Account:
        """Return the account with the products of these names."""
        return cls(client, {name: PRODUCTS[name](client) for name in names})

    def sites(self) -> Iterator[Site]:
        """Give every site of the products, each once."""
        for product in self.products.values():
            yield from product.sites()

    def product_of(self, site: Site) -> Product:
        """Return the product that a site is of."""
        return self.products[site.product]

    def find(self, site_id: int | None, name: str | None) -> Site:
        """Return the one site that has an id, or exactly this name where no id is given."""
        if site_id is not None:
            (product,) = self.products.values()
            return product.site(site_id)
        wanted = normalised(str(name))
        found = [site for site in self.sites() if normalised(site.name) == wanted]
        if not found:
            hint = "Check the name and the token's account; aliases do not count."
            raise ResourceLookupError(f"no resource is named {wanted}", hint)
        if len(found) > 1:
            ids = ", ".join(str(site.id) for site in found)
            hint = "Use resource_id to say which one is meant."
            raise ResourceLookupError(f"{len(found)} resources are named {wanted}: {ids}", hint)
        return found[0]
