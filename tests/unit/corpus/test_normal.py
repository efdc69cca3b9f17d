# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""What varies from run to run becomes tokens, and everything else stays."""

from datetime import datetime, timezone

import pytest

from corpus.normal import Normaliser

NOW = datetime(2026, 11, 30, tzinfo=timezone.utc)
A, B = "a1" * 32, "b2" * 32
KNOWN = {
    A: "<new sha256>", A[:12]: "<new sha256 short>", "41234": "<edge port>", "/tmp/x": "<folder>", "700017": "<id>",
}  # fmt: skip
CASES = [
    ("a time", "until 2026-12-01T01:59:59Z", "until <now+25 h>"),
    ("a time that is over", "at 2026-11-29 23:30:00.123456+00:00", "at <now-1 h>"),
    ("equal values", [B, A[::-1]] * 2, ["<sha256 1>", "<sha256 2>"] * 2),
    (
        "known ones",
        f"{A} and {A[:12]} at 127.0.0.1:41234",
        "<new sha256> and <new sha256 short> at 127.0.0.1:<edge port>",
    ),
    ("unknown ones, long and short", f"{B} and {B[:12]}", "<sha256 1> and <sha256 1 short>"),
    ("numbers", {"port": 41234, "id": 700017, "left": 412}, {"id": "<id>", "left": 412, "port": "<edge port>"}),
    ("keys in their order", {"b": B, "a": A[::-1]}, {"a": "<sha256 1>", "b": "<sha256 2>"}),
    ("part of another", "1700017 and 4123", "1700017 and 4123"),
    ("a serial number", "100000000000000000001", "<serial 1>"),
    ("a request id", "3f0b2c9d-58a1-4c1e-9a57-1d5d0c6f2b7a", "<request_id 1>"),
    ("durations", "waited 31 s, within 1.98 s, 9 days", "waited <seconds> s, within <seconds> s, 9 days"),
    ("a path", "can't read '/tmp/x/site.pem'", "can't read '<folder>/site.pem'"),
    ("a place in the code", {"exception": "line 7"}, {"exception": "<traceback>"}),
    ("what Ansible adds", {"invocation": {"module_args": {}}, "changed": True}, {"changed": True}),
    ("what is the same in each run", [None, True, 0, 1.5, "PUT 400"], [None, True, 0, 1.5, "PUT 400"]),
]


@pytest.mark.parametrize(("value", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_normal(value, expected):
    assert Normaliser(KNOWN, NOW).normal(value) == expected
