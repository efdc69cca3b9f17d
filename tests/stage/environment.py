# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""What commands on the stage see: this Python's commands, the collection under test, nobody's own settings."""

from __future__ import annotations

import locale
import os
import sys
from pathlib import Path

from simulator.handle import Simulator
from toolchain import trees
from toolchain.process import isolated_environment

_LOCALES = ("C.UTF-8", "en_US.UTF-8")


def environment(folder: Path, simulator: Simulator) -> dict[str, str]:
    """For commands that run in `folder` and speak to `simulator`."""
    settings = folder / "ansible.cfg"
    settings.touch()
    return isolated_environment(Path(sys.executable).parent) | {
        "ANSIBLE_COLLECTIONS_PATH": os.environ.get("ANSIBLE_COLLECTIONS_PATH") or _collections(),
        "ANSIBLE_CONFIG": str(settings),
        "ANSIBLE_HOME": str(folder / ".ansible"),
        "ANSIBLE_INVENTORY_UNPARSED_WARNING": "0",
        "ANSIBLE_LOCALHOST_WARNING": "0",
        "GCORE_API_KEY": simulator.api_key,
        "GCORE_BASE_URL": simulator.api_url,
        "LC_ALL": _locale(),
        "TMPDIR": str(folder),
    }


def _collections() -> str:
    trees.linked()
    return str(trees.LINKED)


def _locale() -> str:
    """One that this machine has: Ansible insists on UTF-8, whatever the caller's shell speaks."""
    spoken = locale.setlocale(locale.LC_CTYPE)
    try:
        return next(filter(_is_there, _LOCALES), _LOCALES[-1])
    finally:
        locale.setlocale(locale.LC_CTYPE, spoken)


def _is_there(name: str) -> bool:
    try:
        locale.setlocale(locale.LC_CTYPE, name)
    except locale.Error:
        return False
    return True
