# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""What an execution environment would lack is named."""

from __future__ import annotations

import pytest

from toolchain.execution_environment import missing, requirements
from toolchain.process import Failed

TEXT = "# a comment\n\nrequests>=2.28\ncryptography>=41\n"


def test_requirements_are_the_lines_that_are_no_comments():
    assert requirements(TEXT) == ["requests>=2.28", "cryptography>=41"]


def test_what_is_there_is_enough():
    missing(requirements(TEXT), "requests>=2.28  # from collection x\ncryptography>=41  # from collection x\n")


def test_what_is_not_there_is_named():
    with pytest.raises(Failed, match="would lack cryptography>=41"):
        missing(requirements(TEXT), "requests>=2.28  # from collection x\n")
