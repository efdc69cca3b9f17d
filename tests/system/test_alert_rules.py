# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""The alert rules that the collection ships, by Prometheus' own tool, on metrics that the report really writes."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from ansible_collections.gcore.web_security.plugins.plugin_utils._expiry_report.formats import Options, rendered
from unit.docs.guide import block
from unit.plugins.expiry_result import a_host, a_result

PROMTOOL = shutil.which("promtool")
RULES = Path(__file__).resolve().parents[2] / "extensions" / "prometheus" / "alert_rules.yml"

pytestmark = pytest.mark.skipif(PROMTOOL is None, reason="promtool is not installed (Debian: prometheus)")


def promtool(*words):
    done = subprocess.run([PROMTOOL, *words], check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_prometheus_takes_them():
    assert "SUCCESS: 5 rules found" in promtool("check", "rules", str(RULES))
    promtool("check", "rules", "--lint=all", "--lint-fatal", str(RULES))


def test_prometheus_takes_the_questions_of_the_guide(tmp_path):
    lines = block("monitoring", "text", "sort(").splitlines()
    asked = [line for line in lines if line and not line.startswith("#")]
    rules = [{"record": f"question{number}", "expr": line} for number, line in enumerate(asked)]
    path = tmp_path / "rules.yml"
    path.write_text(json.dumps({"groups": [{"name": "questions", "rules": rules}]}))
    assert f"{len(asked)} rules found" in promtool("check", "rules", str(path))


ALERTS = {alert["alert"]: alert for group in yaml.safe_load(RULES.read_text())["groups"] for alert in group["rules"]}
CRITICAL, WARNING, LAGS, OLD, MISSING = ALERTS

LAGGING = {
    "certificate": "new",
    "fingerprint_sha256": "0c5e",
    "not_after": "2027-02-28T23:59:59Z",
    "is_served": False,
    "lags_behind": True,
}
FILE = 'node_textfile_mtime_seconds{instance="monitor",file="/var/lib/node_exporter/gcore_certificates.prom"}'
FRESH, STALE = {"series": FILE, "values": "0+60x10080"}, {"series": FILE, "values": "0x10080"}
"""The report's file, as young as the moment, and never written again."""


def host(state, **fields):
    return a_host(f"{state}.example.com", state, **fields)


def series(*hosts):
    """The metrics of a report on these hosts, for a week in which nothing changes."""
    lines = rendered("prometheus", a_result(*hosts), Options("Certificates", False), "").splitlines()
    samples = [line.rpartition(" ") for line in lines if not line.startswith("#")]
    return [{"series": name, "values": f"{value}x10080"} for name, _space, value in samples]


def alert(name, labels, value=""):
    """What Prometheus sends."""
    rule = ALERTS[name]

    def written(text):
        text = re.sub(r"{{ \$labels\.(\w+) }}", lambda found: labels[found[1]], text)
        return text.replace("{{ $value | humanizeDuration }}", value)

    annotations = {key: written(text) for key, text in rule["annotations"].items()}
    return {"exp_labels": {**labels, **rule["labels"]}, "exp_annotations": annotations}


def of(host, **labels):
    return {"host": host["host"], "resource": host["resource"], "resource_id": str(host["resource_id"]), **labels}


def check(folder, metrics, at, expected):
    """Fail unless these alerts fire at that time, and no other."""
    wanted = [{"alertname": name, "eval_time": at, "exp_alerts": expected.get(name, [])} for name in ALERTS]
    test = {"interval": "1m", "input_series": metrics, "alert_rule_test": wanted}
    path = folder / "test.yml"
    path.write_text(json.dumps({"rule_files": [str(RULES)], "evaluation_interval": "1m", "tests": [test]}))
    promtool("test", "rules", str(path))


STATES = [
    ("critical", "1m", CRITICAL),
    ("expired", "1m", CRITICAL),
    ("not_covered", "1m", CRITICAL),
    ("critical", "91m", CRITICAL),
    ("warning", "89m", None),
    ("warning", "91m", WARNING),
    ("mismatch", "89m", None),
    ("unreachable", "91m", WARNING),
    ("ok", "100h", None),
    ("lets_encrypt", "100h", None),
    ("no_certificate", "100h", None),
]


@pytest.mark.parametrize(("state", "at", "name"), STATES)
def test_a_state(state, at, name, tmp_path):
    found = host(state)
    expected = {name: [alert(name, of(found, state=state))]} if name else {}
    check(tmp_path, [FRESH, *series(found, host("ok", number=99))], at, expected)


def test_the_new_certificate_is_not_there_for_a_day(tmp_path):
    found = host("ok", given=LAGGING)
    check(tmp_path, [FRESH, *series(found)], "23h", {})
    check(tmp_path, [FRESH, *series(found)], "25h", {LAGS: [alert(LAGS, of(found))]})


def test_a_report_that_comes_no_more(tmp_path):
    check(tmp_path, [STALE, *series(host("ok"))], "179m", {})
    labels = {"instance": "monitor", "file": "/var/lib/node_exporter/gcore_certificates.prom"}
    check(tmp_path, [STALE, *series(host("ok"))], "4h", {OLD: [alert(OLD, labels, "4h 0m 0s")]})


def test_no_metrics_at_all(tmp_path):
    check(tmp_path, [FRESH], "59m", {})
    check(tmp_path, [FRESH], "61m", {MISSING: [alert(MISSING, {})]})
