# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""Host names: one spelling each, and whether a certificate's names cover one (RFC 6125, RFC 9525, IDNA)."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from .._libraries import idna

_DOTS = ".\u3002\uff0e\uff61"
"""The full stop, and what counts as one in an international name (RFC 3490, section 3.1)."""


@lru_cache(maxsize=16384)
def normalised(name: str) -> str:
    """Write a name in lower case, without a final dot, as A-labels (RFC 5891); what is no name stays as it is."""
    name = name.strip().rstrip(_DOTS).lower()
    if name.isascii():
        return name
    wildcard, rest = ("*.", name[2:]) if name.startswith("*.") else ("", name)
    try:
        return wildcard + idna.encode(rest, uts46=True).decode("ascii")
    except idna.IDNAError:
        return name


def covering(host: str) -> tuple[str, ...]:
    """List the names in a certificate that cover a host as `normalised` writes it: its own, the wildcard in its place.

    A wildcard is a whole left-most label, stands for exactly one label (RFC 6125, section 6.4.3), and needs two labels
    behind it, as browsers ask; one as a host needs that very name.
    """
    label, _dot, parent = host.partition(".")
    return (host, f"*.{parent}") if label and "." in parent and "*" not in host else (host,)


def covered(names: Iterable[str], host: str) -> bool:
    """Tell whether any of a certificate's names covers a host name."""
    host = normalised(host)
    return bool(host) and any(normalised(name) in covering(host) for name in names)
