# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

import re
from itertools import permutations

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from ansible_collections.gcore.web_security.plugins.module_utils._errors import CertificateError
from ansible_collections.gcore.web_security.plugins.module_utils._x509.certificate import Certificate
from ansible_collections.gcore.web_security.plugins.module_utils._x509.chain import leaf_of, ordered, without_root
from simulator.authority import Authority, self_signed


def read(certificate):
    return Certificate.from_der(certificate.public_bytes(Encoding.DER), "certificate")


ROOT_CA = Authority("Root")
UPPER_CA = Authority("Upper", issuer=ROOT_CA)
LOWER_CA = Authority("Lower", issuer=UPPER_CA)
OTHER_CA = Authority("Other Root")
ROOT, UPPER, LOWER, OTHER = (read(ca.certificate) for ca in (ROOT_CA, UPPER_CA, LOWER_CA, OTHER_CA))
ISSUED = LOWER_CA.issue(["shop.example"])
LEAF = read(ISSUED.certificate)
RENEWED = read(LOWER_CA.issue(["shop.example"], key=ISSUED.key).certificate)
STRANGER = read(OTHER_CA.issue(["shop.example"]).certificate)

CROSS_ROOT = read(Authority("Root", key=ROOT_CA.key, issuer=OTHER_CA).certificate)
CROSS_UPPER = read(Authority("Upper", key=UPPER_CA.key, issuer=OTHER_CA).certificate)
CROSS_LOWER = read(Authority("Lower", key=LOWER_CA.key, issuer=OTHER_CA).certificate)
RENAMED_UPPER = read(Authority("Renamed", key=UPPER_CA.key, issuer=ROOT_CA).certificate)
POWERLESS_UPPER = read(ROOT_CA.issue(["Upper"], key=UPPER_CA.key, san=False).certificate)
SECOND_ROOT = read(Authority("Root", key=ROOT_CA.key).certificate)
SAME_NAME = read(Authority("Lower", issuer=UPPER_CA).certificate)
SELF_SIGNED = read(self_signed(["shop.example"]).certificate)
NO_AUTHORITY = LOWER_CA.issue(["not-an-authority.example"])
POWERLESS = read(NO_AUTHORITY.certificate)
MISISSUED = read(Authority("not-an-authority.example", key=NO_AUTHORITY.key).issue(["shop.example"]).certificate)
CROSS_OTHER = read(Authority("Other Root", key=OTHER_CA.key, issuer=Authority("Third")).certificate)

WHOLE = (LEAF, LOWER, UPPER, ROOT)
PARTS = {
    "whole": WHOLE, "leaf alone": (LEAF,), "no root": WHOLE[:3], "no upper intermediate, no root": WHOLE[:2],
    "self-signed": (SELF_SIGNED,),
}  # fmt: skip


@pytest.mark.parametrize("chain", PARTS.values(), ids=PARTS)
def test_any_order_becomes_the_one_as_far_as_it_goes(chain):
    for given in permutations(chain):
        assert ordered(given, chain[0], "certificate") == chain


FOREIGN = {
    "root of another chain": ((*WHOLE, OTHER), OTHER), "leaf of another chain": ((LEAF, LOWER, STRANGER), STRANGER),
    "the same leaf, renewed": ((LEAF, LOWER, RENEWED), RENEWED),
    "the issuer's name with another key": ((LEAF, SAME_NAME), SAME_NAME),
    "the issuer's name beside the issuer": ((LEAF, LOWER, SAME_NAME), SAME_NAME), "gap of one": ((LEAF, UPPER), UPPER),
    "gap of one, with root": ((LEAF, UPPER, ROOT), UPPER), "gap in the middle": ((LEAF, LOWER, ROOT), ROOT),
    "issuer that is no authority": ((MISISSUED, POWERLESS), POWERLESS),
    "the issuer's key under another name": ((*WHOLE, RENAMED_UPPER), RENAMED_UPPER),
    "the issuer's name and key, but no authority": ((*WHOLE, POWERLESS_UPPER), POWERLESS_UPPER),
    "something below a self-signed leaf": ((SELF_SIGNED, ROOT), ROOT),
    "two roots that signed each other": ((*WHOLE, OTHER, CROSS_OTHER), OTHER),
}  # fmt: skip


@pytest.mark.parametrize(("given", "foreign"), FOREIGN.values(), ids=FOREIGN)
def test_foreign_certificates_are_refused(given, foreign):
    told = f"chain_path (/etc/x.pem): {foreign.label()} is not part of the chain of {given[0].label()}"
    with pytest.raises(CertificateError, match=f"^{re.escape(told)}.*was issued by 'CN=") as caught:
        ordered(given, given[0], "chain_path (/etc/x.pem)")
    assert "missing between them" in caught.value.hint


TOP = (LEAF, LOWER, UPPER)
TWINS = {
    "root and its cross-signed twin": ((*TOP, ROOT, CROSS_ROOT), (*TOP, CROSS_ROOT, ROOT)),
    "with the other root": ((*TOP, ROOT, OTHER, CROSS_ROOT), (*TOP, CROSS_ROOT, OTHER, ROOT)),
    "two of one root": ((*TOP, ROOT, SECOND_ROOT),) * 2,
    "intermediate and its cross-signed twin": ((*TOP, CROSS_UPPER),) * 2,
    "the leaf's issuer and its cross-signed twin": ((*TOP, CROSS_LOWER),) * 2,
    "both roots of twin intermediates": ((*TOP, ROOT, CROSS_UPPER, OTHER),) * 2,
    "the root of the second twin": ((LEAF, LOWER, CROSS_UPPER, UPPER, ROOT),) * 2,
}


@pytest.mark.parametrize(("given", "chain"), TWINS.values(), ids=TWINS)
def test_twins_of_an_authority_belong_to_the_chain(given, chain):
    assert ordered(given, LEAF, "certificate") == chain


def test_authorities_that_signed_each_other_end_somewhere():
    first, second = Authority("First"), Authority("Second")
    first_by_second = read(Authority("First", key=first.key, issuer=second).certificate)
    second_by_first = read(Authority("Second", key=second.key, issuer=first).certificate)
    leaf = read(first.issue(["shop.example"]).certificate)
    chain = ordered((second_by_first, first_by_second, leaf), leaf, "certificate")
    assert chain == (leaf, first_by_second, second_by_first)


ROOTLESS = {
    "with root": (WHOLE, WHOLE[:3]), "without": (WHOLE[:3], WHOLE[:3]), "nothing": ((), ()),
    "twin roots": ((*TOP, CROSS_ROOT, ROOT), (*TOP, CROSS_ROOT)), "self-signed": ((SELF_SIGNED,), (SELF_SIGNED,)),
}  # fmt: skip


@pytest.mark.parametrize(("chain", "left"), ROOTLESS.values(), ids=ROOTLESS)
def test_without_root(chain, left):
    assert without_root(chain) == left


LEAVES = {
    "whole chain": ((ROOT, LOWER, LEAF, UPPER), LEAF), "alone": ((LEAF,), LEAF), "none": ((), None),
    "self-signed": ((SELF_SIGNED,), SELF_SIGNED), "two leaves": ((LEAF, RENEWED, LOWER), None),
    "two chains": ((LEAF, STRANGER), None), "twin roots": ((ROOT, CROSS_ROOT, UPPER, LOWER, LEAF), LEAF),
}  # fmt: skip


@pytest.mark.parametrize(("certificates", "leaf"), LEAVES.values(), ids=LEAVES)
def test_leaf_of(certificates, leaf):
    assert leaf_of(certificates) == leaf
