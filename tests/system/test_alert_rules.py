# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""The alert rules that the collection ships, by Prometheus' own tool, on metrics that the report really writes."""

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


def test_prometheus_takes_them_and_the_questions_of_the_guide(tmp_path):
    assert "SUCCESS: 5 rules found" in promtool("check", "rules", "--lint=all", "--lint-fatal", str(RULES))
    asked = [line for line in block("monitoring", "text", "sort(").splitlines() if line and not line.startswith("#")]
    rules = [{"record": f"question{number}", "expr": line} for number, line in enumerate(asked)]
    path = tmp_path / "rules.yml"
    path.write_text(json.dumps({"groups": [{"name": "questions", "rules": rules}]}))
    assert f"{len(asked)} rules found" in promtool("check", "rules", str(path))


ALERTS = {alert["alert"]: alert for group in yaml.safe_load(RULES.read_text())["groups"] for alert in group["rules"]}
CRITICAL, WARNING, LAGS, OLD, MISSING = ALERTS

FILE = 'node_textfile_mtime_seconds{instance="monitor",file="/var/lib/node_exporter/gcore_certificates.prom"}'
FRESH, STALE = {"series": FILE, "values": "0+60"}, {"series": FILE, "values": "0"}
"""The report's file, as young as the moment, and never written again."""


def host(state, **fields):
    return a_host(f"{state}.example.com", state, **fields)


def series(*hosts):
    """The metrics of a report on these hosts, in which nothing changes."""
    lines = rendered("prometheus", a_result(*hosts), Options("Certificates", False), "").splitlines()
    samples = [line.rpartition(" ") for line in lines if not line.startswith("#")]
    return [{"series": name, "values": value} for name, _space, value in samples]


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


LABELS = {"instance": "monitor", "file": "/var/lib/node_exporter/gcore_certificates.prom"}
LAGS_BEHIND = host("ok", given={"lags_behind": True})
STATES = [
    ("critical", "1m", CRITICAL), ("not_covered", "1m", CRITICAL), ("warning", "89m", None),
    ("warning", "91m", WARNING), ("mismatch", "89m", None), ("unreachable", "91m", WARNING), ("ok", "30h", None),
    ("no_certificate", "30h", None),
]  # fmt: skip
CASES: dict[str, tuple[list[dict], str, dict]] = {
    # metrics, the time, and the alerts that fire at it
    **{
        f"{state} at {at}": (
            [FRESH, *series(host(state), host("ok", number=99))],
            at,
            {name: [alert(name, of(host(state), state=state))]} if name else {},
        )
        for state, at, name in STATES
    },
    "the new certificate is not there after 23 h": ([FRESH, *series(LAGS_BEHIND)], "23h", {}),
    "nor after 25 h": ([FRESH, *series(LAGS_BEHIND)], "25h", {LAGS: [alert(LAGS, of(LAGS_BEHIND))]}),
    "a report that is late": ([STALE, *series(host("ok"))], "179m", {}),
    "a report that comes no more": ([STALE, *series(host("ok"))], "4h", {OLD: [alert(OLD, LABELS, "4h 0m 0s")]}),
    "no metrics yet": ([FRESH], "59m", {}),
    "no metrics at all": ([FRESH], "61m", {MISSING: [alert(MISSING, {})]}),
}


def _minutes(at: str) -> int:
    return int(at[:-1]) * (60 if at.endswith("h") else 1)


def test_these_alerts_fire_and_no_other(tmp_path):
    """All in one call: what fails is told by its name."""
    tests = [
        {
            "name": name,
            "interval": "1m",
            "input_series": [{**one, "values": f"{one['values']}x{_minutes(at)}"} for one in metrics],
            "alert_rule_test": [
                {"alertname": one, "eval_time": at, "exp_alerts": expected.get(one, [])} for one in ALERTS
            ],
        }
        for name, (metrics, at, expected) in CASES.items()
    ]
    path = tmp_path / "test.yml"
    path.write_text(json.dumps({"rule_files": [str(RULES)], "evaluation_interval": "1m", "tests": tests}))
    promtool("test", "rules", str(path))
