# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

import pytest

from ansible_collections.gcore.web_security.plugins.module_utils._expiry import operation
from ansible_collections.gcore.web_security.plugins.module_utils._expiry.scan import Endpoint
from ansible_collections.gcore.web_security.plugins.module_utils._gcore.web_security import site_of
from ansible_collections.gcore.web_security.plugins.module_utils._match.matcher import Matcher
from unit.plugins.account import candidate, site
from unit.plugins.fakes import NAME, NOW, SILENT, issued, serves

TWINS = [candidate(issued(), "ec"), candidate(issued(key_type="rsa"), "rsa")]


@pytest.mark.parametrize(
    ("edge", "expected"),
    [(serves(issued(key_type="rsa", days=9)), "rsa"), (serves(issued(days=9)), "ec"), (SILENT, "ec"), (None, "ec")],
    ids=["RSA", "ECDSA", "silent", "not asked"],
)
def test_of_twins_that_one_is_compared_whose_type_of_key_is_served(edge, expected):
    endpoint = Endpoint(NAME, site_of(site(7, NAME)), edge=edge)
    assert operation._should_have(endpoint, Matcher(TWINS, NOW), []).label == expected
