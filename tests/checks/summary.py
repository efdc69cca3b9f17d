# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""Say how each session ended and after how many seconds, from nox's report: `python summary.py report.json`."""

import json
import sys
from pathlib import Path

for session in json.loads(Path(sys.argv[1]).read_text())["sessions"]:
    reason = f": {session['reason']}" if session["reason"] else ""
    print(f"{session['result']:<8} {session['duration']:6.1f} s  {session['name']}{reason}")
