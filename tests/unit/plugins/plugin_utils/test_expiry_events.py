# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""Which events follow from what was known and what a scan tells."""

import json

import pytest

from ansible_collections.gcore.web_security.plugins.plugin_utils._expiry_events import Memory, events_of
from unit.plugins.expiry_result import LEVELS, STATES, a_host

GOOD = ("no_certificate", "lets_encrypt", "ok")


def scan(*hosts):
    """A scan that came to its end; a word is the state of the one host."""
    return {"hosts": [a_host(state=host) if isinstance(host, str) else host for host in hosts]}


def failed(why="the API is not well"):
    return {"failed": True, "msg": why, "exception": "Traceback"}


def told(*results, repeat_after=None):
    """The events of each of some polls, a minute apart."""
    memory = Memory()
    for number, result in enumerate(results):
        events, memory = events_of(result, memory, 60.0 * number, repeat_after)
        yield events


def steps(*results, **options):
    """The same, shortened to what changed."""
    return [[_short(event) for event in events] for events in told(*results, **options)]


def _short(event):
    if "cert_expiry_source" in event:
        return event["cert_expiry_source"]["state"]
    fact = event["cert_expiry"]
    return f"{fact['previous_state']} > {fact['state']}" + (" again" if fact["is_repeat"] else "")


C, W, K, X = "critical", "warning", "ok", failed()
POLLS = {
    # the polls, a word being the state of the one host, and what each tells
    "all is well from the start": ([K, K], [[], []]),
    "it starts badly, and that is told once": ([C, C, C], [["None > critical"], [], []]),
    "it gets worse": ([K, W, C], [[], ["ok > warning"], ["warning > critical"]]),
    "it comes back": ([W, K, W], [["None > warning"], ["warning > ok"], ["ok > warning"]]),
    "HTTPS is turned off": ([K, "no_certificate"], [[], ["ok > no_certificate"]]),
    "to another bad state": (["mismatch", "unreachable"], [["None > mismatch"], ["mismatch > unreachable"]]),
    "a new one that is not": ([K, scan(K, a_host("b", "expired"))], [[], ["None > expired"]]),
    "one that was well is gone": ([K, scan()], [[], []]),
    "one that is gone comes back": ([C, scan(), C], [["None > critical"], ["critical > gone"], ["None > critical"]]),
    "one name on two resources": ([scan(a_host(state=W, number=1), a_host(state=K, number=2))], [["None > warning"]]),
    "an alias that is the resource's own name": ([scan(C, C)], [["None > critical"]]),
    "a failure once when it begins, once when it is over": ([X, X, K], [["failing"], [], ["working"]]),
    "what changed meanwhile is told": ([K, X, C], [[], ["failing"], ["working", "ok > critical"]]),
}


def polled(polls):
    return [scan(poll) if isinstance(poll, str) else poll for poll in polls]


@pytest.mark.parametrize(("polls", "expected"), POLLS.values(), ids=POLLS)
def test_a_state_is_told_when_it_is_entered(polls, expected):
    assert steps(*polled(polls)) == expected


AGAIN = "critical > critical again"
REPEATS = {
    "after so many seconds": (120, [C] * 5, [["None > critical"], [], [AGAIN], [], [AGAIN]]),
    "from the last change": (120, [W, C, C, C], [["None > warning"], ["warning > critical"], [], [AGAIN]]),
    "a change is none, however late": (60, [W, C], [["None > warning"], ["warning > critical"]]),
    "not of what is well": (60, [C, K, K, K], [["None > critical"], ["critical > ok"], [], []]),
}


@pytest.mark.parametrize(("after", "polls", "expected"), REPEATS.values(), ids=REPEATS)
def test_repetition(after, polls, expected):
    assert steps(*polled(polls), repeat_after=after) == expected


def test_what_an_event_says():
    _first, (event,) = told(scan("warning"), scan("critical"))
    host, msg = a_host(state="critical"), "www.example.com: expires in 4 days; the edge serves an incomplete chain"
    fact = event["cert_expiry"]
    before = {"previous_state": "warning", "previous_level": "warning", "is_repeat": False}
    assert fact == {**{name: host[name] for name in host.keys() & fact.keys()}, **before, "msg": msg}
    assert len(fact) == 15


def test_what_is_said_of_one_that_is_gone_of_each_state_and_of_a_failure():
    _first, (event,) = told(scan("critical"), scan())
    fact = event["cert_expiry"]
    assert (fact["host"], fact["resource_id"], fact["level"]) == ("www.example.com", 17, "ok")
    assert (fact["previous_level"], fact["msg"]) == ("critical", "www.example.com: no longer there")
    assert fact.keys() == next(told(scan("critical")))[0]["cert_expiry"].keys()
    for state in STATES:
        assert steps(scan(state)) == [[] if state in GOOD else [f"None > {state}"]]
        _first, events = told(scan("critical" if LEVELS[state] == "ok" else "ok"), scan(state))
        assert events[0]["cert_expiry"]["msg"].startswith("www.example.com: ")
    first, _second, over = told(failed("GET /x answered 500."), failed("other"), scan())
    assert first == [{"cert_expiry_source": {"state": "failing", "msg": "GET /x answered 500."}}]
    again = "The certificates can be looked at again; that failed 2 times in a row."
    assert over == [{"cert_expiry_source": {"state": "working", "msg": again}}]


def test_nothing_in_an_event_is_a_template():
    """A playbook gets the event as a variable, and Ansible would run what a certificate's name says."""
    bad = "{{ lookup('pipe', 'id') }}{% set x %}{# y #}{{{{ z }}}}{\ud800{"
    events = next(told(scan(a_host(bad, "critical", resource=bad, reasons=[bad]))))
    events += next(told(failed(bad)))
    text = json.dumps(events, ensure_ascii=False)
    text.encode()
    assert not [opener for opener in ("{{", "{%", "{#") if opener in json.dumps(list(_strings(events)))]
    assert "lookup('pipe', 'id')" in text


def _strings(value):
    if isinstance(value, dict):
        value = value.values()
    if isinstance(value, str):
        yield value
    elif not isinstance(value, (int, bool, type(None))):
        for item in value:
            yield from _strings(item)
