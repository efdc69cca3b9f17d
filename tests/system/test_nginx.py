# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""A rotation that is proved at an edge that nobody here wrote: Debian's nginx."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ansible_collections.gcore.web_security.plugins.module_utils._rotate.edge import probe
from simulator.handle import resource, with_installed

from .cases import CERTIFICATE
from .material import AUTHORITY, NEW, OLD, ZONE, connection
from .nginx import NGINX, Nginx
from .playbook import MODULE, tasks_play
from .web import until

pytestmark = pytest.mark.skipif(NGINX is None, reason="nginx is not installed: no TLS server that nobody here wrote")

NAME = f"shop.{ZONE}"


@pytest.fixture
def nginx(tmp_path) -> Iterator[Nginx]:
    with Nginx(tmp_path, OLD) as running:
        yield running


@pytest.fixture
def rotate(simulator, nginx) -> list:
    """A play for a resource of which the edge alone can tell which certificate it has."""
    simulator.reset()
    simulator.settings(expiry="missing")
    simulator.seed([with_installed(resource(1, NAME), OLD)])
    options = {
        **CERTIFICATE,
        **connection(simulator),
        "name": NAME,
        "edge_port": nginx.port,
        "verify": "edge",
        "verify_timeout": 60,
        "verify_interval": 1,
    }
    return [tasks_play({"name": "rotate", MODULE: options})]


def stored(simulator) -> str:
    return simulator.resource(1)["installed"]["fingerprint_sha256"]


def test_from_old_to_served_to_in_sync(rotate, nginx, simulator, ansible):
    with ansible.start(rotate) as running:
        until(lambda: stored(simulator) == NEW.fingerprint_sha256, "the new certificate is stored")
        assert nginx.served() == OLD.der
        nginx.deploy(NEW)
        first = running.wait().task("rotate")
    assert nginx.served() == NEW.der
    assert first.status == "ok", first.message
    assert first.result["changed"] is True
    assert first.result["drift"]["reason"] == "fingerprint_differs"
    assert first.result["drift"]["evidence"] == "edge"
    assert first.result["current"]["fingerprint_sha256"] == OLD.fingerprint_sha256
    assert first.result["verification"]["edge"] == "verified"

    second = ansible.run(rotate).task("rotate")
    assert second.result["changed"] is False
    assert (second.result["drift"]["reason"], second.result["drift"]["evidence"]) == ("fingerprint_matches", "edge")
    assert len(simulator.journal(call="put")) == 1
    assert simulator.handshakes() == []


def test_the_served_chain_is_told(nginx):
    answer = probe("127.0.0.1", nginx.port, NAME, 5)
    assert answer.problem == ""
    assert answer.leaf.fingerprint_sha256 == OLD.fingerprint_sha256
    assert [link.x509 for link in answer.chain] == [OLD.certificate, AUTHORITY.certificate]
