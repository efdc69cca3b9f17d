# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""The system's Chromium without a window."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

from .web import until

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
        self.command(
            "Emulation.setDeviceMetricsOverride", width=width, height=800, deviceScaleFactor=1, mobile=width < 600
        )
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
