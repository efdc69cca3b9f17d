# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors
"""The edges: what a handshake shows, when, and for which name."""

import pytest
from cryptography import x509

from simulator.handle import resource, with_issued

NAME = "shop.example"


@pytest.fixture
def seeded(simulator):
    simulator.seed([with_issued(resource(1, NAME, ["www.shop.example"]), days=30)])
    return simulator


@pytest.fixture
def put(api, authority):
    def send():
        issued = authority.issue([NAME])
        assert api.renew(1, issued).status == 200
        return issued.fingerprint_sha256

    return send


def served(simulator, resource_id=1):
    return simulator.resource(resource_id)["served"]


def test_shows_what_is_stored_and_answers(seeded, edges, put):
    assert edges.fingerprint(NAME) == served(seeded)
    assert edges.fingerprint(NAME) != (stored := put())
    shown = edges.show(NAME)
    assert shown.fingerprint == stored
    assert shown.answer.startswith(b"HTTP/1.1 200 OK\r\n")
    seeded.warm()
    assert edges.fingerprint(NAME) == stored


@pytest.mark.parametrize("name", ["WWW.SHOP.EXAMPLE", "xn--bcher-kva.example", "www.xn--mller-kva.example"])
def test_names_aliases_and_wildcards(simulator, edges, name):
    simulator.seed([with_issued(resource(1, NAME, ["www.shop.example", "bücher.example", "*.müller.example"]))])
    assert edges.fingerprint(name) == served(simulator)


@pytest.mark.parametrize("name", [None, "unknown.example", "deep.www.shop.example", "example"])
def test_unknown_names_get_the_fallback(seeded, edges, name):
    shown = x509.load_der_x509_certificate(edges.show(name).raw)
    assert shown.subject.rfc4514_string() == "CN=edge.invalid"


def test_each_address_has_its_own_names(simulator, edges):
    places = [(1, NAME, "127.0.0.1"), (2, NAME, "127.0.0.2"), (3, "third.example", "127.0.0.3")]
    simulator.seed([resource(number, name, service_ip=place) for number, name, place in places], issue={})
    for number, name, place in places:
        assert edges.fingerprint(name, place) == served(simulator, number)
    assert edges.fingerprint("third.example") == edges.fingerprint(None)
    assert [entry["address"] for entry in simulator.handshakes(NAME)] == ["127.0.0.1", "127.0.0.2"]
    simulator.edit(3, {"service_ip": "127.0.0.2"})
    with pytest.raises(ConnectionRefusedError):
        edges.show("third.example", "127.0.0.3")
    assert edges.fingerprint("third.example", "127.0.0.2") == served(simulator, 3)
