# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""The demo is held to its word."""

import pytest

from demo.performance import BrokenPromiseError, expect, expect_words


def test_promises():
    expect("PUT requests", 0, 0)
    expect_words("the refusal", "msg: 'key of ''a'' does\n    not fit'", "key of 'a' does not fit")
    with pytest.raises(BrokenPromiseError, match="PUT requests: 0 was promised, 1 came"):
        expect("PUT requests", 1, 0)
    with pytest.raises(BrokenPromiseError, match="the refusal does not say: does not fit"):
        expect_words("the refusal", "all is well", "does not fit")
