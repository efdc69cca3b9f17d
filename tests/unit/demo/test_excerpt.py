# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""What the demo shows of a failed task."""

from __future__ import annotations

import pytest

from demo.excerpt import Excerpt

OLDER = """\
PLAY [localhost] ***

TASK [Keep the certificate current] ***
failed: [localhost] (item=www.shop.example) =>
    changed: false
    current:
        days_left: 4
    msg: 'the first line
        and the second'
    resource: null

PLAY RECAP ***
localhost : ok=2 failed=1
"""
NEWER = OLDER.replace(
    "failed: [", "[ERROR]: Task failed: the first line\nOrigin: main.yml:10:3\n\n 8     quiet: true\nfailed: ["
)

SHOWN = """\
[...]
failed: [localhost] (item=www.shop.example) =>
    [...]
    msg: 'the first line
        and the second'
    [...]
PLAY RECAP ***
localhost : ok=2 failed=1
"""


def coloured(text):
    return "".join(f"\033[0;31m{line}\033[0m\n" for line in text.splitlines())


@pytest.mark.parametrize("output", [OLDER, NEWER], ids=["older", "newer"])
def test_message_alone(output):
    shown = []
    excerpt = Excerpt(shown.append)
    for line in output.splitlines():
        excerpt(line)
    assert shown == SHOWN.splitlines()


def test_colours_make_no_difference():
    shown = []
    excerpt = Excerpt(shown.append)
    for line in coloured(NEWER).splitlines():
        excerpt(line)
    kept = [line for line in SHOWN.splitlines() if "[...]" not in line]
    assert [line for line in shown if "[...]" not in line] == coloured("\n".join(kept)).splitlines()
    assert [line for line in shown if "[...]" in line] == [line for line in SHOWN.splitlines() if "[...]" in line]
