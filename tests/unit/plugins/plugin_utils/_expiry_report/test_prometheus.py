# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""The metrics: their names, their values, and that a stranger's name stays inside its label."""

from __future__ import annotations

import re

import pytest

from ansible_collections.gcore.web_security.plugins.plugin_utils._expiry_report.formats import Options, rendered
from unit.plugins.expiry_result import a_fleet, a_host, a_result, edge, of_each_state

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
    return {name for name, _labels, _value in samples(result)}


def test_when_things_expire():
    result = a_result(a_host(days=60))
    assert value(result, "gcore_certificate_not_after_timestamp_seconds", **KEY) == 1795453200 + 60 * 86400
    assert value(result, "gcore_certificate_chain_not_after_timestamp_seconds", **KEY) == 1795453200 + 60 * 86400
    assert value(result, "gcore_certificate_not_before_timestamp_seconds", **KEY) == 1795453200 - 30 * 86400


@pytest.mark.parametrize(("state", "level"), [("ok", 0), ("lets_encrypt", 0), ("mismatch", 1), ("expired", 2)])
def test_one_state_of_all_and_its_level(state, level):
    result = a_result(a_host(state=state))
    ones = [(labels["state"], number) for name, labels, number in samples(result) if name == "gcore_certificate_state"]
    assert len(ones) == 9
    assert dict(ones) == {**dict.fromkeys(dict(ones), 0), state: 1}
    assert value(result, "gcore_certificate_level", **KEY) == level
    assert value(result, "gcore_certificate_hosts", state=state) == 1


def test_what_has_no_date_has_no_sample_for_it():
    assert not {name for name in names(a_result(a_host(state="no_certificate"))) if name.endswith("_seconds")}


def test_none_is_told_too():
    assert names(a_result()) == {"gcore_certificate_hosts", "gcore_certificate_resources"}


def test_lagging_behind_is_told_where_certificates_were_given():
    metric = "gcore_certificate_lags_behind"
    assert metric not in names(a_result(a_host()))
    for lags in (True, False):
        assert value(a_result(a_host(given={"lags_behind": lags})), metric, **KEY) == lags


@pytest.mark.parametrize("evil", ['x"} 1', "a\\", '\\"', "{}", 'x",state="ok'])
def test_a_label_holds_whatever_a_name_is(evil):
    result = a_result(a_host(evil, resource=evil, edge=edge(evil, 90, issuer=evil)))
    labels = [labels for name, labels, _value in samples(result) if name == "gcore_certificate_info"]
    assert [(one["host"], one["resource"], one["issuer"]) for one in labels] == [(evil, evil, evil)]


def test_a_series_stands_there_once():
    result = a_result(a_host(), a_host())
    written = [(name, tuple(labels.items())) for name, labels, _value in samples(result)]
    assert len(written) == len(set(written))


def test_each_metric_has_its_help_and_type_once_and_its_samples_together():
    lines = rendered("prometheus", of_each_state(), Options()).splitlines()
    seen = [line.split("{")[0].split()[0] if not line.startswith("#") else line.split()[2] for line in lines]
    runs = [name for before, name in zip([None, *seen], seen, strict=False) if name != before]
    assert len(runs) == len(set(runs))
    for kind in ("HELP", "TYPE"):
        assert [line.split()[2] for line in lines if line.startswith(f"# {kind} ")] == runs
    assert all(line.endswith(" gauge") for line in lines if line.startswith("# TYPE"))


def test_the_time_of_the_run_is_not_in_it():
    text = rendered("prometheus", {**a_fleet(30), "checked_at": "2026-11-23T17:03:21Z"}, Options())
    assert "1795453401" not in text
    assert not any("run" in name for name in names(a_fleet(3)))
