# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""A home for ansible-test, in which it finds pip without the one host that it would fetch it from."""

from __future__ import annotations

import ast
import os
import subprocess
from pathlib import Path

from paths import caller_environment

# ansible-test runs this in place of get-pip.py, with get-pip's arguments.
_GET_PIP = """\
import runpy
import sys

sys.path.insert(0, {wheel!r})
words = [word for word in sys.argv[1:] if word not in ("--no-setuptools", "--no-wheel")]
sys.argv = ["pip", "install", "--upgrade", "--force-reinstall", "--quiet", *words]
runpy.run_module("pip", run_name="__main__", alter_sys=True)
"""

_PIP_VERSION = """\
import sys
from types import SimpleNamespace
from ansible_test._internal.python_requirements import get_venv_packages
print(get_venv_packages(SimpleNamespace(version="{}.{}".format(*sys.version_info)))["pip"])
"""


def prepare(home: Path, python: Path) -> None:
    """Fill the home folder: with the caller's pip settings, and with a way to the pip that ansible-test wants."""
    from virtualenv.seed.wheels.embed import get_embed_wheel

    config = home / ".config" / "pip" / "pip.conf"
    config.parent.mkdir(parents=True, exist_ok=True)
    config.touch(mode=0o600)  # an index address may hold a password
    settings = pip_settings(_output(python, "-m", "pip", "config", "list"))
    settings["cache-dir"] = _output(python, "-m", "pip", "cache", "dir").strip()
    settings["quiet"] = "2"  # errors only
    lines = [f"{name} = {value}".replace("\n", "\n  ") for name, value in settings.items()]
    config.write_text("\n".join(["[global]", *lines, ""]))
    version = _output(python, "-c", _PIP_VERSION).strip()
    wheel = get_embed_wheel("pip", "3.10")
    script = home / ".ansible" / "test" / "cache" / f"get_pip_{version.replace('.', '_')}.py"
    script.parent.mkdir(parents=True, exist_ok=True)
    script.write_text(_GET_PIP.format(wheel=str(wheel and wheel.path)))


def pip_settings(listed: str) -> dict[str, str]:
    """Read what `pip config list` prints, the environment's over the files'; what only variables say comes first.

    ansible-test passes hardly any variable on, so its own pip gets them through a file.
    """
    proxy = os.environ.get("https_proxy") or os.environ.get("HTTPS_PROXY")
    trust = os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE")
    settings = {name: value for name, value in (("proxy", proxy), ("cert", trust)) if value}
    for line in sorted(listed.splitlines(), reverse=True):
        name, _sign, value = line.partition("=")
        if name.startswith(("install.", "global.", ":env:.")):
            settings[name.rpartition(".")[2]] = str(ast.literal_eval(value))
    return settings


def _output(*command: object) -> str:
    words = list(map(str, command))
    return subprocess.run(words, env=caller_environment(), check=True, stdout=subprocess.PIPE, text=True).stdout
