# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""A site whose links lead nowhere, or that loads from other hosts, is told from a good one."""

import pytest

from checks.links import problems

PAGES = {
    '<a href="guide.html#the-start">': "",
    '<a href="./guide.html#old">': "",
    '<a href="#top">': "",
    '<a href="https://www.example.com/page#anchor">': "",
    '<link rel="stylesheet" href="style.css?v=1">': "",
    '<form action="guide.html">': "",
    '<a href="gone.html">': "gone.html leads nowhere",
    '<a href="/guide.html">': "/guide.html leads nowhere",
    '<a href="guide.html#the-end">': "guide.html#the-end has no such anchor",
    '<a href="#bottom">': "#bottom has no such anchor",
    '<a href="http://www.example.com/">': "http://www.example.com/ is no full https address",
    '<a href="https://guide/">': "https://guide/ is no full https address",
    '<a href="//www.example.com/">': "//www.example.com/ is no full https address",
    '<img src="gone.png">': "gone.png leads nowhere",
    '<script src="https://cdn.example.com/x.js">': "https://cdn.example.com/x.js is loaded from another host",
    "<style>@import '//cdn.example.com/x.css';</style>": "//cdn.example.com/x.css is loaded from another host",
}


@pytest.mark.parametrize(("html", "problem"), PAGES.items(), ids=PAGES)
@pytest.mark.parametrize("style", ["logo.png", "https://fonts.example.com/x.woff2"])
def test_what_leads_nowhere_or_elsewhere_is_named(tmp_path, html, problem, style):
    (tmp_path / "style.css").write_text(f'@font-face {{ src: url("{style}") }}')
    (tmp_path / "guide.html").write_text('<h1 id="the-start">Guide</h1><a name="old"></a><a href="index.html#top"></a>')
    (tmp_path / "index.html").write_text(f'<body id="top">{html}</body>')
    wrong = [f"index.html: {problem}"] if problem else []
    foreign = [f"style.css: {style} is loaded from another host"] if "//" in style else []
    assert list(problems(tmp_path)) == wrong + foreign
