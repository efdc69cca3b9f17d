# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""The collection as users install it: the one that COLLECTION_UNDER_TEST names, found by ANSIBLE_COLLECTIONS_PATH."""

import json
import os
import subprocess

import pytest

from simulator.handle import resource, with_installed
from unit.plugins.expiry_result import a_fleet

from .cases import CERTIFICATE
from .material import NEW, OLD, ZONE, connection
from .playbook import MODULE, command, environment, tasks_play

UNDER_TEST = os.environ.get("COLLECTION_UNDER_TEST")

pytestmark = pytest.mark.skipif(not UNDER_TEST, reason="COLLECTION_UNDER_TEST names no installed collection")

PLAYBOOK = "gcore.web_security.rotate"
WAYS = {"action": {}, "module": {"WAY": "far"}}


def test_the_documentation_is_there(tmp_path):
    words = [command("ansible-doc"), "--type", "module", MODULE]
    done = subprocess.run(words, env=environment(tmp_path), check=False, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert UNDER_TEST in done.stdout
    assert "replace_lets_encrypt" in done.stdout


@pytest.mark.parametrize("way", WAYS)
def test_a_rotation_and_nothing_the_second_time(way, simulator, ansible):
    simulator.reset()
    simulator.seed([with_installed(resource(1, f"site.{ZONE}"), OLD)])
    options = {**CERTIFICATE, **connection(simulator), "name": f"site.{ZONE}"}
    tasks = [{"name": name, MODULE: options, "environment": WAYS[way]} for name in ("first", "second")]
    played = ansible.run([tasks_play(*tasks)], "-vvv")
    assert [played.task(name).result["changed"] for name in ("first", "second")] == [True, False]
    assert [entry["took_effect"] for entry in simulator.journal(call="put")] == [True]
    assert simulator.resource(1)["installed"]["fingerprint_sha256"] == NEW.fingerprint_sha256
    assert (f"Using module file {UNDER_TEST}" in played.stdout) is (way == "module")


def test_the_playbook_and_its_role(simulator, ansible):
    simulator.reset()
    simulator.seed([with_installed(resource(1, f"site.{ZONE}"), OLD)])
    options = {"name": f"site.{ZONE}", **CERTIFICATE, **connection(simulator)}
    given = ansible.file(json.dumps({f"resource_cert_{name}": value for name, value in options.items()}))
    played = ansible.run(PLAYBOOK, "-e", f"@{given}")
    assert played.returncode == 0, played.output
    assert simulator.resource(1)["installed"]["fingerprint_sha256"] == NEW.fingerprint_sha256


def test_the_page_of_the_report(tmp_path, ansible):
    """Its template, style and script came along."""
    page = tmp_path / "page.html"
    content = "{{ result | gcore.web_security.cert_expiry_report('html') }}"
    write = {"name": "write", "ansible.builtin.copy": {"content": content, "dest": str(page), "mode": "0644"}}
    played = ansible.run([tasks_play(write, vars={"result": a_fleet(3)})])
    assert played.returncode == 0, played.output
    for part in ("<!DOCTYPE html>", "brand-003.example", "prefers-color-scheme", "addEventListener"):
        assert part in page.read_text("utf-8")
