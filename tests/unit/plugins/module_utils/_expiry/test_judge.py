# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""Every state of a host name, and what comes first where several things are wrong."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.gcore.web_security.plugins.module_utils._expiry.judge import Thresholds, judge
from ansible_collections.gcore.web_security.plugins.module_utils._expiry.scan import Endpoint
from ansible_collections.gcore.web_security.plugins.module_utils._gcore.web_security import site_of
from ansible_collections.gcore.web_security.plugins.module_utils._rotate.edge import EdgeAnswer
from simulator.authority import Authority, new_key
from unit.plugins.fakes import DAY, NAME, NOW, ROOT, SILENT, certificate, chain, issued, resource_json, unix

THRESHOLDS = Thresholds()
SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)
GOOD = issued(days=90)


def serving(made, *, links=None):
    return EdgeAnswer(certificate(made), links or chain(made))


def seen(edge=None, *, host=NAME, alias=None, **fields):
    """A host name of a resource whose API expiry is what the edge serves, unless told otherwise."""
    if edge and edge.leaf:
        fields.setdefault("service_ssl_expire", unix(edge.leaf.not_after))
    resource = site_of(resource_json(**fields))
    return Endpoint(host, resource, resource.aliases[0] if alias else None, edge)


def judged(endpoint):
    return judge(endpoint, THRESHOLDS, NOW).findings


def states(endpoint):
    return [finding.state for finding in judged(endpoint)]


def reasons(endpoint):
    return [finding.reason for finding in judged(endpoint)]


def aged(left, life=90 * DAY):
    """Served: a certificate with that much left of that life."""
    return serving(issued(not_before=NOW + left - life, not_after=NOW + left))


AGES = [  # days of life: what is left, and what that is
    # Of days and percent the smaller counts: days of a long life, percent of a short one.
    (398, {30 * DAY: "ok", 30 * DAY - SECOND: "warning", 7 * DAY: "warning", 7 * DAY - SECOND: "critical"}),
    (90, {60 * DAY: "ok", 22.5 * DAY: "ok", 22.5 * DAY - SECOND: "warning", 7 * DAY - SECOND: "critical"}),
    (90, {SECOND: "critical", timedelta(0): "expired", -3 * DAY: "expired"}),
    (64, {64 * DAY / 3: "ok", 16 * DAY: "ok", 16 * DAY - SECOND: "warning", 6.4 * DAY - SECOND: "critical"}),
    (47, {12 * DAY: "ok", 11 * DAY: "warning", 4 * DAY: "critical"}),
    # Whatever they say, the last day is never in order, and critical of all that lives three days or more.
    (6, {2 * DAY: "ok", DAY: "warning", DAY - SECOND: "critical"}),
    (2, {DAY - SECOND: "warning", DAY * 2 / 3 - SECOND: "critical"}),
    (1 / 12, {HOUR: "warning"}),
]


@pytest.mark.parametrize(("life", "left", "state"), [(life, *row) for life, rows in AGES for row in rows.items()])
def test_an_end_is_near_by_days_and_by_percent(life, left, state):
    assert states(seen(aged(left, life * DAY))) == [state]


def ends(days):
    return {"service_ssl_expire": None if days is None else unix(NOW + days * DAY)}


STATES = [
    (serving(issued("other.example.com")), {}, ["not_covered"]),
    (serving(issued("other.example.com", days=-1)), {}, ["expired", "not_covered"]),
    (serving(GOOD), ends(200), ["mismatch"]), (serving(GOOD), ends(90.9), ["ok"]), (serving(GOOD), ends(None), ["ok"]),
    (serving(issued(not_before=NOW + DAY, days=60)), {}, ["critical"]), (SILENT, ends(60), ["unreachable"]),
    (SILENT, ends(20), ["unreachable", "warning"]), (SILENT, ends(3), ["critical", "unreachable"]),
    (SILENT, ends(None), ["unreachable"]), (None, ends(None), ["unreachable"]),
    (None, {"service_ssl_expire": 10**18}, ["unreachable"]),  # no calendar has it
    (None, {"service_ssl_expire": -62135596800}, ["unreachable"]),  # how Go writes that there is no time
    (None, ends(60), ["ok"]), (None, ends(-1), ["expired"]), (None, {"ssl_type": None}, ["no_certificate"]),
    (SILENT, {"ssl_type": ""}, ["no_certificate"]), (serving(GOOD), {"ssl_type": "le"}, ["lets_encrypt"]),
    (aged(20 * DAY), {"ssl_type": "le"}, ["lets_encrypt"]),
    (aged(3 * DAY), {"ssl_type": "le"}, ["critical", "lets_encrypt"]),
    (aged(DAY - SECOND, life=2 * DAY), {"ssl_type": "le"}, ["warning", "lets_encrypt"]),
    (aged(-DAY), {"ssl_type": "le"}, ["expired", "lets_encrypt"]),
    (SILENT, {"ssl_type": "le", **ends(None)}, ["unreachable", "lets_encrypt"]),
]  # fmt: skip


@pytest.mark.parametrize(("edge", "fields", "expected"), STATES)
def test_state(edge, fields, expected):
    assert states(seen(edge, **fields)) == expected


def of_rsa(*names, since=60, **options):
    return issued(*names, key=RSA_KEY, not_before=NOW - since * DAY, **options)


RSA_KEY, OTHER_END = new_key("rsa"), {"service_ssl_expire": unix(NOW + 50 * DAY)}
FOR_B = "the edge serves a certificate for b.example"
ITS = "its RSA certificate: "
DUAL = {
    "both are well": (of_rsa(days=90), {}, "ok", ""),
    "the other half is expired": (of_rsa(since=90, days=-3), {}, "expired", f"{ITS}expired 3 days ago, at "),
    "the other half is for other names": (of_rsa("b.example", days=90), {}, "not_covered", f"{ITS}{FOR_B}"),
    "the other half is not valid yet": (of_rsa(since=-1, days=90), {}, "critical", f"{ITS}not valid before "),
    "one of both is stored": (of_rsa(days=50), OTHER_END, "ok", ""),
    "none of both is stored": (of_rsa(days=90), OTHER_END, "mismatch", "the edge serves "),
}


@pytest.mark.parametrize(("other", "fields", "expected", "told"), DUAL.values(), ids=DUAL)
def test_both_halves_of_a_dual_pair_are_judged(other, fields, expected, told):
    endpoint = seen(EdgeAnswer(certificate(GOOD), chain(GOOD), other_half=certificate(other)), **fields)
    assert states(endpoint) == [expected]
    assert reasons(endpoint)[0].startswith(told)


def test_an_intermediate_that_ends_first_is_told_and_the_chain_of_the_other_half_too():
    weary = Authority("Weary CA", issuer=ROOT, days=0.5)
    served = seen(serving(issued(days=90, issuer=weary)))
    assert (states(served), reasons(served)[0][:30]) == (["warning"], "the intermediate 'CN=Weary CA'")
    leaf, link = chain(weary.issue([NAME], key=RSA_KEY, days=90, aia="http://ca.example/ca.crt"))
    for other_chain, told in (
        ((leaf, link), "the intermediate 'CN=Weary CA' expires in "),
        ((leaf,), "its RSA certificate: the chain that the edge serves is incomplete"),
    ):
        endpoint = seen(EdgeAnswer(certificate(GOOD), chain(GOOD), other_half=leaf, other_chain=other_chain))
        assert states(endpoint) == ["warning"]
        assert reasons(endpoint)[0].startswith(told)
    shared = EdgeAnswer(leaf, (leaf, link), other_half=leaf, other_chain=(leaf, link))
    assert len(reasons(seen(shared))) == 1


def test_of_two_halves_the_one_that_needs_somebody_first_is_told_of():
    near = certificate(of_rsa(since=390, days=5))
    young = certificate(issued(not_before=NOW - 2 * DAY, days=4))  # ends earlier, and is not near its end
    for leaf, other in ((near, young), (young, near)):
        host = judge(seen(EdgeAnswer(leaf, other_half=other)), THRESHOLDS, NOW)
        assert (host.state, host.certificate) == ("critical", near)


def test_the_certificate_in_the_answer_counts_without_a_handshake_and_is_what_the_edge_must_serve():
    made = issued("other.example.com", not_before=NOW - 87 * DAY, days=3)
    other = seen(service_ssl_crt=made.full_chain_pem, service_ssl_expire=None)
    assert states(other) == ["not_covered", "critical"]
    assert reasons(other)[0] == "the API has stored a certificate for other.example.com"
    twin = issued(not_after=certificate(GOOD).not_after)
    assert states(seen(serving(twin), service_ssl_crt=GOOD.full_chain_pem)) == ["mismatch"]
    assert seen(serving(GOOD), service_ssl_crt=GOOD.full_chain_pem).agrees is True


CHAINS = {
    "whole": (chain, "ok"),
    "with its root": (lambda made: chain(made, root=True), "ok"),
    "the leaf alone": (lambda made: chain(made)[:1], "warning"),
    "a stranger's": (lambda _made: chain(ROOT.intermediate("Another CA").issue(["x.example"])), "warning"),
}


@pytest.mark.parametrize(("links", "state"), CHAINS.values(), ids=CHAINS)
def test_an_incomplete_chain_is_a_warning(links, state):
    made = issued(days=90, aia="http://ca.example/ca.crt")
    endpoint = seen(serving(made, links=(certificate(made), *links(made)[1:])))
    assert states(endpoint) == [state]
    assert all("incomplete" in reason for reason in reasons(endpoint) if reason)


def test_an_alias_has_a_certificate_of_its_own_or_shares_the_resource_s_lot():
    host, edge = "shop.example.net", serving(issued("shop.example.net", days=90))
    own = [{"alias_data": host, "alias_ssl_expire": unix(edge.leaf.not_after)}]
    assert states(seen(edge, host=host, alias=True, aliases=own, service_ssl_expire=1, ssl_type=None)) == ["ok"]
    shared = {"host": host, "alias": True, "aliases": [{"alias_data": host}]}
    assert states(seen(serving(GOOD), **shared)) == ["not_covered"]
    assert states(seen(ssl_type=None, **shared)) == ["no_certificate"]


TOLD = [
    (60 * DAY, ""), (2 * DAY, "expires in 2 days, at "), (2 * DAY - SECOND, "expires in 47 hours, at "),
    (timedelta(minutes=119), "expires in 119 minutes, at "), (-timedelta(hours=3), "expired 3 hours ago, at "),
    (-4 * DAY, "expired 4 days ago, at "),
]  # fmt: skip


@pytest.mark.parametrize(("left", "told"), TOLD)
def test_a_reason_tells_how_long_and_names_a_few_of_many_names(left, told):
    assert reasons(seen(aged(left)))[0].startswith(told)
    reason = reasons(seen(serving(issued(*(f"{letter}.example" for letter in "abcde")))))[0]
    assert reason == "the edge serves a certificate for a.example, b.example, c.example and 2 more"


LENGTHS = st.timedeltas(SECOND, 4000 * DAY)
_SEVERITY = ["expired", "critical", "warning", "ok"]


def _judged(thresholds, life, left):
    return thresholds.state(None if life is None else NOW + left - life, NOW + left, NOW)


ANY_THRESHOLDS = st.builds(
    Thresholds, st.integers(0, 36500), st.integers(0, 36500), st.integers(0, 100), st.integers(0, 100)
)


@given(ANY_THRESHOLDS, LENGTHS | st.none(), st.timedeltas(-DAY, 4000 * DAY), st.timedeltas(timedelta(0), 4000 * DAY))
def test_the_less_time_is_left_the_worse_it_is(thresholds, life, left, more):
    sooner, later = (_judged(thresholds, life, end) for end in (left, left + more))
    assert _SEVERITY.index(sooner) <= _SEVERITY.index(later)
    assert (sooner == "expired") == (left <= timedelta(0))


@given(ANY_THRESHOLDS, LENGTHS | st.none(), st.timedeltas(SECOND, DAY - SECOND))
def test_the_last_day_is_never_in_order(thresholds, life, left):
    state = _judged(thresholds, life, left)
    assert state == "critical" or (state == "warning" and life is not None and left >= life / 3)


BY_USERS = [
    ({"warning_days": 80, "critical_days": 70}, None, 75, "warning"),
    ({"warning_days": 80, "critical_days": 70}, None, 69, "critical"),
    ({"warning_days": 80, "critical_days": 70}, -13, 77, "ok"),
    ({"warning_days": 80, "warning_percent": 100}, -13, 77, "warning"),
    ({"warning_percent": 50}, -10, 9, "warning"),
    ({}, 20, 20, "warning"),  # a start that is no start is unknown
]


@pytest.mark.parametrize(("thresholds", "start", "left", "state"), BY_USERS)
def test_thresholds_are_the_user_s(thresholds, start, left, state):
    life = None if start is None else (left - start) * DAY
    assert _judged(Thresholds(**thresholds), life, left * DAY) == state
