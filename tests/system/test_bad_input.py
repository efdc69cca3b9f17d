# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""Bad input of each kind: refused in words that help, or put right; no request where the input alone is wrong.

Every way to be wrong is for the unit tests of what reads it; here is what comes through a task, and from files.
"""

import base64
from collections.abc import Iterator
from typing import Any

import pytest

from simulator.authority import Issued, self_signed

from .cases import CERTIFICATE, Case, File, Seen, both_ways, certificate, play_cases
from .material import AUTHORITY, CANARIES, NEW, PASSPHRASE, WRONG_PASSPHRASE, ZONE, issued

OTHER = issued("another key")
EXPIRED = issued("an expired key", days=-1)
STRANGER = issued("a stranger's key", "www.elsewhere.example")
SOONER = issued("a sooner key", days=30)
DEEP = issued("a deep key", authority=AUTHORITY.intermediate("Test Issuing CA"))
SELF_SIGNED = self_signed([f"*.{ZONE}"])
CANARIES.plant_key("a self-signed key", SELF_SIGNED.key)

TWO_MEGABYTES = "no certificate\n" * (2 * 1024 * 1024 // 15)
MISSING_PATH = "/no/such/folder/site.pem"
NO_FILE = {"certificate": None, "certificate_path": MISSING_PATH}


def text(content: str) -> dict[str, Any]:
    return {**CERTIFICATE, "certificate": content}


def certificate_file(content: bytes) -> dict[str, Any]:
    return {"certificate_path": File(content), "private_key": NEW.private_key_pem}


def key(content: str, **options: Any) -> dict[str, Any]:
    return {**CERTIFICATE, "private_key": content, **options}


NO_PAIR, LINE_ENDS = {"certificate": None, "private_key": None}, "looks like a BEGIN or END line, but is not one"
ENCRYPTED, OLD_FORM = NEW.key_pem(passphrase=PASSPHRASE), NEW.key_pem("traditional")
REFUSED: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    # options, and what the message must have
    "no-certificate": ({"private_key": NEW.private_key_pem}, ("no certificate was given", "certificate_path")),
    "no-key": ({"certificate": NEW.full_chain_pem}, ("no private key was given", "private_key_path")),
    "no-file": (key(NEW.private_key_pem, **NO_FILE), ("certificate_path", MISSING_PATH, "No such file")),
    "joined-lines": (text(NEW.full_chain_pem.replace("\n", "")), ("Lines were joined into one",)),
    "escaped-line-ends": (text(NEW.full_chain_pem.replace("\n", "\\n")), ("\\n", "quote", LINE_ENDS)),
    "not-pem": (text("certificate: see the vault"), ("no PEM block in it",)),
    "der-file": (certificate_file(NEW.der), ("DER", "openssl x509 -inform DER")),
    "key-of-another": (key(OTHER.private_key_pem), ("the private key does not belong to", "same issuance")),
    "key-among-certificates": (text(NEW.full_chain_pem + OLD_FORM), ("a private key among the certificates",)),
    "wrong-passphrase": (key(ENCRYPTED, private_key_passphrase=WRONG_PASSPHRASE), ("wrong passphrase",)),
    "expired": (certificate(EXPIRED), ("expired at", "Renew")),
    "two-megabytes": (text(TWO_MEGABYTES), ("bytes", "right file")),
    "text-and-file": ({**CERTIFICATE, "certificate_path": File(NEW.full_chain_pem)}, ("certificate|certificate_path",)),
    "id-and-name": ({**CERTIFICATE, "name": f"www.{ZONE}"}, ("resource_id", "name")),
    "no-token": ({**CERTIFICATE, "api_key": None}, ("GCORE_API_KEY", "GCORE_API_TOKEN")),
    "url-in-the-clear": ({**CERTIFICATE, "api_url": "http://api.example.invalid"}, ("unencrypted", "https")),
}

BY_ANSIBLE: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "id-is-no-number": ({**CERTIFICATE, "resource_id": "first"}, ("resource_id", "int")),
    "unknown-option-with-a-key": ({"privatekey": NEW.private_key_pem}, ("Unsupported parameters", "privatekey")),
}

BY_RESOURCE: dict[str, tuple[dict[str, Any], dict[str, Any], tuple[str, ...]]] = {
    # options, more of the case, what the message must have: these need to see the resource
    "wrong-host": (certificate(STRANGER), {}, ("the certificate does not cover site", "www.elsewhere.example")),
    "older-than-current": (certificate(SOONER), {"installed": NEW}, ("valid until", "allow_downgrade")),
    "over-lets-encrypt": (CERTIFICATE, {"installed": "le"}, ("Let's Encrypt", "replace_lets_encrypt")),
}

WINDOWS, WINDOWS_KEY = (pem.replace("\n", "\r\n") for pem in (NEW.full_chain_pem, NEW.private_key_pem))
LOCKED, BUNDLE = NEW.key_pem("traditional", PASSPHRASE), base64.b64encode(NEW.pkcs12(PASSPHRASE)).decode()

NORMALISED: dict[str, tuple[Issued, dict[str, Any]]] = {
    "as-documented": (NEW, {}),
    "windows-files": (NEW, {**NO_PAIR, "certificate_path": File(WINDOWS), "private_key_path": File(WINDOWS_KEY)}),
    "byte-order-mark-file": (NEW, {"certificate": None, "certificate_path": File(f"\ufeff{WINDOWS}")}),
    "shuffled": (DEEP, {"certificate": DEEP.chain_pem + DEEP.certificate_pem}),
    "passphrase-file": (NEW, {"private_key": LOCKED, "private_key_passphrase_path": File(f"{PASSPHRASE}\r\n")}),
    "pkcs12": (NEW, {**NO_PAIR, "pkcs12": BUNDLE, "private_key_passphrase": PASSPHRASE}),
    "self-signed": (SELF_SIGNED, {}),
}
FAR_TOO = ("no-file", "wrong-passphrase", "key-among-certificates", "two-megabytes", "windows-files", "pkcs12")


def _cases() -> Iterator[Case]:
    for name, (options, words) in {**REFUSED, **BY_ANSIBLE}.items():
        yield Case(name, options, expect=("refused", words))
    for name, (options, more, words) in BY_RESOURCE.items():
        yield Case(name, options, expect=("unwritten", words), **more)
    for name, (pair, options) in NORMALISED.items():
        yield Case(name, {**certificate(pair), **options}, expect=("stored", pair))


ALL = list(_cases())
CASES = [case for case in ALL if case.name not in (*FAR_TOO, *BY_ANSIBLE)]
CASES += both_ways(case for case in ALL if case.name in (*FAR_TOO, *BY_ANSIBLE))


@pytest.fixture(scope="module")
def seen(simulator, ansible) -> dict[str, Seen]:
    return play_cases(simulator, ansible, CASES, "-vvv")


def every(*kinds):
    return pytest.mark.parametrize("name", [case.name for case in CASES if case.expect[0] in kinds])


@every("refused", "unwritten")
def test_it_is_refused_in_words_that_help_and_nothing_is_changed(name, seen):
    one = seen[name]
    assert one.failed
    missing = [word for word in one.case.expect[1] if word not in one.message]
    assert not missing, f"{missing} not in: {one.message}"
    assert len(one.message) < 1000
    assert one.after == one.before
    assert not one.result.get("changed")
    assert "Traceback" not in str(one.result)
    assert "unexpected" not in one.message
    # No request where the input alone is wrong, no write where the resource speaks against it.
    assert (set(one.calls), one.handshakes) == (set(), []) or one.case.expect[0] == "unwritten"
    assert set(one.calls) <= {"get"}


@every("stored")
def test_it_is_put_right(name, seen):
    one = seen[name]
    pair = one.case.expect[1]
    assert not one.failed, one.message
    assert one.stored == pair.fingerprint_sha256
    body = one.puts[0]["body"]
    assert body["service_ssl_crt"] == pair.full_chain_pem
    assert body["service_ssl_key"]["label"] == "PRIVATE KEY"
    assert body["service_ssl_key"]["spki_sha256"] == pair.key_fingerprint_sha256
