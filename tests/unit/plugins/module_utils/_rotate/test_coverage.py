# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

from __future__ import annotations

import pytest

from ansible_collections.gcore.web_security.plugins.module_utils._errors import CertificateError
from ansible_collections.gcore.web_security.plugins.module_utils._gcore.resource import Resource
from ansible_collections.gcore.web_security.plugins.module_utils._rotate.coverage import check_names
from unit.plugins.fakes import certificate, issued


def resource(name="shop.example", aliases=()):
    raw = [{"alias_data": alias, "alias_ssl_expire": expires} for alias, expires in aliases]
    return Resource.from_api({"id": 7, "name": name, "aliases": raw})


def leaf(*names):
    return certificate(issued(*names))


def test_names_that_are_covered():
    site = resource("bücher.example", [("www.BÜCHER.example", 0), ("own.example", 1790000000)])
    for strict in (False, True):
        assert check_names(leaf("xn--bcher-kva.example", "*.bücher.example"), site, strict) == ()


WRONG_HOST = {
    "another": (["other.example"], "shop.example"),
    "its parent": (["example.com"], "shop.example.com"),
    "wildcard for its parent's level": (["*.example.com"], "example.com"),
    "wildcard for two levels": (["*.example.com"], "a.b.example.com"),
    "the common name alone": (["other.example", "other.example"], "shop.example"),
}


@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize(("names", "host"), WRONG_HOST.values(), ids=WRONG_HOST)
def test_a_wrong_host_is_refused(names, host, strict):
    with pytest.raises(CertificateError) as caught:
        check_names(leaf(*names), resource(host), strict)
    assert caught.value.message == f"the certificate does not cover {host}; it covers {', '.join(names)}"


UNCOVERED = (
    "the certificate does not cover these aliases, which have none of their own: b.example, c.example; it covers "
)


def test_uncovered_aliases_are_a_warning_or_a_failure():
    aliases = [("b.example", 0), ("www.shop.example", None), ("c.example", None), ("d.example", 1790000000)]
    site, wildcard = resource(aliases=aliases), leaf("shop.example", "*.shop.example")
    message = f"{UNCOVERED}shop.example, *.shop.example"
    assert check_names(wildcard, site, False) == (f"resource 7 (shop.example): {message}.",)
    with pytest.raises(CertificateError) as caught:
        check_names(wildcard, site, True)
    assert caught.value.message == message
    assert "require_alias_coverage" in caught.value.hint
