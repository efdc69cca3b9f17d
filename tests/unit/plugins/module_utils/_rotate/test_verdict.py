# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest

from ansible_collections.gcore.web_security.plugins.module_utils._gcore.resource import Resource
from ansible_collections.gcore.web_security.plugins.module_utils._rotate.desired import CustomCertificate, SslType
from ansible_collections.gcore.web_security.plugins.module_utils._rotate.observe import Observation, installed_chain
from ansible_collections.gcore.web_security.plugins.module_utils._rotate.verdict import (
    BY_EXPIRY_AND_EDGE,
    Edge,
    Expiry,
    State,
    compare_certificate,
    expiry_beside,
    later_than_desired,
)
from simulator.authority import Authority
from unit.plugins.fakes import (
    AUTHORITY,
    DAY,
    NAME,
    NOW,
    ROOT,
    SILENT,
    certificate,
    chain,
    issued,
    key_pair,
    serves,
    unix,
)

END = NOW + 90 * DAY
DESIRED = issued(not_after=END)
TWIN = issued(not_after=END)
OTHER = issued(not_after=NOW + 5 * DAY)
CHAIN = chain(DESIRED)
LEAF = certificate(DESIRED)

IN_SYNC, DRIFT, CONFLICT = State.IN_SYNC, State.DRIFT, State.CONFLICT

EXPIRIES = {
    Expiry.EQUAL: unix(END),
    Expiry.ROUNDED: unix(END) - 7 * 3600,
    Expiry.DIFFERENT: unix(END) - 10 * 86400,
    Expiry.UNKNOWN: 0,
}
EDGES = {
    Edge.DESIRED: serves(DESIRED),
    Edge.TWIN: serves(TWIN),
    Edge.OTHER: serves(OTHER),
    Edge.SILENT: SILENT,
    Edge.NOT_PROBED: None,
}


def resource(**fields):
    given = {"id": 7, "name": NAME, "ssl_type": "custom", "service_ssl_expire": 0, **fields}
    return Resource.from_api({name: value for name, value in given.items() if value != "absent"})


def judged(edge=None, *, force=False, replace_lets_encrypt=False, **fields):
    target = CustomCertificate(key_pair(DESIRED), force, replace_lets_encrypt)
    return target.compare(Observation(resource(**fields), edge))


def told(verdict):
    return verdict.state, verdict.reason, verdict.evidence, verdict.propagating, bool(verdict.warning)


def pem(made):
    return made.full_chain_pem


def other_chain():
    """The desired leaf with an intermediate of the same key that another root signed."""
    cross = Authority("Fake Intermediate CA", issuer=Authority("Another Root CA"), key=AUTHORITY.key)
    return DESIRED.certificate_pem + cross.pem


EQUAL, ROUNDED = EXPIRIES[Expiry.EQUAL], EXPIRIES[Expiry.ROUNDED]
DIFFERENT = EXPIRIES[Expiry.DIFFERENT]

# One row for each of the design's table D1: its words, what is known, and what follows from it.
ROWS = [
    ("ssl_type is null", {"ssl_type": None}, (DRIFT, "https_disabled", "api", False, False)),
    ("ssl_type is empty", {"ssl_type": ""}, (DRIFT, "https_disabled", "api", False, False)),
    ("ssl_type is le", {"ssl_type": "le"}, (CONFLICT, "lets_encrypt", "api", False, False)),
    (
        "ssl_type is le, replace_lets_encrypt",
        {"ssl_type": "le", "replace_lets_encrypt": True},
        (DRIFT, "lets_encrypt", "api", False, False),
    ),
    (
        "certificate in the answer, same leaf, same chain",
        {"service_ssl_crt": pem(DESIRED)},
        (IN_SYNC, "fingerprint_matches", "api", False, False),
    ),
    (
        "certificate in the answer, same leaf, other chain",
        {"service_ssl_crt": other_chain()},
        (DRIFT, "chain_differs", "api", False, False),
    ),
    (
        "certificate in the answer, other leaf",
        {"service_ssl_crt": pem(TWIN)},
        (DRIFT, "fingerprint_differs", "api", False, False),
    ),
    (
        "certificate in the answer, unreadable",
        {"service_ssl_crt": pem(DESIRED)[:-40]},
        (DRIFT, "fingerprint_differs", "api", False, False),
    ),
    (
        "expiry differs by more than a day, whatever the edge serves: the desired leaf",
        {"service_ssl_expire": DIFFERENT, "edge": EDGES[Edge.DESIRED]},
        (DRIFT, "expiry_differs", "expiry", False, False),
    ),
    (
        "expiry differs by more than a day, whatever the edge serves: not probed",
        {"service_ssl_expire": DIFFERENT},
        (DRIFT, "expiry_differs", "expiry", False, False),
    ),
    (
        "expiry within a day (equal), edge serves the desired leaf",
        {"service_ssl_expire": EQUAL, "edge": EDGES[Edge.DESIRED]},
        (IN_SYNC, "fingerprint_matches", "edge", False, False),
    ),
    (
        "expiry within a day (rounded), edge serves the desired leaf",
        {"service_ssl_expire": ROUNDED, "edge": EDGES[Edge.DESIRED]},
        (IN_SYNC, "fingerprint_matches", "edge", False, False),
    ),
    (
        "expiry equal, edge serves another leaf with that same notAfter",
        {"service_ssl_expire": EQUAL, "edge": EDGES[Edge.TWIN]},
        (DRIFT, "fingerprint_differs", "edge", False, False),
    ),
    (
        "expiry equal, edge serves a leaf with another notAfter",
        {"service_ssl_expire": EQUAL, "edge": EDGES[Edge.OTHER]},
        (IN_SYNC, "expiry_matches", "expiry", True, True),
    ),
    (
        "expiry equal, edge unreachable",
        {"service_ssl_expire": EQUAL, "edge": SILENT},
        (IN_SYNC, "expiry_matches", "expiry", False, True),
    ),
    (
        "expiry equal, edge not probed",
        {"service_ssl_expire": EQUAL},
        (IN_SYNC, "expiry_matches", "expiry", False, True),
    ),
    (
        "expiry within a day but not equal, edge serves another leaf",
        {"service_ssl_expire": ROUNDED, "edge": EDGES[Edge.OTHER]},
        (DRIFT, "expiry_differs", "expiry", False, False),
    ),
    (
        "expiry within a day but not equal, edge is unreachable",
        {"service_ssl_expire": ROUNDED, "edge": SILENT},
        (DRIFT, "expiry_differs", "expiry", False, False),
    ),
    (
        "expiry unknown (absent), edge serves the desired leaf",
        {"service_ssl_expire": "absent", "edge": EDGES[Edge.DESIRED]},
        (IN_SYNC, "fingerprint_matches", "edge", False, False),
    ),
    (
        "expiry unknown (0), edge serves the desired leaf",
        {"service_ssl_expire": 0, "edge": EDGES[Edge.DESIRED]},
        (IN_SYNC, "fingerprint_matches", "edge", False, False),
    ),
    (
        "expiry unknown, edge serves another",
        {"edge": EDGES[Edge.OTHER]},
        (DRIFT, "fingerprint_differs", "edge", False, False),
    ),
    ("expiry unknown, edge unreachable", {"edge": SILENT}, (DRIFT, "no_evidence", "none", False, True)),
    ("expiry unknown, edge not probed", {}, (DRIFT, "no_evidence", "none", False, True)),
    (
        "force: true",
        {"service_ssl_expire": EQUAL, "edge": EDGES[Edge.DESIRED], "force": True},
        (DRIFT, "forced", "edge", False, False),
    ),
]


@pytest.mark.parametrize(("known", "expected"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_a_row_of_the_design(known, expected):
    assert told(judged(**known)) == expected


def design(expiry, edge):
    """The design's words once more, as conditions instead of a table."""
    if expiry is Expiry.DIFFERENT:
        return DRIFT, "expiry_differs", "expiry", False, False
    if edge is Edge.DESIRED:
        return IN_SYNC, "fingerprint_matches", "edge", False, False
    answered = edge in (Edge.TWIN, Edge.OTHER)
    if expiry is Expiry.ROUNDED:
        return DRIFT, "expiry_differs", "expiry", False, False
    if expiry is Expiry.UNKNOWN:
        return (DRIFT, "fingerprint_differs", "edge", False, False) if answered else NO_EVIDENCE
    if edge is Edge.TWIN:
        return DRIFT, "fingerprint_differs", "edge", False, False
    return IN_SYNC, "expiry_matches", "expiry", answered, True


NO_EVIDENCE = (DRIFT, "no_evidence", "none", False, True)


@pytest.mark.parametrize("ssl_type", ["custom", "CUSTOM", "absent", "something new"])
@pytest.mark.parametrize("edge", Edge, ids=lambda edge: edge.name)
@pytest.mark.parametrize("expiry", Expiry, ids=lambda expiry: expiry.name)
def test_every_pair_of_expiry_and_edge(expiry, edge, ssl_type):
    verdict = judged(EDGES[edge], service_ssl_expire=EXPIRIES[expiry], ssl_type=ssl_type)
    assert told(verdict) == design(expiry, edge)


def test_of_a_dual_pair_the_half_that_is_not_desired_tells_nothing_against_the_expiry():
    half = replace(serves(TWIN), unseen="it answers TLS 1.3 alone")
    assert told(judged(half, service_ssl_expire=EQUAL)) == (IN_SYNC, "expiry_matches", "expiry", True, True)


def test_the_table_has_no_hole_and_no_row_too_many():
    assert set(BY_EXPIRY_AND_EDGE) == {(expiry, edge) for expiry in Expiry for edge in Edge}


@pytest.mark.parametrize("edge", Edge, ids=lambda edge: edge.name)
@pytest.mark.parametrize("expiry", Expiry, ids=lambda expiry: expiry.name)
def test_force_is_drift_on_the_evidence_that_was_found(expiry, edge):
    fields = {"service_ssl_expire": EXPIRIES[expiry]}
    assert told(judged(EDGES[edge], force=True, **fields)) == (DRIFT, "forced", design(expiry, edge)[2], False, False)


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        ({"ssl_type": "le"}, (CONFLICT, "lets_encrypt", "api")),
        ({"ssl_type": "LE"}, (CONFLICT, "lets_encrypt", "api")),
        ({"ssl_type": "le", "replace_lets_encrypt": True}, (DRIFT, "forced", "api")),
        ({"ssl_type": None}, (DRIFT, "forced", "api")),
        ({"service_ssl_crt": pem(DESIRED)}, (DRIFT, "forced", "api")),
    ],
    ids=["le", "le in capitals", "le replaced", "off", "in the answer"],
)
def test_force_beside_other_evidence(known, expected):
    assert told(judged(force=True, **known))[:3] == expected


@pytest.mark.parametrize("replace", [False, True])
@pytest.mark.parametrize("edge", EDGES.values(), ids=[edge.name for edge in EDGES])
@pytest.mark.parametrize("ssl_type", [None, "", "le"], ids=str)
def test_the_type_counts_before_all_other_evidence(ssl_type, edge, replace):
    evidence = {"service_ssl_expire": EQUAL, "service_ssl_crt": pem(DESIRED)}
    verdict = judged(edge, ssl_type=ssl_type, replace_lets_encrypt=replace, **evidence)
    assert verdict.reason == ("lets_encrypt" if ssl_type else "https_disabled")
    assert verdict.state is (CONFLICT if ssl_type and not replace else DRIFT)


@pytest.mark.parametrize("edge", EDGES.values(), ids=[edge.name for edge in EDGES])
@pytest.mark.parametrize("expiry", EXPIRIES.values(), ids=[expiry.name for expiry in EXPIRIES])
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (pem(DESIRED), (IN_SYNC, "fingerprint_matches")),
        (pem(DESIRED) + DESIRED.root_pem, (IN_SYNC, "fingerprint_matches")),
        (DESIRED.certificate_pem, (DRIFT, "chain_differs")),
        (other_chain(), (DRIFT, "chain_differs")),
        (pem(OTHER), (DRIFT, "fingerprint_differs")),
        (DESIRED.chain_pem + DESIRED.certificate_pem, (DRIFT, "fingerprint_differs")),
        ("not PEM at all", (DRIFT, "fingerprint_differs")),
        (pem(DESIRED) + DESIRED.private_key_pem, (DRIFT, "fingerprint_differs")),
    ],
    ids=["same", "same and the root", "leaf alone", "other chain", "other leaf", "wrong order", "no PEM", "with a key"],
)
def test_a_certificate_in_the_answer_leaves_nothing_to_infer(text, expected, expiry, edge):
    verdict = judged(edge, service_ssl_crt=text, service_ssl_expire=expiry)
    assert (verdict.state, verdict.reason, verdict.evidence) == (*expected, "api")
    assert not verdict.warning


@pytest.mark.parametrize("text", ["", None, "absent"])
def test_an_empty_certificate_in_the_answer_is_none(text):
    assert judged(EDGES[Edge.DESIRED], service_ssl_crt=text, service_ssl_expire=EQUAL).evidence == "edge"


@pytest.mark.parametrize("rewrite", [lambda text: text.replace("\n", "\r\n"), lambda text: f"\ufeff\n{text}\n\n"])
def test_how_the_answer_spells_its_pem_is_no_drift(rewrite):
    assert judged(service_ssl_crt=rewrite(pem(DESIRED))).state is IN_SYNC


def test_a_desired_chain_with_its_root_is_the_one_without():
    observed = Observation(resource(service_ssl_crt=pem(DESIRED)))
    assert compare_certificate(chain(DESIRED, root=True), observed).state is IN_SYNC


def test_a_self_signed_leaf_is_not_taken_for_a_root_to_leave_out():
    observed = Observation(resource(service_ssl_crt=ROOT.pem))
    assert compare_certificate(installed_chain(observed.resource), observed).state is IN_SYNC
    assert compare_certificate(CHAIN, observed).reason == "fingerprint_differs"


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (0, Expiry.EQUAL),
        (1, Expiry.ROUNDED),
        (-1, Expiry.ROUNDED),
        (86400, Expiry.ROUNDED),
        (-86400, Expiry.ROUNDED),
        (86401, Expiry.DIFFERENT),
        (-86401, Expiry.DIFFERENT),
        (10**12, Expiry.DIFFERENT),
    ],
)
def test_an_expiry_within_a_day_may_be_a_rounded_one(seconds, expected):
    assert expiry_beside(unix(END) + seconds, END) is expected


def test_no_expiry_is_unknown():
    assert expiry_beside(None, END) is Expiry.UNKNOWN


@pytest.mark.parametrize("value", [str(EQUAL), float(EQUAL), EQUAL + 0.5], ids=["text", "float", "fraction"])
def test_an_expiry_of_another_type_is_the_same_expiry(value):
    assert judged(service_ssl_expire=value).reason == "expiry_matches"


@pytest.mark.parametrize("value", ["", None, "never", 0, "0", float("1e300") * 0, [], True])
def test_what_is_no_expiry_is_unknown(value):
    found = judged(service_ssl_expire=value).reason
    assert found == ("expiry_differs" if value is True else "no_evidence")


def test_the_facts_of_a_verdict():
    assert judged(service_ssl_expire=EQUAL, edge=EDGES[Edge.OTHER]).facts() == {
        "detected": False,
        "reason": "expiry_matches",
        "evidence": "expiry",
        "propagating": True,
    }
    assert judged().facts()["detected"] is True
    assert judged(ssl_type="le").facts()["detected"] is True


@pytest.mark.parametrize(
    ("fields", "edge", "current"),
    [
        ({"service_ssl_crt": pem(OTHER)}, EDGES[Edge.DESIRED], certificate(OTHER)),
        ({"service_ssl_crt": "broken"}, EDGES[Edge.DESIRED], LEAF),
        ({}, EDGES[Edge.DESIRED], LEAF),
        ({}, SILENT, None),
        ({}, None, None),
    ],
    ids=["the API first", "the API unreadable", "the edge", "a silent edge", "nobody"],
)
def test_the_current_certificate(fields, edge, current):
    assert Observation(resource(**fields), edge).current == current


@pytest.mark.parametrize(
    ("desired", "ssl_type", "has_expiry", "state", "reason"),
    [
        ("", None, False, IN_SYNC, "https_disabled"),
        ("", "", False, IN_SYNC, "https_disabled"),
        ("", "absent", False, IN_SYNC, "https_disabled"),
        ("", "absent", True, DRIFT, "custom_certificate"),
        ("", "custom", True, DRIFT, "custom_certificate"),
        ("", "something new", False, DRIFT, "custom_certificate"),
        ("", "le", True, DRIFT, "lets_encrypt"),
        ("le", "le", True, IN_SYNC, "lets_encrypt"),
        ("le", "LE", False, IN_SYNC, "lets_encrypt"),
        ("le", "custom", True, DRIFT, "custom_certificate"),
        ("le", None, False, DRIFT, "https_disabled"),
        ("le", "absent", False, DRIFT, "https_disabled"),
        ("le", "absent", True, DRIFT, "custom_certificate"),
    ],
)
def test_the_type_alone(desired, ssl_type, has_expiry, state, reason):
    observed = Observation(resource(ssl_type=ssl_type, service_ssl_expire=EQUAL if has_expiry else 0))
    assert told(SslType(desired).compare(observed)) == (state, reason, "api", False, False)


LATER = issued(not_after=END + 30 * DAY)
SECOND_LATER = issued(not_after=END + timedelta(seconds=1))


@pytest.mark.parametrize(
    ("fields", "edge", "later"),
    [
        ({"service_ssl_expire": unix(END + 30 * DAY)}, None, END + 30 * DAY),
        ({"service_ssl_expire": unix(END) + 86401}, None, END + DAY + timedelta(seconds=1)),
        ({"service_ssl_expire": unix(END) + 86400}, None, None),
        ({"service_ssl_expire": EQUAL}, None, None),
        ({"service_ssl_expire": DIFFERENT}, None, None),
        ({"service_ssl_expire": DIFFERENT}, serves(LATER), None),
        ({}, serves(LATER), END + 30 * DAY),
        ({}, serves(SECOND_LATER), END + timedelta(seconds=1)),
        ({}, serves(TWIN), None),
        ({}, serves(OTHER), None),
        ({}, SILENT, None),
        ({}, None, None),
        ({"service_ssl_crt": pem(LATER)}, None, END + 30 * DAY),
        ({"service_ssl_crt": pem(SECOND_LATER), "service_ssl_expire": EQUAL}, None, END + timedelta(seconds=1)),
        ({"service_ssl_crt": pem(OTHER), "service_ssl_expire": unix(END + 30 * DAY)}, serves(LATER), None),
        ({"service_ssl_crt": "broken", "service_ssl_expire": unix(END + 30 * DAY)}, None, END + 30 * DAY),
        ({"ssl_type": "le", "service_ssl_expire": unix(END + 30 * DAY)}, None, END + 30 * DAY),
        ({"ssl_type": "absent", "service_ssl_expire": unix(END + 30 * DAY)}, None, END + 30 * DAY),
        ({"ssl_type": None, "service_ssl_expire": unix(END + 30 * DAY)}, serves(LATER), None),
        ({"service_ssl_expire": 10**18}, None, datetime.max.replace(tzinfo=timezone.utc)),
    ],
    ids=[
        "expiry", "a day and a second", "a day may be rounding", "equal", "earlier", "the API before the edge",
        "edge", "edge to the second", "twin", "earlier at the edge", "silent", "not probed", "answer",
        "answer to the second", "answer before all", "unreadable answer", "le", "no type", "off", "no date",
    ],
)  # fmt: skip
def test_what_would_be_a_downgrade(fields, edge, later):
    assert later_than_desired(Observation(resource(**fields), edge), LEAF) == later
