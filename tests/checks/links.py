# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""Where the pages of a site lead."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

# What a style sheet, or a style within a page, gets from another host.
_STYLE = re.compile(r"""(?:url\(|@import)\s*["']?((?:https?:)?//[^"')\s]+)""")


class Page(HTMLParser):
    """What a page links to, what it loads, and where in it one can land."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.anchors: set[str] = set()
        self.links: list[str] = []
        self.loads: list[str] = _STYLE.findall(text)
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Remember what matters of a tag."""
        values = {name: value for name, value in attrs if value}
        self.anchors.update(values[name] for name in ("id", "name") if name in values)
        leads = self.links if tag in ("a", "form") else self.loads
        leads.extend(values[name] for name in ("action", "data", "href", "poster", "src") if name in values)


def problems(site: Path) -> Iterator[str]:
    """Say which link leads neither to a place of the site nor to a full https address, and what else is loaded."""
    pages = {path: Page(path.read_text(encoding="utf-8")) for path in sorted(site.rglob("*.html"))}
    for path, page in pages.items():
        for url in page.links:
            if problem := _elsewhere(url) if _is_full(url) else _here(url, path, pages):
                yield f"{path.relative_to(site)}: {url} {problem}"
        for url in page.loads:
            if problem := "is loaded from another host" if _is_full(url) else _here(url, path, pages):
                yield f"{path.relative_to(site)}: {url} {problem}"
    for path in sorted(site.rglob("*.css")):
        for url in _STYLE.findall(path.read_text(encoding="utf-8")):
            yield f"{path.relative_to(site)}: {url} is loaded from another host"


def _is_full(url: str) -> bool:
    parts = urlsplit(url)
    return bool(parts.scheme or parts.netloc)


def _elsewhere(url: str) -> str:
    parts = urlsplit(url)
    return "" if parts.scheme == "https" and "." in parts.netloc else "is no full https address"


def _here(url: str, page: Path, pages: Mapping[Path, Page]) -> str:
    parts = urlsplit(url)
    target = (page.parent / unquote(parts.path)).resolve() if parts.path else page
    if not target.is_file():
        return "leads nowhere"
    if parts.fragment and unquote(parts.fragment) not in pages[target].anchors:
        return "has no such anchor"
    return ""
