# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""Show the collection at work: `python -m demo`."""

import sys

from stage.interrupts import interruptible

from .performance import BrokenPromiseError
from .screen import Screen
from .story import tell


def main() -> int:
    """Return the exit status: 1 where a step did not do what the story says."""
    screen = Screen(sys.stdout)
    try:
        tell(screen)
    except BrokenPromiseError as broken:
        screen.end(f"The demo FAILED: {broken}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(interruptible(main))
