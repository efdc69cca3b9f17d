# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""Which edges are asked for which names, and when asking is given up."""

from __future__ import annotations

import pytest

from ansible_collections.gcore.web_security.plugins.module_utils._clock import Deadline
from ansible_collections.gcore.web_security.plugins.module_utils._expiry.scan import Scan, endpoints
from ansible_collections.gcore.web_security.plugins.module_utils._gcore.web_security import site_of
from ansible_collections.gcore.web_security.plugins.module_utils._rotate.edge import EdgeAnswer
from unit.plugins.fakes import SILENT, FakeClock, certificate, issued, resource_json

LEAF = EdgeAnswer(certificate(issued("*.example.com")))
ALIASES = [{"alias_data": "a.example.net"}, {"alias_data": "b.example.net", "alias_ssl_expire": 1900000000}]


class Edges:
    """Edges that keep whom they were asked for."""

    def __init__(self, answer=LEAF):
        self.answer = answer
        self.asked = []

    def __call__(self, address, port, name, timeout):
        self.asked.append((address, port, name, timeout))
        return self.answer


def resource(number, **fields):
    return site_of(resource_json(id=number, name=f"n{number:02}.example.com", **fields))


def scan(edges, *, total=1800, clock=None):
    deadline = Deadline((clock or FakeClock()).clock, total)
    return Scan(8443, 2.0, deadline, edges)


def test_every_host_name_is_asked_for_at_its_resource_s_address():
    edges = Edges()
    hosts = endpoints([resource(2), resource(1, aliases=ALIASES, service_ip="192.0.2.1")])
    run = scan(edges)
    answered = run.ask(hosts, workers=1)
    assert edges.asked == [
        ("192.0.2.1", 8443, "n01.example.com", 2.0),
        ("192.0.2.1", 8443, "a.example.net", 2.0),
        ("192.0.2.1", 8443, "b.example.net", 2.0),
        ("192.0.2.7", 8443, "n02.example.com", 2.0),
    ]
    assert [endpoint.host for endpoint in answered] == [name for _address, _port, name, _timeout in edges.asked]
    assert [endpoint.served for endpoint in answered] == [LEAF.leaf] * 4
    assert run.reachability.is_worth_asking()


@pytest.mark.parametrize("ssl_type", [None, ""])
def test_where_https_is_off_there_is_nobody_to_ask(ssl_type):
    edges = Edges()
    scan(edges).ask(endpoints([resource(1, ssl_type=ssl_type, aliases=ALIASES)]), workers=1)
    assert [name for _address, _port, name, _timeout in edges.asked] == ["b.example.net"]


def test_when_the_first_edges_are_silent_the_rest_are_not_asked():
    edges = Edges(SILENT)
    run = scan(edges)
    answered = run.ask(endpoints(resource(number) for number in range(30)), workers=1)
    assert len(edges.asked) == 5
    assert not run.reachability.is_worth_asking()
    assert answered[-1].edge.problem == "not asked, because no other edge answered"


def test_a_time_that_is_over_asks_nobody():
    edges, clock = Edges(), FakeClock()
    run = scan(edges, total=1, clock=clock)
    clock.sleep(2)
    answered = run.ask(endpoints([resource(1)]), workers=4)
    assert edges.asked == []
    assert answered[0].edge.problem == "not asked, because the time of the task was over"
    assert run.reachability.is_worth_asking()


def test_what_breaks_a_probe_is_not_swallowed():
    def broken(*_words):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        scan(broken).ask(endpoints(resource(number) for number in range(9)), workers=3)
