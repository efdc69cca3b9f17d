# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""The make targets: which parts each of them has, and how it all ended."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from . import ansible_test, docs, galaxy_importer, suites
from .environments import ENVIRONMENTS, Built, ensure
from .lint import LINT, changelog
from .paths import BUILD
from .process import Failed, Skipped, logged, say

FAILED = "FAILED"


@dataclass(frozen=True)
class Part:
    """One row of the summary: something to do in an environment."""

    name: str
    environment: str
    action: Callable[[Built, list[str]], None]

    @property
    def title(self) -> str:
        """How the summary calls it."""
        return f"{self.name} ({self.environment})"


@dataclass(frozen=True)
class Outcome:
    """How a part ended."""

    title: str
    word: str
    seconds: float
    reason: str = ""

    def __str__(self) -> str:
        return f"{self.word:<8} {self.seconds:6.1f} s  {self.title}{': ' if self.reason else ''}{self.reason}"


def _suites(environment: str) -> tuple[Part, ...]:
    return (
        Part("unit", environment, suites.unit),
        Part("system", environment, suites.system),
        Part("integration", environment, ansible_test.integration),
    )


_LINT = tuple(Part(name, "tools", action) for name, action in LINT.items())
_NEWEST = _suites("newest")
_FLOOR = _suites("floor")
_UNIT, _SYSTEM, _INTEGRATION = _NEWEST
_UNIT_ANSIBLE_TEST = Part("unit by ansible-test", "newest", ansible_test.units)
_SANITY = tuple(Part("sanity", environment, ansible_test.sanity) for environment in ("newest", "floor"))
_BUILD = (
    Part("build", "newest", suites.build),
    Part("galaxy-importer", "galaxy-importer", galaxy_importer.check),
)
_DOCS = Part("docs", "docs", docs.build)
_RULEBOOK = Part("rulebook", "rulebook", suites.rulebook)

TARGETS: dict[str, tuple[Part, ...]] = {
    "lint": _LINT,
    "unit": (_UNIT,),
    "unit-ansible-test": (_UNIT_ANSIBLE_TEST,),
    "sanity": _SANITY,
    "integration": (_INTEGRATION,),
    "system": (_SYSTEM,),
    "build": _BUILD,
    "docs": (_DOCS,),
    "rulebook": (_RULEBOOK,),
    "newest": _NEWEST,
    "floor": _FLOOR,
    "cores": tuple(part for name in ENVIRONMENTS if name.startswith("core-") for part in _suites(name)[:2]),
    # What costs little comes first. What ansible-test runs in both is for `floor`: pytest has been there by then.
    "test": (*_LINT, _DOCS, _UNIT, *_BUILD, _UNIT_ANSIBLE_TEST, *_NEWEST[1:], _RULEBOOK, *_FLOOR[:2], *_SANITY),
    "demo": (Part("demo", "newest", suites.demo),),
    "bench": (Part("bench", "newest", suites.bench),),
    "changelog": (Part("changelog", "tools", changelog),),
}


def run(target: str, words: list[str]) -> int:
    """Run all parts of a target, and say how each of them ended; 1 if one failed."""
    started = time.monotonic()
    parts = TARGETS[target]
    lanes = [[part for part in parts if (part.environment == "newest") is newest] for newest in (True, False)]
    outcomes = _in_lanes(lanes, words) if all(lanes) else {part: _attempt(part, words) for part in parts}
    if len(parts) > 1:
        say("\n=== summary", *(outcomes[part] for part in parts), f"in all   {time.monotonic() - started:6.1f} s")
    return int(any(outcome.word == FAILED for outcome in outcomes.values()))


def _in_lanes(lanes: list[list[Part]], words: list[str]) -> dict[Part, Outcome]:
    """Two at a time where there are two processors: lanes share no environment, so they are not in each other's way."""
    with ThreadPoolExecutor(max_workers=min(len(lanes), os.cpu_count() or 1)) as pool:
        done = pool.map(lambda lane: [(part, _attempt_apart(part, words)) for part in lane], lanes)
        return dict(pair for lane in done for pair in lane)


def _attempt_apart(part: Part, words: list[str]) -> Outcome:
    """Show what a part prints only when it is through, and in one piece."""
    say(f"... {part.title} begins")
    path = BUILD / "logs" / f"{part.name} {part.environment}.log".replace(" ", "-")
    with logged(path):
        outcome = _attempt(part, words)
    say(path.read_text(encoding="utf-8", errors="replace"))
    return outcome


def _attempt(part: Part, words: list[str]) -> Outcome:
    say(f"\n=== {part.title}")
    started = time.monotonic()
    word, reason = "ok", ""
    try:
        built = ensure(part.environment)
        started = time.monotonic()
        part.action(built, words)
    except Skipped as error:
        word, reason = "skipped", str(error)
    except Failed as error:
        word, reason = FAILED, str(error)
    outcome = Outcome(part.title, word, time.monotonic() - started, reason)
    say(outcome)
    return outcome
