# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""Makes the helpers under tests/ importable however the tests are run; pyproject.toml is not read by ansible-test."""

import sys
from pathlib import Path

_TESTS = str(Path(__file__).resolve().parents[1])

if _TESTS not in sys.path:
    sys.path.insert(0, _TESTS)
