# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""The story: chapters, each a few sentences, commands, and the promises that they must keep."""

import time
from typing import Any

from stage.stage import stage

from .fleet_story import FleetStory
from .performance import Performance, expect, expect_recap, expect_words
from .screen import Screen
from .shop import EDGE_DELAY, NAME, NEW_DAYS, OLD_DAYS, RESOURCE_ID, furnish, open_shop
from .twin_story import TwinStory

_PLAY = "ansible-playbook site.yml"
_API, _EDGE = f"python3 -m demo.peek api {RESOURCE_ID}", f"python3 -m demo.peek edge $EDGE {NAME}"
_CALLS = {"list": "lists the resources", "get": "reads the resource", "put": "writes the resource"}

# Mistakes that people make with certificates: what the story tells, what makes it, what the task must say.
_REFUSALS = (
    (
        "The key of another certificate:",
        "-e resource_cert_private_key_path=other.key",
        f"the private key does not belong to 'CN={NAME}'",
    ),
    (
        "A certificate without its intermediate, which works in some browsers and fails in others:",
        "-e resource_cert_certificate_path=shop-leaf-only.crt",
        "the intermediate certificate 'CN=Example Issuing CA' is missing",
    ),
    (
        "A good pair, but of another site:",
        "-e resource_cert_certificate_path=other.crt -e resource_cert_private_key_path=other.key",
        f"the certificate does not cover {NAME}; it covers www.other.example",
    ),
)


def tell(screen: Screen) -> None:
    """Tell it from the beginning to the end; raises BrokenPromiseError where a step does not do what is said."""
    started = time.monotonic()
    screen.title("Certificates are renewed, and nobody has to log in to the customer portal")
    with stage(edge_delay=EDGE_DELAY) as opened:
        opened.env["ANSIBLE_NOCOLOR"] = "true"
        shop = open_shop(opened.simulator)
        furnish(opened, shop)
        ShopStory(opened, screen, shop).tell()
        FleetStory(opened, screen, shop).tell()
        TwinStory(opened, screen, shop).tell()
    screen.end(
        f"Everything was as told, in {time.monotonic() - started:.0f} seconds. "
        "The simulator is stopped, the files are removed."
    )


class ShopStory(Performance):
    """The chapters about one resource."""

    def tell(self) -> None:
        """Tell them all."""
        self._before()
        self._plan()
        self._rotation()
        self._after()
        self._again()
        self._refused()

    def _before(self) -> None:
        self.screen.heading("A certificate is about to expire")
        end = self.shop.old.not_after
        self.screen.say(
            f"A simulator plays the Gcore API and its TLS edges, on this machine alone: GCORE_BASE_URL leads to the "
            f"API, EDGE to the edge. {NAME}, resource {RESOURCE_ID}, has a certificate for {OLD_DAYS} more days, "
            f"until {end:%d %B %Y}. The API tells no more than that, in Unix time:"
        )
        expect_words("the API", self.run(_API), str(int(end.timestamp())))
        self.screen.say("The edge, where the visitors come, tells the certificate itself:")
        self._expect_on_edge("old")

    def _plan(self) -> None:
        self.screen.heading("What would be done")
        self.screen.say(f"The certificate authority has sent a new one, for {NEW_DAYS} days. This play installs it:")
        self.run("cat site.yml")
        self.screen.say("Check mode tells what the play would do, and does not do it:")
        self.forget()
        expect_recap(self.run(f"{_PLAY} --check --diff"), "changed=1")
        expect("PUT requests in check mode", self.writes(), [])
        expect("the certificate that the API has after check mode", self._stored(), "old")

    def _rotation(self) -> None:
        self.screen.heading("The rotation")
        self.screen.say(
            "Now in earnest. With 'verify: edge' the task ends when visitors get the new certificate. A real edge "
            f"follows within minutes, this one within {EDGE_DELAY} seconds: watch 'Keep the certificate current' wait "
            "for it."
        )
        self.forget()
        expect_recap(self.run(_PLAY), "changed=1")
        expect("PUT requests of the rotation", self.writes(), [RESOURCE_ID])
        expect("the certificate that the API has", self._stored(), "new")
        entries = self.entries()
        written = next(entry["end"] for entry in entries if entry.get("call") == "put")
        served = [self._name(entry["served"]) for entry in entries if "served" in entry and entry["start"] > written]
        expect("the wait for the edge", ("old" in served, served[-1:]), (True, ["new"]))
        self.screen.say("This is what the simulator saw of it: one write, and handshakes until the edge had followed.")
        for entry in entries:
            self.screen.output(f"{entry['start'] - entries[0]['start']:5.1f} s  {self._told(entry)}")

    def _after(self) -> None:
        self.screen.heading("Afterwards")
        end = self.shop.new.not_after
        self.screen.say(f"The API tells {end:%d %B %Y}, and the edge serves the new certificate:")
        expect_words("the API", self.run(_API), str(int(end.timestamp())))
        self._expect_on_edge("new")

    def _again(self) -> None:
        self.screen.heading("The same again")
        self.screen.say("The play may run every night: what is already there is not written again.")
        self.forget()
        expect_recap(self.run(_PLAY), "changed=0")
        expect("PUT requests of a run with nothing to do", self.writes(), [])
        self.screen.say(f"The simulator saw {len(self.calls())} request and not a single PUT.")

    def _refused(self) -> None:
        self.screen.heading("What would break the site is refused")
        for says, words, message in _REFUSALS:
            self.screen.say(says)
            self.forget()
            expect_words(f"the refusal of {words}", self.run(f"{_PLAY} {words}", status=2), message)
            expect(f"PUT requests with {words}", self.writes(), [])
        served = self._name(self.stage.simulator.resource(RESOURCE_ID)["served"])
        expect("the certificate that the edge shows after all that", served, "new")
        self.screen.say("Not one of them wrote anything, and the edge still serves the good certificate.")

    def _expect_on_edge(self, which: str) -> None:
        expected = {"old": self.shop.old, "new": self.shop.new}[which].fingerprint_sha256
        expect_words("the edge", self.run(_EDGE).replace(":", "").lower(), expected)

    def _stored(self) -> str:
        return self._name(self.stage.simulator.resource(RESOURCE_ID)["installed"]["fingerprint_sha256"])

    def _name(self, fingerprint: str | None) -> str:
        names = {self.shop.old.fingerprint_sha256: "old", self.shop.new.fingerprint_sha256: "new"}
        return names.get(fingerprint or "", "a strange")

    def _told(self, entry: dict[str, Any]) -> str:
        if entry["type"] == "handshake":
            return f"{'TLS handshake':<17}  the edge shows the {self._name(entry['served'])} certificate"
        return f"{entry['method']:<4} answered {entry['status']}  {_CALLS[entry['call']]}"
