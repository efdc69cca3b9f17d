# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""The page of the expiry report from the archive that users install: its template, style and script came along."""

from __future__ import annotations

import os

import pytest

from unit.plugins.expiry_result import a_fleet

from .playbook import tasks_play

pytestmark = pytest.mark.skipif("COLLECTION_UNDER_TEST" not in os.environ, reason="no installed collection is named")


def test_the_page(tmp_path, ansible):
    page = tmp_path / "page.html"
    copied = {
        "content": "{{ result | gcore.web_security.cert_expiry_report('html') }}",
        "dest": str(page),
        "mode": "0644",
    }
    played = ansible.run([tasks_play({"name": "write", "ansible.builtin.copy": copied}, vars={"result": a_fleet(3)})])
    assert played.returncode == 0, played.output
    for part in ("<!DOCTYPE html>", "brand-003.example", "prefers-color-scheme", "addEventListener"):
        assert part in page.read_text("utf-8")
