# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

import base64
import re

import pytest
from cryptography.hazmat.primitives.asymmetric import ed448, x25519
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ansible_collections.gcore.web_security.plugins.module_utils._errors import PrivateKeyError
from ansible_collections.gcore.web_security.plugins.module_utils._x509.pem import PemBlock, read_pem
from ansible_collections.gcore.web_security.plugins.module_utils._x509.private_key import private_key_from_pem
from simulator.authority import Authority, new_key
from unit.plugins.fakes import assert_quotes_nothing

WHAT = "private_key_path (/etc/x.key)"
PASSPHRASE = "correct horse $ batterie à clé"
KEYS = {
    "RSA": new_key("rsa"), "ECDSA P-256": new_key("ec"), "ECDSA P-384": new_key("ec", curve="secp384r1"),
    "ECDSA P-521": new_key("ec", curve="secp521r1"), "Ed25519": new_key("ed25519"),
    "Ed448": ed448.Ed448PrivateKey.generate(), "X25519": x25519.X25519PrivateKey.generate(),
}  # fmt: skip


def pem(key, form=PrivateFormat.PKCS8, passphrase=None):
    encryption = BestAvailableEncryption(passphrase.encode()) if passphrase else NoEncryption()
    return key.private_bytes(Encoding.PEM, form, encryption).decode()


def relabelled(text, label):
    return re.sub("(BEGIN|END) [A-Z ]*PRIVATE KEY", rf"\1 {label}", text)


def read(text, passphrase=None):
    return private_key_from_pem(read_pem(text, WHAT), passphrase, WHAT)


FORMS = [
    *((key, PrivateFormat.PKCS8) for key in KEYS.values()),
    *((KEYS[name], PrivateFormat.TraditionalOpenSSL) for name in ("RSA", "ECDSA P-256", "ECDSA P-384")),
]


@pytest.mark.parametrize("passphrase", [None, PASSPHRASE], ids=["plain", "encrypted"])
@pytest.mark.parametrize(("key", "form"), FORMS)
def test_every_form_is_written_as_unencrypted_pkcs8(key, form, passphrase):
    read_key = read(pem(key, form, passphrase), passphrase)
    assert read_key.pem() == pem(key)
    assert read_key.pem().splitlines()[0].strip("-") == "BEGIN PRIVATE KEY"
    public = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    assert read_key.public_key_der() == public


def test_what_is_of_no_account():
    curve = PemBlock("EC PARAMETERS", 1, bytes.fromhex("06082a8648ce3d030107")).text()
    old = pem(KEYS["ECDSA P-256"], PrivateFormat.TraditionalOpenSSL)
    assert read(curve + old).pem() == read(EC, "a passphrase that is not needed").pem() == EC
    assert repr(read(EC)) == "PrivateKey()"


RSA, EC = pem(KEYS["RSA"]), pem(KEYS["ECDSA P-256"])
OLD_ENCRYPTED = pem(KEYS["RSA"], PrivateFormat.TraditionalOpenSSL, PASSPHRASE)
ENCRYPTED = pem(KEYS["ECDSA P-256"], passphrase=PASSPHRASE)
CANT = "line 1: the private key can't be read"
WRONG = rf"{CANT} \(wrong passphrase, or damaged\)"
DAMAGED = rf"{CANT} \(damaged, or of a type that is not for TLS\)"


def without_line(text, number):
    lines = text.splitlines(keepends=True)
    return "".join(lines[:number] + lines[number + 1 :])


NEEDED, PUBLIC = "line 1: the private key is encrypted$", "line 1: a PUBLIC KEY where only a private key belongs$"
PASSPHRASES = [None, "wrong", "", "x" * 2000, "wrong \udc80", "wrong \ud800"]
REFUSED = {
    **{f"{name}, passphrase {ascii(passphrase)[:9]}": (text, passphrase, NEEDED if passphrase is None else WRONG)
       for name, text in (("encrypted", ENCRYPTED), ("old, encrypted", OLD_ENCRYPTED)) for passphrase in PASSPHRASES},
    "unknown cipher": (OLD_ENCRYPTED.replace("AES-256-CBC", "ROT-13"), PASSPHRASE, WRONG),
    "no initialisation vector": (re.sub(",[0-9A-F]+\n", ",\n", OLD_ENCRYPTED), PASSPHRASE, WRONG),
    "no DEK-Info": (re.sub("DEK-Info.*\n", "", OLD_ENCRYPTED), PASSPHRASE, WRONG),
    "no Proc-Type": (re.sub("Proc-Type.*\n", "", OLD_ENCRYPTED), PASSPHRASE, DAMAGED),
    "headers that are no ASCII": (OLD_ENCRYPTED.replace("DEK-Info", "Note: à\nDEK-Info"), PASSPHRASE, WRONG),
    "encrypted in name alone": (relabelled(RSA, "ENCRYPTED PRIVATE KEY"), PASSPHRASE, WRONG),
    "unencrypted in name alone": (relabelled(ENCRYPTED, "PRIVATE KEY"), PASSPHRASE, DAMAGED),
    "a line lost": (without_line(RSA, 9), None, DAMAGED),
    "a line lost of the encrypted": (without_line(OLD_ENCRYPTED, 9), PASSPHRASE, WRONG),
    "nonsense": (PemBlock("PRIVATE KEY", 1, b"nonsense").text(), None, DAMAGED),
    "a certificate in name": (Authority().pem.replace("CERTIFICATE", "PRIVATE KEY"), None, DAMAGED),
    "a key behind text": ("\n\n" + without_line(RSA, 9), None, DAMAGED.replace("line 1", "line 3")),
    "two keys": (RSA + EC, None, r"2 private keys in it, exactly one is needed$"),
    "the same key twice": (EC + EC, None, r"2 private keys in it"),
    "parameters alone": (PemBlock("EC PARAMETERS", 1, b"\x06\x01\x00").text(), None, r"0 private keys in it"),
    "certificate": (Authority().pem, None, PUBLIC.replace("PUBLIC KEY", "CERTIFICATE")),
    "certificate behind it": (EC + Authority().pem, None, r"line 6: a CERTIFICATE where only a private key belongs$"),
    "public key": (relabelled(EC, "PUBLIC KEY"), None, PUBLIC),
    "DSA": (relabelled(EC, "DSA PRIVATE KEY"), None, r"line 1: a DSA PRIVATE KEY where only"),
    "OpenSSH": (pem(KEYS["RSA"], PrivateFormat.OpenSSH), None, r"line 1: a OPENSSH PRIVATE KEY where only"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "passphrase", "message"), REFUSED.values(), ids=REFUSED)
def test_refused(text, passphrase, message):
    with pytest.raises(PrivateKeyError, match=rf"^private_key_path \(/etc/x\.key\)[:,] {message}") as caught:
        read(text, passphrase)
    assert_quotes_nothing(caught.value, text, PASSPHRASE)
    hints = {NEEDED: "Give private_key_passphrase.", PUBLIC: "RSA PRIVATE KEY, EC PRIVATE KEY."}
    assert caught.value.hint.endswith(hints.get(message, ""))


def scalar(key):
    return key.private_numbers().private_value.to_bytes(32, "big")


def point(key):
    return key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


@pytest.mark.parametrize("half", [scalar, point], ids=["private", "public"])
def test_an_ec_key_whose_halves_do_not_fit_is_refused(half):
    der = base64.b64decode("".join(EC.splitlines()[1:-1]))
    mixed = der.replace(half(KEYS["ECDSA P-256"]), half(new_key("ec")))
    assert mixed != der
    with pytest.raises(PrivateKeyError, match=DAMAGED):
        private_key_from_pem([PemBlock("PRIVATE KEY", 1, mixed)], None, WHAT)


def test_an_ec_key_without_its_public_half_is_read():
    bare = b"0\x31\x02\x01\x01\x04\x20" + scalar(KEYS["ECDSA P-256"]) + bytes.fromhex("a00a06082a8648ce3d030107")
    read_key = private_key_from_pem([PemBlock("EC PRIVATE KEY", 1, bare)], None, WHAT)
    assert read_key.public_key_der() == read(EC).public_key_der()


@settings(deadline=None, max_examples=60)
@given(
    st.sampled_from(["ECDSA P-256", "Ed25519"]),
    st.sampled_from(["PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY"]),
    st.lists(st.tuples(st.integers(0, 137), st.integers(0, 255)), max_size=3),
    st.none() | st.integers(1, 137),
)
@example("RSA", "PRIVATE KEY", [(300, 255)], None)
@example("RSA", "EC PRIVATE KEY", [], None)
@example("Ed25519", "PRIVATE KEY", [(11, 0x71)], None)
def test_damage_is_refused_or_of_no_account(name, label, changes, length):
    der = bytearray(base64.b64decode("".join(pem(KEYS[name]).splitlines()[1:-1])))
    for place, value in changes:
        der[place % len(der)] = value
    try:
        key = private_key_from_pem([PemBlock(label, 1, bytes(der[:length]))], None, WHAT)
    except PrivateKeyError:
        return
    assert load_pem_private_key(key.pem().encode(), None)
    assert key.public_key_der() == read(key.pem()).public_key_der()
