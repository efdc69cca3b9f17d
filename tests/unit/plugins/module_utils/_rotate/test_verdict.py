# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest

from ansible_collections.gcore.web_security.plugins.module_utils._gcore.record import Expiry, expiry_beside
from ansible_collections.gcore.web_security.plugins.module_utils._gcore.web_security import site_of
from ansible_collections.gcore.web_security.plugins.module_utils._rotate.desired import CustomCertificate, SslType
from ansible_collections.gcore.web_security.plugins.module_utils._rotate.observe import Observation, installed_chain
from ansible_collections.gcore.web_security.plugins.module_utils._rotate.verdict import (
    BY_EXPIRY_AND_EDGE,
    Edge,
    State,
    later_than_desired,
)
from ansible_collections.gcore.web_security.plugins.module_utils._x509.certificate import timestamp
from simulator.authority import Authority
from unit.plugins.fakes import (
    AUTHORITY,
    DAY,
    NOW,
    ROOT,
    SILENT,
    bare,
    certificate,
    chain,
    issued,
    key_pair,
    resource_json,
    serves,
    unix,
)

END = NOW + 90 * DAY
DESIRED, TWIN, OTHER = (issued(not_after=end) for end in (END, END, NOW + 5 * DAY))
LEAF = chain(DESIRED)[0]

IN_SYNC, DRIFT, CONFLICT = State.IN_SYNC, State.DRIFT, State.CONFLICT

EXPIRIES = {
    Expiry.EQUAL: unix(END), Expiry.ROUNDED: unix(END) - 7 * 3600, Expiry.DIFFERENT: unix(END) - 10 * 86400,
    Expiry.UNKNOWN: 0,
}  # fmt: skip
EDGES = {
    Edge.DESIRED: serves(DESIRED), Edge.TWIN: serves(TWIN), Edge.OTHER: serves(OTHER), Edge.SILENT: SILENT,
    Edge.NOT_PROBED: None,
}  # fmt: skip


def judged(edge=None, *, force=False, replace_lets_encrypt=False, **fields):
    target = CustomCertificate(key_pair(DESIRED), force, replace_lets_encrypt)
    return target.compare(Observation(bare(**fields), edge))


def told(verdict):
    return verdict.state, verdict.reason, verdict.evidence, verdict.propagating, bool(verdict.warning)


def pem(made):
    return made.full_chain_pem


EQUAL, DIFFERENT, SERVED = EXPIRIES[Expiry.EQUAL], EXPIRIES[Expiry.DIFFERENT], EDGES[Edge.DESIRED]


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
@pytest.mark.parametrize("expiry", EXPIRIES, ids=lambda expiry: expiry.name)
def test_every_pair_of_expiry_and_edge(expiry, edge, ssl_type):
    verdict = judged(EDGES[edge], service_ssl_expire=EXPIRIES[expiry], ssl_type=ssl_type)
    assert told(verdict) == design(expiry, edge)


def test_the_table_has_no_hole_and_no_row_too_many():
    assert set(BY_EXPIRY_AND_EDGE) == {(expiry, edge) for expiry in Expiry for edge in Edge}


def test_of_a_dual_pair_the_half_that_is_not_desired_tells_nothing_against_the_expiry():
    half = replace(serves(TWIN), unseen="it answers TLS 1.3 alone")
    assert told(judged(half, service_ssl_expire=EQUAL)) == (IN_SYNC, "expiry_matches", "expiry", True, True)


@pytest.mark.parametrize("edge", Edge, ids=lambda edge: edge.name)
@pytest.mark.parametrize("expiry", EXPIRIES, ids=lambda expiry: expiry.name)
def test_force_is_drift_on_the_evidence_that_was_found(expiry, edge):
    fields = {"service_ssl_expire": EXPIRIES[expiry]}
    assert told(judged(EDGES[edge], force=True, **fields)) == (DRIFT, "forced", design(expiry, edge)[2], False, False)
    assert judged(force=True, service_ssl_crt=pem(DESIRED)).reason == "forced"


@pytest.mark.parametrize("force", [False, True])
@pytest.mark.parametrize("replaced", [False, True])
@pytest.mark.parametrize("edge", EDGES.values(), ids=[edge.name for edge in EDGES])
@pytest.mark.parametrize("ssl_type", [None, "", "le", "LE"], ids=str)
def test_the_type_counts_before_all_other_evidence(ssl_type, edge, replaced, force):
    evidence = {"service_ssl_expire": EQUAL, "service_ssl_crt": pem(DESIRED)}
    verdict = judged(edge, ssl_type=ssl_type, replace_lets_encrypt=replaced, force=force, **evidence)
    state = CONFLICT if ssl_type and not replaced else DRIFT
    reason = "forced" if force and state is DRIFT else "lets_encrypt" if ssl_type else "https_disabled"
    assert told(verdict) == (state, reason, "api", False, False)


CROSS = Authority("Fake Intermediate CA", issuer=Authority("Another Root CA"), key=AUTHORITY.key)
SAME, OTHER_LEAF = (IN_SYNC, "fingerprint_matches"), (DRIFT, "fingerprint_differs")
ANSWERS = {
    "same": (pem(DESIRED), SAME), "and the root": (pem(DESIRED) + DESIRED.root_pem, SAME),
    "leaf alone": (DESIRED.certificate_pem, (DRIFT, "chain_differs")),
    "other chain": (DESIRED.certificate_pem + CROSS.pem, (DRIFT, "chain_differs")),
    "twin": (pem(TWIN), OTHER_LEAF), "cut": (pem(DESIRED)[:-40], OTHER_LEAF), "no PEM": ("not PEM at all", OTHER_LEAF),
    "wrong order": (DESIRED.chain_pem + DESIRED.certificate_pem, OTHER_LEAF),
    "with a key": (pem(DESIRED) + DESIRED.private_key_pem, OTHER_LEAF),
}  # fmt: skip


@pytest.mark.parametrize("edge", EDGES.values(), ids=[edge.name for edge in EDGES])
@pytest.mark.parametrize("expiry", EXPIRIES.values(), ids=[expiry.name for expiry in EXPIRIES])
@pytest.mark.parametrize(("text", "expected"), ANSWERS.values(), ids=ANSWERS)
def test_a_certificate_in_the_answer_leaves_nothing_to_infer(text, expected, expiry, edge):
    verdict = judged(edge, service_ssl_crt=text, service_ssl_expire=expiry)
    assert told(verdict) == (*expected, "api", False, False)
    for nothing in ("", None, "absent"):
        assert judged(SERVED, service_ssl_crt=nothing, service_ssl_expire=EQUAL).evidence == "edge"


def test_neither_the_spelling_of_a_pem_nor_a_root_makes_a_chain_differ():
    with_root = CustomCertificate(replace(key_pair(DESIRED), chain=chain(DESIRED, root=True)))
    for text in (pem(DESIRED), f"\ufeff\n{pem(DESIRED)}\n\n".replace("\n", "\r\n")):
        assert with_root.compare(Observation(bare(service_ssl_crt=text))).state is IN_SYNC
    self_signed = Observation(bare(service_ssl_crt=ROOT.pem))  # a leaf, and no root to leave out
    lonely = CustomCertificate(replace(key_pair(DESIRED), chain=installed_chain(self_signed.resource)))
    assert lonely.compare(self_signed).state is IN_SYNC


ROUNDED = [(0, Expiry.EQUAL), (1, Expiry.ROUNDED), (86400, Expiry.ROUNDED), (86401, Expiry.DIFFERENT)]


@pytest.mark.parametrize(("seconds", "expected"), [*ROUNDED, (10**12, Expiry.DIFFERENT)])
def test_an_expiry_within_a_day_may_be_a_rounded_one(seconds, expected):
    assert expiry_beside(unix(END) + seconds, END) is expiry_beside(unix(END) - seconds, END) is expected
    assert expiry_beside(None, END) is Expiry.UNKNOWN


def test_the_facts_of_a_verdict():
    facts = {"detected": False, "reason": "expiry_matches", "evidence": "expiry", "propagating": True}
    assert judged(EDGES[Edge.OTHER], service_ssl_expire=EQUAL).facts() == facts
    assert judged().facts()["detected"] is judged(ssl_type="le").facts()["detected"] is True


BY_TYPE = [
    # what is desired, what is there, and whether there is an end: what that is
    ("", None, False, IN_SYNC, "https_disabled"), ("", "absent", False, IN_SYNC, "https_disabled"),
    ("", "absent", True, DRIFT, "custom_certificate"), ("", "something new", False, DRIFT, "custom_certificate"),
    ("", "le", True, DRIFT, "lets_encrypt"), ("le", "LE", False, IN_SYNC, "lets_encrypt"),
    ("le", "custom", True, DRIFT, "custom_certificate"), ("le", "absent", False, DRIFT, "https_disabled"),
]  # fmt: skip


@pytest.mark.parametrize(("desired", "ssl_type", "has_expiry", "state", "reason"), BY_TYPE)
def test_the_type_alone(desired, ssl_type, has_expiry, state, reason):
    observed = Observation(bare(ssl_type=ssl_type, service_ssl_expire=EQUAL if has_expiry else 0))
    assert told(SslType(desired).compare(observed)) == (state, reason, "api", False, False)


A_SECOND = timedelta(seconds=1)
LATER, SECOND_LATER = issued(not_after=END + 30 * DAY), issued(not_after=END + A_SECOND)
LONGER = {"service_ssl_expire": unix(END + 30 * DAY)}
DOWNGRADES = {
    "expiry": (LONGER, None, END + 30 * DAY),
    "a day and a second": ({"service_ssl_expire": EQUAL + 86401}, None, END + DAY + A_SECOND),
    "a day may be rounding": ({"service_ssl_expire": EQUAL + 86400}, None, None),
    "equal": ({"service_ssl_expire": EQUAL}, None, None), "earlier": ({"service_ssl_expire": DIFFERENT}, None, None),
    "the API before the edge": ({"service_ssl_expire": DIFFERENT}, serves(LATER), None),
    "edge": ({}, serves(LATER), END + 30 * DAY), "edge to the second": ({}, serves(SECOND_LATER), END + A_SECOND),
    "twin": ({}, serves(TWIN), None), "silent": ({}, SILENT, None), "not probed": ({}, None, None),
    "answer": ({"service_ssl_crt": pem(LATER)}, None, END + 30 * DAY),
    "answer to the second": ({"service_ssl_crt": pem(SECOND_LATER), "service_ssl_expire": EQUAL}, None, END + A_SECOND),
    "a twin in the answer": ({"service_ssl_crt": pem(TWIN)}, None, None),
    "answer before all": ({"service_ssl_crt": pem(OTHER), **LONGER}, serves(LATER), None),
    "unreadable answer": ({"service_ssl_crt": "broken", **LONGER}, None, END + 30 * DAY),
    "le": ({"ssl_type": "le", **LONGER}, None, END + 30 * DAY),
    "no type": ({"ssl_type": "absent", **LONGER}, None, END + 30 * DAY),
    "off": ({"ssl_type": None, **LONGER}, serves(LATER), None),
    "no date": ({"service_ssl_expire": 10**18}, None, datetime.max.replace(tzinfo=timezone.utc)),
}  # fmt: skip


@pytest.mark.parametrize(("fields", "edge", "later"), DOWNGRADES.values(), ids=DOWNGRADES)
def test_what_would_be_a_downgrade(fields, edge, later):
    assert later_than_desired(Observation(bare(**fields), edge), LEAF) == later


OLD = issued(not_after=NOW + 10 * DAY)
UNTIL = {"ssl_type": "custom", "not_after": timestamp(NOW + 10 * DAY), "days_left": 10}
OLD_LEAF, LEAF_FACTS = certificate(OLD), {"ssl_type": "custom", **certificate(OLD).facts(NOW)}
BEYOND = {"not_after": None, "days_left": (10**18 - unix(NOW)) // 86400}
OVER = {"not_after": timestamp(NOW - timedelta(seconds=1)), "days_left": -1}
KNOWN = {
    "the API first": (serves(OTHER), {"service_ssl_crt": OLD.full_chain_pem}, OLD_LEAF, LEAF_FACTS),
    "the API unreadable": (serves(OLD), {"service_ssl_crt": "broken"}, OLD_LEAF, LEAF_FACTS),
    "the edge": (serves(OLD), {}, OLD_LEAF, LEAF_FACTS), "a silent edge": (SILENT, {}, None, UNTIL),
    "expiry": (None, {}, None, UNTIL), "nothing": (None, {"service_ssl_expire": 0}, None, {"ssl_type": "custom"}),
    "off": (None, {"service_ssl_expire": 0, "ssl_type": None}, None, {"ssl_type": None}),
    "off, and served": (serves(OLD), {"ssl_type": None}, OLD_LEAF, {**LEAF_FACTS, "ssl_type": None}),
    "an end beyond every calendar": (None, {"service_ssl_expire": 10**18}, None, {**UNTIL, **BEYOND}),
    "over since a second": (None, {"service_ssl_expire": unix(NOW) - 1}, None, {**UNTIL, **OVER}),
}  # fmt: skip


@pytest.mark.parametrize(("edge", "fields", "current", "facts"), KNOWN.values(), ids=KNOWN)
def test_what_is_known_of_a_certificate(edge, fields, current, facts):
    seen = Observation(site_of(resource_json(**fields)), edge)
    assert (seen.current, seen.facts(NOW)) == (current, facts)
    assert seen.key_type == ("ECDSA" if current and facts["ssl_type"] else None)
    stranger = Observation(site_of(resource_json(name="stranger.example", **fields)), edge)
    assert (stranger.current, stranger.key_type) == (current, None)
