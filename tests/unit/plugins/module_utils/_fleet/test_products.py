# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""A fleet of both products at once: which site is meant, one upload a certificate, and what is told of each."""

from __future__ import annotations

import pytest

from ansible_collections.gcore.web_security.plugins.module_utils import _task as task
from ansible_collections.gcore.web_security.plugins.module_utils._fleet.operation import ROTATE_FLEET
from ansible_collections.gcore.web_security.plugins.module_utils._options import FLEET_CERT
from unit.plugins.account import FakeAccount, site
from unit.plugins.cdn_account import OBJECTS, POST, FakeCdn, cdn_json, ours
from unit.plugins.fakes import DAY, NOW, TOKEN, answer, issued

WILDCARD = issued("*.example.com", not_after=NOW + 90 * DAY)
OLD = issued("*.example.com", not_after=NOW + 9 * DAY)


class Both:
    """A transport with both products behind it, two of whose resources are twins; CDN 9 is used by Streaming."""

    def __init__(self):
        self.security = FakeAccount(site(1), site(2))
        self.cdn = FakeCdn(*(cdn_json(number, f"n{number:03}.example.com") for number in (1, 2, 3, 9)))
        for number in self.cdn.resources:
            self.cdn.add(OLD, to=number)
        self.cdn.resources[9]["vp_enabled"] = True

    def send(self, method, path, headers, body, timeout):
        of = self.security if path.startswith("/security/") else self.cdn
        return of.send(method, path, headers, body, timeout)

    @property
    def written(self):
        patched = [call.rpartition("/")[2] for call in self.cdn.writes if call.startswith("PATCH")]
        return sorted([*map(str, self.security.written), *(f"cdn:{number}" for number in patched)])


@pytest.fixture
def both(monkeypatch):
    made = Both()
    monkeypatch.setattr(task, "Transport", lambda *_args, **_options: made)
    return made


def fleet(*, check_mode=False, lines=None, resources=None, **given):
    pem = {"certificate": WILDCARD.full_chain_pem, "private_key": WILDCARD.private_key_pem, "label": "new"}
    values = {
        **{name: option.get("default") for name, option in FLEET_CERT.items()},
        "certificates": [{**dict.fromkeys(FLEET_CERT["certificates"]["options"]), **pem, "resources": resources}],
        "api_key": TOKEN,
        "edge_probe": "never",
        "products": ["web_security", "cdn"],
        **given,
    }
    say = (lines if lines is not None else []).append
    return task.run(ROTATE_FLEET, values, check_mode=check_mode, diff=False, say=say)


ALL = ["1", "2", "cdn:1", "cdn:2", "cdn:3"]
CHOSEN = {
    # options: the sites that are written
    "both": ({}, ALL),
    "one after the other": ({"products": ["cdn", "cdn"]}, ["cdn:1", "cdn:2", "cdn:3"]),
    "as it was": ({"products": None}, ["1", "2"]),
    "without a key": ({"exclude": ["cdn:1"]}, ["1", "2", "cdn:2", "cdn:3"]),
    "without the twin's": ({"exclude": ["web_security:1"]}, ["2", "cdn:1", "cdn:2", "cdn:3"]),
    "a key": ({"include": ["cdn:2"]}, ["cdn:2"]),
    "a glob means all": ({"include": ["n00[12].*"]}, ["1", "2", "cdn:1", "cdn:2"]),
    "a bare name that one has": ({"include": ["n003.example.com"]}, ["cdn:3"]),
    "a bare id that one has": ({"include": ["3", "web_security:2"]}, ["2", "cdn:3"]),
    "mapped by a key": ({"resources": ["cdn:2", "web_security:1"]}, ["1", "cdn:2"]),
    "Streaming's, by a key": ({"include": ["cdn:9"]}, ["cdn:9"]),
    "Streaming's, by a mapping": ({"resources": ["n009.example.com"]}, ["cdn:9"]),
    "Streaming's, by a glob alone": ({"include": ["n00*"]}, ALL),
}


@pytest.mark.parametrize(("given", "written"), CHOSEN.values(), ids=CHOSEN)
def test_which_sites_are_meant_and_one_upload_for_all(both, given, written):
    result = fleet(**given)
    assert (result.get("failed"), both.written) == (None, written)
    assert both.cdn.writes.count(POST) == any("cdn" in key for key in written)
    again = fleet(**given)
    assert (again["changed"], both.written) == (False, written)
    assert {one["name"] for one in both.cdn.objects.values()} >= ({ours(WILDCARD)} if "cdn:2" in written else set())


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"include": ["1", "cdn:2"]}, "include: 1 means more than one resource: cdn:1, web_security:1"),
        ({"exclude": ["n002.example.com"]}, "exclude: n002.example.com means more than one resource: cdn:2, web_sec"),
        ({"resources": ["2"]}, "new: resources: 2 means more than one resource: cdn:2, web_security:2"),
        ({"products": ["web_security"], "edge_host": "x"}, "edge_host is for cdn alone"),
        ({"include": ["cdn:77"]}, "no resource of the account is called cdn:77"),
    ],
)
def test_a_bare_id_or_name_that_both_have_is_an_error(both, given, said):
    result = fleet(**given)
    assert result["failed"] is True
    assert said in result["msg"]
    assert not both.written


def test_what_is_told_of_each(both):
    both.cdn.resources[3].update(active=False)
    lines = []
    result = fleet(check_mode=True, lines=lines)
    told = [(one["id"], one["product"], one["outcome"]) for one in result["results"]]
    assert told == [
        (1, "cdn", "would_rotate"), (1, "web_security", "would_rotate"), (2, "cdn", "would_rotate"),
        (2, "web_security", "would_rotate"), (3, "cdn", "suspended"),
    ]  # fmt: skip
    assert result["results"][4]["msg"] == "it is switched off (active is false)"
    assert [(one["id"], one["product"]) for one in result["plan"]][:2] == [(1, "cdn"), (1, "web_security")]
    assert any("cdn:1 (n001.example.com): would rotate" in line for line in lines)
    assert any("] n001.example.com: would rotate" in line for line in lines)
    left_out = (
        "Left out, where nobody names it, because the Streaming Platform uses it: resource cdn:9 (n009.example.com)."
    )
    assert left_out in result["warnings"]
    assert not both.written


def test_an_upload_that_fails_fails_the_cdns_sites_alone_and_is_sent_once(both):
    both.cdn.instead[POST] = [lambda *_unused: answer(403, {"message": "Forbidden"})] * 9
    result = fleet(waves=["100%"])
    assert {(one["product"], one["outcome"]) for one in result["results"]} == {
        ("cdn", "failed"),
        ("web_security", "rotated"),
    }
    assert (both.written, both.cdn.writes) == (["1", "2"], [POST])
    both.cdn.instead.clear()
    assert (fleet().get("failed"), both.written) == (None, ALL)


def test_what_is_superseded_is_cleared_away_once_at_the_end(both):
    for days in (10, 20, 30):
        made = issued("*.example.com", not_after=NOW + days * DAY)
        last = both.cdn.add(made, ours(made))
    both.cdn.resources[1]["sslData"] = last
    assert fleet().get("failed") is None
    assert sorted(both.cdn.writes[-2:]) == [f"DELETE {OBJECTS}/{number}" for number in (505, 506)]
    assert both.cdn.calls.count(f"GET {OBJECTS}?limit=1000") == 2
