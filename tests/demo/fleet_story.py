# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""The story goes on with the whole account: one folder of certificates for a dozen resources in all states."""

from collections import Counter
from collections.abc import Mapping
from itertools import pairwise
from typing import Any, NamedTuple

from simulator.fingerprints import certificate_sha256, not_after
from stage.stage import Stage

from .fleet import FOLDER, MISFIT, SITES, UNUSED, Site, by_outcome, furnish_fleet, in_waves, open_fleet
from .peek import served
from .performance import Performance, expect, expect_recap, expect_words
from .screen import Screen
from .shop import Shop

_PLAY = "ansible-playbook fleet.yml"


class Served(NamedTuple):
    """What an edge serves, told in words and in full; the fingerprint is empty where it refuses the handshake."""

    told: str
    fingerprint: str


class FleetStory(Performance):
    """The chapters about the whole account."""

    def __init__(self, stage: Stage, screen: Screen, shop: Shop) -> None:
        super().__init__(stage, screen, shop)
        self._folder = open_fleet(stage.simulator, shop)
        furnish_fleet(stage, self._folder, shop)
        self._before = self._served()

    def tell(self) -> None:
        """Tell them all."""
        self._account()
        self._plan()
        self._rotation()
        self._after()
        self._again()

    def _account(self) -> None:
        self.screen.heading("A whole account")
        self.screen.say(
            f"The shop is not alone: its account has {len(SITES)} resources, in all states. "
            "What their edges serve, and until when, by handshakes that the collection has no part in:"
        )
        for site, found in self._before.items():
            self.screen.output(f"{site.id}  {site.name:<22}  {found.told:<11}  {site.about}")
        self.screen.say("Certbot, and somebody by hand, have put the new certificates into one folder:")
        shown = self.run(f"ls {FOLDER} {FOLDER}/blog.shop.example")
        for name in self._folder:
            expect_words("the folder", shown, name)

    def _plan(self) -> None:
        self.screen.heading("What would be done to all of it")
        self.screen.say(
            "This play brings each certificate to the resources that it covers, and tells what became of it:"
        )
        self.run("cat fleet.yml")
        self.screen.say(
            f"Check mode tells the plan. Nobody has to say which certificate is for which resource, and that the key "
            f"of {MISFIT} does not fit is found before any request:"
        )
        self.forget()
        output = self.run(f"{_PLAY} --check")
        _expect_told(output, {"rotated": "would_rotate"})
        for number, wave in enumerate(in_waves(), start=1):
            for site in wave:
                expect_words("the plan", output, f"{site.name} would_rotate wave {number} {site.certificate}")
        expect("PUT requests in check mode", self.writes(), [])
        expect("what the edges serve after check mode", self._served(), self._before)

    def _rotation(self) -> None:
        waves = in_waves()
        self.screen.heading("The rotation, in waves")
        self.screen.say(
            f"Now in earnest: {' + '.join(str(len(wave)) for wave in waves)} resources. A wave begins when the edges "
            "of the one before serve their new certificates. The lines below come while it happens:"
        )
        self.forget()
        output = self.run(_PLAY)
        _expect_told(output)
        for number, wave in enumerate(waves, start=1):
            expect_words("the progress", output, f"Wave {number}: {len(wave)} of {sum(map(len, waves))} resources")
        due = sorted(site.id for wave in waves for site in wave)
        expect("the resources that a PUT went to", self.writes(), due)
        moments = self._moments()
        for wave, following in pairwise(waves):
            followed = max(moments.get((site, False), float("inf")) for site in wave)
            expect("the order of the waves", followed < min(moments[site, True] for site in following), True)
        self.screen.say("This is what the simulator saw: one write for each, no wave before the last one was through.")
        for (site, is_write), moment in moments.items():
            what = "PUT to" if is_write else "the new certificate at the edge of"
            self.screen.output(f"{moment - min(moments.values()):5.1f} s  {what} {site.name}")

    def _after(self) -> None:
        self.screen.heading("What the edges serve now")
        self.screen.say("By handshakes again: what was due has its new certificate, all others what they had before.")
        for site, now in self._served().items():
            before = self._before[site]
            told = before.told if now == before else f"{before.told} -> {now.told}"
            self.screen.output(f"{site.id}  {site.name:<22}  {told}")
            promised = self._desired(site) or before.fingerprint
            expect(f"the certificate at the edge of {site.name}", now.fingerprint, promised)
            expect(f"whether the edge of {site.name} has changed", now != before, site.outcome == "rotated")

    def _again(self) -> None:
        self.screen.heading("The same again, for all of it")
        self.screen.say("This play, too, may run every night:")
        self.forget()
        output = self.run(_PLAY)
        _expect_told(output, {"rotated": "in_sync"})
        expect_recap(output, "changed=0")
        expect("the requests of a run with nothing to do", self.calls(), ["list"])
        self.screen.say(f"The simulator saw 1 request for {len(SITES)} resources, and not a single PUT.")

    def _desired(self, site: Site) -> str:
        """Return the fingerprint of the certificate that a site gets or has, empty where it is left as it is."""
        return self._folder[site.certificate].fingerprint_sha256 if site.certificate else ""

    def _served(self) -> dict[Site, Served]:
        """Shake hands with each edge."""
        place = f"{self.stage.simulator.edge_host}:{self.stage.simulator.edge_port}"
        found = {}
        for site in SITES:
            try:
                leaf = served(place, site.name)
                found[site] = Served(f"{not_after(leaf):%d %b %Y}", certificate_sha256(leaf))
            except OSError:
                found[site] = Served("no HTTPS", "")
        return found

    def _moments(self) -> dict[tuple[Site, bool], float]:
        """Return when each site was written, and when its edge first showed the new certificate, in their order."""
        due = by_outcome("rotated")
        places: dict[Any, Site] = {site.id: site for site in due} | {site.name: site for site in due}
        moments: dict[tuple[Site, bool], float] = {}
        for entry in self.entries():
            is_write = entry.get("call") == "put"
            site = places.get(entry["resource_id"] if is_write else entry.get("server_name"))
            if site and (is_write or entry["served"] == self._desired(site)):
                moments.setdefault((site, is_write), entry["start"])
        return moments


def _expect_told(output: str, instead: Mapping[str, str] | None = None) -> None:
    """Hold the play to the table that it prints, the summary above it, and what is below."""
    outcomes = {site: (instead or {}).get(site.outcome, site.outcome) for site in SITES if site.outcome}
    told = [f"{site.name} {outcome}" for site, outcome in outcomes.items()]
    told += [f"{count} {outcome.replace('_', ' ')}" for outcome, count in Counter(outcomes.values()).items()]
    told += [
        f"Without certificate: {', '.join(site.name for site in by_outcome(''))}",
        f"Without resource: {', '.join(UNUSED)}",
        f"the private key does not belong to 'CN={MISFIT}'",
    ]
    for words in told:
        expect_words("the play", output, words)
    expect_recap(output, "failed=0")
