# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors
"""Certificates as tests need them: good ones, and all kinds of bad ones."""

from __future__ import annotations

import datetime
import hashlib
import shutil
import subprocess
import time
from itertools import pairwise

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import pkcs12

from simulator.authority import Authority, new_key, self_signed

NOW = datetime.datetime.now(datetime.timezone.utc)


def names_of(certificate):
    extension = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    return [str(name.value) for name in extension.value]


def test_chain_leads_from_leaf_to_root():
    root = Authority("Root")
    middle = root.intermediate("Upper").intermediate("Lower")
    issued = middle.issue(["a.example"])
    chain = x509.load_pem_x509_certificates(issued.full_chain_pem.encode())
    assert [each.subject.rfc4514_string() for each in chain] == ["CN=a.example", "CN=Lower", "CN=Upper"]
    assert issued.root_pem == root.pem
    assert issued.chain_pem == issued.full_chain_pem.removeprefix(issued.certificate_pem)
    links = [*chain, x509.load_pem_x509_certificate(root.pem.encode())]
    for below, above in pairwise(links):
        below.verify_directly_issued_by(above)


def test_facts_are_those_of_the_certificate():
    issued = Authority().issue(["a.example"])
    assert issued.fingerprint_sha256 == hashlib.sha256(issued.der).hexdigest()
    public = issued.certificate.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    assert issued.key_fingerprint_sha256 == hashlib.sha256(public).hexdigest()
    assert issued.not_before < NOW < issued.not_after
    assert issued.not_after.tzinfo is not None


@pytest.mark.parametrize(
    ("options", "kind", "size"),
    [
        ({}, ec.EllipticCurvePrivateKey, 256),
        ({"curve": "secp384r1"}, ec.EllipticCurvePrivateKey, 384),
        ({"key_type": "rsa"}, rsa.RSAPrivateKey, 2048),
        ({"key_type": "rsa", "key_size": 1024}, rsa.RSAPrivateKey, 1024),
        ({"key_type": "ed25519"}, ed25519.Ed25519PrivateKey, None),
    ],
)
def test_key_types(options, kind, size):
    issued = Authority().issue(["a.example"], **options)
    assert issued.private_key_pem.splitlines()[0].strip("-") == "BEGIN PRIVATE KEY"
    key = serialization.load_pem_private_key(issued.private_key_pem.encode(), None)
    assert isinstance(key, kind)
    assert getattr(key, "key_size", None) == size
    assert key.public_key() == issued.certificate.public_key()


@pytest.mark.parametrize(
    ("key_type", "key_format", "passphrase", "label"),
    [
        ("ec", "pkcs8", None, "PRIVATE KEY"),
        ("ec", "pkcs8", "secret", "ENCRYPTED PRIVATE KEY"),
        ("ec", "traditional", None, "EC PRIVATE KEY"),
        ("rsa", "traditional", None, "RSA PRIVATE KEY"),
        ("rsa", "traditional", "secret", "RSA PRIVATE KEY"),
    ],
)
def test_key_formats(key_type, key_format, passphrase, label):
    issued = Authority().issue(["a.example"], key_type=key_type)
    pem = issued.key_pem(format=key_format, passphrase=passphrase)
    assert pem.startswith(f"-----BEGIN {label}-----\n")
    password = passphrase.encode() if passphrase else None
    key = serialization.load_pem_private_key(pem.encode(), password)
    assert key.public_key() == issued.certificate.public_key()


def test_pkcs12_holds_key_leaf_and_chain():
    issued = Authority().intermediate().issue(["a.example"])
    key, leaf, more = pkcs12.load_key_and_certificates(issued.pkcs12("secret"), b"secret")
    assert key.public_key() == leaf.public_key()
    assert leaf == issued.certificate
    assert more == [issued.issuers[0]]


def test_names_are_a_labels_and_addresses():
    issued = Authority().issue(["*.bücher.example", "BÜCHER.example", "127.0.0.1"])
    assert names_of(issued.certificate) == ["*.xn--bcher-kva.example", "xn--bcher-kva.example", "127.0.0.1"]


def test_without_alternative_names_there_is_only_the_common_name():
    issued = Authority().issue(["a.example"], san=False)
    with pytest.raises(x509.ExtensionNotFound):
        names_of(issued.certificate)
    assert issued.certificate.subject.rfc4514_string() == "CN=a.example"


@pytest.mark.parametrize(
    ("options", "first", "last"),
    [
        ({"days": -1}, NOW - datetime.timedelta(days=2), NOW),
        ({"not_after": NOW - datetime.timedelta(days=400)}, None, NOW - datetime.timedelta(days=399)),
        ({"not_before": NOW + datetime.timedelta(days=3)}, NOW + datetime.timedelta(days=2), None),
    ],
)
def test_expired_and_not_yet_valid(options, first, last):
    issued = Authority().issue(["a.example"], **options)
    assert issued.not_before < issued.not_after
    assert first is None or issued.not_before > first
    assert last is None or issued.not_after < last


def test_not_after_is_taken_to_the_second():
    wanted = datetime.datetime(2031, 2, 3, 4, 5, 6, tzinfo=datetime.timezone.utc)
    assert Authority().issue(["a.example"], not_after=wanted).not_after == wanted


def test_extensions_as_asked():
    issued = Authority().issue(["a.example"], eku=None, ca=True, aia="http://ca.example/ca.crt", serial=77)
    extensions = issued.certificate.extensions
    assert extensions.get_extension_for_class(x509.BasicConstraints).value.ca is True
    access = extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
    assert [each.access_location.value for each in access] == ["http://ca.example/ca.crt"]
    assert issued.certificate.serial_number == 77
    with pytest.raises(x509.ExtensionNotFound):
        extensions.get_extension_for_class(x509.ExtendedKeyUsage)


@pytest.mark.parametrize("key_type", ["ec", "rsa"])
def test_sha1_signature_is_a_real_one(key_type, tmp_path):
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("needs the openssl command, because cryptography verifies no SHA-1")
    authority = Authority(key_type=key_type)
    issued = authority.issue(["a.example"], hash_algorithm="sha1")
    assert isinstance(issued.certificate.signature_hash_algorithm, hashes.SHA1)
    (tmp_path / "root.pem").write_text(authority.pem)
    (tmp_path / "leaf.pem").write_text(issued.certificate_pem)
    command = [openssl, "verify", "-auth_level", "0", "-CAfile", "root.pem", "leaf.pem"]
    assert subprocess.run(command, cwd=tmp_path, check=False, capture_output=True).returncode == 0


def test_self_signed_is_its_own_issuer():
    issued = self_signed(["a.example"])
    issued.certificate.verify_directly_issued_by(issued.certificate)
    assert issued.chain_pem == ""
    assert issued.root_pem == issued.certificate_pem == issued.full_chain_pem


def test_many_with_one_key_are_quick():
    authority = Authority().intermediate()
    key = new_key()
    start = time.monotonic()
    issued = [authority.issue([f"site{number}.example"], key=key) for number in range(200)]
    assert time.monotonic() - start < 5
    assert len({each.fingerprint_sha256 for each in issued}) == 200
    assert len({each.key_fingerprint_sha256 for each in issued}) == 1
