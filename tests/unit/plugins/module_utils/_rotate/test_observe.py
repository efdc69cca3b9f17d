# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

from __future__ import annotations

import pytest

from ansible_collections.gcore.web_security.plugins.module_utils._gcore.resource import Resource
from ansible_collections.gcore.web_security.plugins.module_utils._rotate.observe import Observation
from unit.plugins.fakes import DAY, NOW, SILENT, certificate, issued, resource_json, serves, unix

OLD, OTHER = issued(not_after=NOW + 10 * DAY), issued(not_after=NOW + 5 * DAY)
UNTIL = {"ssl_type": "custom", "not_after": (NOW + 10 * DAY).strftime("%Y-%m-%dT%H:%M:%SZ"), "days_left": 10}
LEAF, LEAF_FACTS = certificate(OLD), {"ssl_type": "custom", **certificate(OLD).facts(NOW)}
KNOWN = {
    "the API first": (serves(OTHER), {"service_ssl_crt": OLD.full_chain_pem}, LEAF, LEAF_FACTS),
    "the API unreadable": (serves(OLD), {"service_ssl_crt": "broken"}, LEAF, LEAF_FACTS),
    "the edge": (serves(OLD), {}, LEAF, LEAF_FACTS),
    "a silent edge": (SILENT, {}, None, UNTIL),
    "expiry": (None, {}, None, UNTIL),
    "nothing": (None, {"service_ssl_expire": 0}, None, {"ssl_type": "custom"}),
    "off": (None, {"service_ssl_expire": 0, "ssl_type": None}, None, {"ssl_type": None}),
}


@pytest.mark.parametrize(("edge", "fields", "current", "facts"), KNOWN.values(), ids=KNOWN)
def test_what_is_known_of_a_certificate(edge, fields, current, facts):
    seen = Observation(Resource.from_api(resource_json(**fields)), edge)
    assert (seen.current, seen.facts(NOW)) == (current, facts)


def test_an_end_may_be_beyond_every_calendar_or_over():
    ends = (resource_json(service_ssl_expire=expires) for expires in (10**18, unix(NOW) - 1))
    far, over = (Observation(Resource.from_api(raw)).facts(NOW) for raw in ends)
    assert far["not_after"] is None
    assert over["days_left"] == -1
