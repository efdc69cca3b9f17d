# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""The page as a text: what slips in is text there. How it looks and works is tried in a browser by tests/system."""

import base64
import hashlib
import html
import re
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
    "<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "' onmouseover='alert(1)",
    "</style><script>alert(1)</script>", "</script><script>alert(1)</script>", "javascript:alert(1)",
    "{{ 7 * 7 }}{% raw %}", "<!--", "&lt;b&gt;",
]  # fmt: skip


@pytest.mark.parametrize("evil", EVIL)
def test_whatever_a_stranger_writes_is_text(evil):
    served = dict.fromkeys(("subject", "issuer", "serial_number", "key_type"), evil)
    told = {"resource": evil, "resource_status": evil, "reasons": [evil]}
    given = {"certificate": evil, "lags_behind": True, "is_served": False}
    host = a_host(evil, "critical", **told, edge=edge(evil, 3, **served, subject_alt_names=[evil]), given=given)
    silent = a_host("b", "unreachable", 2)
    silent["edge"] |= {"address": evil, "problem": evil, "other_problem": evil}
    compared = {**given_certificates()[1], "certificate": evil, "lagging": [evil], "served_by": [evil]}
    result = {**a_result(host, silent), "given_certificates": [compared], "warnings": [evil]}
    found, usual = page(result, evil), page(a_result(a_host()))
    assert {tag for tag, _attributes in found.tags} <= ALLOWED
    assert found.raw == usual.raw
    assert not [name for _tag, attributes in found.tags for name in attributes if name.startswith("on")]
    assert sum(evil in words for words in found.words) >= 16
    assert all(value.startswith(("#", "data:image/svg+xml,")) for value in found.attributes("href"))


@pytest.mark.parametrize("result", [a_result(), a_fleet(30), of_each_state()], ids=["none", "30", "each state"])
def test_it_loads_nothing_and_allows_only_its_own_style_and_script(result):
    found = page(result)
    (policy,) = [attributes["content"] for _tag, attributes in found.tags if "http-equiv" in attributes]
    style, script = (
        f"'sha256-{base64.b64encode(hashlib.sha256(found.raw[name].encode()).digest()).decode()}'"
        for name in ("style", "script")
    )
    only = f"style-src {style}; script-src {script}; img-src data:"
    assert policy == f"default-src 'none'; {only}; base-uri 'none'; form-action 'none'"
    assert not found.attributes("src")
    assert not found.attributes("style")
    assert "url(" not in found.raw["style"].replace("url(#", "")
    assert "@import" not in found.raw["style"]
    assert "innerHTML" not in found.raw["script"]
    tags = [tag if "http-equiv" not in attributes else "policy" for tag, attributes in found.tags]
    assert tags.index("policy") < min(tags.index(tag) for tag in ("style", "link", "script"))
    text = rendered("html", result, Options())
    assert text.startswith("<!DOCTYPE html>\n")
    assert "SPDX" not in text
    assert "http" not in re.sub("http(:|%3A)//www.w3.org/2000/svg|http-equiv", "", html.unescape(text))
    for tag in ("section", "tbody", "table", "details", "svg", "dl", "ul", "span", "p"):
        assert len(re.findall(f"<{tag}[ >]", text)) == text.count(f"</{tag}>"), tag


def test_every_host_is_there_the_worst_first_and_told_without_colour():
    result = of_each_state()
    found = page(result)
    rows = [attributes["data-host"] for tag, attributes in found.tags if tag == "tbody"]
    assert rows == [host["host"] for host in result["hosts"]]
    words = " ".join(" ".join(found.words).split())
    for word in ("Expired", "Not covered", "Critical", "Mismatch", "Unreachable", "Warning", "No HTTPS", "In order"):
        assert word in words
    assert {f"#i-{host['state']}" for host in result["hosts"]} <= set(found.attributes("href"))


COMMON_NAMES = {
    "CN=R3,O=Trust,C=DE": "R3",
    "C=DE,O=Trust,CN=Trust CA\\, Ltd.": "Trust CA, Ltd.",
    "O=CN\\=x,C=DE": "O=CN\\=x,C=DE",
    "": "",
}


def test_the_common_name():
    assert {name: common_name(name) for name in COMMON_NAMES} == COMMON_NAMES
