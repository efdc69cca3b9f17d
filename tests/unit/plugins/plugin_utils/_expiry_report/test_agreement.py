# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""Whatever the certificate's life and the time left: the figure, the colour and the word say the same everywhere."""

import csv
import io
import json
import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.gcore.web_security.plugins.module_utils._expiry.judge import LEVELS, Thresholds, judge
from ansible_collections.gcore.web_security.plugins.module_utils._expiry.report import result_of
from ansible_collections.gcore.web_security.plugins.module_utils._expiry.scan import Endpoint
from ansible_collections.gcore.web_security.plugins.module_utils._gcore.web_security import site_of
from ansible_collections.gcore.web_security.plugins.module_utils._rotate.edge import EdgeAnswer
from ansible_collections.gcore.web_security.plugins.module_utils._x509.certificate import timestamp
from ansible_collections.gcore.web_security.plugins.plugin_utils._expiry_events import Memory, events_of
from ansible_collections.gcore.web_security.plugins.plugin_utils._expiry_report.findings import Findings
from ansible_collections.gcore.web_security.plugins.plugin_utils._expiry_report.formats import Options, rendered
from ansible_collections.gcore.web_security.plugins.plugin_utils._expiry_report.timeline import timeline
from ansible_collections.gcore.web_security.plugins.plugin_utils._expiry_report.words import STATES
from unit.plugins.expiry_result import NOW
from unit.plugins.fakes import NAME, resource_json, unix

DAY = timedelta(days=1)
SHORT, LONG = (st.integers(1, days * 86400).map(lambda seconds: timedelta(seconds=seconds)) for days in (2, 4000))


@dataclass(frozen=True)
class Leaf:
    """As much of a certificate as is judged by its ends; to sign one for each example would take long."""

    not_before: datetime
    not_after: datetime
    dns_names: tuple[str, ...] = (NAME,)
    key: tuple[str, int] = ("RSA", 2048)

    def facts(self, now):
        ends = {"not_before": timestamp(self.not_before), "not_after": timestamp(self.not_after)}
        names = dict.fromkeys(("subject", "issuer", "serial_number", "fingerprint_sha256", "key_type"), "x")
        days = (self.not_after - now) // DAY
        return {**names, **ends, "key_size": 256, "subject_alt_names": [NAME], "days_left": days}


def a_leaf(life, left):
    """One that has begun: before, it is critical for another reason."""
    return Leaf(NOW + left - max(life, left), NOW + left)


def judged(thresholds, life, left, other, ssl_type):
    resource = site_of(resource_json(ssl_type=ssl_type, service_ssl_expire=unix(NOW + left)))
    edge = None
    if life is not None:
        edge = EdgeAnswer(a_leaf(life, left), other_half=a_leaf(*other) if other else None)
    return result_of([judge(Endpoint(NAME, resource, None, edge), thresholds, NOW)], [], thresholds, 443, NOW)


@settings(deadline=None)  # the first example compiles the page
@given(
    st.builds(Thresholds, st.integers(0, 120), st.integers(0, 120), st.integers(0, 100), st.integers(0, 100)),
    LONG | st.none(),
    LONG | SHORT,
    st.none() | st.tuples(LONG, LONG | SHORT),
    st.sampled_from(["custom", "le"]),
)
def test_figure_colour_and_word_agree(thresholds, life, left, other, ssl_type):
    result = judged(thresholds, life, left, other, ssl_type)
    (host,) = result["hosts"]
    told = [state for state in ("critical", "warning") if host[f"{state}_from"] < result["checked_at"]]
    level = told[0] if told else "ok"
    assert host["level"] == result["level"] == LEVELS[host["state"]] == level
    lefts = [left, *([other[1]] if other and life is not None else [])]
    assert (level == "ok") <= (min(lefts) >= DAY)
    assert bool(host["reasons"]) == (level != "ok")
    assert host["days_left"] in [each // DAY for each in lefts]
    (lane,) = timeline(Findings.of(result)).lanes
    colours = [band.level for band in lane.bands if band.start <= lane.place < band.start + band.width]
    assert lane.level == level
    assert colours == ([] if level == "ok" else [level]) or _on_an_edge(lane)
    _every_format_says(result, host, level)


def _on_an_edge(lane):
    """Places are rounded to a hundredth of a per cent: below a pixel."""
    return min(abs(lane.place - place) for band in lane.bands for place in (band.start, band.start + band.width)) < 0.02


def _every_format_says(result, host, level):
    texts = {name: rendered(name, result, Options()) for name in ("html", "csv", "json", "markdown", "junit")}
    state = STATES[host["state"]]
    assert re.findall('<p class="verdict (.*?)">', texts["html"]) == [level]
    assert re.findall('<li class="lane (.*?)">', texts["html"]) == [level]
    assert re.findall('<svg class="mark (.*?)"', texts["html"]) == [level]
    assert f'<span class="badge {level} {host["state"]}">' in texts["html"]
    (row,) = csv.DictReader(io.StringIO(texts["csv"]))
    assert (row["state"], row["level"], row["days_left"]) == (host["state"], level, str(host["days_left"]))
    assert json.loads(texts["json"])["hosts"] == [host]
    assert (f"| {state.sign} {state.word} |" in texts["markdown"]) == (level != "ok")
    assert ("<failure" in texts["junit"]) == (level == "critical")
    metrics = rendered("prometheus", result, Options())
    assert re.findall("^gcore_certificate_level{.*} (.)$", metrics, re.MULTILINE) == [
        str(["ok", "warning", "critical"].index(level))
    ]
    events, _memory = events_of(result, Memory(), 0.0)
    assert [event["cert_expiry"]["level"] for event in events] == ([] if level == "ok" else [level])
