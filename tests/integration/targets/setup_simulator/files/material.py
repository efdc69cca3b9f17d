# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""Writes certificates, keys and the simulator's resources into a folder: nothing of it outlives the test."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from simulator.authority import Authority, Issued
from simulator.sample import ODD_FIELDS, resource, with_installed, with_issued
from simulator.settings import DEFAULT_API_KEY

PASSPHRASE = "burn after reading\\n"
"""Ends in what a careless removal of line ends would take away."""

EVERY_NAME = ["*.example.test"]


def main(folder: Path) -> None:
    """Write what the tests need, and print what they need to know of it."""
    authority = Authority().intermediate()
    issued = {
        "old": authority.issue(EVERY_NAME, days=9),
        "new": authority.issue(EVERY_NAME, days=90),
        "later": authority.issue(EVERY_NAME, days=300),
        "foreign": authority.issue(["www.example.org"], days=90),
    }
    for name, each in issued.items():
        _write(folder, name, each)
    (folder / "passphrase").write_text(f"{PASSPHRASE}\n")
    (folder / "empty").touch()
    (folder / "resources.json").write_text(json.dumps(_resources(issued)))
    fingerprints = {name: each.fingerprint_sha256 for name, each in issued.items()}
    print(json.dumps({"api_key": DEFAULT_API_KEY, "passphrase": PASSPHRASE, "fingerprints": fingerprints}))


def _write(folder: Path, name: str, issued: Issued) -> None:
    texts = {
        "crt": issued.certificate_pem,
        "chain.crt": issued.chain_pem,
        "full.crt": issued.full_chain_pem,
        "key": issued.private_key_pem,
        "encrypted.key": issued.key_pem(passphrase=PASSPHRASE),
    }
    for suffix, text in texts.items():
        (folder / f"{name}.{suffix}").write_text(text)
    (folder / f"{name}.p12").write_bytes(issued.pkcs12(PASSPHRASE))


def _resources(issued: dict[str, Issued]) -> list[dict[str, object]]:
    return [
        with_installed(resource(1, "www.example.test", ["static.example.test"], **ODD_FIELDS), issued["old"]),
        with_installed(resource(2, "shop.example.test"), issued["old"]),
        with_installed(resource(3, "done.example.test"), issued["new"]),
        {"resource": resource(4, "off.example.test")},
        with_issued(resource(5, "blog.example.test"), lets_encrypt=True),
        with_installed(resource(6, "twin.example.test"), issued["old"]),
        with_installed(resource(7, "twin.example.test"), issued["old"]),
        with_installed(resource(8, "later.example.test"), issued["later"]),
    ]


if __name__ == "__main__":
    main(Path(sys.argv[1]))
