# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

from __future__ import annotations

from dataclasses import replace

import pytest

from ansible_collections.gcore.web_security.plugins.module_utils._gcore.record import Expiry, Record, object_name
from ansible_collections.gcore.web_security.plugins.module_utils._rotate.desired import CustomCertificate
from ansible_collections.gcore.web_security.plugins.module_utils._rotate.observe import Observation
from ansible_collections.gcore.web_security.plugins.module_utils._rotate.verdict import BY_EXPIRY_AND_EDGE, Edge, State
from simulator.authority import Authority
from unit.plugins.cdn_account import ours, record_json
from unit.plugins.fakes import NAME, SILENT, bare, chain, issued, key_pair, serves

MADE = issued(NAME, "*.example.com")
TOLD = record_json(MADE)
TWIN = issued(NAME, "*.example.com", not_after=MADE.not_after)
BEGIN = TOLD["validity_not_before"].removesuffix("Z")

EQUAL, DIFFERENT, UNKNOWN = Expiry.EQUAL, Expiry.DIFFERENT, Expiry.UNKNOWN
RECORDS = {
    "all": ({}, EQUAL),
    "another zone": ({"validity_not_before": f"{BEGIN}.123+00:00"}, EQUAL),
    "no zone": ({"validity_not_before": BEGIN.replace("T", " ")}, EQUAL),
    **{f"names {text!r}": ({"cert_subject_alt": text}, EQUAL)
       for text in (f"{NAME.upper()},*.example.com", f"*.example.com {NAME}.", "DNS:*.example.com")},
    **{f"issuer {text!r}": ({"cert_issuer": text}, EQUAL)
       for text in ("C=US, O=Some, CN=Fake Intermediate CA", "/C=US/CN=Fake Intermediate CA")},
    # What is not told, or nobody can read, tells nothing; both dates and the names suffice.
    **{f"no {name}": ({name: value}, EQUAL) for name in ("cert_issuer", "cert_subject_cn") for value in (None, "", 7)},
    **{f"{name} {value!r}": ({name: value}, UNKNOWN)
       for name in ("validity_not_before", "validity_not_after") for value in (None, "", "soon", "2026-12-01", 179)},
    **{f"names {value!r}": ({"cert_subject_alt": value}, UNKNOWN) for value in (None, "", "(none)", ["x"])},
    # One difference is one, whatever else is told.
    **{f"another {name}": ({name: value}, DIFFERENT) for name, value in (
        ("validity_not_before", "2016-09-17T18:06:01Z"), ("validity_not_after", "2017-08-21T11:02:00Z"),
        ("cert_subject_alt", "DNS:a.example"), ("cert_subject_cn", "a.example"), ("cert_issuer", "Another CA"))},
    "a difference among nothing": ({**dict.fromkeys(TOLD), "cert_subject_cn": "a.example"}, DIFFERENT),
    "nothing": (dict.fromkeys(TOLD), UNKNOWN),
    # A name of ours strengthens it only where the record agrees.
    "our name": ({"name": ours(MADE)}, Expiry.NAMED),
    "our name for a duplicate": ({"name": ours(MADE, "-2")}, Expiry.NAMED),
    "our name for another chain": ({"name": ours(TWIN)}, Expiry.RECHAINED),
    "almost a name of ours": ({"name": ours(MADE)[:-1]}, EQUAL),
    "our name without a date": ({"name": ours(MADE), "validity_not_after": None}, UNKNOWN),
    "our name with another date": ({"name": ours(MADE), "validity_not_after": "2017-08-21T11:02:00Z"}, DIFFERENT),
}  # fmt: skip


@pytest.mark.parametrize(("changes", "expected"), RECORDS.values(), ids=RECORDS)
def test_a_record_beside_a_certificate_field_by_field(changes, expected):
    assert Record.from_api({**TOLD, **changes}).beside(chain(MADE)) is expected


EDGES = {
    Edge.DESIRED: serves(MADE), Edge.TWIN: serves(TWIN), Edge.OTHER: serves(issued(days=5)), Edge.SILENT: SILENT,
    Edge.NOT_PROBED: None,
}  # fmt: skip
UNSERVED = (State.IN_SYNC, "fingerprint_matches", "api", True, True)
TOLD_BY_NAME = (State.IN_SYNC, "fingerprint_matches", "api", False, False)
RECHAINED = (State.DRIFT, "chain_differs", "api", False, False)
VERDICTS = {
    (Expiry.NAMED, Edge.DESIRED): (State.IN_SYNC, "fingerprint_matches", "edge", False, False),
    **{(Expiry.NAMED, edge): UNSERVED for edge in (Edge.TWIN, Edge.OTHER)},
    **{(Expiry.NAMED, edge): TOLD_BY_NAME for edge in (Edge.SILENT, Edge.NOT_PROBED)},
    **{(Expiry.RECHAINED, edge): RECHAINED for edge in Edge},
}
NAMED = {Expiry.NAMED: ours(MADE), Expiry.RECHAINED: ours(TWIN)}


@pytest.mark.parametrize(("pair", "expected"), VERDICTS.items(), ids=str)
def test_what_a_name_of_ours_makes_of_an_equal_record(pair, expected):
    expiry, edge = pair
    site = replace(bare(), record=Record.from_api({**TOLD, "name": NAMED[expiry]}))
    found = CustomCertificate(key_pair(MADE)).compare(Observation(site, EDGES[edge]))
    assert (found.state, found.reason, found.evidence, found.propagating, bool(found.warning)) == expected


def test_the_verdict_is_a_total_table():
    assert set(BY_EXPIRY_AND_EDGE) == {(expiry, edge) for expiry in Expiry for edge in Edge}


def test_the_name_of_an_object():
    name = ours(MADE)
    assert name.startswith(f"gws1-{NAME}-")
    assert len(name.rpartition("-")[2]) == 16
    assert ours(issued("*.example.com")).startswith("gws1-_.example.com-")
    long = chain(issued(f"{'a' * 60}.example.com"))
    assert [len(object_name(long, suffix)) for suffix in ("", "-2")] == [64, 64]
    assert object_name(long, "-2").endswith(f"{object_name(long)[-17:]}-2")
    # The same leaf with a mended chain is another object.
    mended = (chain(MADE)[0], *chain(issued(issuer=Authority("Another Root CA").intermediate("Another CA")))[1:])
    assert object_name(mended) != name
