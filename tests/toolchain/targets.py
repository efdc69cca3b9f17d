# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""The make targets: which parts each of them has, and how it all ended."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from . import ansible_test, suites
from .environments import ENVIRONMENTS, Built, ensure
from .lint import LINT, changelog
from .process import Failed, Skipped


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
_BUILD = Part("build", "newest", suites.build)

TARGETS: dict[str, tuple[Part, ...]] = {
    "lint": _LINT,
    "unit": (_UNIT,),
    "unit-ansible-test": (_UNIT_ANSIBLE_TEST,),
    "sanity": _SANITY,
    "integration": (_INTEGRATION,),
    "system": (_SYSTEM,),
    "build": (_BUILD,),
    "newest": _NEWEST,
    "floor": _FLOOR,
    "cores": tuple(part for name in ENVIRONMENTS if name.startswith("core-") for part in _suites(name)[:2]),
    # What costs little comes first.
    "test": (*_LINT, _UNIT, _BUILD, _UNIT_ANSIBLE_TEST, *_NEWEST[1:], *_FLOOR, *_SANITY),
    "demo": (Part("demo", "newest", suites.demo),),
    "bench": (Part("bench", "newest", suites.bench),),
    "changelog": (Part("changelog", "tools", changelog),),
}


def run(target: str, words: list[str]) -> int:
    """Run all parts of a target, and say how each of them ended; 1 if one failed."""
    started = time.monotonic()
    outcomes = [_attempt(part, words) for part in TARGETS[target]]
    _summarise(outcomes, time.monotonic() - started)
    return int(any(outcome.word == "FAILED" for outcome in outcomes))


def _attempt(part: Part, words: list[str]) -> Outcome:
    print(f"\n=== {part.title}", flush=True)
    started = time.monotonic()
    word, reason = "ok", ""
    try:
        built = ensure(part.environment)
        started = time.monotonic()
        part.action(built, words)
    except Skipped as error:
        word, reason = "skipped", str(error)
    except Failed as error:
        word, reason = "FAILED", str(error)
    outcome = Outcome(part.title, word, time.monotonic() - started, reason)
    print(outcome, flush=True)
    return outcome


def _summarise(outcomes: list[Outcome], seconds: float) -> None:
    if len(outcomes) > 1:
        print("\n=== summary", *outcomes, f"in all   {seconds:6.1f} s", sep="\n", flush=True)
