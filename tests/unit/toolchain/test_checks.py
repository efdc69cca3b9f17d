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


SECTIONS = "".join(f"## {title}\n\ntext\n\n" for title in checks._SECTIONS)


@pytest.mark.parametrize("text", [SECTIONS, SECTIONS.replace("## Testing", "## In between\n\n## Testing")])
def test_a_readme_with_all_sections_is_right(tmp_path, text):
    write(tmp_path, **{"README.md": f"# Title\n\n{text}"})
    checks.sections(tmp_path)


@pytest.mark.parametrize(
    "text",
    [
        SECTIONS.replace("## Support", "### Support"),
        SECTIONS.replace("## Requirements", "## Requirements and installation"),
        f"## License Information\n\n{SECTIONS}",
        SECTIONS.replace("## Testing", "## Support", 1),
    ],
)
def test_a_section_that_is_missing_or_elsewhere_is_told(tmp_path, text):
    write(tmp_path, **{"README.md": text})
    with pytest.raises(Failed, match="these sections, in this order: Description, "):
        checks.sections(tmp_path)


REPOSITORY = "https://git.example.com/team/collection"
LINKS = {
    "https://www.example.com/page": True,
    f"{REPOSITORY}/issues": True,
    f"{REPOSITORY}/blob/main/galaxy.yml#L1": True,
    f"{REPOSITORY}/tree/main/roles": True,
    f"{REPOSITORY}/blob/main/gone.md": False,
    "galaxy.yml": False,
    "../galaxy.yml": False,
    "#use-cases": False,
    "http://www.example.com/": False,
}


@pytest.mark.parametrize("form", ["See [it]({}).", "See [it].\n\n[it]: {}\n"])
@pytest.mark.parametrize("name", ["README.md", "roles/some/README.md"])
@pytest.mark.parametrize(("link", "works"), LINKS.items(), ids=LINKS)
def test_readmes_link_where_they_are_shown_elsewhere(tmp_path, link, works, name, form):
    (tmp_path / "roles" / "some").mkdir(parents=True)
    files = write(tmp_path, **{"galaxy.yml": f"---\nrepository: {REPOSITORY}\n", name: form.format(link)})
    if works:
        checks.links(files, tmp_path)
    else:
        with pytest.raises(Failed, match=f"{name}: {link}$"):
            checks.links(files, tmp_path)


def test_other_files_may_link_within_the_repository(tmp_path):
    files = write(tmp_path, **{"galaxy.yml": f"repository: {REPOSITORY}\n", "CONTRIBUTING.md": "[it](galaxy.yml)"})
    checks.links(files, tmp_path)


def test_the_archive_holds_only_what_git_knows(tmp_path):
    files = write(tmp_path, known="", **{"MANIFEST.json": "", "stray": ""})
    with tarfile.open(tmp_path / "archive.tar.gz", "w:gz") as archive:
        for name in files:
            archive.add(tmp_path / name, arcname=str(name))
    checks.archive(tmp_path / "archive.tar.gz", files)
    with pytest.raises(Failed, match=r": stray$"):
        checks.archive(tmp_path / "archive.tar.gz", [Path("known")])
