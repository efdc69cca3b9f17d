# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""Compares a certificate's names with the host names that a resource serves with it."""

from __future__ import annotations

from .._errors import CertificateError
from .._gcore.resource import Resource
from .._x509.certificate import Certificate
from .._x509.hostname import covered


def check_names(leaf: Certificate, resource: Resource, require_alias_coverage: bool) -> tuple[str, ...]:
    """Check that the leaf covers the host names that the resource serves with it: not aliases with their own.

    Returns:
        Warnings.

    Raises:
        CertificateError: the resource's name is not covered, or an alias, and `require_alias_coverage` is set.
    """
    names = ", ".join(leaf.dns_names)
    if not covered(leaf.dns_names, resource.name):
        raise CertificateError(
            f"the certificate does not cover {resource.name}; it covers {names}", "Is it the right one?"
        )
    bare = [
        alias.name
        for alias in resource.aliases
        if not alias.has_certificate and not covered(leaf.dns_names, alias.name)
    ]
    if not bare:
        return ()
    listed = ", ".join(bare)
    message = f"the certificate does not cover these aliases, which have none of their own: {listed}; it covers {names}"
    if require_alias_coverage:
        raise CertificateError(message, "Reissue it with these names, or set require_alias_coverage to false.")
    return (f"{resource.label()}: {message}.",)
