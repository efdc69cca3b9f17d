# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""`python -m toolchain TARGET [ARGUMENT...]`: arguments go to the tool behind the target."""

from __future__ import annotations

import sys

from . import interpreters
from .targets import TARGETS, run


def main(words: list[str]) -> int:
    """The exit status of a target."""
    if not words or words[0] not in TARGETS:
        print(f"usage: python -m toolchain {'|'.join(TARGETS)} [ARGUMENT...]", file=sys.stderr)
        return 2
    print(interpreters.summary(), flush=True)
    return run(words[0], words[1:])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
