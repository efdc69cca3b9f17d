# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors
"""Certificates as tests need them: good ones, and all kinds of bad ones."""

from __future__ import annotations

import shutil
import subprocess

import pytest
from cryptography.hazmat.primitives import hashes

from simulator.authority import Authority


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
