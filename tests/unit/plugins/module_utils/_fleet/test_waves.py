# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.gcore.web_security.plugins.module_utils._errors import InputError
from ansible_collections.gcore.web_security.plugins.module_utils._fleet.waves import share, waves

CUTS = [
    (0, ["1"], []), (2, ["1", "10%", "100%"], [1, 1]), (1000, ["1", "10%", "100%"], [1, 100, 899]),
    (10, [3], [3, 3, 3, 1]), (10, ["1", "2"], [1, 2, 2, 2, 2, 1]), (10, ["1", "5", "10"], [1, 5, 4]),
    (9, ["50%"], [4, 4, 1]), (9, ["1%"], [1] * 9), (9, ["200%"], [9]), (9, ["0%", "100%"], [1, 8]), (3, [], [3]),
]  # fmt: skip


@pytest.mark.parametrize(("total", "sizes", "expected"), CUTS)
def test_waves_are_cut_as_serial_is(total, sizes, expected):
    assert [len(wave) for wave in waves(range(total), sizes)] == expected


SIZES = st.integers(1, 400) | st.integers(0, 150).map("{}%".format) | st.integers(1, 40).map(str)


@given(st.integers(0, 300), st.lists(SIZES, max_size=5))
def test_every_item_is_in_one_wave_and_the_order_stays(total, sizes):
    found = list(waves(range(total), sizes))
    assert [item for wave in found for item in wave] == list(range(total))
    assert all(found)


SHARES = [
    (3, 10, 3), (" 3 ", 10, 3), ("0", 10, 0), ("25", 10, 25), ("10 %", 100, 10), ("2.5%", 1000, 25), ("29%", 100, 29),
    ("10%", 5, 0),
]  # fmt: skip


@pytest.mark.parametrize(("value", "total", "expected"), SHARES)
def test_a_share(value, total, expected):
    assert share(value, total, "max_failures") == expected


NO_SHARES = ["", "many", "-1", "-5%", "1.5", "10%%", "10% of all", "%", "nan%", "inf%", "-inf%", "1e999%", None, "0x10"]


@pytest.mark.parametrize("value", NO_SHARES)
@pytest.mark.parametrize("total", [0, 10])
def test_what_is_no_share_is_refused_with_its_option(value, total):
    with pytest.raises(InputError) as caught:
        share(value, total, "max_failures")
    assert caught.value.message.startswith(f"max_failures: '{value}' is neither a count nor a percentage")
