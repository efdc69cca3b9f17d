# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.gcore.web_security.plugins.module_utils._x509.hostname import covered, normalised

SPELLINGS = {
    "shop.example": ["shop.example", "Shop.EXAMPLE", "shop.example.", " shop.example\n", "shop.example｡"],
    "*.shop.example": ["*.Shop.example"],
    "xn--bcher-kva.example": ["bücher.example", "BÜCHER.example.", "bu\u0308cher.example", "XN--BCHER-KVA.example",
                              "bücher.example。"],
    "*.xn--bcher-kva.example": ["*.bücher.example"], "www.xn--bcher-kva.example": ["www。bücher。example"],
    "xn--strae-oqa.example": ["straße.example"], "xn--r8jz45g.xn--zckzah": ["例え.テスト"],
    "_dmarc.shop.example": ["_dmarc.shop.example"], "": ["", "."],
}  # fmt: skip


@pytest.mark.parametrize(("spelling", "names"), SPELLINGS.items())
def test_one_spelling(spelling, names):
    assert [normalised(name) for name in (*names, spelling)] == [spelling] * (len(names) + 1)


NO_NAMES = [
    "ü b.example", "ü\0.example", "_ü.example", "ü..example", "ü" * 300 + ".example", "\ud800",
]  # fmt: skip


@pytest.mark.parametrize("name", NO_NAMES)
def test_what_is_no_name_stays(name):
    assert normalised(name) == name


@settings(deadline=None, max_examples=60)
@given(st.text(max_size=20) | st.text("ü*.-_\u200d\u0640xn。", max_size=12))
def test_any_text_has_one_spelling(text):
    name = "".join(text.split())
    assert normalised(normalised(name)) == normalised(name)
    assert not covered(["shop.example", "*.shop.example"], f"{text}.test")


COVERED = {
    "shop.example": "shop.example shop.example.", "SHOP.example": "shop.Example", "shop.example.": "shop.example",
    "*.shop.example": "www.shop.example bücher.shop.example a-b_c.shop.example *.shop.example",
    "*.Shop.Example": "WWW.shop.example.", "*.bücher.example": "www.xn--bcher-kva.example *.xn--bcher-kva.example",
    "xn--bcher-kva.example": "bücher.example", "*.a.b.c.example": "d.a.b.c.example", "localhost": "localhost",
}  # fmt: skip
NOT_COVERED = {
    "shop.example": "www.shop.example shop.example.com xshop.example *.shop.example",
    "www.shop.example": "shop.example",
    "shopxexample": "shop.example", "*.example": "shop.example", "*.": "shop", "*": "shop shop.example",
    "*.shop.example": "shop.example a.b.shop.example .shop.example www.xshop.example www.shop.example.com "
                      "wwwxshop.example *.www.shop.example",
    "*.*": "shop.example", "*.*.example": "www.shop.example www.*.example", "www.*.example": "www.shop.example",
    "w*.shop.example": "www.shop.example", "*w.shop.example": "www.shop.example",
    "**.shop.example": "www.shop.example", "xn--*.shop.example": "xn--bcher-kva.shop.example",
    "*shop.example": "myshop.example", ".*": "shop.example",
}  # fmt: skip


@pytest.mark.parametrize(("table", "is_covered"), [(COVERED, True), (NOT_COVERED, False)])
def test_covered(table, is_covered):
    for pattern, host in [(pattern, host) for pattern, hosts in table.items() for host in hosts.split()]:
        assert covered(["other.example", pattern], host) is is_covered, (pattern, host)


@pytest.mark.parametrize(("names", "host"), [([], "shop.example"), ([""], ""), (["*.a.example"], ""), ([""], "a.b")])
def test_nothing_covers_nothing(names, host):
    assert not covered(names, host)
