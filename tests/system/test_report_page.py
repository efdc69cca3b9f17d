# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""The page of the expiry report in a real browser: at any width, light and dark, by keyboard, and attacked."""

from __future__ import annotations

import itertools
import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.gcore.web_security.plugins.plugin_utils._expiry_report.formats import Options, rendered
from unit.plugins.expiry_result import a_fleet, a_host, a_result, edge, given_certificates, of_each_state

from .web import Web, until

try:
    from axe_core_python.selenium import Axe
    from selenium import webdriver
    from selenium.webdriver.common.action_chains import ActionChains
    from selenium.webdriver.common.keys import Keys
except ImportError:
    webdriver = None  # type: ignore[assignment]

CHROMIUM, CHROMEDRIVER = shutil.which("chromium"), shutil.which("chromedriver")

_NEEDED = {
    "selenium and axe-core-python are not in this environment, the newest one has them": webdriver,
    "chromium is not installed": CHROMIUM,
    "chromedriver is not installed (Debian: chromium-driver)": CHROMEDRIVER,
}
MISSING = "; ".join(reason for reason, found in _NEEDED.items() if not found)
"""Why there is no browser, empty where there is one."""

_SECONDS = 120
"""For a page on a machine that has other things to do."""


_IS_LAID_OUT = """return document.readyState === 'complete' && innerWidth === arguments[0]
  && matchMedia(`(prefers-color-scheme: ${arguments[1]})`).matches"""

pytestmark = pytest.mark.skipif(bool(MISSING), reason=f"no browser looks at the page: {MISSING}")

PHONE, DESKTOP = 360, 1280

SHOWN = """return [...document.querySelectorAll('#hosts tbody')]
  .filter(body => body.checkVisibility()).map(body => body.dataset.host)"""
CUT_OFF = """return [...document.querySelectorAll('body *')]
  .filter(one => !one.closest('.skip, .defs') && one.getBoundingClientRect().right > innerWidth + 1)
  .map(one => one.outerHTML.slice(0, 100))"""
SORTED = """return Object.fromEntries([...document.querySelectorAll('#hosts thead th')]
  .map(head => [head.dataset.key, head.getAttribute('aria-sort')]))"""


class Browser:
    """Chromium, as somebody with a keyboard has it."""

    def __init__(self, folder: Path) -> None:
        options = webdriver.ChromeOptions()
        options.binary_location = CHROMIUM
        words = ["headless=new", "disable-dev-shm-usage", "disable-gpu", "hide-scrollbars", f"user-data-dir={folder}"]
        words += ["no-sandbox"] if os.geteuid() == 0 else []
        for word in words:
            options.add_argument(f"--{word}")
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        self.driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(CHROMEDRIVER))
        self.driver.set_page_load_timeout(_SECONDS)
        self.driver.set_script_timeout(_SECONDS)

    def __enter__(self) -> Browser:
        return self

    def __exit__(self, *_unused: object) -> None:
        self.driver.quit()

    def open(self, url: str, width: int = 1280, scheme: str = "light", *, scripts: bool = True) -> None:
        """Show a page at this width; what was logged before is forgotten."""
        self.command("Emulation.setScriptExecutionDisabled", value=not scripts)
        self.messages(), self.requests()
        self.driver.get(url)
        self.look(width, scheme)

    def look(self, width: int, scheme: str) -> None:
        """Look at the page from a screen of this width, and go on when it is laid out for that."""
        screen = {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": width < 600}
        self.command("Emulation.setDeviceMetricsOverride", **screen)
        self.media(scheme)
        until(lambda: self.run(_IS_LAID_OUT, width, scheme), f"laid out at {width}, {scheme}", _SECONDS)

    def media(self, scheme: str, kind: str = "screen") -> None:
        """A reader who prefers light or dark, on a screen or in print."""
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        self.command("Emulation.setEmulatedMedia", media=kind, features=features)

    def command(self, name: str, /, **arguments: Any) -> Any:
        """Of the DevTools protocol."""
        return self.driver.execute_cdp_cmd(name, arguments)

    def run(self, script: str, *arguments: Any) -> Any:
        """What a function body returns in the page; the tests may, whatever the page's policy."""
        return self.driver.execute_script(script, *arguments)

    def press(self, *keys: str) -> None:
        """Keys, one after the other, for what has the focus."""
        ActionChains(self.driver).send_keys(*(getattr(Keys, key, key) for key in keys)).perform()

    def tab_to(self, selector: str, limit: int = 60) -> None:
        """Go on with the tabulator until what is meant has the focus; fails where one never gets there."""
        for _step in range(limit):
            self.press("TAB")
            if self.run("return document.activeElement.matches(arguments[0])", selector):
                return
        raise AssertionError(f"the tabulator does not lead to {selector}")

    def messages(self) -> list[str]:
        """What was written to the console since it was last asked."""
        return [entry["message"] for entry in self.driver.get_log("browser")]

    def requests(self) -> list[str]:
        """The addresses that were asked for since this was last asked, those inside the page aside."""
        events = (json.loads(entry["message"])["message"] for entry in self.driver.get_log("performance"))
        sent = (event["params"]["request"]["url"] for event in events if event["method"] == "Network.requestWillBeSent")
        return [url for url in sent if not url.startswith("data:")]

    def barriers(self) -> list[str]:
        """What keeps somebody from using the page, as axe-core sees it."""
        found = Axe().run(self.driver)["violations"]
        return [f"{one['id']}: {node['html'][:200]}" for one in found for node in one["nodes"]]


@pytest.fixture(scope="module")
def shown() -> dict[str, bytes]:
    """The page that is served."""
    return {}


@pytest.fixture(scope="module")
def site(shown) -> Iterator[Web]:
    with Web(lambda _asked: (200, shown["page"])) as running:
        yield running


@pytest.fixture(scope="module")
def browser(tmp_path_factory) -> Iterator[Browser]:
    with Browser(tmp_path_factory.mktemp("profile")) as running:
        yield running


@pytest.fixture
def show(site, shown, browser):
    """Opens the page of a result; afterwards there must be no message, and no request but the one for it."""

    def opened(result, width=DESKTOP, scheme="light", *, title="Certificates", scripts=True):
        shown["page"] = rendered("html", result, Options(title)).encode()
        site.asked.clear()
        browser.open(f"{site.url}/page", width, scheme, scripts=scripts)
        return browser

    yield opened
    assert browser.messages() == []
    assert browser.requests() == [f"{site.url}/page"]
    assert site.paths == ["/page"]


def full():
    """One of each state, with all the sections that a page can have."""
    return {**of_each_state(), "given_certificates": given_certificates(), "warnings": ["Something was odd."]}


FLEETS = {"none": a_result(), "3": a_fleet(3), "300": a_fleet(300), "each": full()}


@pytest.mark.parametrize("fleet", FLEETS)
def test_at_any_width_light_and_dark(show, fleet):
    page = show(FLEETS[fleet])
    for width, scheme in itertools.product((PHONE, DESKTOP), ("light", "dark")):
        page.look(width, scheme)
        assert len(page.run(SHOWN)) == len(FLEETS[fleet]["hosts"])
        assert page.run("return document.documentElement.scrollWidth") <= width, "it scrolls sideways"
        assert page.run(CUT_OFF) == []
        brightness = page.run("return getComputedStyle(document.body).backgroundColor.match(/\\d+/g).map(Number)")
        assert (sum(brightness) > 600) is (scheme == "light")
        if fleet == "each":  # the others have no other elements
            page.run("document.querySelectorAll('details').forEach(one => { one.open = true; })")
            assert page.barriers() == []


ORDERS = {"host": ["a", "b2", "b10", "c"], "expires": ["b10", "a", "b2", "c"], "rank": ["b10", "c", "a", "b2"]}


def test_sorting_by_keyboard(show):
    hosts = [("b2", "ok", 50), ("b10", "warning", 20), ("a", "ok", 40), ("c", "no_certificate", None)]
    page = show(a_result(*(a_host(f"{name}.example", state, 1, days) for name, state, days in hosts)))
    for key, order in ORDERS.items():
        page.run("document.activeElement.blur()")
        page.tab_to(f"th[data-key={key}] button")
        page.press("ENTER")
        assert page.run(SORTED) == {**dict.fromkeys(("rank", "host", "resource", "expires")), key: "ascending"}
        assert [name[: name.index(".")] for name in page.run(SHOWN)] == order
        page.press("SPACE")
        assert page.run(SORTED)[key] == "descending"
        assert [name[: name.index(".")] for name in page.run(SHOWN)] != order


def test_filtering_by_keyboard(show):
    page = show(a_fleet(300))
    everything = page.run(SHOWN)
    page.tab_to("#search")
    page.press(*"brand-01 SHOP")
    assert page.run(SHOWN) == [name for name in everything if "brand-01" in name and "shop" in name] != []
    assert page.run("return document.getElementById('shown').textContent") == "1 of 300 shown"
    page.press(*["BACKSPACE"] * 20)
    assert page.run(SHOWN) == everything
    page.press(*"nothing like that")
    assert page.run(SHOWN) == []
    assert page.run("return document.getElementById('nothing').checkVisibility()")
    page.press(*["BACKSPACE"] * 20)
    page.press("TAB")
    page.press(*"Crit")
    states = "return [...document.querySelectorAll('#hosts tbody')].filter(b => !b.hidden).map(b => b.dataset.state)"
    assert set(page.run(states)) == {"critical"}
    assert page.run("return document.querySelector('[aria-pressed=true]').parentElement.dataset.state") == "critical"


def test_the_states_at_a_glance_filter_too(show):
    page = show(a_fleet(300))
    page.tab_to("#states [data-state=expired] button")
    page.press("ENTER")
    assert len(page.run(SHOWN)) == FLEETS["300"]["summary"]["expired"]
    assert page.run("return document.getElementById('state').value") == "expired"
    page.press("SPACE")
    assert len(page.run(SHOWN)) == 300


@pytest.mark.parametrize(("width", "scripts"), [(PHONE, True), (DESKTOP, False)], ids=["script", "no script"])
def test_unfolding_by_keyboard_and_without_a_script_everything_is_there(show, width, scripts):
    page = show(full(), width, scripts=scripts)
    assert len(page.run(SHOWN)) == len(full()["hosts"])
    assert page.run("return document.getElementById('tools').checkVisibility()") is scripts
    assert bool(page.run("return document.querySelectorAll('#hosts button, #states button').length")) is scripts
    assert page.run("return document.querySelector('.lanes svg').getBoundingClientRect().width") > 100
    summary = "tbody[data-state=critical] summary"
    fingerprint = "return document.querySelector('tbody[data-state=critical] dd.code').checkVisibility()"
    for key, is_open in (("ENTER", True), ("SPACE", False)):
        if not page.run("return document.activeElement.matches(arguments[0])", summary):
            page.tab_to(summary)
        page.press(key)
        assert page.run(fingerprint) is is_open
    if scripts:
        page.run("document.activeElement.blur()")
        page.tab_to("#unfold")
        for count in (9, 0):
            page.press("ENTER")
            opened = "return [...document.querySelectorAll('#hosts details')].filter(one => one.open).length"
            assert page.run(opened) == count


def test_the_focus_is_seen_and_goes_from_top_to_bottom(show):
    page = show(full())
    seen, tops = [], []
    for _step in range(20):
        page.press("TAB")
        seen.append(page.run("return getComputedStyle(document.activeElement).outlineStyle"))
        tops.append(page.run("return document.activeElement.getBoundingClientRect().top + scrollY"))
    assert set(seen) == {"solid"}
    assert tops[1:] == sorted(tops[1:])


def test_on_paper(show):
    """Whatever the reader prefers on a screen."""
    page = show(a_fleet(30), scheme="dark")
    page.media("dark", "print")
    assert page.run("return getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.run("return getComputedStyle(document.body).color") == "rgb(0, 0, 0)"
    assert not page.run("return document.getElementById('tools').checkVisibility()")
    assert len(page.run(SHOWN)) == 30


EVIL = [
    "<script>window.hacked = 1</script>", '"><img src=/stolen onerror="window.hacked = 2">',
    "' onfocus='window.hacked = 3' autofocus='", "</style><style>@import '/stolen';</style>",
    "</script><script>window.hacked = 4</script>", "javascript:window.hacked = 5",
    "</title></svg><svg onload='window.hacked = 6'>", "<iframe srcdoc='<script>top.hacked = 7</script>'></iframe>",
    "{{ constructor.constructor('window.hacked = 8')() }}", "<base href=/stolen><link rel=stylesheet href=/stolen>",
    "<!--",
]  # fmt: skip


def attacked():
    hosts = [
        a_host(evil, state, number, resource=evil, reasons=[evil], edge=edge(evil, 3, subject=evil, issuer=evil))
        for number, evil in enumerate(EVIL)
        for state in ("critical", "ok")
    ]
    return {**a_result(*hosts), "warnings": EVIL, "given_certificates": given_certificates(), "worst": "critical"}


def test_what_a_stranger_writes_is_inert(show):
    title = " ".join(EVIL)
    page = show(attacked(), title=title)
    page.run("document.querySelectorAll('details').forEach(one => { one.open = true; })")
    page.tab_to("th[data-key=host] button")
    page.press("ENTER", "ENTER")
    page.tab_to("#hosts summary")
    page.press("SPACE")
    assert page.run("return window.hacked ?? null") is None
    assert page.run("return document.querySelector('h1').textContent") == title
    shown = set(page.run("return [...document.querySelectorAll('tbody th .host')].map(one => one.textContent)"))
    assert shown == {" ".join(evil.split(" ")) for evil in EVIL} | {"wildcard", "shop"}
    assert page.run("return document.querySelectorAll('img, iframe, base, object, embed').length") == 0


def test_what_got_in_all_the_same_would_not_run(site, shown, browser):
    """The second line of defence: the page's own policy."""
    got_in = "<script>hacked = 1</script><img src=/stolen onerror='hacked = 2'><style>body { color: red }</style>"
    shown["page"] = rendered("html", a_fleet(3), Options()).replace("<main>", f"<main>{got_in}").encode()
    site.asked.clear()
    browser.open(f"{site.url}/page")
    assert browser.run("return window.hacked ?? null") is None
    assert browser.run("return getComputedStyle(document.body).color") != "rgb(255, 0, 0)"
    assert site.paths == ["/page"]
    assert len(browser.messages()) >= 3
