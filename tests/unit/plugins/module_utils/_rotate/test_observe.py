# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

from __future__ import annotations

from datetime import timedelta

import pytest

from ansible_collections.gcore.web_security.plugins.module_utils._gcore.web_security import site_of
from ansible_collections.gcore.web_security.plugins.module_utils._rotate.observe import Observation
from ansible_collections.gcore.web_security.plugins.module_utils._x509.certificate import timestamp
from unit.plugins.fakes import DAY, NOW, SILENT, certificate, issued, resource_json, serves, unix

OLD, OTHER = issued(not_after=NOW + 10 * DAY), issued(not_after=NOW + 5 * DAY)
UNTIL = {"ssl_type": "custom", "not_after": timestamp(NOW + 10 * DAY), "days_left": 10}
LEAF, LEAF_FACTS = certificate(OLD), {"ssl_type": "custom", **certificate(OLD).facts(NOW)}
BEYOND = {"not_after": None, "days_left": (10**18 - unix(NOW)) // 86400}
OVER = {"not_after": timestamp(NOW - timedelta(seconds=1)), "days_left": -1}
KNOWN = {
    "the API first": (serves(OTHER), {"service_ssl_crt": OLD.full_chain_pem}, LEAF, LEAF_FACTS),
    "the API unreadable": (serves(OLD), {"service_ssl_crt": "broken"}, LEAF, LEAF_FACTS),
    "the edge": (serves(OLD), {}, LEAF, LEAF_FACTS),
    "a silent edge": (SILENT, {}, None, UNTIL),
    "expiry": (None, {}, None, UNTIL),
    "nothing": (None, {"service_ssl_expire": 0}, None, {"ssl_type": "custom"}),
    "off": (None, {"service_ssl_expire": 0, "ssl_type": None}, None, {"ssl_type": None}),
    "an end beyond every calendar": (None, {"service_ssl_expire": 10**18}, None, {**UNTIL, **BEYOND}),
    "over since a second": (None, {"service_ssl_expire": unix(NOW) - 1}, None, {**UNTIL, **OVER}),
}


@pytest.mark.parametrize(("edge", "fields", "current", "facts"), KNOWN.values(), ids=KNOWN)
def test_what_is_known_of_a_certificate(edge, fields, current, facts):
    seen = Observation(site_of(resource_json(**fields)), edge)
    assert (seen.current, seen.facts(NOW)) == (current, facts)
