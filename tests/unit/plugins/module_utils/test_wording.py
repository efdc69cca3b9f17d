# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

import json

import pytest

from ansible_collections.gcore.web_security.plugins.module_utils._options import RESOURCE_CERT
from ansible_collections.gcore.web_security.plugins.module_utils._rotate.report import render
from ansible_collections.gcore.web_security.plugins.module_utils._task import Operation, run
from ansible_collections.gcore.web_security.plugins.module_utils._wording import printable, readable

SPELT = [
    ("www.example.com", "www.example.com"), ("Größe 5\u00a0km, 漢字, 😀", "Größe 5\u00a0km, 漢字, 😀"),
    ("a\x1b[2Jb\x07\x00\x7f", r"a\x1b[2Jb\x07\x00\x7f"), ("a\n[ERROR]: forged\r\tb", r"a\n[ERROR]: forged\r\tb"),
    ("c1 \x9b2J \x85", r"c1 \x9b2J \x85"), ("lines \u2028\u2029", r"lines \u2028\u2029"),
    ("bidi \u202emoc.elpmaxe\u202c \u2066\u200f", r"bidi \u202emoc.elpmaxe\u202c \u2066\u200f"),
    ("unseen \u200b\ufeff\u00ad\U000e0041", r"unseen \u200b\ufeff\xad\U000e0041"), ("half \ud800", r"half \ud800"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "spelt"), SPELT, ids=[ascii(text[:12]) for text, _spelt in SPELT])
def test_what_a_terminal_obeys_is_spelt_by_its_number(text, spelt):
    assert printable(text) == spelt
    assert printable(spelt) == spelt


def test_a_result_has_texts_for_people_and_facts_for_programs():
    name = "a\x1b\n\t\u202e"
    told, kept = r"a\x1b\n\t\u202e", "a\\x1b\n\t\\u202e"

    def result(people, facts):
        return {
            "msg": people, "warnings": [people], "hosts": [{"host": facts, "reasons": [people]}],
            "diff": {"before": {people: people}, "before_header": people},
            "collateral": [{"before": 7, "after": None}],
        }  # fmt: skip

    assert readable(result(name, name)) == result(told, kept)


def test_whatever_comes_out_of_a_task_is_printable():
    said = []

    def perform(task):
        task.say("one\n[ERROR]: \x1b[31m")
        raise RuntimeError("boom\n[ERROR]: \x1b[31m forged")

    values = {name: option.get("default") for name, option in RESOURCE_CERT.items()}
    result = run(Operation(perform, render), values, check_mode=False, diff=False, say=said.append)
    assert said == [r"one\n[ERROR]: \x1b[31m"]
    assert r"RuntimeError: boom\n[ERROR]: \x1b[31m forged" in result["msg"]
    assert "\n[" not in result["exception"]
    assert "\x1b" not in json.dumps(result, ensure_ascii=False)
