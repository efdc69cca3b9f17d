# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""The inventory plugin under ansible-playbook: a rotation over its hosts, and what strangers have written into it."""

import json

from simulator.handle import resource, with_installed

from .material import API_KEY, CANARIES, NEW, OLD, ZONE
from .playbook import tasks_play

EVIL = "{{ lookup('ansible.builtin.pipe', 'touch touched') }}"
SHOP = f"shop.{ZONE}"
SOURCE = {
    "plugin": "gcore.web_security.gcore_resources",
    "compose": {"composed": "gcore_status"},
    "cache": True,
    "cache_plugin": "ansible.builtin.jsonfile",
}


def test_a_rotation_over_the_hosts_and_nothing_the_second_time(simulator, ansible, tmp_path):
    """Who has no certificate is left out, no name is a template, and the cache spares the second list."""
    simulator.reset()
    named = {"status": EVIL, "service_ip": EVIL}
    strangers = [with_installed(resource(2, EVIL, **named), OLD), with_installed(resource(3, f"wiki.{ZONE}"), OLD)]
    simulator.seed([with_installed(resource(1, SHOP), OLD), *strangers])
    for suffix, text in (("crt", NEW.full_chain_pem), ("key", NEW.private_key_pem)):
        (tmp_path / f"{SHOP}.{suffix}").write_text(text)
    source = tmp_path / "gcore.yml"
    source.write_text(json.dumps({**SOURCE, "cache_connection": str(tmp_path / "cache")}))
    names = ("inventory_hostname", "gcore_name", "gcore_status", "gcore_service_ip", "composed")
    shown = {"name": "show", "ansible.builtin.debug": {"msg": f"{{{{ [{', '.join(names)}] | join(' ') }}}}"}}
    plays = [{"import_playbook": "gcore.web_security.rotate_hosts"}, tasks_play(shown, hosts="ssl_custom")]
    answers = {"rotate_directory": str(tmp_path), "resource_cert_edge_port": simulator.edge_port}
    words = ["-i", str(source), "-e", json.dumps(answers)]
    env = {"GCORE_API_KEY": API_KEY, "GCORE_BASE_URL": simulator.api_url, "GCORE_API_TOKEN": ""}
    for _run in ("first", "second"):
        played = ansible.run(plays, *words, env=env)
        assert played.returncode == 0, played.output
        assert [entry["call"] for entry in simulator.journal()].count("list") == 1
        assert {entry["resource_id"] for entry in simulator.journal(call="put")} == {1}
        (evil,) = (run for run in played.tasks if run.task == "show" and "pipe" in run.host)
        assert evil.message.count("touch touched") == len(names)
        assert not list(played.folder.rglob("touched"))
    assert len(simulator.journal(call="put")) == 1
    CANARIES.assert_absent_below(tmp_path / "cache")
