# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""Which edges are asked for which names, and when asking is given up."""

from unittest.mock import Mock

import pytest

from ansible_collections.gcore.web_security.plugins.module_utils._clock import Deadline
from ansible_collections.gcore.web_security.plugins.module_utils._expiry.scan import Scan, endpoints
from ansible_collections.gcore.web_security.plugins.module_utils._gcore.web_security import site_of
from ansible_collections.gcore.web_security.plugins.module_utils._rotate.edge import EdgeAnswer
from unit.plugins.fakes import SILENT, FakeClock, certificate, issued, resource_json

LEAF = EdgeAnswer(certificate(issued("*.example.com")))
ALIASES = [{"alias_data": "a.example.net"}, {"alias_data": "b.example.net", "alias_ssl_expire": 1900000000}]


def resource(number, **fields):
    return site_of(resource_json(id=number, name=f"n{number:02}.example.com", **fields))


def scan(answer=LEAF, *, late=0):
    """A scan of edges that answer so, and whom they were asked for."""
    asked, time = [], FakeClock()
    run = Scan(8443, 2.0, Deadline(time.clock, 1), lambda *words: asked.append(words) or answer)
    time.sleep(late)
    return run, asked


def test_every_host_name_is_asked_for_at_its_resource_s_address():
    run, asked = scan()
    answered = run.ask(endpoints([resource(2), resource(1, aliases=ALIASES, service_ip="192.0.2.1")]), workers=1)
    assert asked == [
        ("192.0.2.1", 8443, "n01.example.com", 2.0), ("192.0.2.1", 8443, "a.example.net", 2.0),
        ("192.0.2.1", 8443, "b.example.net", 2.0), ("192.0.2.7", 8443, "n02.example.com", 2.0),
    ]  # fmt: skip
    assert [endpoint.host for endpoint in answered] == [name for _address, _port, name, _timeout in asked]
    assert [endpoint.served for endpoint in answered] == [LEAF.leaf] * 4
    assert run.reachability.is_worth_asking()


@pytest.mark.parametrize("ssl_type", [None, ""])
def test_where_https_is_off_there_is_nobody_to_ask(ssl_type):
    run, asked = scan()
    run.ask(endpoints([resource(1, ssl_type=ssl_type, aliases=ALIASES)]), workers=1)
    assert [name for _address, _port, name, _timeout in asked] == ["b.example.net"]


def test_when_the_first_edges_are_silent_the_rest_are_not_asked():
    run, asked = scan(SILENT)
    answered = run.ask(endpoints(resource(number) for number in range(30)), workers=1)
    assert (len(asked), run.reachability.is_worth_asking()) == (5, False)
    assert answered[-1].edge.problem == "not asked, because no other edge answered"


def test_a_time_that_is_over_asks_nobody():
    run, asked = scan(late=2)
    answered = run.ask(endpoints([resource(1)]), workers=4)
    assert answered[0].edge.problem == "not asked, because the time of the task was over"
    assert (asked, run.reachability.is_worth_asking()) == ([], True)


def test_what_breaks_a_probe_is_not_swallowed():
    run = Scan(443, 2.0, Deadline(FakeClock().clock, 1), Mock(side_effect=ZeroDivisionError))
    with pytest.raises(ZeroDivisionError):
        run.ask(endpoints(resource(number) for number in range(9)), workers=3)
