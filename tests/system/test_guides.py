# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""What the guides tell people to type does what they say."""

import subprocess

import pytest

from simulator.handle import resource, with_installed
from unit.docs.guide import block

from .material import API_KEY, CANARIES, NEW, ZONE, ends_in
from .playbook import environment

OLD = ends_in(20)
CREDENTIALS = "/etc/gcore/credentials"


@pytest.fixture
def script(simulator, tmp_path):
    """The script for cron, with its credentials where the guide has them, but below a folder of the test."""
    credentials = tmp_path / "credentials"
    text = block("monitoring", "sh", "GCORE_API_KEY='")
    line = next(line for line in text.splitlines() if line.startswith("GCORE_API_KEY="))
    key = line.partition("'")[2].rstrip("'")
    credentials.write_text(f"{text.replace(key, API_KEY)}GCORE_BASE_URL={simulator.api_url}\n")
    path = tmp_path / "gcore-certificates"
    path.write_text(block("monitoring", "sh", "#!/bin/sh").replace(CREDENTIALS, str(credentials)))
    path.chmod(0o700)
    return path


@pytest.mark.parametrize(
    ("pair", "options", "says"),
    [
        (OLD, [], ""),
        (OLD, ["-e", "cert_expiry_report_fail_on=warning"], f"shop.{ZONE}: expires in 20 days"),
        (NEW, ["-e", "cert_expiry_report_api_key=0$wrong"], "answered 401"),
    ],
    ids=["a warning is no reason", "unless it is asked for", "nobody can look"],
)
def test_cron_mails_what_is_worth_a_mail(pair, options, says, script, simulator, tmp_path):
    simulator.reset()
    simulator.seed([with_installed(resource(1, f"shop.{ZONE}"), pair)])
    page = tmp_path / "certificates.html"
    words = ["-e", f"cert_expiry_report_html_path={page}", "-e", f"cert_expiry_report_edge_port={simulator.edge_port}"]
    env = {**environment(tmp_path), "RECORD": str(tmp_path / "record")}
    done = subprocess.run([script, *words, *options], env=env, check=False, capture_output=True, text=True)
    CANARIES.assert_absent(done.stdout + done.stderr, "the mail")
    assert done.stderr == ""
    assert bool(done.stdout) == bool(says)
    assert done.returncode == int(bool(says))
    assert says in done.stdout
    assert page.exists() is ("401" not in says)
