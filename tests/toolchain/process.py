# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""Running commands in an environment that the caller's shell cannot bend."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shlex
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextvars import ContextVar
from pathlib import Path
from typing import TextIO

from .paths import ROOT, TESTS, shown

_FOREIGN_PREFIXES = ("ANSIBLE_", "GALAXY_", "GIT_", "MYPY", "PYTEST_", "RUFF_", "GCORE_", "COV_CORE_", "COVERAGE_")
_FOREIGN = {"PYTHONPATH", "PYTHONHOME", "PYTHONSTARTUP", "PYTHONWARNINGS", "VIRTUAL_ENV", "PYENV_VERSION", "MAKEFLAGS"}
_FOREIGN |= {"COLLECTION_UNDER_TEST", "CDPATH", "BASH_ENV", "ENV"}
_NETWORK_PREFIXES = ("PIP_",)
_NETWORK = {"HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"}
_NETWORK |= {"REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR"}


_LOG: ContextVar[TextIO | None] = ContextVar("log", default=None)
"""Where this thread's output goes instead of the screen."""


class Failed(Exception):
    """Something that a target promises does not hold."""


class Skipped(Exception):
    """Something could not be tried here: the message says why."""


def caller_environment() -> dict[str, str]:
    """The caller's environment without what would change the tools' behaviour: for pip and git."""
    return {
        name: value
        for name, value in os.environ.items()
        if name not in _FOREIGN and not name.startswith(_FOREIGN_PREFIXES)
    }


def isolated_environment(binaries: Path) -> dict[str, str]:
    """An environment for tests, which talk to nobody but themselves: no proxies, no foreign trust anchors."""
    kept = {
        name: value
        for name, value in caller_environment().items()
        if name.upper() not in _NETWORK and not name.startswith(_NETWORK_PREFIXES)
    }
    kept.setdefault("LC_ALL", kept.get("LANG", "C.UTF-8"))
    return kept | {"PATH": f"{binaries}{os.pathsep}{kept.get('PATH', os.defpath)}", "PYTHONPATH": str(TESTS)}


def say(*lines: object) -> None:
    """Print, in step with what the commands print."""
    print(*lines, sep="\n", file=_LOG.get(), flush=True)


@contextlib.contextmanager
def logged(path: Path) -> Iterator[None]:
    """Send what this thread and its commands print to a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8") as log:
        token = _LOG.set(log)
        try:
            yield
        finally:
            _LOG.reset(token)


@contextlib.contextmanager
def alone(folder: Path, what: str) -> Iterator[None]:
    """Keep a second make in the same checkout out of a folder for as long as this one needs it."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f"{what}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def run(
    command: Sequence[str],
    env: Mapping[str, str],
    cwd: Path = ROOT,
    quiet: bool = False,
    discard_output: bool = False,
) -> None:
    """Run a command and show it.

    Raises:
        Failed: it ended with another exit status than 0.
    """
    line = shown(shlex.join(command))
    if not quiet:
        say(f"$ {line}")
    log = _LOG.get()
    done = subprocess.run(
        command,
        env=dict(env),
        cwd=cwd,
        check=False,
        stdin=subprocess.DEVNULL if log else None,
        stdout=subprocess.DEVNULL if discard_output else log,
        stderr=log,
    )
    if done.returncode:
        raise Failed(f"exit status {done.returncode}: {line}")


def output(command: Sequence[str], env: Mapping[str, str], cwd: Path = ROOT) -> str:
    """What a command prints.

    Raises:
        Failed: it ended with another exit status than 0.
    """
    pipe = subprocess.PIPE
    done = subprocess.run(command, env=dict(env), cwd=cwd, check=False, stdout=pipe, stderr=_LOG.get(), text=True)
    if done.returncode:
        say(done.stdout)
        raise Failed(f"exit status {done.returncode}: {shown(shlex.join(command))}")
    return done.stdout
