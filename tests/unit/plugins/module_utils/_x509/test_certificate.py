# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

import hashlib
from datetime import datetime, timedelta, timezone

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ed448, padding
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from ansible_collections.gcore.web_security.plugins.module_utils._errors import CertificateError
from ansible_collections.gcore.web_security.plugins.module_utils._x509.certificate import (
    Certificate,
    certificates_from_pem,
    timestamp,
)
from ansible_collections.gcore.web_security.plugins.module_utils._x509.pem import read_pem
from simulator.authority import Authority, new_key, self_signed
from unit.plugins.fakes import assert_quotes_nothing
from unit.plugins.rsa_pss import badly_signed, pss_pair

AUTHORITY = Authority().intermediate()
START, END = (datetime(2026, month, 2, 3, 4, 5, tzinfo=timezone.utc) for month in (1, 4))
ISSUED = AUTHORITY.issue(
    ["shop.example", "*.shop.example", "192.0.2.1", "bücher.example"], not_before=START, not_after=END,
    serial=123456789012345678901234567890, aia="http://ca.example/int.crt",
)  # fmt: skip
RSA_SIGNED = Authority(key_type="rsa").issue(["shop.example"], key_type="rsa")


def read(der):
    return Certificate.from_der(der, "certificate, line 3")


def read_x509(certificate):
    return read(certificate.public_bytes(Encoding.DER))


def made(authority=AUTHORITY, names=("a.example",), **options):
    return read(authority.issue(list(names), **options).der)


LEAF, OLD = read(ISSUED.der), made(hash_algorithm="sha1")
ISSUER, ROOT = read_x509(AUTHORITY.certificate), read_x509(AUTHORITY.lineage[-1])
OID, ADDRESS = x509.AuthorityInformationAccessOID, x509.UniformResourceIdentifier("http://ocsp.example")
OCSP = x509.AuthorityInformationAccess([x509.AccessDescription(OID.OCSP, ADDRESS)])


def with_extension(extension, key=AUTHORITY.key, signer=AUTHORITY.key, **how):
    builder = x509.CertificateBuilder(AUTHORITY.subject, x509.Name([]), key.public_key(), 1, START, END)
    return read_x509(builder.add_extension(extension, critical=False).sign(signer, hashes.SHA256(), **how))


def with_usage(number):
    return with_extension(x509.ExtendedKeyUsage([x509.ObjectIdentifier(number)]))


def test_facts():
    assert LEAF.facts(END - timedelta(days=7)) == {
        "fingerprint_sha256": hashlib.sha256(ISSUED.der).hexdigest(), "days_left": 7,
        "subject": "CN=shop.example", "issuer": "CN=Test Intermediate CA", "key_type": "ECDSA", "key_size": 256,
        "serial_number": "123456789012345678901234567890", "not_before": "2026-01-02T03:04:05Z",
        "subject_alt_names": ["shop.example", "*.shop.example", "xn--bcher-kva.example"],
        "not_after": "2026-04-02T03:04:05Z",
    }  # fmt: skip


@pytest.mark.parametrize(("seconds", "days"), [(86400, 1), (86399, 0), (0, 0), (-1, -1), (-86400, -1), (-86401, -2)])
def test_days_left_are_whole_days(seconds, days):
    assert LEAF.days_left(END - timedelta(seconds=seconds)) == days


def test_small_facts_and_identity_is_the_der():
    assert (LEAF.not_before, LEAF.not_after, LEAF.not_after.utcoffset()) == (START, END, timedelta(0))
    assert timestamp(datetime(2026, 1, 1, 1, tzinfo=timezone(timedelta(hours=2)))) == "2025-12-31T23:00:00Z"
    info = ISSUED.key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    assert (LEAF.public_key_der, repr(LEAF)) == (info, "Certificate()")
    again = AUTHORITY.issue(["shop.example"], key=ISSUED.key, not_before=START, not_after=END)
    assert read(bytes(ISSUED.der)) == LEAF
    assert len({LEAF, read(bytes(ISSUED.der)), read(again.der)}) == 2


KEYS = {
    "ECDSA P-256": (lambda: new_key("ec"), ("ECDSA", 256)),
    "ECDSA P-384": (lambda: new_key("ec", curve="secp384r1"), ("ECDSA", 384)),
    "Ed25519": (lambda: new_key("ed25519"), ("Ed25519", 256)),
    "RSA": (lambda: new_key("rsa", key_size=2048), ("RSA", 2048)),
    "weak RSA": (lambda: new_key("rsa", key_size=1024), ("RSA", 1024)),
    "Ed448": (ed448.Ed448PrivateKey.generate, ("Ed448PublicKey", 0)),
    "DSA": (lambda: dsa.generate_private_key(1024), ("DSAPublicKey", 0)),
}


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize(("make", "told"), KEYS.values(), ids=KEYS)
def test_key(make, told):
    assert made(key=make()).key == told


PROPERTIES = {
    "leaf": (LEAF, {"is_authority": False, "is_self_issued": False, "serves_tls": True}),
    "intermediate": (ISSUER, {"is_authority": True, "is_self_issued": False, "serves_tls": True}),
    "root": (ROOT, {"is_authority": True, "is_self_issued": True}),
    "self-signed": (read(self_signed(["a.example"]).der), {"is_authority": False, "is_self_issued": True}),
    "clients only": (made(eku=["client_auth"]), {"serves_tls": False}),
    "clients too": (made(eku=["client_auth", "server_auth"]), {"serves_tls": True}),
    "no usage told": (made(eku=None), {"serves_tls": True}),
    "any usage": (with_usage("2.5.29.37.0"), {"serves_tls": True}),
    "servers by number": (with_usage("1.3.6.1.5.5.7.3.1"), {"serves_tls": True}),
    "no names": (made(san=False), {"dns_names": ()}),
    "an address alone": (made(names=["192.0.2.1"]), {"dns_names": ()}),
    "an issuer's address": (LEAF, {"issuer_address": "http://ca.example/int.crt"}),
    "no issuer's address": (ISSUER, {"issuer_address": None}),
    "an OCSP responder's address": (with_extension(OCSP), {"issuer_address": None}),
    "SHA-256": (LEAF, {"has_weak_signature": False}),
    "SHA-384": (made(hash_algorithm="sha384"), {"has_weak_signature": False}),
    "SHA-1": (OLD, {"has_weak_signature": True}),
    "Ed25519 has no hash": (made(Authority(key_type="ed25519")), {"has_weak_signature": False}),
}


@pytest.mark.parametrize(("certificate", "told"), PROPERTIES.values(), ids=PROPERTIES)
def test_properties(certificate, told):
    assert {name: getattr(certificate, name) for name in told} == told


TWIN, RENAMED = Authority("Test Intermediate CA"), Authority("X", key=AUTHORITY.key)
ODD = read(ISSUED.der.replace(bytes.fromhex("2a8648ce3d040302"), bytes.fromhex("2a8648ce3d04037f")))
CROSSED = Authority("Test Intermediate CA", key=AUTHORITY.key, issuer=Authority("Other Root"))
ISSUERS = {
    "its issuer": (LEAF, ISSUER, True),
    "the issuer's issuer": (LEAF, ROOT, False),
    "the other way round": (ISSUER, LEAF, False),
    "a root by itself": (ROOT, ROOT, True),
    "one of the issuer's name with another key": (LEAF, read_x509(TWIN.certificate), False),
    "one of the issuer's key with another name": (LEAF, read_x509(RENAMED.certificate), False),
    "a cross-signed twin of its issuer": (LEAF, read_x509(CROSSED.certificate), True),
    "an issuer with a key that signs nothing": (LEAF, made(key=ed448.Ed448PrivateKey.generate()), False),
    # A signature too weak to be verified is by the name.
    "SHA-1, its issuer": (OLD, ISSUER, True), "SHA-1, another": (OLD, ROOT, False),
    "of an unknown algorithm, its issuer": (ODD, ISSUER, True), "of an unknown algorithm, another": (ODD, ROOT, False),
}  # fmt: skip


@pytest.mark.parametrize(("certificate", "issuer", "is_it"), ISSUERS.values(), ids=ISSUERS)
def test_is_issued_by(certificate, issuer, is_it):
    assert certificate.is_issued_by(issuer) is is_it
    assert certificate.has_weak_signature is (certificate in (OLD, ODD))


def test_a_key_for_rsa_pss_alone_is_told_from_a_plain_one():
    assert read(pss_pair(AUTHORITY, ["shop.example"])[0].der).key == ("RSA-PSS", 2048)
    signed_so = {"rsa_padding": padding.PSS(padding.MGF1(hashes.SHA256()), 32)}
    issued = with_extension(x509.BasicConstraints(False, None), RSA_SIGNED.key, RSA_SIGNED.key, **signed_so)
    assert b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0a" in issued.der
    assert issued.key == ("RSA", 2048)


UNREADABLE = {
    "random": bytes(range(256)),
    "one byte more": ISSUED.der + b"\0",
    "two in one": ISSUED.der + ISSUER.der,
    "version 9": ISSUED.der.replace(bytes.fromhex("a003020102"), bytes.fromhex("a003020108"), 1),
    "a string type that does not exist": ISSUED.der.replace(b"\x0c\x14Test", b"\x4c\x14Test"),
    "not UTF-8": ISSUED.der.replace(b"Test Inter", b"Test\xff\xff\xff\xff\xff\xff"),
    "a name type that the library does not know": ISSUED.der.replace(b"\x82\x0cshop.example", b"\xa3\x0cshop.example"),
    "a name that is not ASCII": ISSUED.der.replace(b"\x82\x0cshop.example", b"\x82\x0cshop.ex\xffmple"),
    "a duplicate extension": ISSUED.der.replace(bytes.fromhex("0603551d0f"), bytes.fromhex("0603551d0e")),
    "a key": ISSUED.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()),
    "a public key": LEAF.public_key_der,
    "a key on no known curve": ISSUED.der.replace(bytes.fromhex("2a8648ce3d030107"), bytes.fromhex("2a8648ce3d030109")),
    "a key of no known type": ISSUED.der.replace(bytes.fromhex("2a8648ce3d0201"), bytes.fromhex("2a8648ce3d027f")),
    "a point that is not on the curve": ISSUED.der.replace(LEAF.public_key_der[-40:], bytes(40)),
    "a bit string in the subject": ISSUED.der.replace(b"\x0c\x0cshop.example", b"\x03\x0c\0hop.example", 1),
    "RSA-PSS without parameters": badly_signed(RSA_SIGNED),
    "a month 13": ISSUED.der.replace(b"260102030405Z", b"261302030405Z"),
}


@pytest.mark.parametrize("der", UNREADABLE.values(), ids=UNREADABLE)
def test_unreadable(der):
    assert der != ISSUED.der
    with pytest.raises(CertificateError, match=r"^certificate, line 3: not a readable X.509 certificate \(\w+\)$"):
        read(der)


# A bit string, a string type of old, another class or case, anything else.
MUTATIONS = (lambda _byte: 0x03, lambda _byte: 0x1B, lambda byte: byte ^ 0x20, lambda byte: byte ^ 0xFF)


@pytest.mark.filterwarnings("ignore:Parsed a")
@pytest.mark.parametrize("issued", [ISSUED, RSA_SIGNED], ids=["ECDSA", "RSA"])
@pytest.mark.parametrize("mutation", MUTATIONS, ids=range(len(MUTATIONS)))
def test_whatever_is_damaged_is_refused_or_survived(issued, mutation):
    for place, byte in enumerate(issued.der):
        damaged = issued.der[:place] + bytes([mutation(byte)]) + issued.der[place + 1 :]
        try:
            certificate = read(damaged)
        except CertificateError:
            continue
        assert certificate.facts(START)["fingerprint_sha256"] == hashlib.sha256(damaged).hexdigest()
        is_signed = 4 <= place < 4 + len(issued.certificate.tbs_certificate_bytes)  # behind that a bit may be of no use
        if certificate.is_issued_by(ISSUER) and is_signed:
            assert certificate.has_weak_signature or damaged == ISSUED.der
        assert not ISSUER.is_issued_by(certificate)
        assert certificate.label().startswith("'")


KEY_AMONG = "a private key among the certificates"
AFTER_THE_LEAF = len(ISSUED.certificate_pem.splitlines()) + 1
OTHERS = ("TRUSTED CERTIFICATE", "X509 CERTIFICATE", "CERTIFICATE REQUEST", "PKCS7", "DH PARAMETERS")
STRANGE = [
    *((ISSUED.certificate_pem + key + AUTHORITY.pem, AFTER_THE_LEAF, KEY_AMONG)
      for key in (ISSUED.private_key_pem, ISSUED.key_pem("traditional"), ISSUED.key_pem(passphrase="secret-words"))),
    *((ISSUED.certificate_pem.replace("CERTIFICATE", label), 1, f"a {label} where only CERTIFICATE belongs")
      for label in OTHERS),
    (ISSUED.certificate_pem + AUTHORITY.pem.replace("MII", "MIJ"), AFTER_THE_LEAF,
     "not a readable X.509 certificate (ValueError)"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "line", "message"), STRANGE)
def test_what_is_no_certificate_is_refused(text, line, message):
    with pytest.raises(CertificateError) as caught:
        certificates_from_pem(read_pem(text, "x"), "certificate_path (/etc/x.pem)")
    assert caught.value.message == f"certificate_path (/etc/x.pem), line {line}: {message}"
    assert_quotes_nothing(caught.value, text)
    assert certificates_from_pem(read_pem(ISSUED.full_chain_pem, "x"), "certificate") == [LEAF, ISSUER]
