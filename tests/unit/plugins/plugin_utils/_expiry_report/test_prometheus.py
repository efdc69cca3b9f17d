# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""The metrics: their names, their values, and that a stranger's name stays inside its label."""

import re
from itertools import groupby

import pytest

from ansible_collections.gcore.web_security.plugins.plugin_utils._expiry_report.formats import Options, rendered
from unit.plugins.expiry_result import a_host, a_result, edge, of_each_state

SAMPLE = re.compile(
    r'(?P<name>[a-z_]+)(?:\{(?P<labels>(?:[a-z0-9_]+="(?:[^"\\\n]|\\[\\"n])*",?)+)\})? (?P<value>-?\d+)'
)
LABEL = re.compile(r'([a-z0-9_]+)="((?:[^"\\]|\\.)*)"')
UNESCAPED = {"\\\\": "\\", '\\"': '"'}
KEY = {"host": "www.example.com", "resource": "example.com", "resource_id": "17"}


def samples(result):
    """Read by another grammar than the one that wrote it."""
    found = []
    for line in rendered("prometheus", result, Options()).splitlines():
        if not line.startswith("# "):
            match = SAMPLE.fullmatch(line)
            assert match, line
            labels = {
                name: re.sub(r"\\.", lambda found: UNESCAPED[found[0]], value)
                for name, value in LABEL.findall(match["labels"] or "")
            }
            found.append((match["name"], labels, int(match["value"])))
    return found


def value(result, name, **labels):
    (one,) = [number for metric, given, number in samples(result) if metric == name and labels.items() <= given.items()]
    return one


def names(result):
    return {name.removeprefix("gcore_certificate_") for name, _labels, _value in samples(result)}


def test_when_things_expire_and_lag_behind():
    result = a_result(a_host(days=60))
    for name, days in (("not_after", 60), ("chain_not_after", 60), ("not_before", -30)):
        assert value(result, f"gcore_certificate_{name}_timestamp_seconds", **KEY) == 1795453200 + days * 86400
    assert not [name for name in names(a_result(a_host(state="no_certificate"))) if name.endswith("_seconds")]
    assert names(a_result()) == {"hosts", "resources"}
    assert "lags_behind" not in names(result)
    for lags in (True, False):
        given = a_host(given={"lags_behind": lags})
        assert value(a_result(given), "gcore_certificate_lags_behind", **KEY) == lags


@pytest.mark.parametrize(("state", "level"), [("ok", 0), ("lets_encrypt", 0), ("mismatch", 1), ("expired", 2)])
def test_one_state_of_all_and_its_level(state, level):
    result = a_result(a_host(state=state))
    ones = [(labels["state"], number) for name, labels, number in samples(result) if name == "gcore_certificate_state"]
    assert len(ones) == 9
    assert dict(ones) == {**dict.fromkeys(dict(ones), 0), state: 1}
    assert value(result, "gcore_certificate_level", **KEY) == level
    assert value(result, "gcore_certificate_hosts", state=state) == 1


@pytest.mark.parametrize("evil", ['x"} 1', "a\\", '\\"', "{}", 'x",state="ok'])
def test_a_label_holds_whatever_a_name_is(evil):
    result = a_result(a_host(evil, resource=evil, edge=edge(evil, 90, issuer=evil)))
    labels = [labels for name, labels, _value in samples(result) if name == "gcore_certificate_info"]
    assert [(one["host"], one["resource"], one["issuer"]) for one in labels] == [(evil, evil, evil)]


def test_each_series_stands_there_once_and_each_metric_together_with_its_help_and_type():
    result = {**of_each_state(), "checked_at": "2026-11-23T17:03:21Z"}
    result["hosts"] *= 2
    written = [(name, tuple(labels.items())) for name, labels, _value in samples(result)]
    assert len(written) == len(set(written))
    text = rendered("prometheus", result, Options())
    lines = text.splitlines()
    seen = [line.split("{")[0].split()[0] if not line.startswith("#") else line.split()[2] for line in lines]
    runs = [name for name, _group in groupby(seen)]
    assert len(runs) == len(set(runs))
    for kind in ("HELP", "TYPE"):
        assert [line.split()[2] for line in lines if line.startswith(f"# {kind} ")] == runs
    assert all(line.endswith(" gauge") for line in lines if line.startswith("# TYPE"))
    assert "1795453401" not in text, "the time of the run"
