# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""The rules over all files find what they are there for, and nothing else."""

import tarfile
from pathlib import Path

import pytest

from checks.files import COPYRIGHT, LICENCE, SECTIONS, complaints, strangers

SPDX = f"{LICENCE}\n{COPYRIGHT}\n"
REPOSITORY = "https://git.example.com/team/collection"
README = SPDX + "".join(f"## {title}\n\ntext\n\n" for title in SECTIONS)
NO_LICENCE = {"bare": "no SPDX lines"}
NO_SECTIONS = {"README.md": "needs these sections, in this order: Description, "}
KEY = {"leak": "the header of a private key"}

CASES = {
    "in a comment": ({"file": f"<!--\n{SPDX}-->\n# Title\n"}, {}),
    "below a shebang": ({"file": f"#!/usr/bin/env bash\n# {LICENCE}\n# {COPYRIGHT}\n"}, {}),
    "in a file beside it": ({"data": "{}", "data.license": SPDX}, {}),
    "an empty file": ({"bare": "", "good": SPDX}, NO_LICENCE),
    "too far below": ({"bare": "\n" * 9 + SPDX}, NO_LICENCE),
    "another licence": ({"bare": SPDX.replace("-or-later", "-only")}, NO_LICENCE),
    **{
        f"a {kind}key": ({"leak": f"{SPDX}x = '''-----BEGIN {kind}PRIVATE KEY-----\n'''"}, KEY)
        for kind in ("", "RSA ", "EC ", "ENCRYPTED ", "OPENSSH ")
    },
    "no private key": ({"a": f"{SPDX}-----BEGIN CERTIFICATE-----\n-----BEGIN PUBLIC KEY-----"}, {}),
    "all sections": ({"README.md": README}, {}),
    "another between them": ({"README.md": README.replace("## Testing", "## More\n\n## Testing")}, {}),
    "a section too deep": ({"README.md": README.replace("## Support", "### Support")}, NO_SECTIONS),
    "a section with more": ({"README.md": README.replace("## Requirements", "## Requirements and more")}, NO_SECTIONS),
    "sections in disorder": ({"README.md": README.replace("## Testing", "## Support", 1)}, NO_SECTIONS),
    "links of other files": ({"CONTRIBUTING.md": f"{SPDX}[it](galaxy.yml)"}, {}),
}
LINKS = {
    "https://www.example.com/page": True,
    f"{REPOSITORY}/issues": True,
    f"{REPOSITORY}/blob/main/galaxy.yml#L1": True,
    f"{REPOSITORY}/tree/main/roles": True,
    f"{REPOSITORY}/blob/main/gone.md": False,
    "galaxy.yml": False,
    "#use-cases": False,
    "http://www.example.com/": False,
}
for _form in ("See [it]({}).", "See [it].\n\n[it]: {}\n"):
    for _name, _text in {"README.md": README, "roles/some/README.md": SPDX}.items():
        for _link, _works in LINKS.items():
            wrong = {} if _works else {_name: f"{_link} is no full https address, or leads nowhere"}
            CASES[f"{_form} {_link} in {_name}"] = ({_name: _text + _form.format(_link)}, wrong)


@pytest.mark.parametrize(("texts", "wrong"), CASES.values(), ids=CASES)
def test_what_breaks_a_rule_is_named(tmp_path, texts, wrong):
    (tmp_path / "roles" / "some").mkdir(parents=True)
    for name, text in {**texts, "galaxy.yml": f"repository: {REPOSITORY}\n"}.items():
        (tmp_path / name).write_text(text)
    told = list(complaints(map(Path, texts), tmp_path))
    assert len(told) == len(wrong)
    assert all(line.startswith(f"{name}: {rule}") for line, (name, rule) in zip(told, wrong.items(), strict=True))


def test_the_archive_holds_only_what_git_knows(tmp_path):
    with tarfile.open(tmp_path / "archive.tar.gz", "w:gz") as archive:
        for name in ("known", "MANIFEST.json", "stray"):
            (tmp_path / name).touch()
            archive.add(tmp_path / name, arcname=name)
    assert strangers(tmp_path / "archive.tar.gz", [Path("known")]) == ["stray"]
