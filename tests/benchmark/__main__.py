# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""Run the benchmark: `python -m benchmark`. A missed aim is told, and is no failure: a busy machine misses any."""

from __future__ import annotations

import argparse
import sys
from functools import partial

from stage.interrupts import interruptible

from .figures import Figures
from .report import table, versions
from .runner import BrokenRunError, run_plan
from .suite import Plan
from .suites import STARTS, SUITES

_SCENARIOS = {scenario.name for suite in SUITES for scenario in suite.scenarios}

_tell = partial(print, flush=True)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benchmark", description=__doc__)
    names = [suite.name for suite in SUITES]
    parser.add_argument("suites", nargs="*", metavar="SUITE", help=f"what to measure, of: {', '.join(names)} (all)")
    parser.add_argument("--rounds", type=int, help="how often to measure, in place of what the suite says")
    parser.add_argument("--items", type=int, help="resources to work on, in place of what suite and scenario say")
    parser.add_argument("--only", nargs="+", metavar="SCENARIO", help="leave the other scenarios of the suites out")
    arguments = parser.parse_args()
    if unknown := set(arguments.suites) - set(names):
        parser.error(f"no such suite: {', '.join(sorted(unknown))}")
    if unknown := set(arguments.only or ()) - _SCENARIOS:
        parser.error(f"no such scenario: {', '.join(sorted(unknown))}; there are {', '.join(sorted(_SCENARIOS))}")
    return arguments


def main() -> int:
    """Return the exit status: 1 where a run failed or did other work than was to be measured."""
    arguments = _arguments()
    _tell(", ".join(f"{name} {value}" for name, value in versions().items()))
    chosen = [suite for suite in SUITES if not arguments.suites or suite.name in arguments.suites]
    for suite in (suite.only(arguments.only or _SCENARIOS) for suite in chosen):
        plan = Plan(suite, STARTS, arguments.rounds or suite.rounds, arguments.items)
        if not suite.scenarios:
            continue
        try:
            figures = Figures(plan, run_plan(plan, _tell))
        except BrokenRunError as error:
            print(f"No measurement: {error}", file=sys.stderr)
            return 1
        _tell("", *table(figures), sep="\n")
    return 0


if __name__ == "__main__":
    sys.exit(interruptible(main))
