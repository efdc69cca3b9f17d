# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""Where the pages of a site lead."""

import re
from collections.abc import Iterator, Mapping
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

# What a style sheet, or a style within a page, gets from another host.
_STYLE = re.compile(r"""(?:url\(|@import)\s*["']?((?:https?:)?//[^"')\s]+)""")
_FOREIGN = "is loaded from another host"


class Page(HTMLParser):
    """What a page links to or loads, and where in it one can land."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.anchors: set[str] = set()
        self.urls = [(url, True) for url in _STYLE.findall(text)]
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Remember what matters of a tag."""
        values = {name: value for name, value in attrs if value}
        self.anchors.update(values[name] for name in ("id", "name") if name in values)
        leads = [values[name] for name in ("action", "data", "href", "poster", "src") if name in values]
        self.urls += [(url, tag not in ("a", "form")) for url in leads]


def problems(site: Path) -> Iterator[str]:
    """Say which link leads neither to a place of the site nor to a full https address, and what else is loaded."""
    pages = {path: Page(path.read_text(encoding="utf-8")) for path in sorted(site.rglob("*.html"))}
    for path, page in pages.items():
        for url, loaded in page.urls:
            if problem := _problem(url, loaded, path, pages):
                yield f"{path.relative_to(site)}: {url} {problem}"
    for path in sorted(site.rglob("*.css")):
        yield from (f"{path.relative_to(site)}: {url} {_FOREIGN}" for url in _STYLE.findall(path.read_text("utf-8")))


def _problem(url: str, loaded: bool, page: Path, pages: Mapping[Path, Page]) -> str:
    parts = urlsplit(url)
    if parts.scheme or parts.netloc:
        full = parts.scheme == "https" and "." in parts.netloc
        return _FOREIGN if loaded else "" if full else "is no full https address"
    target = (page.parent / unquote(parts.path)).resolve() if parts.path else page
    if not target.is_file():
        return "leads nowhere"
    known = not parts.fragment or unquote(parts.fragment) in pages[target].anchors
    return "" if known else "has no such anchor"
