# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

from __future__ import annotations

import pytest

from ansible_collections.gcore.web_security.plugins.module_utils._gcore.resource import Resource
from ansible_collections.gcore.web_security.plugins.module_utils._rotate.observe import Observation
from unit.plugins.fakes import DAY, NOW, SILENT, issued, key_pair, resource_json, serves, unix

OLD = issued(not_after=NOW + 10 * DAY)
UNTIL = (NOW + 10 * DAY).strftime("%Y-%m-%dT%H:%M:%SZ")


def observed(edge=None, **fields):
    return Observation(Resource.from_api(resource_json(**fields)), edge)


@pytest.mark.parametrize(
    ("edge", "fields", "facts"),
    [
        (None, {}, {"ssl_type": "custom", "not_after": UNTIL, "days_left": 10}),
        (SILENT, {}, {"ssl_type": "custom", "not_after": UNTIL, "days_left": 10}),
        (None, {"service_ssl_expire": 0}, {"ssl_type": "custom"}),
        (None, {"service_ssl_expire": 0, "ssl_type": None}, {"ssl_type": None}),
        (None, {"service_ssl_expire": 10**18}, {"ssl_type": "custom", "not_after": None}),
    ],
    ids=["expiry", "silent edge", "nothing", "off", "no date"],
)
def test_what_is_known_of_a_certificate_that_nobody_shows(edge, fields, facts):
    found = observed(edge, **fields).facts(NOW)
    assert {name: found[name] for name in facts} == facts
    assert set(found) - set(facts) <= {"days_left"}


def test_what_expired_has_less_than_no_days_left():
    assert observed(service_ssl_expire=unix(NOW) - 1).facts(NOW)["days_left"] == -1


def test_a_certificate_that_is_shown_is_known_in_full():
    found = observed(serves(OLD)).facts(NOW)
    assert found == {"ssl_type": "custom", **key_pair(OLD).leaf.facts(NOW)}
