# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

import re
from datetime import timedelta
from unittest.mock import Mock

import pytest
from cryptography.exceptions import InternalError, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, pkcs12
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.gcore.web_security.plugins.module_utils._errors import (
    CertificateError,
    InputError,
    PrivateKeyError,
)
from ansible_collections.gcore.web_security.plugins.module_utils._redaction import Redactor
from ansible_collections.gcore.web_security.plugins.module_utils._x509.certificate import Certificate, timestamp
from ansible_collections.gcore.web_security.plugins.module_utils._x509.key_pair import (
    KeyPair,
    check_key_pair,
    key_pair_of,
    read_pkcs12,
)
from ansible_collections.gcore.web_security.plugins.module_utils._x509.sources import Source
from simulator.authority import Authority, new_key, self_signed
from unit.plugins.fakes import DAY, NOW, assert_quotes_nothing
from unit.plugins.rsa_pss import pss_pair

SECOND = timedelta(seconds=1)
PASSPHRASE = "correct horse $ batterie"

ROOT, OTHER = Authority("Root"), Authority("Other")
UPPER = Authority("Upper", issuer=ROOT)
LOWER = Authority("Lower", issuer=UPPER)
ISSUED = LOWER.issue(["shop.example", "*.shop.example"], aia="http://ca.example/issuer.crt", days=90)
RSA = LOWER.issue(["shop.example"], key_type="rsa")
STRANGER, SELF_SIGNED = OTHER.issue(["stranger.example"]), self_signed(["shop.example"])
ORPHAN = LOWER.issue(["shop.example"])
FULL, LEAF_PEM, CHAIN = ISSUED.full_chain_pem, ISSUED.certificate_pem, ISSUED.chain_pem
ISSUERS_KEY = Authority("x", key=LOWER.key).issue(["x"], key=LOWER.key)


def read(certificate=FULL, issued=ISSUED, chain=None):
    options = {"certificate": certificate, "private_key": issued.private_key_pem, "chain": chain}
    return Source("x", options).key_pair(Redactor())


def container(key, certificate, others=()):
    return pkcs12.serialize_key_and_certificates(None, key, certificate, list(others), NoEncryption())


def bundle(content, passphrase=None):
    return key_pair_of(*read_pkcs12(content, passphrase, "pkcs12"), "pkcs12")


def der(certificate):
    return certificate.public_bytes(Encoding.DER)


def ders(key_pair):
    return [link.der for link in key_pair.chain]


WHOLE = [ISSUED.der, der(LOWER.certificate), der(UPPER.certificate)]
WITH_ROOT = [*WHOLE, der(ROOT.certificate)]
GIVEN = [one.private_key_pem for one in (ISSUED, RSA, STRANGER, SELF_SIGNED, ORPHAN)]
GIVEN += [LEAF_PEM, LOWER.pem, UPPER.pem, ROOT.pem, PASSPHRASE]


@pytest.mark.parametrize("key_type", ["ec", "rsa", "ed25519"])
def test_a_chain_and_its_key(key_type):
    issued = LOWER.issue(["shop.example"], key_type=key_type)
    for key_pair in (read(issued.full_chain_pem, issued), bundle(issued.pkcs12(PASSPHRASE), PASSPHRASE)):
        assert key_pair.leaf.der == issued.der
        assert (key_pair.certificate_pem(), key_pair.key.pem()) == (issued.full_chain_pem, issued.private_key_pem)
        assert key_pair.warnings == check_key_pair(key_pair, NOW, 0) == ()


GIVEN_AS = "certificate"
ORDER = f"{GIVEN_AS}: the chain was put in order: leaf first, then each issuer, nothing twice."
ALONE = "certificate: the file holds a self-signed certificate, which no browser trusts."
NO_LINK = (
    "certificate: the file holds no intermediate certificate; that is right only if a root issued the leaf itself."
)
WAYS = {
    # certificate, key, chain: what is sent, and what is said
    "chain in the certificate": (FULL, ISSUED, None, WHOLE, []), "chain apart": (LEAF_PEM, ISSUED, CHAIN, WHOLE, []),
    "chain in both, partly": (LEAF_PEM + LOWER.pem, ISSUED, UPPER.pem, WHOLE, []),
    "chain in both, as lego keeps it": (FULL, ISSUED, LOWER.pem, WHOLE, []),
    "all in both": (FULL, ISSUED, FULL, WHOLE, []), "leaf in both": (LEAF_PEM, ISSUED, FULL, WHOLE, []),
    "with its root": (FULL + ROOT.pem, ISSUED, None, WITH_ROOT, []),
    "root apart": (FULL, ISSUED, ROOT.pem, WITH_ROOT, []),
    "no upper intermediate": (LEAF_PEM + LOWER.pem, ISSUED, None, WHOLE[:2], []),
    "backwards": (ROOT.pem + UPPER.pem + LOWER.pem + LEAF_PEM, ISSUED, None, WITH_ROOT, [ORDER]),
    "shuffled": (LEAF_PEM + UPPER.pem + LOWER.pem, ISSUED, None, WHOLE, [ORDER]),
    "chain shuffled": (LEAF_PEM, ISSUED, ROOT.pem + LOWER.pem + UPPER.pem, WITH_ROOT, [ORDER]),
    "leaf in the chain": (LOWER.pem, ISSUED, UPPER.pem + LEAF_PEM, WHOLE, [ORDER]),
    "everything twice": (FULL * 2, ISSUED, None, WHOLE, [ORDER]),
    "self-signed": (SELF_SIGNED.certificate_pem, SELF_SIGNED, None, [SELF_SIGNED.der], [ALONE]),
    "leaf three times": (SELF_SIGNED.certificate_pem * 3, SELF_SIGNED, None, [SELF_SIGNED.der], [ORDER, ALONE]),
    "no intermediate, none told": (ORPHAN.certificate_pem, ORPHAN, None, [ORPHAN.der], [NO_LINK]),
}  # fmt: skip


@pytest.mark.parametrize(("certificate", "issued", "chain", "sent", "said"), WAYS.values(), ids=WAYS)
def test_ways_to_give_a_chain(certificate, issued, chain, sent, said):
    key_pair = read(certificate, issued, chain)
    assert ders(key_pair) == sent
    assert key_pair.warnings == tuple(said)


UNFIT = {
    "key of another certificate": (FULL, STRANGER, PrivateKeyError, "the private key does not belong to 'CN=shop"),
    "key of another type": (FULL, RSA, PrivateKeyError, "the private key does not belong to 'CN=shop.example' nor"),
    "missing link": (LEAF_PEM, ISSUED, CertificateError, "the intermediate certificate 'CN=Lower' is missing"),
    "foreign root": (FULL + OTHER.pem, ISSUED, CertificateError, "'CN=Other' is not part of the chain of"),
    "a key of the issuer": (FULL, ISSUERS_KEY, CertificateError, "'CN=shop.example' is not part of the chain of 'CN=L"),
}


@pytest.mark.parametrize(("certificate", "issued", "kind", "message"), UNFIT.values(), ids=UNFIT)
def test_what_does_not_fit(certificate, issued, kind, message):
    with pytest.raises(kind, match=f"^certificate: {message}") as caught:
        read(certificate, issued)
    assert_quotes_nothing(caught.value, *GIVEN)


LINKS = [LOWER.certificate, UPPER.certificate]


def test_pkcs12_in_any_order():
    with_root = container(ISSUED.key, ISSUED.certificate, [*LINKS, ROOT.certificate])
    reversed_links = container(ISSUED.key, ISSUED.certificate, reversed(LINKS))
    for content, said in (
        (ISSUED.pkcs12(), ()),
        (with_root, ()),
        (reversed_links, (ORDER.replace(GIVEN_AS, "pkcs12"),)),
    ):
        found = bundle(content)
        assert (ders(found)[:3], found.key.pem(), found.warnings) == (WHOLE, ISSUED.private_key_pem, said)


UNREADABLE = r"not a readable PKCS#12 bundle \(wrong or missing passphrase, or damaged\)$"
NO_PAIR = "the PKCS#12 bundle holds no private key with its certificate$"
FOREIGN = container(ISSUED.key, ISSUED.certificate, [*LINKS, OTHER.certificate])
LOCKED = ISSUED.pkcs12(PASSPHRASE)
BAD_CONTAINERS = {
    "wrong passphrase": (LOCKED, "wrong", PrivateKeyError, UNREADABLE),
    "missing passphrase": (LOCKED, None, PrivateKeyError, UNREADABLE),
    "passphrase that is no text": (LOCKED, "\ud800", PrivateKeyError, UNREADABLE),
    "damaged": (LOCKED.replace(b"\x04", b"\x05"), PASSPHRASE, PrivateKeyError, UNREADABLE),
    **{name: (content, None, PrivateKeyError, UNREADABLE)
       for name, content in {"truncated": ISSUED.pkcs12()[:-9], "a certificate": ISSUED.der, "nothing": b""}.items()},
    "no key": (container(None, ISSUED.certificate, LINKS), None, PrivateKeyError, NO_PAIR),
    "no certificate": (container(ISSUED.key, None), None, PrivateKeyError, NO_PAIR),
    "missing link": (container(ISSUED.key, ISSUED.certificate), None, CertificateError, ".*'CN=Lower' is missing"),
    "foreign certificate": (FOREIGN, None, CertificateError, "'CN=Other' is not part of the chain"),
}  # fmt: skip


@pytest.mark.parametrize(("content", "passphrase", "kind", "message"), BAD_CONTAINERS.values(), ids=BAD_CONTAINERS)
def test_bad_pkcs12(content, passphrase, kind, message):
    with pytest.raises(kind, match=f"^pkcs12: {message}") as caught:
        bundle(content, passphrase)
    assert_quotes_nothing(caught.value, *GIVEN)


LIBRARY_ERRORS = [ValueError("x"), TypeError("x"), UnsupportedAlgorithm("x"), InternalError("x", []), KeyError("x")]


@pytest.mark.parametrize("error", LIBRARY_ERRORS, ids=lambda error: type(error).__name__)
def test_pkcs12_whatever_the_library_raises(monkeypatch, error):
    monkeypatch.setattr(pkcs12, "load_pkcs12", Mock(side_effect=error))
    with pytest.raises(PrivateKeyError, match=UNREADABLE):
        bundle(b"any")


def test_representations_show_no_secret():
    options = {"private_key": ISSUED.private_key_pem, "private_key_passphrase": PASSPHRASE}
    told = f"{Source('x', options)!r} {read()!r}"
    assert [text for text in ("-----", PASSPHRASE) if text in told] == []


@settings(deadline=None, max_examples=60)
@given(st.integers(0, len(FULL) - 1), st.sampled_from("AQgw+/=- \n\r"), st.booleans())
def test_a_damaged_chain_is_refused_or_the_same(place, character, is_added):
    text = FULL + ROOT.pem
    try:
        key_pair = read(text[:place] + character + text[place + (0 if is_added else 1) :])
        check_key_pair(key_pair, NOW, 0)
        assert ders(key_pair) == WITH_ROOT
    except InputError as error:
        assert_quotes_nothing(error, *GIVEN)


def bundle_of(*issued):
    """A chain of those, with any key."""
    return KeyPair(tuple(Certificate(der(one.certificate)) for one in issued), read().key)


BEGINS, ENDS = read().leaf.not_before, read().leaf.not_after
SHORT = f"'CN=shop.example' expires at {timestamp(ENDS)}, in {{}} days; min_days_valid asks for {{}}"
EXPIRED = f"'CN=shop.example' expired at {timestamp(ENDS)}"
TOO_EARLY = f"'CN=shop.example' is not valid before {timestamp(BEGINS)} (now: {timestamp(BEGINS - SECOND)})"
TIMES = {
    "the second it begins": (BEGINS, 0, None), "a second too early": (BEGINS - SECOND, 0, TOO_EARLY),
    "its last second": (ENDS - SECOND, 0, None), "the second it ends": (ENDS, 0, EXPIRED),
    "long over": (ENDS + 400 * DAY, 0, EXPIRED), "just long enough": (ENDS - 7 * DAY, 7, None),
    "a second too short": (ENDS - 7 * DAY + SECOND, 7, SHORT.format(6, 7)),
    "asked for centuries": (ENDS - 5 * DAY, 10**12, SHORT.format(5, 10**12)),
}  # fmt: skip


@pytest.mark.parametrize(("now", "days", "message"), TIMES.values(), ids=TIMES)
def test_validity(now, days, message):
    if message is None:
        assert check_key_pair(read(), now, days) == ()
        return
    with pytest.raises(CertificateError, match=f"^{re.escape(message)}$") as caught:
        check_key_pair(read(), now, days)
    assert caught.value.hint


def below(authority, **more):
    return bundle_of(authority.issue(["shop.example"], **more), authority)


def issued_by_a_weak_link(key=None, issuer=ROOT, name="Weak Link", **flaw):
    key = key or new_key()
    link = (issuer or Authority(name, key=key)).issue([name], key=key, ca=True, eku=None, **flaw)
    return bundle_of(Authority(name, key=key).issue(["shop.example"]), link)


BITS = "has a {} key of {} bits, {} are the minimum"
WEAK_HASH = r"is signed with a hash that clients refuse \(SHA-1 or MD5\)"
FLAWS = {
    "weak RSA": (below(LOWER, key_type="rsa", key_size=1024), BITS.format("RSA", 1024, 2048)),
    "nearly strong RSA": (below(LOWER, key_type="rsa", key_size=2040), BITS.format("RSA", 2040, 2048)),
    "weak curve": (below(LOWER, key=ec.generate_private_key(ec.SECP224R1())), BITS.format("ECDSA", 224, 256)),
    "DSA": (below(LOWER, key=dsa.generate_private_key(1024)), "has a DSAPublicKey key; TLS servers use RSA, ECDSA, Ed"),
    "Ed448": (below(LOWER, key=ed448.Ed448PrivateKey.generate()), "has a Ed448PublicKey key; TLS servers use RSA"),
    "SHA-1": (below(LOWER, hash_algorithm="sha1"), WEAK_HASH),
    "SHA-1 by RSA": (below(Authority(key_type="rsa"), hash_algorithm="sha1"), WEAK_HASH),
    "clients only": (below(LOWER, eku=["client_auth"]), r"is not for TLS servers \(extendedKeyUsage without server"),
    "no names": (below(LOWER, san=False), "has no subject alternative names"),
    "an address alone": (bundle_of(LOWER.issue(["192.0.2.1"])), "has no subject alternative names"),
    "weak issuer": (issued_by_a_weak_link(key=new_key("rsa", key_size=1024)), "'CN=Weak Link' has a RSA key of 1024"),
    "issuer signed with SHA-1": (issued_by_a_weak_link(hash_algorithm="sha1"), f"'CN=Weak Link' {WEAK_HASH}"),
    "issuer expired": (issued_by_a_weak_link(days=-1), "'CN=Weak Link' expired at "),
    "issuer not yet valid": (issued_by_a_weak_link(not_before=NOW + DAY), "'CN=Weak Link' is not valid before "),
    "a key for RSA-PSS alone": (bundle_of(pss_pair(LOWER, ["shop.example"])[0]),
                                r"'CN=shop.example' has an RSA-PSS key \(id-RSASSA-PSS\), which brow"),
}  # fmt: skip


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize(("key_pair", "message"), FLAWS.values(), ids=FLAWS)
def test_flaws_are_refused(key_pair, message):
    with pytest.raises(CertificateError, match=rf"^'CN=[\w. ]+' {message}|^{message}") as caught:
        check_key_pair(key_pair, NOW, 0)
    assert_quotes_nothing(caught.value, *GIVEN)


def test_a_key_for_rsa_pss_alone_is_read():
    issued, key = pss_pair(LOWER, ["shop.example"])
    key_pair = Source("x", {"certificate": issued.full_chain_pem, "private_key": key}).key_pair(Redactor())
    assert key_pair.leaf.key == ("RSA-PSS", 2048)


OLD_ROOT = {"key": new_key("rsa"), "issuer": None, "name": "Old Root"}
ODDITIES = {
    "P-384": below(LOWER, curve="secp384r1"), "clients too": below(LOWER, eku=["client_auth", "server_auth"]),
    "no usage told": below(LOWER, eku=None), "an expired root": issued_by_a_weak_link(**OLD_ROOT, days=-1),
    "a root signed with SHA-1": issued_by_a_weak_link(**OLD_ROOT, hash_algorithm="sha1"),
    "an issuer with a key for RSA-PSS alone": bundle_of(LOWER.issue(["shop.example"]), pss_pair(LOWER, ["Issuer"])[0]),
}  # fmt: skip


@pytest.mark.parametrize("key_pair", ODDITIES.values(), ids=ODDITIES)
def test_oddities_are_fine_and_an_intermediate_that_ends_before_the_leaf_is_a_warning(key_pair):
    assert check_key_pair(key_pair, NOW, 30) == ()
    short = issued_by_a_weak_link(days=9)
    end = timestamp(short.chain[1].not_after)
    assert check_key_pair(short, NOW, 0) == (f"The intermediate 'CN=Weak Link' expires at {end}, before the leaf.",)
