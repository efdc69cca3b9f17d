# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""The rules over all files find what they are there for."""

from __future__ import annotations

import tarfile
from pathlib import Path

import pytest

from toolchain import checks
from toolchain.process import Failed

SPDX = f"{checks.LICENCE.decode()}\n{checks.COPYRIGHT.decode()}\n"


def write(folder: Path, **files: str) -> list[Path]:
    for name, text in files.items():
        (folder / name).write_text(text)
    return [Path(name) for name in files]


@pytest.mark.parametrize(
    "text",
    [
        SPDX,
        "".join(f"# {line}\n" for line in SPDX.splitlines()),
        f"#!/usr/bin/env bash\n{SPDX}",
        f"<!--\n{SPDX}-->\n# Title\n",
    ],
)
def test_a_licence_in_the_first_lines_is_enough(tmp_path, text):
    checks.licences(write(tmp_path, file=text), tmp_path)


@pytest.mark.parametrize(
    "text",
    ["", "print()\n", f"{checks.LICENCE.decode()}\n", "\n" * 9 + SPDX, SPDX.replace("-or-later", "-only")],
)
def test_a_file_without_the_licence_is_named(tmp_path, text):
    with pytest.raises(Failed, match="bare"):
        checks.licences(write(tmp_path, bare=text, good=SPDX), tmp_path)


def test_a_licence_file_beside_it_speaks_for_a_file(tmp_path):
    files = write(tmp_path, data="{}", **{"data.license": SPDX})
    checks.licences(files, tmp_path)


@pytest.mark.parametrize("kind", ["", "RSA ", "EC ", "ENCRYPTED ", "OPENSSH "])
def test_the_header_of_a_private_key_is_found(tmp_path, kind):
    files = write(tmp_path, leak=f"x = '''-----BEGIN {kind}PRIVATE KEY-----\n'''", good=SPDX)
    with pytest.raises(Failed, match="leak"):
        checks.private_keys(files, tmp_path)


def test_certificates_and_public_keys_are_no_private_keys(tmp_path):
    checks.private_keys(write(tmp_path, a="-----BEGIN CERTIFICATE-----", b="-----BEGIN PUBLIC KEY-----"), tmp_path)


def test_the_archive_holds_only_what_git_knows(tmp_path):
    files = write(tmp_path, known="", **{"MANIFEST.json": "", "stray": ""})
    with tarfile.open(tmp_path / "archive.tar.gz", "w:gz") as archive:
        for name in files:
            archive.add(tmp_path / name, arcname=str(name))
    checks.archive(tmp_path / "archive.tar.gz", files)
    with pytest.raises(Failed, match=r": stray$"):
        checks.archive(tmp_path / "archive.tar.gz", [Path("known")])
