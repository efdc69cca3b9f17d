# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""From what is known of a site to a verdict, by tables, without asking anybody."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from enum import Enum

from .._clock import from_unix
from .._gcore.record import A_DAY, Expiry
from .._gcore.site import DISABLED, LETS_ENCRYPT
from .._x509.certificate import Certificate
from .._x509.chain import without_root
from .edge import EdgeAnswer
from .observe import Observation, installed_chain


class State(Enum):
    """Says what a verdict means for the run."""

    IN_SYNC = "in_sync"
    DRIFT = "drift"
    CONFLICT = "conflict"


class Edge(Enum):
    """Compares what the edge serves with the desired leaf."""

    DESIRED = "desired"
    TWIN = "another leaf with the desired notAfter"
    OTHER = "another leaf with another notAfter"
    SILENT = "silent"
    NOT_PROBED = "not probed"


@dataclass(frozen=True)
class Verdict:
    """Says what shall happen, why, and on which evidence."""

    state: State
    reason: str  # one of the words that the module documents
    evidence: str  # `api`, `edge`, `expiry` or `none`
    propagating: bool = False  # stored, and the edge does not serve it yet
    warning: str = ""  # what a person should know of how sure this is, with a place for the `evidence` of the API

    def facts(self) -> dict[str, object]:
        """Tell what results show of it."""
        return {
            "detected": self.state is not State.IN_SYNC,
            "reason": self.reason,
            "evidence": self.evidence,
            "propagating": self.propagating,
        }


_UNSERVED = "stored, but the edge still serves another certificate; the vendor allows minutes for it to follow"
_UNPROVEN = "judged by {evidence} alone: the edge was not asked or did not answer"
_UNKNOWN = "nothing tells which certificate is installed: neither the API nor the edge; it is written to be sure"

_MATCHES = Verdict(State.IN_SYNC, "fingerprint_matches", "edge")
_DIFFERS_BY_EDGE = Verdict(State.DRIFT, "fingerprint_differs", "edge")
_DIFFERS_BY_EXPIRY = Verdict(State.DRIFT, "expiry_differs", "expiry")
_PROPAGATING = Verdict(State.IN_SYNC, "expiry_matches", "expiry", propagating=True, warning=_UNSERVED)
_EXPIRY_ONLY = Verdict(State.IN_SYNC, "expiry_matches", "expiry", warning=_UNPROVEN)
_NAMED = Verdict(State.IN_SYNC, "fingerprint_matches", "api")
_NAMED_PROPAGATING = replace(_NAMED, propagating=True, warning=_UNSERVED)
_RECHAINED = Verdict(State.DRIFT, "chain_differs", "api")
_NO_EVIDENCE = Verdict(State.DRIFT, "no_evidence", "none", warning=_UNKNOWN)

BY_EXPIRY_AND_EDGE: dict[tuple[Expiry, Edge], Verdict] = {
    **{(Expiry.DIFFERENT, edge): _DIFFERS_BY_EXPIRY for edge in Edge},
    (Expiry.EQUAL, Edge.DESIRED): _MATCHES,
    (Expiry.EQUAL, Edge.TWIN): _DIFFERS_BY_EDGE,
    (Expiry.EQUAL, Edge.OTHER): _PROPAGATING,
    (Expiry.EQUAL, Edge.SILENT): _EXPIRY_ONLY,
    (Expiry.EQUAL, Edge.NOT_PROBED): _EXPIRY_ONLY,
    **{(Expiry.ROUNDED, edge): _DIFFERS_BY_EXPIRY for edge in Edge},
    (Expiry.ROUNDED, Edge.DESIRED): _MATCHES,
    **{(Expiry.NAMED, edge): _NAMED for edge in (Edge.SILENT, Edge.NOT_PROBED)},
    **{(Expiry.NAMED, edge): _NAMED_PROPAGATING for edge in (Edge.TWIN, Edge.OTHER)},
    (Expiry.NAMED, Edge.DESIRED): _MATCHES,
    **{(Expiry.RECHAINED, edge): _RECHAINED for edge in Edge},
    (Expiry.UNKNOWN, Edge.DESIRED): _MATCHES,
    (Expiry.UNKNOWN, Edge.TWIN): _DIFFERS_BY_EDGE,
    (Expiry.UNKNOWN, Edge.OTHER): _DIFFERS_BY_EDGE,
    (Expiry.UNKNOWN, Edge.SILENT): _NO_EVIDENCE,
    (Expiry.UNKNOWN, Edge.NOT_PROBED): _NO_EVIDENCE,
}
"""Every pair of what the API's expiry and the edge can say, where the API does not return the certificate itself."""


def compare_certificate(
    desired: Sequence[Certificate], observed: Observation, *, replace_lets_encrypt: bool
) -> Verdict:
    """Compare what a site has with the desired chain, leaf first."""
    resource = observed.resource
    if resource.ssl_type == DISABLED:
        return Verdict(State.DRIFT, "https_disabled", "api")
    if resource.ssl_type == LETS_ENCRYPT:
        return Verdict(State.DRIFT if replace_lets_encrypt else State.CONFLICT, "lets_encrypt", "api")
    if resource.certificate is not None:
        return _by_answer(desired, installed_chain(resource))
    return BY_EXPIRY_AND_EDGE[resource.beside(desired), _edge_beside(observed.edge, desired[0])]


def _by_answer(desired: Sequence[Certificate], installed: Sequence[Certificate]) -> Verdict:
    # An installation that returns its certificate leaves nothing to infer.
    if not installed or installed[0] != desired[0]:
        return Verdict(State.DRIFT, "fingerprint_differs", "api")
    if without_root(installed) != without_root(desired):
        return Verdict(State.DRIFT, "chain_differs", "api")
    return Verdict(State.IN_SYNC, "fingerprint_matches", "api")


def _edge_beside(answer: EdgeAnswer | None, leaf: Certificate) -> Edge:
    if answer is None:
        return Edge.NOT_PROBED
    if answer.leaf is None:
        return Edge.SILENT
    if answer.leaf == leaf:
        return Edge.DESIRED
    # One half of a dual pair tells nothing of the other, which nobody can see: the two are often issued together.
    is_twin = answer.leaf.not_after == leaf.not_after and not answer.unseen
    return Edge.TWIN if is_twin else Edge.OTHER


def later_than_desired(observed: Observation, desired: Certificate, *, rounding: int = A_DAY) -> datetime | None:
    """Return the end of the current certificate where replacing it with the desired one would be a downgrade."""
    # The API's word counts first: it is what is stored; its expiry may be off by so many seconds.
    resource = observed.resource
    if resource.ssl_type == DISABLED:
        return None
    chain = installed_chain(resource)
    if chain:
        return chain[0].not_after if chain[0].not_after > desired.not_after else None
    if resource.expires is not None:
        is_later = resource.expires - desired.not_after.timestamp() > rounding
        no_date = datetime.max.replace(tzinfo=timezone.utc)  # for an expiry that no calendar has
        return (from_unix(resource.expires) or no_date) if is_later else None
    leaf = observed.edge.leaf if observed.edge else None
    return leaf.not_after if leaf and leaf.not_after > desired.not_after else None
