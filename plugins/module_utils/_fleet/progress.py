# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""Tells a person how a fleet is under way: headings, a line for each resource that was written, and notices."""

from __future__ import annotations

from typing import Any

from .._clock import Clock
from .._task import Say
from .._wording import counted

_EVERY = 10.0
"""Seconds between two notices of how far the gathering of evidence is."""


class Progress:
    """Turns what happens into lines. All of it is called from one thread, but for `held_back`."""

    def __init__(self, say: Say, clock: Clock) -> None:
        self._say = say
        self._clock = clock
        self.begin(0)

    def begin(self, total: int) -> None:
        """Count anew, up to so many resources."""
        self._total, self._done = total, 0
        self._began = self._spoke = self._clock.monotonic()

    def checking(self, total: int) -> None:
        """Tell that evidence is gathered for so many resources."""
        self.begin(total)
        self._say(f"Checking {counted(total, 'resource')}")

    def checked(self) -> None:
        """Count one of them, and tell how far it is now and then: what is in sync is no news."""
        self._done += 1
        if self._clock.monotonic() - self._spoke >= _EVERY:
            self._spoke = self._clock.monotonic()
            self._say(f"  {self._done}/{self._total} checked, {self._left()}")

    def wave(self, number: int, size: int) -> None:
        """Tell that a wave begins."""
        self._say(f"Wave {number}: {size} of {counted(self._total, 'resource')}")

    def planned(self, number: int, name: str, old: str | None, new: str | None) -> None:
        """Tell that a resource would be written in that wave."""
        self._done += 1
        self._say(f"  [{self._done}/{self._total}] {name}: would rotate ({_change(old, new)}), wave {number}")

    def finished(self, name: str, old: str | None, new: str | None, what: str) -> None:
        """Tell that a resource is written, or not."""
        self._done += 1
        self._say(f"  [{self._done}/{self._total}] {name}: {what} ({_change(old, new)}), {self._left()}")

    def awaiting(self, count: int) -> None:
        """Tell that the edges of so many resources are to follow."""
        if count:
            self._say(f"  waiting for the edges of {counted(count, 'resource')}")

    def held_back(self, seconds: float) -> None:
        """Tell that the API asked for a pause."""
        if seconds >= 1:
            self._say(f"  held back: the API asks to wait {seconds:g} s")

    def stopped(self, reason: str, left: int) -> None:
        """Tell that no further write begins."""
        self._say(f"Stopped: {reason}; not attempted: {counted(left, 'resource')}")

    def summary(self, counts: dict[str, Any]) -> None:
        """Tell the end."""
        self._say("Done: " + ", ".join(_tallied(count, name) for name, count in counts.items() if count))

    def _left(self) -> str:
        """Estimate the time from what was done so far."""
        seconds = (self._clock.monotonic() - self._began) / max(self._done, 1) * (self._total - self._done)
        return f"{seconds / 60:.0f} min left" if seconds >= 90 else f"{seconds:.0f} s left"


def _tallied(count: int, name: str) -> str:
    # An outcome is no noun, and has no plural.
    words = name.replace("_", " ")
    return counted(count, words.removesuffix("s")) if words.endswith("s") else f"{count} {words}"


def _change(old: str | None, new: str | None) -> str:
    return " -> ".join(fingerprint[:12] if fingerprint else "none" for fingerprint in (old, new))
