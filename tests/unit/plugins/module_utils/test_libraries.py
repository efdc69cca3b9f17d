# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

import importlib
import re
import sys
from pathlib import Path

import pytest

from ansible_collections.gcore.web_security.plugins import module_utils
from ansible_collections.gcore.web_security.plugins.module_utils import _libraries as libraries

_FOLDER = Path(next(iter(module_utils.__path__)))
MODULES = [".".join(path.relative_to(_FOLDER).with_suffix("").parts) for path in sorted(_FOLDER.rglob("[!_]*.py"))]
MODULES += [path.stem for path in sorted(_FOLDER.glob("_*.py"))]
PACKAGES = sorted({name.partition(".")[0] for name in MODULES})
ALL = ["cryptography", "idna", "requests", "urllib3"]


@pytest.fixture
def without(monkeypatch):
    """Makes the engine be imported anew, by a Python that lacks some libraries; afterwards all is as it was."""

    def imported(*missing):
        for name in list(sys.modules):
            if name.partition(".")[0] in missing:
                monkeypatch.setitem(sys.modules, name, None)
        for name in missing:
            monkeypatch.setitem(sys.modules, name, None)
        for name in (*MODULES, *PACKAGES):
            monkeypatch.delitem(sys.modules, f"{module_utils.__name__}.{name}", raising=False)
        for name in PACKAGES:
            monkeypatch.delattr(module_utils, name, raising=False)
        return {name: importlib.import_module(f"{module_utils.__name__}.{name}") for name in MODULES}

    return imported


MISSING = [*([name] for name in ALL), ["requests", "urllib3"], ALL]


@pytest.mark.parametrize("missing", MISSING, ids=", ".join)
def test_a_missing_library_ends_in_a_message_and_a_task_asks_nobody(without, missing):
    assert (libraries.libraries_are_here(), libraries.require_libraries()) == (True, None)
    modules = without(*missing)
    assert not modules["_libraries"].libraries_are_here()
    message = f"The Python that runs this task ({sys.executable}) lacks: {', '.join(missing)}"
    with pytest.raises(modules["_errors"].MissingLibraryError, match=f"^{re.escape(message)}$") as caught:
        modules["_libraries"].require_libraries()
    assert f"{sys.executable} -m pip install" in caught.value.hint

    def perform(task):
        raise AssertionError("it began")

    operation = modules["_task"].Operation(perform, lambda _known, error, _diff: {"msg": error.message})
    assert modules["_task"].run(operation, {}, check_mode=False, diff=True) == {"msg": message}
