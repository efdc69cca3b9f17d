# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""A site whose links lead nowhere, or that loads from other hosts, is told from a good one."""

from __future__ import annotations

import pytest

from toolchain import links
from toolchain.process import Failed


@pytest.fixture
def site(tmp_path):
    """Makes a site whose first page holds the given HTML; returns its folder."""
    (tmp_path / "static").mkdir()
    (tmp_path / "static" / "style.css").write_text("body { background: url(../static/logo.png) }")
    (tmp_path / "static" / "logo.png").write_bytes(b"")
    (tmp_path / "guide.html").write_text(
        '<h1 id="the-start">A guide</h1><a name="old"></a><a href="index.html#top"></a>'
    )

    def made(html: str):
        (tmp_path / "index.html").write_text(f'<body id="top">{html}</body>')
        return tmp_path

    return made


@pytest.mark.parametrize(
    "html",
    [
        '<a href="guide.html">',
        '<a href="guide.html#the-start">',
        '<a href="./guide.html#old">',
        '<a href="#top">',
        '<a href="#">',
        '<a href="https://www.example.com/page#anchor">',
        '<link rel="stylesheet" href="static/style.css?v=1">',
        '<img src="static/logo.png">',
        '<form action="guide.html">',
    ],
)
def test_what_leads_somewhere_is_right(site, html):
    links.check(site(html))


@pytest.mark.parametrize(
    ("html", "problem"),
    [
        ('<a href="gone.html">', "index.html: gone.html leads nowhere"),
        ('<a href="/guide.html">', "/guide.html leads nowhere"),
        ('<a href="static">', "static leads nowhere"),
        ('<a href="guide.html#the-end">', "guide.html#the-end has no such anchor"),
        ('<a href="#bottom">', "#bottom has no such anchor"),
        ('<a href="http://www.example.com/">', "http://www.example.com/ is no full https address"),
        ('<a href="https://guide/">', "https://guide/ is no full https address"),
        ('<a href="//www.example.com/">', "//www.example.com/ is no full https address"),
        ('<img src="gone.png">', "gone.png leads nowhere"),
        ('<script src="https://cdn.example.com/x.js">', "https://cdn.example.com/x.js is loaded from another host"),
        ('<link href="//cdn.example.com/x.css">', "//cdn.example.com/x.css is loaded from another host"),
        ("<style>@import '//cdn.example.com/x.css';</style>", "//cdn.example.com/x.css is loaded from another host"),
    ],
)
def test_what_is_wrong_is_named(site, html, problem):
    with pytest.raises(Failed) as failed:
        links.check(site(html))
    assert problem in str(failed.value)


def test_a_style_sheet_loads_nothing_from_elsewhere(site):
    folder = site("")
    (folder / "static" / "fonts.css").write_text('@font-face { src: url("https://fonts.example.com/x.woff2") }')
    with pytest.raises(Failed, match=r"static/fonts\.css: https://fonts\.example\.com/x\.woff2 is loaded"):
        links.check(folder)
