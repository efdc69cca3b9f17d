# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""The demo keeps its promises, and leaves nothing behind, also when it is interrupted."""

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[1]
SECONDS = 300
"""Far more than it takes: only a demo that hangs meets it."""

CHAPTERS = 12


@pytest.fixture
def mark() -> str:
    """A word in the environment of all that the demo starts."""
    return f"mark-{uuid.uuid4()}"


@pytest.fixture
def folder() -> Iterator[Path]:
    """For temporary files; pytest's own folders have paths too long for the sockets of ansible-core."""
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


@pytest.fixture
def demo(folder: Path, mark: str) -> Iterator[subprocess.Popen[str]]:
    """The demo, begun: a process group of its own, and signals as a shell in a terminal hands them on, not ignored."""
    env = {**os.environ, "PYTHONPATH": str(TESTS), "TMPDIR": str(folder), "DEMO_MARK": mark}
    pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "encoding": "utf-8"}
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        process = subprocess.Popen([sys.executable, "-m", "demo"], env=env, start_new_session=True, **pipes)
    finally:
        signal.signal(signal.SIGINT, before)
    yield process
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.communicate()


def test_from_beginning_to_end(demo: subprocess.Popen[str], folder: Path, mark: str) -> None:
    """Every promise is checked by the demo itself."""
    output, _errors = demo.communicate(timeout=SECONDS)
    assert demo.returncode == 0, output
    assert [int(number) for number in re.findall(r"^(\d+)\. ", output, re.MULTILINE)] == list(range(1, CHAPTERS + 1))
    assert "\033" not in output
    assert "PRIVATE KEY" not in output
    assert_nothing_left(folder, mark)


def test_interrupted(demo: subprocess.Popen[str], folder: Path, mark: str) -> None:
    """As a terminal does it, to all of the foreground: in the middle of the rotation, with everything at work."""
    for words in ("3. The rotation", "Keep the certificate current"):
        assert any(words in line for line in demo.stdout), f"the demo ended without {words!r}"
    assert _processes(mark) or not Path("/proc/self").exists()
    os.killpg(demo.pid, signal.SIGINT)
    output, _errors = demo.communicate(timeout=SECONDS)
    assert demo.returncode == -signal.SIGINT, output
    assert "Traceback" not in output
    assert "Interrupted" in output
    assert_nothing_left(folder, mark)


def assert_nothing_left(folder: Path, mark: str) -> None:
    """No file, and no process: those that were told to end are given a moment."""
    assert list(folder.iterdir()) == []
    end = time.monotonic() + 10
    while (left := _processes(mark)) and time.monotonic() < end:
        time.sleep(0.1)
    assert left == []


def _processes(mark: str) -> list[str]:
    """The command lines of the processes that have the mark; none where there is no /proc to tell."""
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        try:
            if mark.encode() in (place / "environ").read_bytes():
                found.append((place / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace"))
        except OSError:  # it has just ended, or is somebody else's
            continue
    return found
