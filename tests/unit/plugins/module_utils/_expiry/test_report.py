# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""What a scan says: of each host name, of all, and of the certificates that it was given."""

from __future__ import annotations

import json
from dataclasses import replace

from ansible_collections.gcore.web_security.plugins.module_utils._errors import InputError
from ansible_collections.gcore.web_security.plugins.module_utils._expiry.judge import Thresholds, judge
from ansible_collections.gcore.web_security.plugins.module_utils._expiry.report import render, result_of
from ansible_collections.gcore.web_security.plugins.module_utils._expiry.scan import Endpoint
from ansible_collections.gcore.web_security.plugins.module_utils._gcore.resource import Resource
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
    return Endpoint(raw["name"], Resource.from_api(raw), None, edge)


def result(*pairs):
    judged = [judge(seen, Thresholds(), NOW, given) for seen, given in pairs]
    return result_of(judged, [GIVEN], Thresholds(), 443, NOW)


def hosts(*pairs):
    return result(*pairs)["hosts"]


def test_all_facts_of_a_host_name():
    (found,) = hosts((endpoint(1), None))
    assert found == {
        "host": "n1.example.com",
        "resource_id": 1,
        "resource": "n1.example.com",
        "is_alias": False,
        "resource_status": "active",
        "state": "ok",
        "level": "ok",
        "reasons": [],
        "ssl_type": "custom",
        "evidence": "edge",
        "not_after": certificate(OLD).facts(NOW)["not_after"],
        "days_left": 40,
        "lifetime_left_percent": 99,
        "warning_from": timestamp(OLD.not_after - (OLD.not_after - OLD.not_before) / 4),
        "critical_from": timestamp(OLD.not_after - (OLD.not_after - OLD.not_before) / 10),
        "api": {"not_after": certificate(OLD).facts(NOW)["not_after"], "days_left": 40},
        "edge": {
            "address": "192.0.2.7",
            "port": 443,
            "problem": None,
            "certificate": certificate(OLD).facts(NOW),
            "chain": {
                "length": 2,
                "is_complete": True,
                "not_after": certificate(OLD).facts(NOW)["not_after"],
                "days_left": 40,
            },
            "other_certificate": None,
            "other_problem": None,
        },
        "agrees": True,
        "covers_host": True,
        "given": None,
    }


def test_what_is_not_known_is_null():
    (found,) = hosts((endpoint(1, probed=False, service_ssl_expire=None), None))
    unknown = ("not_after", "days_left", "lifetime_left_percent", "warning_from", "critical_from", "edge", "agrees")
    unknown += ("covers_host", "given")
    assert [found[name] for name in unknown] == [None] * len(unknown)
    assert found["api"] == {"not_after": None, "days_left": None}
    assert found["evidence"] == "none"


def test_the_api_is_the_evidence_where_no_edge_was_asked():
    (found,) = hosts((endpoint(1, probed=False), None))
    assert (found["evidence"], found["days_left"], found["edge"]) == ("api", 40, None)


def test_a_given_certificate_is_served_or_lags():
    served, lagging = hosts((endpoint(1, NEW), GIVEN), (endpoint(2, OLD), GIVEN))
    assert (served["given"]["is_served"], served["given"]["lags_behind"]) == (True, False)
    assert (lagging["given"]["is_served"], lagging["given"]["lags_behind"]) == (False, True)
    assert lagging["given"]["certificate"] == "new"


def test_a_given_certificate_is_compared_with_its_own_half():
    rsa = AUTHORITY.issue(["*.example.com"], key_type="rsa", not_before=NOW - 80 * DAY, not_after=NOW + 10 * DAY)
    renewed = AUTHORITY.issue(["*.example.com"], key=rsa.key, days=50)
    dual = replace(endpoint(1, NEW), edge=EdgeAnswer(certificate(NEW), chain(NEW), other_half=certificate(rsa)))
    candidates = [
        GIVEN,
        Candidate("rsa", certificate(rsa)),
        Candidate("renewed", certificate(renewed)),
        Candidate("old", certificate(OLD)),
    ]
    found = hosts(*((dual, candidate) for candidate in candidates))
    assert [(one["given"]["is_served"], one["given"]["lags_behind"]) for one in found] == [
        (True, False),
        (True, False),
        (False, True),
        (False, False),
    ]
    assert found[0]["edge"]["other_certificate"] == certificate(rsa).facts(NOW)


def test_that_one_half_alone_was_seen_is_told():
    unseen = EdgeAnswer(certificate(NEW), unseen="it answers TLS 1.3 alone")
    (found,) = hosts((replace(endpoint(1, NEW), edge=unseen), None))
    assert (found["edge"]["other_problem"], found["state"]) == ("it answers TLS 1.3 alone", "ok")


def test_a_later_certificate_than_the_given_one_does_not_lag():
    (found,) = hosts((endpoint(1, issued("*.example.com", days=120)), GIVEN))
    assert (found["given"]["is_served"], found["given"]["lags_behind"]) == (False, False)


def test_without_a_handshake_the_expiry_may_tell_that_it_is_another_one():
    other, unsure = hosts((endpoint(1, OLD, probed=False), GIVEN), (endpoint(2, NEW, probed=False), GIVEN))
    assert (other["given"]["is_served"], other["given"]["lags_behind"]) == (False, True)
    assert (unsure["given"]["is_served"], unsure["given"]["lags_behind"]) == (None, False)


def test_where_the_given_certificates_are():
    found = result((endpoint(1, NEW), GIVEN), (endpoint(2, OLD), GIVEN), (endpoint(3, OLD), None))
    (given,) = found["given_certificates"]
    assert (given["served_by"], given["lagging"]) == (["n1.example.com"], ["n2.example.com"])
    assert found["summary"]["lagging"] == 1
    assert "1 lag behind the given certificates" in found["msg"]


def test_the_message_names_the_worst_first():
    ends = (50, 20, 3, -2, 60)
    pairs = [
        (endpoint(number, issued("*.example.com", not_before=NOW - 200 * DAY, days=days)), None)
        for number, days in enumerate(ends)
    ]
    found = result(*pairs)
    assert found["msg"].startswith(
        "5 host names of 5 resources: 1 expired, 1 critical, 1 warning, 2 ok. "
        "Worst first: n3.example.com: expired 2 days ago"
    )
    order = [found["msg"].index(f"n{number}.example.com") for number in (3, 2, 1)]
    assert order == sorted(order)
    assert (found["worst"], found["level"]) == ("expired", "critical")
    assert [host["host"] for host in found["hosts"]] == [f"n{number}.example.com" for number in range(5)]


def test_of_many_bad_ones_the_message_names_a_few():
    expired = issued("*.example.com", not_before=NOW - 90 * DAY, days=-1)
    message = result(*[(endpoint(number, expired), None) for number in range(9)])["msg"]
    assert message.count("expired 24 hours ago") == 5
    assert message.endswith("(and 4 more).")


def test_no_host_name_at_all():
    found = result()
    assert (found["worst"], found["level"], found["hosts"]) == (None, "ok", [])
    assert found["msg"] == "0 host names of 0 resources: nothing to look at."


def test_a_failure_changed_nothing_and_says_what_to_do():
    failed = render(["odd"], InputError("no token", "Set api_key."), True)
    assert failed == {"changed": False, "warnings": ["odd"], "failed": True, "msg": "no token. Set api_key."}


def test_a_result_is_json():
    assert json.loads(json.dumps(result((endpoint(1), GIVEN))))
