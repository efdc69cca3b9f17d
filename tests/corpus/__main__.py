# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""Record what the modules answer, or compare two records: `python -m corpus record OUT`, `... compare OLD NEW`."""

import argparse
import json
import sys
from pathlib import Path

from paths import ROOT
from stage.interrupts import interruptible

from .compare import differences, shown
from .record import record


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="corpus", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    recording = commands.add_parser("record", help="run every case, and write down what is answered")
    recording.add_argument("out", type=Path)
    recording.add_argument("--collection", type=Path, default=ROOT, help="checkout to put under test (this one)")
    recording.add_argument("--only", default="*", metavar="GLOB", help="cases of these names")
    comparing = commands.add_parser("compare", help="print what differs; exit status 1 where anything does")
    comparing.add_argument("old", type=Path)
    comparing.add_argument("new", type=Path)
    return parser.parse_args()


def _compare(old: Path, new: Path) -> int:
    found = differences(json.loads(old.read_text("utf-8")), json.loads(new.read_text("utf-8")))
    print(*shown(found), f"{len(found)} differences.", sep="\n")
    return int(bool(found))


def _run() -> int:
    arguments = _arguments()
    if arguments.command == "compare":
        return _compare(arguments.old, arguments.new)
    answers = record(arguments.collection.resolve(), arguments.only)
    arguments.out.write_text(json.dumps(answers, indent=1, sort_keys=True, ensure_ascii=False) + "\n", "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(interruptible(_run))
