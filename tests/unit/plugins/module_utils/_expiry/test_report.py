# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""What a scan says: of each host name, of all, and of the certificates that it was given."""

import json
from dataclasses import replace

from ansible_collections.gcore.web_security.plugins.module_utils._errors import InputError
from ansible_collections.gcore.web_security.plugins.module_utils._expiry.judge import Thresholds, judge
from ansible_collections.gcore.web_security.plugins.module_utils._expiry.report import render, result_of
from ansible_collections.gcore.web_security.plugins.module_utils._expiry.scan import Endpoint
from ansible_collections.gcore.web_security.plugins.module_utils._gcore.web_security import site_of
from ansible_collections.gcore.web_security.plugins.module_utils._match.matcher import Candidate
from ansible_collections.gcore.web_security.plugins.module_utils._rotate.edge import EdgeAnswer
from ansible_collections.gcore.web_security.plugins.module_utils._x509.certificate import timestamp
from unit.plugins.fakes import AUTHORITY, DAY, NOW, certificate, chain, issued, resource_json, unix

OLD = issued("*.example.com", days=40)
NEW = issued("*.example.com", days=90)
GIVEN = Candidate("new", certificate(NEW))


def endpoint(number, made=OLD, *, probed=True, **fields):
    end = unix(certificate(made).not_after)
    raw = resource_json(id=number, name=f"n{number}.example.com", **{"service_ssl_expire": end, **fields})
    edge = EdgeAnswer(certificate(made), chain(made)) if probed else None
    return Endpoint(raw["name"], site_of(raw), None, edge)


def result(*pairs):
    judged = [judge(seen, Thresholds(), NOW, given) for seen, given in pairs]
    return result_of(judged, [GIVEN], Thresholds(), 443, NOW)


def hosts(*pairs):
    return result(*pairs)["hosts"]


def test_all_facts_of_a_host_name():
    (found,) = hosts((endpoint(1), None))
    facts, life = certificate(OLD).facts(NOW), OLD.not_after - OLD.not_before
    end = {"not_after": facts["not_after"], "days_left": 40}
    chain_facts = {"length": 2, "is_complete": True, **end}
    edge = {"address": "192.0.2.7", "port": 443, "problem": None, "certificate": facts, "chain": chain_facts}
    assert found == {
        "host": "n1.example.com", "resource_id": 1, "resource": "n1.example.com", "is_alias": False,
        "resource_status": "active", "state": "ok", "level": "ok", "reasons": [], "ssl_type": "custom",
        "evidence": "edge", **end, "lifetime_left_percent": 99, "api": end, "agrees": True, "covers_host": True,
        "warning_from": timestamp(OLD.not_after - life / 4), "critical_from": timestamp(OLD.not_after - life / 10),
        "edge": {**edge, "other_certificate": None, "other_problem": None}, "given": None,
    }  # fmt: skip


def test_what_is_not_known_is_null():
    (found,) = hosts((endpoint(1, probed=False, service_ssl_expire=None), None))
    unknown = {"not_after", "days_left", "lifetime_left_percent", "warning_from", "critical_from", "edge", "agrees"}
    assert {name for name, value in found.items() if value is None} == unknown | {"covers_host", "given"}
    assert (found["api"], found["evidence"]) == ({"not_after": None, "days_left": None}, "none")
    (found,) = hosts((endpoint(1, probed=False), None))
    assert (found["evidence"], found["days_left"], found["edge"]) == ("api", 40, None)


def is_served_and_lags(*pairs):
    return [(found["given"]["is_served"], found["given"]["lags_behind"]) for found in hosts(*pairs)]


def test_a_given_certificate_is_served_or_lags_unless_a_later_one_is_there():
    later = issued("*.example.com", days=120)
    pairs = [(endpoint(number, made), GIVEN) for number, made in enumerate((NEW, OLD, later))]
    assert is_served_and_lags(*pairs) == [(True, False), (False, True), (False, False)]
    # Without a handshake the expiry may tell that it is another one.
    unseen = [(endpoint(number, made, probed=False), GIVEN) for number, made in enumerate((OLD, NEW))]
    assert is_served_and_lags(*unseen) == [(False, True), (None, False)]


def test_a_given_certificate_is_compared_with_its_own_half():
    rsa = AUTHORITY.issue(["*.example.com"], key_type="rsa", not_before=NOW - 80 * DAY, not_after=NOW + 10 * DAY)
    renewed = AUTHORITY.issue(["*.example.com"], key=rsa.key, days=50)
    dual = replace(endpoint(1, NEW), edge=EdgeAnswer(certificate(NEW), chain(NEW), other_half=certificate(rsa)))
    pairs = [(dual, Candidate("given", certificate(made))) for made in (NEW, rsa, renewed, OLD)]
    assert is_served_and_lags(*pairs) == [(True, False), (True, False), (False, True), (False, False)]
    assert hosts(*pairs)[0]["edge"]["other_certificate"] == certificate(rsa).facts(NOW)


def test_that_one_half_alone_was_seen_is_told():
    unseen = EdgeAnswer(certificate(NEW), unseen="it answers TLS 1.3 alone")
    (found,) = hosts((replace(endpoint(1, NEW), edge=unseen), None))
    assert (found["edge"]["other_problem"], found["state"]) == ("it answers TLS 1.3 alone", "ok")


def test_where_the_given_certificates_are():
    found = result((endpoint(1, NEW), GIVEN), (endpoint(2, OLD), GIVEN), (endpoint(3, OLD), None))
    (given,) = json.loads(json.dumps(found))["given_certificates"]
    told = (given["certificate"], given["served_by"], given["lagging"], found["summary"]["lagging"])
    assert told == ("new", ["n1.example.com"], ["n2.example.com"], 1)
    assert "1 lag behind the given certificates" in found["msg"]


def test_the_message_names_the_worst_first():
    made = [issued("*.example.com", not_before=NOW - 200 * DAY, days=days) for days in (50, 20, 3, -2, 60)]
    found = result(*((endpoint(number, one), None) for number, one in enumerate(made)))
    assert found["msg"].startswith(
        "5 host names of 5 resources: 1 expired, 1 critical, 1 warning, 2 ok. "
        "Worst first: n3.example.com: expired 2 days ago"
    )
    order = [found["msg"].index(f"n{number}.example.com") for number in (3, 2, 1)]
    assert order == sorted(order)
    assert (found["worst"], found["level"]) == ("expired", "critical")
    assert [host["host"] for host in found["hosts"]] == [f"n{number}.example.com" for number in range(5)]


def test_of_many_bad_ones_the_message_names_a_few_and_of_none_nothing():
    expired = issued("*.example.com", not_before=NOW - 90 * DAY, days=-1)
    message = result(*[(endpoint(number, expired), None) for number in range(9)])["msg"]
    assert message.count("expired 24 hours ago") == 5
    assert message.endswith("(and 4 more).")
    found = result()
    assert (found["worst"], found["level"], found["hosts"]) == (None, "ok", [])
    assert found["msg"] == "0 host names of 0 resources: nothing to look at."


def test_a_failure_changed_nothing_and_says_what_to_do():
    failed = render(["odd"], InputError("no token", "Set api_key."), True)
    assert failed == {"changed": False, "warnings": ["odd"], "failed": True, "msg": "no token. Set api_key."}
