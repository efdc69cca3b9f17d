# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""An account: its sites, of however many products, behind one interface; one token is one account."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, NamedTuple, Protocol

from .._errors import InputError, ResourceLookupError
from .._x509.hostname import normalised
from .client import Client
from .site import CDN, CUSTOM, DISABLED, LETS_ENCRYPT, WEB_SECURITY, Content, Each, Prepared, Site
from .web_security import WebSecurity


class Product(Protocol):
    """A product of the vendor's, with the sites that an account has of it: all that differs between products."""

    def sites(self) -> Iterator[Site]:
        """Give every site of the account, each once."""

    def site(self, site_id: int, *, to_write: bool = False) -> Site:
        """Return one site as the API tells it now; a write that is to follow gets its place."""

    def prepare(self, content: Content) -> Prepared:
        """Return what is to be written so that a site has it, and make in the account what that is about."""

    def write(self, before: Site, fields: Mapping[str, Any]) -> str:
        """Write them over what was read to be written, once, and return the receipt: only a read proves it."""

    def tidy(self, sites: Sequence[Site], each: Each = map) -> list[str]:
        """Clear away what sites that were written and proved no longer need; return what is worth a warning."""

    def collateral(self, before: Site, after: Site) -> list[dict[str, Any]]:
        """List the settings that differ, though a certificate's write must not move them."""


class Kind(NamedTuple):
    """How a product comes into play, and what of a task's options it can do."""

    make: Callable[[Client, Mapping[str, Any]], Product]
    takes: tuple[str, ...] = ()  # of the options that not every product has
    ssl_types: tuple[str, ...] = (CUSTOM, DISABLED)


def _cdn(client: Client, options: Mapping[str, Any]) -> Product:
    # Here, since a module is compiled anew wherever it is sent: who has no site of the CDN need not wait for that.
    from .cdn import Cdn

    return Cdn(client, options)


PRODUCTS: Mapping[str, Kind] = {
    WEB_SECURITY: Kind(lambda client, _options: WebSecurity(client), ssl_types=(CUSTOM, DISABLED, LETS_ENCRYPT)),
    CDN: Kind(_cdn, takes=("edge_host", "validate_root_ca")),
}
"""By the name that options have for each."""


def check_products(names: Sequence[str], options: Mapping[str, Any], ssl_type: str = CUSTOM) -> None:
    """Refuse by name what is asked for and none of the products can do."""
    about = f"the task is about {' and '.join(names)}"
    for option in sorted({option for kind in PRODUCTS.values() for option in kind.takes}):
        if options.get(option) is not None and not any(option in PRODUCTS[name].takes for name in names):
            able = " and ".join(name for name, kind in PRODUCTS.items() if option in kind.takes)
            raise InputError(f"{option} is for {able} alone, and {about}", "Leave it out, or name that product.")
    if not any(ssl_type in PRODUCTS[name].ssl_types for name in names):
        raise InputError(
            f"type=lets_encrypt is not driven here for {' and '.join(names)}",
            "Order a Let's Encrypt certificate in the vendor's portal: the vendor renews it.",
        )


@dataclass(frozen=True)
class Account:
    """What a task is about of an account, by the names of products."""

    client: Client
    products: Mapping[str, Product]

    @classmethod
    def of(
        cls, client: Client, names: Iterable[str] = (WEB_SECURITY,), options: Mapping[str, Any] = MappingProxyType({})
    ) -> Account:
        """Return the account with the products of these names, each as the options say that are for it."""
        return cls(client, {name: PRODUCTS[name].make(client, options) for name in names})

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
            hint = "Check the name, the product and the token's account; aliases do not count."
            raise ResourceLookupError(f"no resource is named {wanted}", hint)
        if len(found) > 1:
            ids = ", ".join(site.text for site in found)
            hint = "Use resource_id to say which one is meant."
            raise ResourceLookupError(f"{len(found)} resources are named {wanted}: {ids}", hint)
        return found[0]
