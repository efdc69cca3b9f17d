# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""What differs between two records."""

import pytest

from corpus.compare import NOT_THERE, WHOLE, Difference, differences, shown

WAS = {"a": {"msg": "was changed", "results": [{"id": 1}], "warnings": [], "changed": True}, "b": {}}
CHANGES = {
    "nothing": ({}, []),
    "a word": ({"msg": "is changed"}, [Difference("a", "msg", "was changed", "is changed")]),
    "a type": ({"changed": 1}, [Difference("a", "changed", True, 1)]),
    "inside a list": ({"results": [{"id": 2}]}, [Difference("a", "results.0.id", 1, 2)]),
    "a key more": ({"new": None}, [Difference("a", "new", NOT_THERE, None)]),
    "an empty list filled": (
        {"warnings": ["x"]},
        [Difference("a", "warnings", [], NOT_THERE), Difference("a", "warnings.0", NOT_THERE, "x")],
    ),
}


@pytest.mark.parametrize(("change", "expected"), CHANGES.values(), ids=CHANGES)
def test_each_key_is_told_and_a_case_that_went(change, expected):
    new = {**WAS["a"], **change}
    assert differences(WAS, {**WAS, "a": new}) == expected
    assert differences(WAS, {"a": new}) == [*expected, Difference("b", WHOLE, "recorded", NOT_THERE)]


def test_what_differs_alike_is_shown_once():
    found = [Difference(case, f"results.{place}.msg", "was", "is") for case in "ab" for place in (0, 1)]
    found += [Difference(case, "worst", NOT_THERE, value) for case, value in zip("ab", (0, 1), strict=True)]
    found += [Difference(case, WHOLE, "recorded", NOT_THERE) for case in "cd"]
    assert list(shown(found)) == [
        "a: results.N.msg (and 3 more)\n- was\n+ is\n",
        "a: worst (and 1 more)\n- (not there)\n+ 0\n",
        "c: (all of it)\n- recorded\n+ (not there)\n",
        "d: (all of it)\n- recorded\n+ (not there)\n",
    ]
