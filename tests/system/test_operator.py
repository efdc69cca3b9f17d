# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""The operator at two in the morning: each failure says what is wrong and what to do, without the manual."""

import sys
from collections.abc import Iterator

import pytest

from simulator.handle import Simulator, resource, rule, with_installed

from .cases import CERTIFICATE, Case, File, Seen, both_ways, play_cases
from .material import API_KEY, BEARER_TOKEN, CUT_TOKEN, NEW, OLD, WRONG_TOKEN, ZONE
from .playbook import MODULE, Played, tasks_play
from .web import Web, nobody

PORTAL = b"<!DOCTYPE html><html><title>Welcome to the portal</title></html>"
NO_RETRIES = {**CERTIFICATE, "retries": 0, "request_timeout": 5}


CLOSED = nobody()
UNKNOWN_HOST = "https://api.gcore.invalid"
NOBODY, HTML = {"resource_id": None, "name": "nobody.example.net"}, rule("502_html", call="get")
TOO_ODD = rule({"kind": "status", "status": 400, "invalid_fields": {"service_ssl_crt": ["Too odd."]}}, call="put")

HELP: dict[str, tuple[dict, list, str]] = {
    # options, faults, and what the message must have
    "wrong-token": ({"api_key": WRONG_TOKEN}, [], "answered 401|Check api_key (GCORE_API_KEY)|request id"),
    "token-cut-at-its-dollar": ({"api_key": CUT_TOKEN}, [], "401|Bad permanent token|'$'|single quotes"),
    "tokens-swapped": ({"api_key": BEARER_TOKEN}, [], "401|api_token|swapped"),
    "no-such-name": (NOBODY, [], "no resource is named nobody.example.net|aliases do not count"),
    "refused-certificate": ({}, [TOO_ODD], "400|service_ssl_crt|Too odd.|request id|Nothing was changed"),
    "api-down": ({"api_url": CLOSED}, [], f"GET /security/|refused|{CLOSED}|Nothing was changed"),
    "no-such-host": ({"api_url": UNKNOWN_HOST}, [], f"could not be resolved|{UNKNOWN_HOST}"),
    "gateway-error": ({}, [HTML], "502|text/html|The API is not well or not reachable|run the task again later"),
}
CASES = [
    Case(name, {**NO_RETRIES, **options}, faults=faults, expect=words.split("|"))
    for name, (options, faults, words) in HELP.items()
]
CASES += both_ways([case for case in CASES if case.name in ("token-cut-at-its-dollar", "api-down")])


@pytest.fixture(scope="module")
def seen(simulator, ansible) -> dict[str, Seen]:
    return play_cases(simulator, ansible, CASES)


@pytest.mark.parametrize("name", [case.name for case in CASES])
def test_the_message_is_enough_to_act(name, seen):
    one = seen[name]
    assert one.failed
    missing = [word for word in one.case.expect if word not in one.message]
    assert not missing, f"{missing} not in: {one.message}"
    assert "Traceback" not in str(one.result)


@pytest.fixture(scope="module")
def portal() -> Iterator[Web]:
    """A web server that is not the API: a page for whatever is asked."""
    with Web(lambda _asked: (200, PORTAL)) as running:
        yield running


@pytest.fixture(scope="module")
def tls_simulator() -> Iterator[Simulator]:
    with Simulator(api_key=API_KEY, bearer_token=BEARER_TOKEN, tls=True) as running:
        yield running


def test_tls_of_the_api_is_verified_and_can_be_made_to_trust(tls_simulator, ansible):
    cases = {
        "untrusted": {},
        "trusted": {"ca_path": File(tls_simulator.ca_pem)},
        "trusted-by-another": {"ca_path": File(NEW.root_pem)},
        "unverified": {"validate_certs": False},
    }
    told = [Case(name, {**NO_RETRIES, **options}) for name, options in cases.items()]
    seen = play_cases(tls_simulator, ansible, told)
    for name in ("untrusted", "trusted-by-another"):
        for word in ("TLS", "not accepted", "ca_path", tls_simulator.api_url, "Nothing was changed"):
            assert word in seen[name].message
        assert seen[name].requests == []
    for name in ("trusted", "unverified"):
        assert seen[name].stored == NEW.fingerprint_sha256


@pytest.fixture(scope="module")
def by_hand(simulator, ansible, portal, tmp_path_factory) -> Played:
    """Mistakes that are not of the API."""
    bare = tmp_path_factory.mktemp("bare") / "python"
    bare.write_text(f'#!/bin/sh\nexec {sys.executable} -S "$@"\n')
    bare.chmod(0o755)
    simulator.reset()
    simulator.seed([with_installed(resource(7, f"site7.{ZONE}"), OLD)])
    simulator.faults([rule({"kind": "redirect", "status": 302, "location": f"{portal.url}/hook"}, call="get", times=1)])
    options = {**CERTIFICATE, "resource_id": 7, "retries": 0, "api_url": simulator.api_url, "api_key": API_KEY}
    twice = f"{simulator.api_url}/security"
    far = {"vars": {"ansible_python_interpreter": str(bare)}, "environment": {"WAY": "far"}}
    tasks = [
        {"name": "portal", MODULE: {**options, "api_url": portal.url}, "ignore_errors": True},
        {"name": "path twice", MODULE: {**options, "api_url": twice}, "ignore_errors": True},
        {"name": "bare python", MODULE: options, "ignore_errors": True, **far},
        {"name": "redirected", MODULE: options, "ignore_errors": True},
        {"name": "wrong token", MODULE: {**options, "api_key": WRONG_TOKEN}},
    ]
    return ansible.run([tasks_play(*tasks)])


BY_HAND = {
    "portal": ("GET /security/resources/7", "200", "text/html", "Is api_url the API's address"),
    "path twice": ("404", "/security/resources/7", "api_url"),
    "bare python": ("lacks: cryptography", "requests", "-m pip install"),
}


def test_a_mistake_that_is_not_of_the_api(by_hand, portal):
    """And a redirect to another host, which is not followed; what is on the screen has the message."""
    for task, words in {**BY_HAND, "redirected": ("302", f"{portal.url}/hook")}.items():
        assert [word for word in words if word not in by_hand.task(task).message] == []
    assert portal.paths == ["/security/resources/7"], "the token was carried to another host"
    assert by_hand.returncode == 2
    assert "GET /security/resources/7 answered 401" in by_hand.output
    assert "Check api_key (GCORE_API_KEY)" in by_hand.output
