# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""Mistakes that people make with certificates: a table."""

from __future__ import annotations

from dataclasses import dataclass

from .shop import NAME


@dataclass(frozen=True)
class Refusal:
    """One mistake.

    Attributes:
        says: what the story tells of it.
        words: what makes it, on the command line.
        message: a part of what the task must say.
    """

    says: str
    words: str
    message: str


REFUSALS = (
    Refusal(
        "The key of another certificate:",
        "-e resource_cert_private_key_path=other.key",
        f"the private key does not belong to 'CN={NAME}'",
    ),
    Refusal(
        "A certificate without its intermediate, which works in some browsers and fails in others:",
        "-e resource_cert_certificate_path=shop-leaf-only.crt",
        "the intermediate certificate 'CN=Example Issuing CA' is missing",
    ),
    Refusal(
        "A good pair, but of another site:",
        "-e resource_cert_certificate_path=other.crt -e resource_cert_private_key_path=other.key",
        f"the certificate does not cover {NAME}; it covers www.other.example",
    ),
)
