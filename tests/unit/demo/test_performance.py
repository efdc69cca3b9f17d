# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""The demo is held to its word, and shows of what it runs what is worth reading."""

from __future__ import annotations

import io

import pytest

from demo.performance import BrokenPromiseError, Excerpt, expect, expect_words
from demo.screen import Screen

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


@pytest.mark.parametrize("colour", ["", "\033[0;31m"])
@pytest.mark.parametrize("output", [OLDER, NEWER], ids=["older", "newer"])
def test_of_a_failed_task_the_message_alone_is_shown(output, colour):
    stream = io.StringIO()
    excerpt = Excerpt(Screen(stream).output)
    end = "\033[0m" if colour else ""
    for line in output.splitlines():
        excerpt(f"{colour}{line}{end}")
    assert stream.getvalue().replace(colour or "\0", "").replace(end or "\0", "") == SHOWN


def test_empty_lines_are_few():
    stream = io.StringIO()
    screen = Screen(stream)
    screen.say("Look:")
    for line in ("", "one", "", "\033[0m", "two", ""):
        screen.output(line)
    screen.say("Seen.")
    assert stream.getvalue() == "\nLook:\n\n      one\n\n      two\n\nSeen.\n"


def test_promises():
    expect("PUT requests", 0, 0)
    expect_words("the refusal", "msg: 'key of ''a'' does\n    not fit'", "key of 'a' does not fit")
    with pytest.raises(BrokenPromiseError, match="PUT requests: 0 was promised, 1 came"):
        expect("PUT requests", 1, 0)
    with pytest.raises(BrokenPromiseError, match="the refusal does not say: does not fit"):
        expect_words("the refusal", "all is well", "does not fit")
