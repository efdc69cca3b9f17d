# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest
from cryptography.exceptions import InternalError, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, pkcs12
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.gcore.web_security.plugins.module_utils._errors import (
    CertificateError,
    InputError,
    PemError,
    PrivateKeyError,
)
from ansible_collections.gcore.web_security.plugins.module_utils._x509.certificate import Certificate, timestamp
from ansible_collections.gcore.web_security.plugins.module_utils._x509.key_pair import (
    KeyPair,
    Material,
    check_key_pair,
    read_key_pair,
)
from ansible_collections.gcore.web_security.plugins.module_utils._x509.pem import read_pem
from simulator.authority import Authority, new_key, self_signed
from unit.plugins.rsa_pss import pss_pair

NOW = datetime.now(timezone.utc).replace(microsecond=0)
DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
PASSPHRASE = "correct horse $ batterie"
AIA = "http://ca.example/issuer.crt"
NAMES = {
    "certificate": "certificate_path (/etc/x.pem)",
    "chain": "chain_path (/etc/c.pem)",
    "private_key": "private_key_path (/etc/x.key)",
    "pkcs12": "pkcs12_path (/etc/x.p12)",
}

ROOT = Authority("Root")
UPPER = Authority("Upper", issuer=ROOT)
LOWER = Authority("Lower", issuer=UPPER)
OTHER = Authority("Other")
ISSUED = LOWER.issue(["shop.example", "*.shop.example"], aia=AIA, days=90)
RENEWED = LOWER.issue(["shop.example"], key=ISSUED.key)
RSA = LOWER.issue(["shop.example"], key_type="rsa")
STRANGER = OTHER.issue(["stranger.example"])
SELF_SIGNED = self_signed(["shop.example"])
ORPHAN = LOWER.issue(["shop.example"])
LEAF_PEM, KEY_PEM = ISSUED.certificate_pem, ISSUED.private_key_pem


def material(certificate=ISSUED.full_chain_pem, private_key=KEY_PEM, chain=None, passphrase=None):
    texts = {"certificate": certificate, "private_key": private_key, "chain": chain}
    blocks = {part: read_pem(text, NAMES[part]) for part, text in texts.items() if text is not None}
    return Material(**blocks, passphrase=passphrase, names=NAMES)


def read(certificate=ISSUED.full_chain_pem, private_key=KEY_PEM, **more):
    return read_key_pair(material(certificate, private_key, **more))


def der(certificate):
    return certificate.public_bytes(Encoding.DER)


def ders(key_pair):
    return [link.der for link in key_pair.chain]


WHOLE = [ISSUED.der, der(LOWER.certificate), der(UPPER.certificate)]
WITH_ROOT = [*WHOLE, der(ROOT.certificate)]
SECRETS = [issued.private_key_pem for issued in (ISSUED, RSA, STRANGER, SELF_SIGNED, ORPHAN)]
PUBLIC = [LEAF_PEM, LOWER.pem, UPPER.pem, ROOT.pem, RENEWED.certificate_pem, STRANGER.certificate_pem]


def assert_quotes_nothing(error):
    told = f"{error} {error.message} {error.hint} {error!r} {error.details()}"
    seen = {told[start : start + 8] for start in range(len(told) - 7)}
    for text in SECRETS + PUBLIC:
        body = "".join(text.splitlines()[1:-1])
        assert not seen & {body[start : start + 8] for start in range(len(body) - 7)}
    assert PASSPHRASE not in told


@pytest.mark.parametrize("key_type", ["ec", "rsa", "ed25519"])
def test_a_chain_and_its_key(key_type):
    issued = LOWER.issue(["shop.example"], key_type=key_type)
    key_pair = read(issued.full_chain_pem, issued.private_key_pem)
    assert key_pair.leaf.der == issued.der
    assert key_pair.certificate_pem() == issued.full_chain_pem
    assert key_pair.key.pem() == issued.private_key_pem
    assert key_pair.warnings == ()
    assert check_key_pair(key_pair, NOW, 0) == ()


WAYS = {
    "chain in the certificate": (ISSUED.full_chain_pem, None, WHOLE),
    "chain apart": (LEAF_PEM, ISSUED.chain_pem, WHOLE),
    "chain in both, partly": (LEAF_PEM + LOWER.pem, UPPER.pem, WHOLE),
    "chain in both, as lego keeps it": (ISSUED.full_chain_pem, LOWER.pem, WHOLE),
    "all in both": (ISSUED.full_chain_pem, ISSUED.full_chain_pem, WHOLE),
    "leaf in both": (LEAF_PEM, ISSUED.full_chain_pem, WHOLE),
    "with its root": (ISSUED.full_chain_pem + ROOT.pem, None, WITH_ROOT),
    "root apart": (ISSUED.full_chain_pem, ROOT.pem, WITH_ROOT),
    "no upper intermediate": (LEAF_PEM + LOWER.pem, None, WHOLE[:2]),
}


@pytest.mark.parametrize(("certificate", "chain", "expected"), WAYS.values(), ids=WAYS)
def test_ways_to_give_a_chain(certificate, chain, expected):
    key_pair = read(certificate, chain=chain)
    assert ders(key_pair) == expected
    assert key_pair.warnings == ()


PUT_IN_ORDER = "certificate_path (/etc/x.pem): the chain was put in order: leaf first, then each issuer, nothing twice."
DISORDER = {
    "backwards": (ROOT.pem + UPPER.pem + LOWER.pem + LEAF_PEM, None, WITH_ROOT),
    "shuffled": (LEAF_PEM + UPPER.pem + LOWER.pem, None, WHOLE),
    "chain shuffled": (LEAF_PEM, ROOT.pem + LOWER.pem + UPPER.pem, WITH_ROOT),
    "leaf in the chain": (LOWER.pem, UPPER.pem + LEAF_PEM, WHOLE),
    "everything twice": (ISSUED.full_chain_pem * 2, None, WHOLE),
    "leaf three times, alone": (SELF_SIGNED.certificate_pem * 3, None, [SELF_SIGNED.der]),
}


@pytest.mark.parametrize(("certificate", "chain", "expected"), DISORDER.values(), ids=DISORDER)
def test_disorder_is_put_in_order_with_a_warning(certificate, chain, expected):
    key = SELF_SIGNED.private_key_pem if expected == [SELF_SIGNED.der] else KEY_PEM
    key_pair = read(certificate, key, chain=chain)
    assert ders(key_pair) == expected
    assert PUT_IN_ORDER in key_pair.warnings


NOISE = {
    "windows line ends": lambda text: text.replace("\n", "\r\n"),
    "old mac line ends": lambda text: text.replace("\n", "\r"),
    "a byte order mark": lambda text: "\ufeff" + text,
    "utf-16": lambda text: b"\xff\xfe" + text.encode("utf-16-le"),
    "blank lines": lambda text: text.replace("\n", "\n\n"),
    "no final line end": lambda text: text.rstrip("\n"),
    "wrapped elsewhere": lambda text: re.sub(r"(?m)^([A-Za-z0-9+/=]{30})(.+)$", r"\1\n\2", text),
    "comments": lambda text: "# shop.example, until spring\n" + text,
    "bytes": str.encode,
}


@pytest.mark.parametrize("noise", NOISE.values(), ids=NOISE)
def test_noise_changes_nothing_of_what_is_compared_and_sent(noise):
    key_pair = read(noise(ISSUED.full_chain_pem), noise(KEY_PEM))
    plain = read()
    assert (key_pair.chain, key_pair.warnings) == (plain.chain, plain.warnings)
    assert (key_pair.certificate_pem(), key_pair.key.pem()) == (ISSUED.full_chain_pem, KEY_PEM)


@pytest.mark.parametrize("form", ["pkcs8", "traditional"])
@pytest.mark.parametrize("passphrase", [None, PASSPHRASE], ids=["plain", "encrypted"])
def test_the_key_is_sent_as_unencrypted_pkcs8(form, passphrase):
    key_pair = read(private_key=ISSUED.key_pem(form, passphrase), passphrase=passphrase)
    assert key_pair.key.pem() == KEY_PEM
    assert KEY_PEM.splitlines()[0].strip("-") == "BEGIN PRIVATE KEY"


LONELY = {
    "self-signed": (SELF_SIGNED, "a self-signed certificate, which no browser trusts"),
    "no intermediate, none told": (
        ORPHAN,
        "no intermediate certificate; that is right only if a root issued the leaf itself",
    ),
}


@pytest.mark.parametrize(("issued", "words"), LONELY.values(), ids=LONELY)
def test_a_lonely_leaf_is_a_warning(issued, words):
    key_pair = read(issued.certificate_pem, issued.private_key_pem)
    assert key_pair.warnings == (f"certificate_path (/etc/x.pem): the file holds {words}.",)


REFUSED = {
    "no certificate": ({"certificate": None}, CertificateError, r"no certificate was given$"),
    "no key": ({"private_key": None}, PrivateKeyError, r"no private key was given$"),
    "empty certificate": ({"certificate": ""}, PemError, r"certificate_path \(/etc/x.pem\): no PEM block"),
    "empty chain": ({"chain": "\n"}, PemError, r"chain_path \(/etc/c.pem\): no PEM block"),
    "empty key": ({"private_key": " "}, PemError, r"private_key_path \(/etc/x.key\): no PEM block"),
    "truncated certificate": ({"certificate": LEAF_PEM[:200]}, PemError, r"certificate_path .*, line 1: a BEGIN"),
    "truncated chain": ({"chain": UPPER.pem[:-30]}, PemError, r"chain_path .*, line 1: a BEGIN CERTIFICATE without"),
    "truncated key": ({"private_key": KEY_PEM[:-40]}, PemError, r"private_key_path .*, line 1: a BEGIN PRIVATE KEY"),
    "DER": ({"certificate": ISSUED.der}, PemError, r"certificate_path .*: DER \(binary\), not PEM"),
    "2 MB": ({"certificate": LEAF_PEM + "x\n" * 2**20}, PemError, r"certificate_path .* is more than"),
    "key among the certificates": (
        {"certificate": ISSUED.full_chain_pem + KEY_PEM},
        CertificateError,
        r"certificate_path .*, line \d+: a private key among the certificates",
    ),
    "key in the chain": ({"chain": KEY_PEM}, CertificateError, r"chain_path .*, line 1: a private key among"),
    "certificate for a key": ({"private_key": LEAF_PEM}, PrivateKeyError, r"private_key_path .*, line 1: a CERTIF"),
    "key of another certificate": (
        {"private_key": STRANGER.private_key_pem},
        PrivateKeyError,
        r"certificate_path \(/etc/x.pem\): the private key does not belong to 'CN=shop.example' nor to any other",
    ),
    "key of another type": ({"private_key": RSA.private_key_pem}, PrivateKeyError, r"certificate_path .* key does not"),
    "encrypted key": (
        {"private_key": ISSUED.key_pem(passphrase=PASSPHRASE)},
        PrivateKeyError,
        r"private_key_path .*, line 1: the private key is encrypted",
    ),
    "wrong passphrase": (
        {"private_key": ISSUED.key_pem(passphrase=PASSPHRASE), "passphrase": "wrong"},
        PrivateKeyError,
        r"private_key_path .*, line 1: .*wrong passphrase",
    ),
    "missing intermediate": (
        {"certificate": LEAF_PEM},
        CertificateError,
        r"certificate_path .*: the intermediate certificate 'CN=Lower' is missing",
    ),
    "gap": ({"certificate": LEAF_PEM + UPPER.pem}, CertificateError, r"'CN=Upper' is not part of the chain of"),
    "gap at the root": (
        {"certificate": LEAF_PEM + LOWER.pem + ROOT.pem},
        CertificateError,
        r"'CN=Root' is not part of the chain of 'CN=shop.example': 'CN=Lower' was issued by 'CN=Upper'",
    ),
    "foreign root": ({"chain": ISSUED.chain_pem + OTHER.pem}, CertificateError, r"'CN=Other' is not part of the chain"),
    "foreign leaf": (
        {"chain": ISSUED.chain_pem + STRANGER.certificate_pem},
        CertificateError,
        r"'CN=stranger.example' is not part of the chain of 'CN=shop.example'",
    ),
    "a second leaf of the same key": (
        {"certificate": LEAF_PEM + RENEWED.certificate_pem + ISSUED.chain_pem},
        CertificateError,
        r"'CN=shop.example' is not part of the chain of 'CN=shop.example'",
    ),
    "a key of the issuer": (
        {"private_key": Authority("x", key=LOWER.key).issue(["x"], key=LOWER.key).private_key_pem},
        CertificateError,
        r"'CN=shop.example' is not part of the chain of 'CN=Lower'",
    ),
}


@pytest.mark.parametrize(("given", "kind", "message"), REFUSED.values(), ids=REFUSED)
def test_refused(given, kind, message):
    with pytest.raises(kind, match=f"^{message}|: {message}") as caught:
        read(**given)
    assert_quotes_nothing(caught.value)


def container(key, certificate, others=(), passphrase=None):
    encryption = BestAvailableEncryption(passphrase.encode()) if passphrase else NoEncryption()
    return pkcs12.serialize_key_and_certificates(None, key, certificate, list(others), encryption)


def read_pkcs12(content, passphrase=None):
    return read_key_pair(Material(pkcs12=content, passphrase=passphrase, names=NAMES))


LINKS = [LOWER.certificate, UPPER.certificate]
CONTAINERS = {
    "no passphrase": (ISSUED.pkcs12(), None),
    "with passphrase": (ISSUED.pkcs12(PASSPHRASE), PASSPHRASE),
    "with root": (container(ISSUED.key, ISSUED.certificate, [*LINKS, ROOT.certificate]), None),
}


@pytest.mark.parametrize(("content", "passphrase"), CONTAINERS.values(), ids=CONTAINERS)
def test_pkcs12(content, passphrase):
    key_pair = read_pkcs12(content, passphrase)
    assert ders(key_pair)[:3] == WHOLE
    assert key_pair.key.pem() == KEY_PEM
    assert key_pair.warnings == ()


@pytest.mark.parametrize("key_type", ["rsa", "ed25519"])
def test_pkcs12_of_other_keys(key_type):
    issued = LOWER.issue(["shop.example"], key_type=key_type)
    key_pair = read_pkcs12(issued.pkcs12(PASSPHRASE), PASSPHRASE)
    assert (key_pair.certificate_pem(), key_pair.key.pem()) == (issued.full_chain_pem, issued.private_key_pem)


def test_pkcs12_in_disorder_is_put_in_order():
    key_pair = read_pkcs12(container(ISSUED.key, ISSUED.certificate, reversed(LINKS)))
    assert ders(key_pair) == WHOLE
    assert key_pair.warnings == (PUT_IN_ORDER.replace("certificate_path (/etc/x.pem)", NAMES["pkcs12"]),)


UNREADABLE = r"not a readable PKCS#12 bundle \(wrong or missing passphrase, or damaged\)$"
BAD_CONTAINERS = {
    "wrong passphrase": (ISSUED.pkcs12(PASSPHRASE), "wrong", PrivateKeyError, UNREADABLE),
    "missing passphrase": (ISSUED.pkcs12(PASSPHRASE), None, PrivateKeyError, UNREADABLE),
    "passphrase that is no text": (ISSUED.pkcs12(PASSPHRASE), "\ud800", PrivateKeyError, UNREADABLE),
    "truncated": (ISSUED.pkcs12()[:-9], None, PrivateKeyError, UNREADABLE),
    "damaged": (ISSUED.pkcs12(PASSPHRASE).replace(b"\x04", b"\x05"), PASSPHRASE, PrivateKeyError, UNREADABLE),
    "a certificate": (ISSUED.der, None, PrivateKeyError, UNREADABLE),
    "PEM": (LEAF_PEM.encode(), None, PrivateKeyError, UNREADABLE),
    "nothing": (b"", None, PrivateKeyError, UNREADABLE),
    "no key": (container(None, ISSUED.certificate, LINKS), None, PrivateKeyError, r"holds no private key with its"),
    "no certificate": (
        container(ISSUED.key, None),
        None,
        PrivateKeyError,
        r"holds no private key with its certificate$",
    ),
    "missing intermediate": (
        container(ISSUED.key, ISSUED.certificate),
        None,
        CertificateError,
        r".*'CN=Lower' is missing",
    ),
    "foreign certificate": (
        container(ISSUED.key, ISSUED.certificate, [*LINKS, OTHER.certificate]),
        None,
        CertificateError,
        r"'CN=Other' is not part of the chain",
    ),
}


@pytest.mark.parametrize(("content", "passphrase", "kind", "message"), BAD_CONTAINERS.values(), ids=BAD_CONTAINERS)
def test_bad_pkcs12(content, passphrase, kind, message):
    with pytest.raises(kind, match=rf"^pkcs12_path \(/etc/x.p12\): (the PKCS#12 bundle )?{message}") as caught:
        read_pkcs12(content, passphrase)
    assert_quotes_nothing(caught.value)


LIBRARY_ERRORS = [ValueError("x"), TypeError("x"), UnsupportedAlgorithm("x"), InternalError("x", []), KeyError("x")]


@pytest.mark.parametrize("error", LIBRARY_ERRORS, ids=lambda error: type(error).__name__)
def test_pkcs12_whatever_the_library_raises(monkeypatch, error):
    def load(*_):
        raise error

    monkeypatch.setattr(pkcs12, "load_pkcs12", load)
    with pytest.raises(PrivateKeyError, match=UNREADABLE):
        read_pkcs12(b"any")


def test_representations_show_no_secret():
    given = replace(material(passphrase=PASSPHRASE), pkcs12=ISSUED.pkcs12())
    told = repr(given) + repr(read())
    assert "-----" not in told
    assert "\\x" not in told
    assert PASSPHRASE not in told


CHAIN_TEXT = ISSUED.full_chain_pem + ROOT.pem


@settings(deadline=None, max_examples=60)
@given(st.integers(0, len(ISSUED.full_chain_pem) - 1), st.sampled_from("AQgw+/=- \n\r"), st.booleans())
def test_a_damaged_chain_is_refused_or_the_same(place, character, is_added):
    damaged = CHAIN_TEXT[:place] + character + CHAIN_TEXT[place + (0 if is_added else 1) :]
    try:
        key_pair = read(damaged)
        check_key_pair(key_pair, NOW, 0)
        assert ders(key_pair) == WITH_ROOT
    except InputError as error:
        assert_quotes_nothing(error)


def bundle_of(*certificates):
    return KeyPair(tuple(Certificate.from_der(der(one), "certificate") for one in certificates), read().key)


LEAF = read().leaf
AT = timestamp
TIMES = {
    "the second it begins": (LEAF.not_before, 0, None),
    "a second too early": (
        LEAF.not_before - SECOND,
        0,
        f"'CN=shop.example' is not valid before {AT(LEAF.not_before)} (now: {AT(LEAF.not_before - SECOND)})",
    ),
    "its last second": (LEAF.not_after - SECOND, 0, None),
    "the second it ends": (LEAF.not_after, 0, f"'CN=shop.example' expired at {AT(LEAF.not_after)}"),
    "long over": (LEAF.not_after + 400 * DAY, 0, f"'CN=shop.example' expired at {AT(LEAF.not_after)}"),
    "just long enough": (LEAF.not_after - 7 * DAY, 7, None),
    "a second too short": (
        LEAF.not_after - 7 * DAY + SECOND,
        7,
        f"'CN=shop.example' expires at {AT(LEAF.not_after)}, in 6 days; min_days_valid asks for 7",
    ),
    "asked for centuries": (
        LEAF.not_after - 5 * DAY,
        10**12,
        f"'CN=shop.example' expires at {AT(LEAF.not_after)}, in 5 days; min_days_valid asks for 1000000000000",
    ),
}


@pytest.mark.parametrize(("now", "days", "message"), TIMES.values(), ids=TIMES)
def test_validity(now, days, message):
    if message is None:
        assert check_key_pair(read(), now, days) == ()
        return
    with pytest.raises(CertificateError) as caught:
        check_key_pair(read(), now, days)
    assert caught.value.message == message
    assert caught.value.hint


def below(authority, **more):
    return bundle_of(authority.issue(["shop.example"], **more).certificate, authority.certificate)


def issued_by_a_weak_link(key=None, **flaw):
    key = key or new_key()
    link = ROOT.issue(["Weak Link"], key=key, ca=True, eku=None, **flaw)
    return bundle_of(Authority("Weak Link", key=key).issue(["shop.example"]).certificate, link.certificate)


def issued_by_an_old_root(**flaw):
    key = new_key("rsa")
    root = Authority("Old Root", key=key)
    return bundle_of(
        root.issue(["shop.example"]).certificate,
        root.issue(["Old Root"], key=key, ca=True, eku=None, **flaw).certificate,
    )


FLAWS = {
    "weak RSA": (below(LOWER, key_type="rsa", key_size=1024), r"has a RSA key of 1024 bits, 2048 are the minimum"),
    "nearly strong RSA": (below(LOWER, key_type="rsa", key_size=2040), r"has a RSA key of 2040 bits, 2048 are the"),
    "weak curve": (
        below(LOWER, key=ec.generate_private_key(ec.SECP224R1())),
        r"has a ECDSA key of 224 bits, 256 are the minimum",
    ),
    "DSA": (
        below(LOWER, key=dsa.generate_private_key(1024)),
        r"has a DSAPublicKey key; TLS servers use RSA, ECDSA, Ed",
    ),
    "Ed448": (below(LOWER, key=ed448.Ed448PrivateKey.generate()), r"has a Ed448PublicKey key; TLS servers use RSA"),
    "SHA-1": (below(LOWER, hash_algorithm="sha1"), r"is signed with a hash that clients refuse"),
    "SHA-1 by RSA": (
        below(Authority(key_type="rsa"), hash_algorithm="sha1"),
        r"is signed with a hash that clients refuse",
    ),
    "clients only": (
        below(LOWER, eku=["client_auth"]),
        r"is not for TLS servers \(extendedKeyUsage without serverAuth\)",
    ),
    "no names": (below(LOWER, san=False), r"has no subject alternative names"),
    "an address alone": (bundle_of(LOWER.issue(["192.0.2.1"]).certificate), r"has no subject alternative names"),
    "weak issuer": (issued_by_a_weak_link(key=new_key("rsa", key_size=1024)), r"'CN=Weak Link' has a RSA key of 1024"),
    "issuer signed with SHA-1": (issued_by_a_weak_link(hash_algorithm="sha1"), r"'CN=Weak Link' is signed with a hash"),
    "issuer expired": (issued_by_a_weak_link(days=-1), r"'CN=Weak Link' expired at "),
    "issuer not yet valid": (issued_by_a_weak_link(not_before=NOW + DAY), r"'CN=Weak Link' is not valid before "),
}


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize(("key_pair", "message"), FLAWS.values(), ids=FLAWS)
def test_flaws_are_refused(key_pair, message):
    with pytest.raises(CertificateError, match=rf"^'CN=[\w. ]+' {message}|^{message}") as caught:
        check_key_pair(key_pair, NOW, 0)
    assert_quotes_nothing(caught.value)


def test_a_key_for_rsa_pss_alone_is_refused_by_its_name():
    issued, key = pss_pair(LOWER, ["shop.example"])
    key_pair = read(issued.full_chain_pem, key)
    assert key_pair.leaf.key == ("RSA-PSS", 2048)
    with pytest.raises(CertificateError, match=r"^'CN=shop.example' has an RSA-PSS key \(id-RSASSA-PSS\), which brow"):
        check_key_pair(key_pair, NOW, 0)


def test_an_issuer_with_a_key_for_rsa_pss_alone_is_fine():
    issuer, _key = pss_pair(LOWER, ["Issuer"])
    key_pair = bundle_of(LOWER.issue(["shop.example"]).certificate, issuer.certificate)
    assert check_key_pair(key_pair, NOW, 0) == ()


ODDITIES = {
    "P-384": below(LOWER, curve="secp384r1"),
    "clients too": below(LOWER, eku=["client_auth", "server_auth"]),
    "no usage told": below(LOWER, eku=None),
    "an expired root": issued_by_an_old_root(days=-1),
    "a root signed with SHA-1": issued_by_an_old_root(hash_algorithm="sha1"),
}


@pytest.mark.parametrize("key_pair", ODDITIES.values(), ids=ODDITIES)
def test_oddities_are_fine(key_pair):
    assert check_key_pair(key_pair, NOW, 30) == ()


def test_an_intermediate_that_ends_before_the_leaf_is_a_warning():
    short = issued_by_a_weak_link(days=9)
    end = timestamp(short.chain[1].not_after)
    assert check_key_pair(short, NOW, 0) == (f"The intermediate 'CN=Weak Link' expires at {end}, before the leaf.",)
