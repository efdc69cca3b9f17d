# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""Where things are, and what commands see that run there. All that they make goes into `.build/`, which git ignores."""

import os
import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BUILD = ROOT / ".build"
TESTS = ROOT / "tests"
COLLECTIONS = BUILD / "collections"
COLLECTION = "gcore.web_security"
COLLECTION_PATH = Path("ansible_collections", "gcore", "web_security")

_FOREIGN = re.compile(
    r"(ANSIBLE|COV_CORE|COVERAGE|GALAXY|GCORE|GIT|NOX|PYTEST|RUFF)_|(MYPY|PYTHON)"
    r"|(BASH_ENV|CDPATH|COLLECTION_UNDER_TEST|ENV|MAKEFLAGS|MFLAGS|PYENV_VERSION|VIRTUAL_ENV)$"
)
_NETWORK = re.compile(
    r"PIP_|((ALL|HTTP|HTTPS|NO)_PROXY|CURL_CA_BUNDLE|REQUESTS_CA_BUNDLE|SSL_CERT_DIR|SSL_CERT_FILE)$", re.IGNORECASE
)


def caller_environment() -> dict[str, str]:
    """Return the caller's environment without what would change the tools' behaviour: for pip and git."""
    return {name: value for name, value in os.environ.items() if not _FOREIGN.match(name)}


def isolated_environment(binaries: Path) -> dict[str, str]:
    """Return an environment for tests, which talk to themselves alone: no proxies, no foreign trust anchors."""
    kept = {name: value for name, value in caller_environment().items() if not _NETWORK.match(name)}
    kept.setdefault("LC_ALL", kept.get("LANG", "C.UTF-8"))
    return kept | {"PATH": f"{binaries}{os.pathsep}{kept.get('PATH', os.defpath)}", "PYTHONPATH": str(TESTS)}


def known_files() -> list[Path]:
    """List what git tracks, or would track after `git add`, by relative paths."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, env=caller_environment(), check=True, capture_output=True, text=True)
    return sorted({Path(name) for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()})


def linked() -> Path:
    """Return a folder where Ansible finds the collection: by a symbolic link to the repository itself."""
    link = COLLECTIONS / COLLECTION_PATH
    if link.resolve() != ROOT:
        link.parent.mkdir(parents=True, exist_ok=True)
        fresh = link.with_name(f"web_security.{os.getpid()}")  # renamed, since two may do this at once
        fresh.symlink_to(ROOT, target_is_directory=True)
        fresh.replace(link)
    return COLLECTIONS
