# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""The page as a text: what slips in is text there. How it looks and works is tried in a browser by tests/system."""

from __future__ import annotations

import base64
import hashlib
import html
from html.parser import HTMLParser

import pytest

from ansible_collections.gcore.web_security.plugins.plugin_utils._expiry_report.formats import Options, rendered
from ansible_collections.gcore.web_security.plugins.plugin_utils._expiry_report.page import common_name
from unit.plugins.expiry_result import a_fleet, a_host, a_result, edge, given_certificates, of_each_state

ALLOWED = {
    "html", "head", "meta", "title", "link", "style", "body", "a", "header", "main", "footer", "section", "div", "p",
    "h1", "h2", "h3", "span", "small", "b", "time", "ul", "ol", "li", "dl", "dt", "dd", "table", "caption", "thead",
    "tbody", "tr", "th", "td", "details", "summary", "label", "input", "select", "option", "button", "script", "svg",
    "symbol", "pattern", "rect", "circle", "path", "line", "text", "g", "use",
}  # fmt: skip


class Page(HTMLParser):
    """Every tag, and the text between them."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.words, self.raw = [], [], {"style": "", "script": ""}
        self._inside = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self._inside = tag

    def handle_endtag(self, tag):
        self._inside = ""

    def handle_data(self, data):
        if self._inside in self.raw:
            self.raw[self._inside] += data
        else:
            self.words.append(data)

    def attributes(self, name):
        return [attributes[name] for _tag, attributes in self.tags if name in attributes]


def page(result, title="Certificates"):
    return Page(rendered("html", result, Options(title)))


EVIL = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "</style><script>alert(1)</script>",
    "</script><script>alert(1)</script>",
    "javascript:alert(1)",
    "{{ 7 * 7 }}{% raw %}",
    "<!--",
    "&lt;b&gt;",
]


@pytest.mark.parametrize("evil", EVIL)
def test_whatever_a_stranger_writes_is_text(evil):
    host = a_host(
        evil,
        "critical",
        resource=evil,
        resource_status=evil,
        reasons=[evil],
        edge=edge(
            evil,
            3,
            problem=None,
            subject=evil,
            issuer=evil,
            serial_number=evil,
            subject_alt_names=[evil],
            key_type=evil,
        ),
        given={"certificate": evil, "lags_behind": True, "is_served": False},
    )
    silent = a_host("b", "unreachable", 2)
    silent["edge"] |= {"address": evil, "problem": evil, "other_problem": evil}
    result = {
        **a_result(host, silent),
        "given_certificates": [
            {**given_certificates()[1], "certificate": evil, "lagging": [evil], "served_by": [evil]}
        ],
        "warnings": [evil],
    }
    found, usual = page(result, evil), page(a_result(a_host()))
    assert {tag for tag, _attributes in found.tags} <= ALLOWED
    assert found.raw == usual.raw
    assert not [name for _tag, attributes in found.tags for name in attributes if name.startswith("on")]
    assert sum(evil in words for words in found.words) >= 16
    assert set(found.attributes("href")) == {
        value for value in found.attributes("href") if value.startswith(("#", "data:image/svg+xml,"))
    }


@pytest.mark.parametrize("result", [a_result(), a_fleet(30), of_each_state()], ids=["none", "30", "each state"])
def test_it_loads_nothing_and_allows_only_its_own_style_and_script(result):
    found = page(result)
    (policy,) = [attributes["content"] for _tag, attributes in found.tags if "http-equiv" in attributes]
    hashes = {
        name: base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for name, text in found.raw.items()
    }
    assert policy.split("; ") == [
        "default-src 'none'",
        f"style-src 'sha256-{hashes['style']}'",
        f"script-src 'sha256-{hashes['script']}'",
        "img-src data:",
        "base-uri 'none'",
        "form-action 'none'",
    ]
    assert not found.attributes("src")
    assert not found.attributes("style")
    assert "url(" not in found.raw["style"].replace("url(#", "")
    assert "@import" not in found.raw["style"]
    assert "innerHTML" not in found.raw["script"]


def test_the_policy_stands_before_all_that_it_is_about():
    tags = [tag if "http-equiv" not in attributes else "policy" for tag, attributes in page(a_result()).tags]
    assert tags.index("policy") < min(tags.index(tag) for tag in ("style", "link", "script"))


def test_its_own_address_is_in_none_of_its_parts():
    text = rendered("html", a_fleet(3), Options())
    assert "SPDX" not in text
    assert "http://" not in html.unescape(text).replace("http://www.w3.org/2000/svg", "").replace(
        "http%3A//www.w3.org", ""
    )


def test_every_host_is_there_the_worst_first_and_told_without_colour():
    result = of_each_state()
    found = page(result)
    rows = [attributes["data-host"] for tag, attributes in found.tags if tag == "tbody"]
    assert rows == [host["host"] for host in result["hosts"]]
    words = " ".join(" ".join(found.words).split())
    for word in ("Expired", "Not covered", "Critical", "Mismatch", "Unreachable", "Warning", "No HTTPS", "In order"):
        assert word in words
    assert {f"#i-{host['state']}" for host in result["hosts"]} <= set(found.attributes("href"))


@pytest.mark.parametrize("count", [0, 1, 3])
def test_it_is_one_document_with_balanced_tags(count):
    text = rendered("html", a_fleet(count), Options())
    assert text.startswith("<!DOCTYPE html>\n")
    for tag in ("section", "tbody", "table", "details", "svg", "dl", "ul", "span", "p"):
        assert text.count(f"<{tag} ") + text.count(f"<{tag}>") == text.count(f"</{tag}>"), tag


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("CN=R3,O=Trust,C=DE", "R3"),
        ("C=DE,O=Trust,CN=Trust CA\\, Ltd.", "Trust CA, Ltd."),
        ("O=CN\\=x,C=DE", "O=CN\\=x,C=DE"),
        ("", ""),
    ],
)
def test_the_common_name(name, shown):
    assert common_name(name) == shown
