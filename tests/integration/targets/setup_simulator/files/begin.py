# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""Fills a folder with certificates and keys, and starts a simulator that outlives this process."""

import json
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from simulator.authority import Authority
from simulator.sample import resource, with_installed
from simulator.settings import DEFAULT_API_KEY

SITES = ["www.example.test", "shop.example.test"]
LIFE = 600
"""Seconds after which it ends by itself, if the tests can't end it: an alarm outlives what is executed."""


def main(folder: Path) -> None:
    """Print where everything is."""
    authority = Authority().intermediate()
    old, new = (authority.issue(["*.example.test"], days=days) for days in (9, 90))
    (folder / "new.crt").write_text(new.full_chain_pem)
    (folder / "new.key").write_text(new.private_key_pem)
    seeds = [with_installed(resource(number, name), old) for number, name in enumerate(SITES, start=1)]
    (folder / "resources.json").write_text(json.dumps(seeds))
    fingerprints = {"old": old.fingerprint_sha256, "new": new.fingerprint_sha256}
    print(json.dumps({**started(folder), "folder": str(folder), "api_key": DEFAULT_API_KEY, **fingerprints}))


def started(folder: Path) -> dict[str, object]:
    """Start it, and return where it is."""
    command = [sys.executable, "-m", "simulator", "--seed", str(folder / "resources.json")]
    said = folder / "ready.json"
    with said.open("wb") as output:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            start_new_session=True,
            preexec_fn=lambda: signal.alarm(LIFE),  # noqa: PLW1509 - no thread has been started
        )
    while "}" not in said.read_text():
        assert process.poll() is None, "the simulator did not start; see its stderr"
        time.sleep(0.05)
    return json.loads(said.read_text())


if __name__ == "__main__":
    main(Path(tempfile.mkdtemp(prefix="gcore_web_security.")))
