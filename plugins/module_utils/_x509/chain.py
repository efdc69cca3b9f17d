# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""A certificate chain in the order in which TLS sends it (RFC 8446, section 4.4.2), found by names and signatures."""

from __future__ import annotations

from collections.abc import Sequence

from .._errors import CertificateError
from .certificate import Certificate


def ordered(certificates: Sequence[Certificate], leaf: Certificate, what: str) -> tuple[Certificate, ...]:
    """Put them in order: the leaf, its issuer, the issuer's issuer and so on; one of another chain is refused."""
    chain = _path(certificates, leaf)
    rest = [certificate for certificate in certificates if certificate not in chain]
    family = list(chain)
    # Who issued one of them belongs to them, as do the cross-signed twins of an authority, and the issuers of those.
    authorities = [certificate for certificate in rest if certificate.is_authority]
    while more := [one for one in authorities if one not in family and any(link.is_issued_by(one) for link in family)]:
        family += more
    foreign = [certificate for certificate in rest if certificate not in family]
    if foreign:
        raise CertificateError(
            f"{what}: {foreign[0].label()} is not part of the chain of {leaf.label()}: "
            f"{chain[-1].label()} was issued by '{chain[-1].x509.issuer.rfc4514_string()}'",
            "Remove it, or add the certificate that is missing between them.",
        )
    return (*chain, *rest)


def _path(certificates: Sequence[Certificate], leaf: Certificate) -> list[Certificate]:
    """Go upwards from the leaf, issuer by issuer."""
    rest = [certificate for certificate in certificates if certificate != leaf]
    path = [leaf]
    while issuer := _issuer(path[-1], rest):
        path.append(issuer)
        rest.remove(issuer)
    return path


def is_complete(chain: Sequence[Certificate]) -> bool | None:
    """Tell whether a chain, leaf first, leads on from its leaf, None where it does not show that itself."""
    # A leaf that says where its issuer is published needs that issuer: many clients do not fetch it themselves. One
    # that does not say so may have been issued by a root itself.
    leaf = chain[0]
    if leaf.is_self_issued or len(_path(chain, leaf)) > 1:
        return True
    return False if len(chain) > 1 or leaf.issuer_address else None


def _issuer(certificate: Certificate, candidates: Sequence[Certificate]) -> Certificate | None:
    """Find who signed it; of a root and its cross-signed twin the twin, because the chain goes on behind that one."""
    if certificate.is_self_issued:
        return None
    issuers = [candidate for candidate in candidates if candidate.is_authority and certificate.is_issued_by(candidate)]
    return min(issuers, key=lambda issuer: issuer.is_self_issued, default=None)


def without_root(chain: Sequence[Certificate]) -> tuple[Certificate, ...]:
    """Return the part of a chain that clients need: to them it makes no difference whether the root is sent along."""
    return tuple(link for place, link in enumerate(chain) if place == 0 or not link.is_self_issued)


def leaf_of(certificates: Sequence[Certificate]) -> Certificate | None:
    """Find the one that issued none of the others, None where several or none are so."""
    leaves = [one for one in certificates if not any(other.is_issued_by(one) for other in certificates if other != one)]
    return leaves[0] if len(leaves) == 1 else None
