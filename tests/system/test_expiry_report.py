# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""The role cert_expiry_report and the playbook expiry_report: real scans of the simulator, written to real files."""

import csv
import json
import os
import shutil
import stat
import subprocess
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from ansible_collections.gcore.web_security.plugins.plugin_utils._expiry_report.formats import Options, rendered
from simulator.handle import resource, rule, with_installed, with_issued
from unit.plugins.expiry_result import a_fleet, a_host, a_result, of_each_state

from .material import API_KEY, ZONE, ends_in
from .playbook import tasks_play

ROLE = "gcore.web_security.cert_expiry_report"
PLAYBOOK = "gcore.web_security.expiry_report"
TOKEN = {"GCORE_API_KEY": API_KEY}
SUFFIXES = {"html": "html", "json": "json", "csv": "csv", "markdown": "md", "prometheus": "prom", "junit": "xml"}
PROMTOOL = shutil.which("promtool")
EVIL = "{{ lookup('ansible.builtin.pipe', 'touch hacked') }}<script>alert(1)</script>"

LASTING, NEAR, HOURS, ENDED = (ends_in(days) for days in (60, 20, 0.5, -2))


@pytest.fixture
def account(simulator):
    """In order, near its end, and one that Gcore renews; none ends in whole days: then a moment changes a report."""
    simulator.reset()
    ours = [with_installed(resource(1, f"shop.{ZONE}"), LASTING), with_installed(resource(2, f"blog.{ZONE}"), NEAR)]
    simulator.seed([*ours, with_issued(resource(3, f"wiki.{ZONE}"), lets_encrypt=True, days=60.5)])
    return simulator


@pytest.fixture
def paths(tmp_path) -> dict[str, Path]:
    return {name: tmp_path / "reports" / f"certificates.{suffix}" for name, suffix in SUFFIXES.items()}


@pytest.fixture
def variables(account, paths) -> dict[str, Any]:
    """The role's, without a file."""
    paths["html"].parent.mkdir()
    return {
        "cert_expiry_report_api_url": account.api_url,
        "cert_expiry_report_edge_port": account.edge_port,
        "cert_expiry_report_edge_timeout": 30,
        "cert_expiry_report_retries": 0,
    }


@pytest.fixture
def everything(variables, paths) -> dict[str, Any]:
    """The role's, with every file."""
    return {**variables, **{f"cert_expiry_report_{name}_path": str(path) for name, path in paths.items()}}


def only(paths, *names: str) -> dict[str, str]:
    """The variables of some files."""
    return {f"cert_expiry_report_{name}_path": str(paths[name]) for name in names}


def play(*steps: dict[str, Any]) -> list:
    """The role once for each of these variables."""
    role = {"name": "report", "ansible.builtin.include_role": {"name": ROLE}}
    return [tasks_play(*({**role, "vars": variables} for variables in steps))]


def contents(paths: dict[str, Path]) -> dict[str, str]:
    return {name: path.read_text("utf-8") for name, path in paths.items()}


def changed(played) -> int:
    """As the recap counts it."""
    return int(played.stdout.partition("PLAY RECAP")[2].partition("changed=")[2].split()[0])


def told(played) -> dict[str, Any]:
    """What AWX keeps as artifacts."""
    shown = played.stdout.partition("CUSTOM STATS:")[2].partition("RUN:")[2]
    return json.loads(shown)["gcore_cert_expiry_report"]


def test_the_playbook_by_its_name(variables, ansible):
    """A relative path starts where the play was started, not beside the playbook, which the collection brought."""
    names = {"html": "certificates.html", "prometheus": "./certificates.prom"}
    given = {f"cert_expiry_report_{name}_path": path for name, path in names.items()}
    settings = ansible.file(json.dumps({**variables, **given, "cert_expiry_report_api_key": API_KEY}))
    played = ansible.run(PLAYBOOK, "-vvvv", "--diff", "-e", f"@{settings}")
    assert played.returncode == 0, played.output
    assert [path for path in names.values() if not (played.folder / path).exists()] == []


def test_all_of_them_then_nothing_then_news(account, variables, everything, paths, ansible):
    account.clear_journal()
    first = ansible.run(play(everything), env=TOKEN)
    assert (first.returncode, changed(first)) == (0, len(paths)), first.output
    assert [entry["call"] for entry in account.journal()] == ["list"]
    written = contents(paths)
    assert f"shop.{ZONE}" in written["html"]
    assert [host["state"] for host in json.loads(written["json"])["hosts"]] == ["warning", "ok", "lets_encrypt"]
    assert [row["state"] for row in csv.DictReader(written["csv"].splitlines())] == ["warning", "ok", "lets_encrypt"]
    assert f"| ! Warning | `blog.{ZONE}` |" in written["markdown"]
    assert f'level{{host="blog.{ZONE}",resource="blog.{ZONE}",resource_id="2"}} 1\n' in written["prometheus"]
    assert ElementTree.fromstring(written["junit"]).get("tests") == "3"
    assert {stat.S_IMODE(path.stat().st_mode) for path in paths.values()} == {0o644}
    assert sorted(paths["html"].parent.iterdir()) == sorted(paths.values())

    # A file that is copied and the one that is put in its place in one piece: the others are written as the first is.
    two = {name: paths[name] for name in ("json", "prometheus")}
    os.utime(paths["prometheus"], (1, 1))
    identity = {name: (path.stat().st_ino, path.stat().st_mtime_ns) for name, path in two.items()}
    second = ansible.run(play({**variables, **only(paths, *two)}), env=TOKEN)
    assert (second.returncode, changed(second)) == (0, 0), second.output
    assert contents(paths) == written
    same = {name: (path.stat().st_ino, path.stat().st_mtime_ns) for name, path in two.items()}
    assert {name for name in two if same[name] != identity[name]} == {"prometheus"}
    assert paths["prometheus"].stat().st_ino == identity["prometheus"][0], "renewed, not rewritten"
    assert paths["prometheus"].stat().st_mtime > 1_000_000_000

    account.seed([with_installed(resource(2, f"blog.{ZONE}"), LASTING)])
    third = ansible.run(play({**variables, **only(paths, *two)}), env=TOKEN)
    assert (third.returncode, changed(third)) == (0, len(two)), third.output
    assert {name for name, text in contents(paths).items() if text != written[name]} == set(two)


def test_check_mode_writes_nothing_and_shows_the_difference(variables, paths, ansible):
    paths["prometheus"].write_text("# an earlier one\n")
    os.utime(paths["prometheus"], (1, 1))
    two = ("html", "prometheus")
    played = ansible.run(play({**variables, **only(paths, *two)}), "--check", "--diff", env=TOKEN)
    assert (played.returncode, changed(played)) == (0, len(two)), played.output
    assert list(paths["html"].parent.iterdir()) == [paths["prometheus"]]
    assert (paths["prometheus"].read_text(), paths["prometheus"].stat().st_mtime) == ("# an earlier one\n", 1)
    for text in ("+<!DOCTYPE html>", "+# HELP gcore_certificate_level", "-# an earlier one"):
        assert text in played.stdout


FAILING = {("blog", "critical"): False, ("blog", "warning"): True, ("hours", ""): True, ("ended", "never"): False}
"""The resource and `fail_on`: whether the role fails."""


def test_it_fails_when_it_is_bad_enough_and_its_file_is_written(account, variables, paths, ansible):
    """The last one looks at all: its message names the worst first, and AWX is told after a failure too."""
    late = (4, "hours", HOURS), (5, "ended", ENDED)
    account.seed([with_installed(resource(number, f"{name}.{ZONE}"), pair) for number, name, pair in late])
    blocks = [
        {
            "vars": {
                **variables,
                "cert_expiry_report_name": f"{name}.{ZONE}",
                "cert_expiry_report_fail_on": fail_on,
                "cert_expiry_report_junit_path": str(paths["junit"]) if name == "hours" else "",
            },
            "block": [{"name": "report", "ansible.builtin.include_role": {"name": ROLE}}],
            "rescue": [{"name": f"failed {name} {fail_on}", "ansible.builtin.debug": {"msg": "as it should"}}],
        }
        for name, fail_on in FAILING
    ]
    whole = play(variables)[0]["tasks"]
    played = ansible.run([tasks_play(*blocks, *whole)], env={**TOKEN, "ANSIBLE_SHOW_CUSTOM_STATS": "true"})
    failed = {run.task for run in played.tasks}
    for (name, fail_on), fails in FAILING.items():
        assert (f"failed {name} {fail_on}" in failed) is fails, played.output
    assert ElementTree.fromstring(paths["junit"].read_text()).find("testsuite").get("failures") == "1"
    message = played.task(f"{ROLE} : Fail where it is bad enough").message
    places = [message.index(f"{name}.{ZONE}") for name in ("ended", "hours", "blog")]
    assert places == sorted(places)
    artifacts = told(played)
    assert (artifacts["level"], artifacts["worst"], artifacts["msg"]) == ("critical", "expired", message)
    assert (artifacts["critical"], artifacts["warning"]) == ([f"ended.{ZONE}", f"hours.{ZONE}"], [f"blog.{ZONE}"])
    assert artifacts["summary"]["hosts"] == 5


def test_a_look_that_fails_leaves_the_files_as_they_are(account, variables, paths, ansible):
    """And a file that the collector would not read is refused first."""
    paths["json"].write_text("as it was")
    account.faults([rule("500", call="list")])
    account.clear_journal()
    refused = {"block": play({**variables, "cert_expiry_report_prometheus_path": "/tmp/x.txt"})[0]["tasks"]}
    refused["rescue"] = [{"name": "refused", "ansible.builtin.debug": {"msg": "{{ ansible_failed_result.msg }}"}}]
    [plays] = play({**variables, **only(paths, "json")})
    env = {**TOKEN, "ANSIBLE_SHOW_CUSTOM_STATS": "true"}
    played = ansible.run([{**plays, "tasks": [refused, *plays["tasks"]]}], env=env)
    assert played.returncode == 2
    assert "must end in .prom" in played.task("refused").message
    assert paths["json"].read_text() == "as it was"
    assert "answered 500" in told(played)["msg"]
    assert {entry["call"] for entry in account.journal()} == {"list"}


def test_each_host_of_the_play_gets_the_file_from_one_look(account, variables, tmp_path, ansible):
    """And a stranger's name is neither template nor markup."""
    account.seed([with_installed(resource(4, EVIL), LASTING)])
    hosts = {
        name: {f"cert_expiry_report_{kind}_path": str(tmp_path / f"{name}.{kind}") for kind in ("json", "html")}
        for name in ("one", "two")
    }
    account.clear_journal()
    played = ansible.run(play({**variables, "cert_expiry_report_fail_on": "never"}), hosts=hosts, env=TOKEN)
    assert played.returncode == 0, played.output
    assert [entry["call"] for entry in account.journal()] == ["list"]
    one, two = ((tmp_path / f"{name}.json").read_text() for name in hosts)
    assert one == two
    assert EVIL in {host["host"] for host in json.loads(one)["hosts"]}
    assert not list(played.folder.rglob("hacked"))
    assert "<script>alert(1)" not in (tmp_path / "one.html").read_text()


def test_given_certificates_and_a_selection(account, variables, paths, tmp_path, ansible):
    """In files of an owner and a mode; and nothing at all where the account is empty."""
    folder = tmp_path / "given"
    folder.mkdir()
    (folder / "wildcard.crt").write_text(LASTING.full_chain_pem)
    whose = {"owner": str(os.getuid()), "group": str(os.getgid()), "mode": "0640"}
    days = {"warning_days": "3", "critical_days": "1"}
    chosen = {"directory": str(folder), "include": "shop.*,blog.*", **days, **whose}
    given = {f"cert_expiry_report_{name}": value for name, value in chosen.items()}
    empty = tmp_path / "empty.json"
    ours = {**variables, **given, **only(paths, "json", "prometheus")}
    [plays] = play(ours, ours, {**variables, "cert_expiry_report_json_path": str(empty)})
    clear = {"simulator_admin": {"url": account.admin_url, "requests": [["DELETE", "/resources", {}]]}}
    plays["tasks"].insert(2, clear)
    played = ansible.run([plays], env=TOKEN)
    assert (played.returncode, changed(played)) == (0, 2 + 0 + 1), played.output
    assert {stat.S_IMODE(paths[name].stat().st_mode) for name in ("json", "prometheus")} == {0o640}
    document = json.loads(paths["json"].read_text())
    assert document["thresholds"]["warning_days"] == 3
    assert [host["state"] for host in document["hosts"]] == ["ok", "ok"]
    (wildcard,) = document["given_certificates"]
    assert (wildcard["served_by"], wildcard["lagging"]) == ([f"shop.{ZONE}"], [f"blog.{ZONE}"])
    assert json.loads(empty.read_text())["hosts"] == []


def test_the_collector_never_finds_half_a_file(variables, paths, tmp_path, ansible):
    """Right before the file appears, nothing that the collector would read is beside its place."""
    seen = tmp_path / "seen"
    spy = tmp_path / "spy" / "mv"
    spy.parent.mkdir()
    spy.write_text(f'#!/bin/sh\nls -A "$(dirname "$3")" >>{seen}\nexec /bin/mv "$@"\n')
    spy.chmod(0o755)
    env = {**TOKEN, "PATH": f"{spy.parent}:{os.environ['PATH']}"}
    played = ansible.run(play({**variables, **only(paths, "prometheus")}), env=env)
    assert played.returncode == 0, played.output
    assert seen.read_text().splitlines() == ["certificates.prom.new"]
    assert [path.name for path in paths["prometheus"].parent.iterdir()] == ["certificates.prom"]


@pytest.mark.skipif(PROMTOOL is None, reason="promtool is not installed (Debian: prometheus): it checks no metrics")
@pytest.mark.parametrize("result", [of_each_state(), a_fleet(300), a_result(a_host(EVIL), a_host('a"b\\c\n'))])
def test_promtool_accepts_the_metrics(result):
    metrics = rendered("prometheus", result, Options()).encode()
    done = subprocess.run([PROMTOOL, "check", "metrics"], input=metrics, capture_output=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
