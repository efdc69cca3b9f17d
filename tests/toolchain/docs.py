# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""The reference and the guides as one HTML site."""

from __future__ import annotations

import shutil

from . import links, trees
from .environments import Built
from .paths import COLLECTION, shown
from .process import run, say
from .suites import ansible_environment

_PAGES = ("collection", "--use-current", "--squash-hierarchy", "--fail-on-error", "--no-add-antsibull-docs-version")
_HTML = ("--quiet", "--fail-on-warning", "--fresh-env")


def build(built: Built, _words: list[str]) -> None:
    """Write the site; a reference, a link or an anchor that leads nowhere is an error."""
    env = ansible_environment(built, built.root)
    pages, site, cache = (built.root / name for name in ("rst", "html", "doctrees"))
    with trees.copied(built) as tree:
        for folder in (pages, site):
            shutil.rmtree(folder, ignore_errors=True)
        pages.mkdir(mode=0o755)  # antsibull-docs refuses a folder that others may write to
        run(built.command("antsibull-docs", *_PAGES, "--dest-dir", str(pages), COLLECTION), env)
        settings = ["--conf-dir", str(tree / "docs" / "docsite"), "--doctree-dir", str(cache)]
        run(built.command("sphinx-build", *_HTML, *settings, str(pages), str(site)), env)
    links.check(site)
    say(f"The site begins at {shown(str(site / 'index.html'))}")
