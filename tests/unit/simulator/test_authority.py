# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors
"""Certificates as tests need them: good ones, and all kinds of bad ones."""

from __future__ import annotations

import datetime
import shutil
import subprocess
from itertools import pairwise

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes

from simulator.authority import Authority, self_signed

NOW = datetime.datetime.now(datetime.timezone.utc)
DAY = datetime.timedelta(days=1)


def names_of(certificate):
    extension = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    return [str(name.value) for name in extension.value]


def test_chain_leads_from_leaf_to_root():
    root = Authority("Root")
    issued = root.intermediate("Upper").intermediate("Lower").issue(["a.example"])
    chain = x509.load_pem_x509_certificates(issued.full_chain_pem.encode())
    assert [each.subject.rfc4514_string() for each in chain] == ["CN=a.example", "CN=Lower", "CN=Upper"]
    assert issued.root_pem == root.pem
    assert issued.chain_pem == issued.full_chain_pem.removeprefix(issued.certificate_pem)
    for below, above in pairwise([*chain, root.certificate]):
        below.verify_directly_issued_by(above)


def test_names_are_a_labels_and_addresses():
    issued = Authority().issue(["*.bücher.example", "BÜCHER.example", "127.0.0.1"])
    assert names_of(issued.certificate) == ["*.xn--bcher-kva.example", "xn--bcher-kva.example", "127.0.0.1"]


@pytest.mark.parametrize(
    ("options", "first", "last"),
    [
        ({"days": -1}, NOW - 2 * DAY, NOW),
        ({"not_after": NOW - 400 * DAY}, NOW - 401 * DAY, NOW - 399 * DAY),
        ({"not_before": NOW + 3 * DAY}, NOW + 2 * DAY, NOW + 100 * DAY),
    ],
)
def test_expired_and_not_yet_valid(options, first, last):
    issued = Authority().issue(["a.example"], **options)
    assert first < issued.not_before < issued.not_after < last


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
