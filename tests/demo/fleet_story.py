# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""The story goes on with the whole account: one folder of certificates for a dozen resources in all states."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import pairwise

from .expectation import expect, expect_words
from .fleet import FOLDER, UNUSED, Fleet, furnish_fleet, open_fleet
from .fleet_witness import FleetWitness, Moment, Served
from .performance import Performance
from .sites import MISFIT, SITES, Site, by_outcome, in_waves

_PLAY = "ansible-playbook fleet.yml"
_IN_CHECK_MODE = {"rotated": "would_rotate"}


@dataclass(frozen=True)
class FleetPerformance:
    """All that a chapter about the fleet needs.

    Attributes:
        before: what the edges served in the beginning.
    """

    performance: Performance
    fleet: Fleet
    witness: FleetWitness
    before: dict[Site, Served]


def tell_of_fleet(performance: Performance) -> None:
    """Tell it from the beginning to the end.

    Raises:
        BrokenPromiseError: a step did not do what the story says.
    """
    stage = performance.stage
    fleet = open_fleet(stage.simulator, performance.shop)
    furnish_fleet(stage, fleet, performance.shop)
    witness = FleetWitness(stage.simulator, fleet)
    told = FleetPerformance(performance, fleet, witness, witness.served())
    for chapter in CHAPTERS:
        chapter(told)


def _account(told: FleetPerformance) -> None:
    screen = told.performance.screen
    screen.heading("A whole account")
    screen.say(
        f"The shop is not alone: its account has {len(SITES)} resources, in all states. "
        "What their edges serve, and until when, by handshakes that the collection has no part in:"
    )
    for site in SITES:
        screen.output(f"{site.id}  {site.name:<22}  {told.before[site].told:<11}  {site.about}")
    screen.say("Certbot, and somebody by hand, have put the new certificates into one folder:")
    shown = told.performance.run(f"ls {FOLDER} {FOLDER}/blog.shop.example")
    for name in told.fleet.folder:
        expect_words("the folder", shown, name)


def _plan(told: FleetPerformance) -> None:
    screen, witness = told.performance.screen, told.witness
    screen.heading("What would be done to all of it")
    screen.say("This play brings each certificate to the resources that it covers, and tells what became of them:")
    told.performance.run("cat fleet.yml")
    screen.say(
        f"Check mode tells the plan. Nobody has to say which certificate is for which resource, and that the key of "
        f"{MISFIT} does not fit is found before any request:"
    )
    witness.forget()
    output = told.performance.run(f"{_PLAY} --check")
    _expect_told(output, _IN_CHECK_MODE)
    _expect_waves_planned(output)
    expect("PUT requests in check mode", witness.writes(), [])
    expect("what the edges serve after check mode", witness.served(), told.before)


def _rotation(told: FleetPerformance) -> None:
    screen, witness = told.performance.screen, told.witness
    waves = in_waves()
    screen.heading("The rotation, in waves")
    screen.say(
        f"Now in earnest: {' + '.join(str(len(wave)) for wave in waves)} resources. A wave begins when the edges of "
        "the one before serve their new certificates. The lines below come while it happens:"
    )
    witness.forget()
    output = told.performance.run(_PLAY)
    _expect_told(output)
    _expect_progress(output)
    expect("the resources that a PUT went to", witness.writes(), sorted(site.id for wave in waves for site in wave))
    timeline = witness.timeline()
    _expect_waves(timeline)
    screen.say("This is what the simulator saw of it: one write for each, and no wave before the last one was through.")
    for moment in timeline:
        screen.output(moment.told())


def _after(told: FleetPerformance) -> None:
    screen, after = told.performance.screen, told.witness.served()
    screen.heading("What the edges serve now")
    screen.say("By handshakes again: those that were due have their new certificates, all others what they had before.")
    for site in SITES:
        before, now = told.before[site], after[site]
        screen.output(f"{site.id}  {site.name:<22}  {before.told if now == before else f'{before.told} -> {now.told}'}")
        promised = told.fleet.desired(site) or before.fingerprint
        expect(f"the certificate at the edge of {site.name}", now.fingerprint, promised)
        expect(f"whether the edge of {site.name} has changed", now != before, site.outcome == "rotated")


def _again(told: FleetPerformance) -> None:
    screen, witness = told.performance.screen, told.witness
    screen.heading("The same again, for all of it")
    screen.say("This play, too, may run every night:")
    witness.forget()
    output = told.performance.run(_PLAY)
    _expect_told(output, {"rotated": "in_sync"})
    expect_words("the recap", output.partition("PLAY RECAP")[2], "changed=0")
    expect("the requests of a run with nothing to do", witness.requests(), ["list"])
    screen.say(f"The simulator saw 1 request for {len(SITES)} resources, and not a single PUT.")


def _expect_told(output: str, instead: dict[str, str] | None = None) -> None:
    """The table that the play prints, the summary above it, and what is below."""
    covered = [site for site in SITES if site.outcome]
    outcomes = {site: (instead or {}).get(site.outcome, site.outcome) for site in covered}
    for site, outcome in outcomes.items():
        expect_words("the play", output, f"{site.name} {outcome}")
    for outcome, count in Counter(outcomes.values()).items():
        expect_words("the play", output, f"{count} {outcome.replace('_', ' ')}")
    left_out = ", ".join(site.name for site in by_outcome(""))
    expect_words("the play", output, f"Without certificate: {left_out}")
    expect_words("the play", output, f"Without resource: {', '.join(UNUSED)}")
    expect_words("the play", output, f"the private key does not belong to 'CN={MISFIT}'")
    expect_words("the recap", output.partition("PLAY RECAP")[2], "failed=0")


def _expect_waves_planned(output: str) -> None:
    for number, wave in enumerate(in_waves(), start=1):
        for site in wave:
            expect_words("the plan", output, f"{site.name} would_rotate wave {number} {site.certificate}")


def _expect_progress(output: str) -> None:
    waves = in_waves()
    total = sum(map(len, waves))
    for number, wave in enumerate(waves, start=1):
        expect_words("the progress", output, f"Wave {number}: {len(wave)} of {total} resources")
        for site in wave:
            expect_words("the progress", output, f"/{total}] {site.name}: rotated")


def _expect_waves(timeline: list[Moment]) -> None:
    """A wave's first write comes after the last edge of the wave before has followed."""
    since = {(moment.site, moment.is_write): moment.since for moment in timeline}
    for wave, following in pairwise(in_waves()):
        followed = max(since.get((site, False), float("inf")) for site in wave)
        expect("the order of the waves", followed < min(since[site, True] for site in following), True)


CHAPTERS = (_account, _plan, _rotation, _after, _again)
