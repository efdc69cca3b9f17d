# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""A home for ansible-test, in which it finds pip without the one host that it would fetch it from."""

import ast
import os
import subprocess
from pathlib import Path

from paths import caller_environment

# ansible-test runs this in place of get-pip.py, once in each environment that it makes.
_GET_PIP = """\
import sysconfig
import zipfile

zipfile.ZipFile({wheel!r}).extractall(sysconfig.get_path("purelib"))
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

    def told(*words: str) -> str:
        return subprocess.check_output([str(python), *words], env=caller_environment(), text=True).strip()

    settings = pip_settings(told("-m", "pip", "config", "list")) | {
        "cache-dir": told("-m", "pip", "cache", "dir"),
        "no-compile": "true",  # most of what is installed is used once
        "quiet": "2",  # errors only
    }
    config = home / ".config" / "pip" / "pip.conf"
    config.parent.mkdir(parents=True, exist_ok=True)
    config.touch(mode=0o600)  # an index address may hold a password
    lines = (f"{name} = {value}".replace("\n", "\n  ") for name, value in settings.items())
    config.write_text("\n".join(["[global]", *lines, ""]))

    wheel = get_embed_wheel("pip", "3.10")
    version = told("-c", _PIP_VERSION).replace(".", "_")
    script = home / ".ansible" / "test" / "cache" / f"get_pip_{version}.py"
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
