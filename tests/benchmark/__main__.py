# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""Run the benchmark: `python -m benchmark`. A missed aim is told, and is no failure: a busy machine misses any."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from stage.interrupts import interruptible
from toolchain.paths import BUILD, shown

from .figures import Figures
from .report import table, versions, write_json
from .runner import BrokenRunError, Plan, run_plan
from .suites import SUITES


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benchmark", description=__doc__)
    names = [suite.name for suite in SUITES]
    parser.add_argument("suites", nargs="*", metavar="SUITE", help=f"what to measure, of: {', '.join(names)} (all)")
    parser.add_argument("--rounds", type=int, help="how often to measure, in place of what the suite says")
    parser.add_argument("--items", type=int, help="resources to work on, in place of what suite and scenario say")
    parser.add_argument("--only", nargs="+", metavar="SCENARIO", help="leave the other scenarios of the suites out")
    parser.add_argument("--json", type=Path, default=BUILD / "benchmark.json", help="file for the figures as JSON")
    arguments = parser.parse_args()
    if unknown := set(arguments.suites) - set(names):
        parser.error(f"no such suite: {', '.join(sorted(unknown))}")
    scenarios = {scenario.name for suite in SUITES for scenario in suite.scenarios}
    if unknown := set(arguments.only or ()) - scenarios:
        parser.error(f"no such scenario: {', '.join(sorted(unknown))}; there are {', '.join(sorted(scenarios))}")
    return arguments


def _run() -> int:
    arguments = _arguments()
    print(", ".join(f"{name} {value}" for name, value in versions().items()), flush=True)
    chosen = [suite for suite in SUITES if not arguments.suites or suite.name in arguments.suites]
    if arguments.only:
        chosen = [part for suite in chosen if (part := suite.only(arguments.only)).scenarios]
    measured = []
    for suite in chosen:
        plan = Plan(suite, arguments.rounds or suite.rounds, arguments.items)
        measured.append(Figures(plan, run_plan(plan, _tell)))
        print("", *table(measured[-1]), sep="\n", flush=True)
    write_json(arguments.json, measured)
    print(f"\nFigures and samples: {shown(str(arguments.json))}", flush=True)
    return 0


def _tell(line: str) -> None:
    print(line, flush=True)


def main() -> int:
    """The exit status: 1 where a run failed or did other work than was to be measured."""
    try:
        return _run()
    except BrokenRunError as error:
        print(f"No measurement: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(interruptible(main))
