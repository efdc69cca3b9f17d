# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""The drawing's geometry: places stay on the axis, in the order of the dates, and nothing is lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.gcore.web_security.plugins.plugin_utils._expiry_report.findings import Findings
from ansible_collections.gcore.web_security.plugins.plugin_utils._expiry_report.timeline import LANES, Axis, timeline
from unit.plugins.expiry_result import LEVELS, a_host, a_result, moment


def drawn(*hosts, **fields):
    return timeline(Findings.of(a_result(*hosts, **fields)))


def member(number, days, state="ok"):
    return a_host(f"h{number}.example", state, number, days)


@given(st.lists(st.tuples(st.integers(-5000, 9000) | st.none(), st.sampled_from(list(LEVELS))), max_size=60))
def test_whatever_expires_when(fleet):
    hosts = [member(number, days, state) for number, (days, state) in enumerate(fleet)]
    line = drawn(*hosts)
    places = [lane.place for lane in line.lanes]
    assert places == sorted(places)
    assert all(0 <= place <= 100 for place in places)
    assert all(0 <= tick.place <= 100 for tick in line.ticks)
    assert line.undated == sum(days is None for days, _state in fleet)
    if line.columns:
        assert sum(column.size for column in line.columns) == len(fleet) - line.undated
        assert all(0 <= column.place <= 100 - line.width + 0.02 for column in line.columns)
        assert all(
            piece.top >= 0 and piece.top + piece.height <= line.height for c in line.columns for piece in c.pieces
        )
    else:
        assert sum(len(lane.hosts) for lane in line.lanes) == len(fleet) - line.undated


@given(st.floats(0, 9000), st.floats(0, 9000), st.sampled_from([30, 365, 3650]), st.sampled_from([0.0, 18.0]))
def test_later_is_further_right(one, other, horizon, start):
    axis = Axis(start, horizon)
    assert (axis.place(one) <= axis.place(other)) or one > other


@pytest.mark.parametrize(
    ("days", "labels"),
    [
        ([5], ["today", "7", "30 days"]),
        ([60], ["today", "7", "30", "90 days"]),
        ([-3, 60], ["over", "today", "7", "30", "90 days"]),
        ([300], ["today", "7", "30", "90", "180", "365 days"]),
        ([9000], ["today", "90", "365", "730", "1825", "3650 days"]),
    ],
)
def test_the_labels_of_the_axis(days, labels):
    assert [tick.label for tick in drawn(*(member(*pair) for pair in enumerate(days))).ticks] == labels


def test_what_expires_at_the_same_moment_and_is_judged_alike_is_one_lane():
    (lane,) = drawn(member(1, 5), member(2, 5)).lanes
    assert (lane.hosts, lane.date, lane.left) == (["h1.example", "h2.example"], "28 Nov 2026", "in 5 days")
    assert [lane.level for lane in drawn(member(1, 90), member(2, 90, "not_covered")).lanes] == ["critical", "ok"]


def test_columns_only_where_the_lanes_do_not_show_all():
    assert drawn(*(member(number, number) for number in range(LANES))).columns == []
    assert len(drawn(*(member(number, number) for number in range(LANES + 1))).columns) > 1
    assert drawn(*(member(number, 50) for number in range(300))).columns == []


def test_each_lane_has_the_bands_of_its_certificate():
    long, short, unknown, critical = drawn(
        a_host("a.example", days=60, warning_from=moment(30), critical_from=moment(53)),
        a_host("b.example", days=70, warning_from=moment(55), critical_from=moment(69)),
        a_host("c.example", days=80, warning_from=None, critical_from=None),
        a_host("d.example", days=85, warning_from=moment(53), critical_from=moment(53)),
    ).lanes
    axis = Axis(0.0, 90)
    assert [(band.level, band.start, band.start + band.width) for band in long.bands] == [
        ("critical", 0.0, axis.place(7)),
        ("warning", axis.place(7), pytest.approx(axis.place(30))),
    ]
    assert short.bands[0].width == pytest.approx(axis.place(1))
    assert short.bands[1].start + short.bands[1].width == pytest.approx(axis.place(15))
    assert unknown.bands == []
    assert [band.level for band in critical.bands] == ["critical"]
    host = a_host()
    del host["warning_from"], host["critical_from"]  # a report of an earlier version
    assert [lane.bands for lane in drawn(host).lanes] == [[]]
