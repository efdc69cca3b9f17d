# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""The story: chapters, each a few sentences, commands, and the promises that they must keep."""

from __future__ import annotations

import time

from stage.stage import stage

from .expectation import expect, expect_words
from .fleet_story import tell_of_fleet
from .looks import api_command, edge_command
from .performance import Performance
from .refusals import REFUSALS
from .screen import Screen
from .shop import EDGE_DELAY, NAME, NEW_DAYS, OLD_DAYS, RESOURCE_ID, furnish, open_shop
from .witness import Witness

_PLAY = "ansible-playbook site.yml"


def tell(screen: Screen) -> None:
    """Tell it from the beginning to the end.

    Raises:
        BrokenPromiseError: a step did not do what the story says.
    """
    started = time.monotonic()
    screen.title("Certificates are renewed, and nobody has to log in to the customer portal")
    with stage(edge_delay=EDGE_DELAY) as opened:
        opened.env["ANSIBLE_FORCE_COLOR" if screen.is_coloured else "ANSIBLE_NOCOLOR"] = "true"
        shop = open_shop(opened.simulator)
        furnish(opened, shop)
        performance = Performance(opened, screen, shop, Witness(opened.simulator, shop))
        for chapter in CHAPTERS:
            chapter(performance)
        tell_of_fleet(performance)
    screen.success(
        f"Everything was as told, in {time.monotonic() - started:.0f} seconds. "
        "The simulator is stopped, the files are removed."
    )


def _before(performance: Performance) -> None:
    screen, shop = performance.screen, performance.shop
    screen.heading("A certificate is about to expire")
    screen.say(
        f"A simulator plays the Gcore API and its TLS edges, on this machine alone: GCORE_BASE_URL leads to the API, "
        f"EDGE to the edge. {NAME}, resource {RESOURCE_ID}, has a certificate for {OLD_DAYS} more days, "
        f"until {shop.old.not_after:%d %B %Y}. The API tells no more than that, in Unix time:"
    )
    expect_words("the API", performance.run(api_command()), str(int(shop.old.not_after.timestamp())))
    screen.say("The edge, where the visitors come, tells the certificate itself:")
    _expect_on_edge(performance, "old")


def _plan(performance: Performance) -> None:
    screen, witness = performance.screen, performance.witness
    screen.heading("What would be done")
    screen.say(f"The certificate authority has sent a new one, for {NEW_DAYS} days. This play installs it:")
    performance.run("cat site.yml")
    screen.say("Check mode tells what the play would do, and does not do it:")
    witness.forget()
    _expect_recap(performance.run(f"{_PLAY} --check --diff"), "changed=1")
    expect("PUT requests in check mode", witness.writes(), 0)
    expect("the certificate that the API has after check mode", witness.stored(), "old")


def _rotation(performance: Performance) -> None:
    screen, witness = performance.screen, performance.witness
    screen.heading("The rotation")
    screen.say(
        "Now in earnest. With 'verify: edge' the task ends when visitors get the new certificate. A real edge follows "
        f"within minutes, this one within {EDGE_DELAY} seconds: watch 'Keep the certificate current' wait for it."
    )
    witness.forget()
    _expect_recap(performance.run(_PLAY), "changed=1")
    expect("PUT requests of the rotation", witness.writes(), 1)
    expect("the certificate that the API has", witness.stored(), "new")
    served = witness.served_since_write()
    expect("the wait for the edge", (served.count("old") > 0, served[-1:]), (True, ["new"]))
    screen.say("This is what the simulator saw of it: one write, and handshakes until the edge had followed.")
    for line in witness.timeline():
        screen.output(line)


def _after(performance: Performance) -> None:
    screen, shop = performance.screen, performance.shop
    screen.heading("Afterwards")
    screen.say(f"The API tells {shop.new.not_after:%d %B %Y}, and the edge serves the new certificate:")
    expect_words("the API", performance.run(api_command()), str(int(shop.new.not_after.timestamp())))
    _expect_on_edge(performance, "new")


def _again(performance: Performance) -> None:
    screen, witness = performance.screen, performance.witness
    screen.heading("The same again")
    screen.say("The play may run every night: what is already there is not written again.")
    witness.forget()
    _expect_recap(performance.run(_PLAY), "changed=0")
    expect("PUT requests of a run with nothing to do", witness.writes(), 0)
    screen.say(f"The simulator saw {witness.requests()} request and not a single PUT.")


def _refusals(performance: Performance) -> None:
    screen, witness = performance.screen, performance.witness
    screen.heading("What would break the site is refused")
    for refusal in REFUSALS:
        screen.say(refusal.says)
        witness.forget()
        output = performance.run_failing(f"{_PLAY} {refusal.words}", status=2)
        expect_words(f"the refusal of {refusal.words}", output, refusal.message)
        expect(f"PUT requests with {refusal.words}", witness.writes(), 0)
    expect("the certificate that the edge shows after all that", witness.served(), "new")
    screen.say("Not one of them wrote anything, and the edge still serves the good certificate.")


def _expect_on_edge(performance: Performance, which: str) -> None:
    expected = {"old": performance.shop.old, "new": performance.shop.new}[which].fingerprint_sha256
    shown = performance.run(edge_command())
    expect_words("the edge", shown.replace(":", "").lower(), expected)


def _expect_recap(output: str, words: str) -> None:
    recap = output.partition("PLAY RECAP")[2]
    expect_words("the recap", recap, words)
    expect_words("the recap", recap, "failed=0")


CHAPTERS = (_before, _plan, _rotation, _after, _again, _refusals)
