# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

import re
from pathlib import Path

from ansible_collections.gcore.web_security.plugins.module_utils._version import VERSION

GALAXY = Path(__file__).resolve().parents[4] / "galaxy.yml"


def test_the_version_is_that_of_the_collection():
    assert re.findall(r"(?m)^version: (\S+)$", GALAXY.read_text(encoding="utf-8")) == [VERSION]
