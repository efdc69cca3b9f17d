# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""ansible-test under a home of its own, and without the one host that it would fetch pip from."""

from __future__ import annotations

import ast
import os
import shutil
from collections.abc import Iterable
from pathlib import Path

from . import interpreters, trees
from .environments import Built
from .paths import shown
from .process import Failed, Skipped, caller_environment, isolated_environment, output, run, say

# ansible-test passes hardly any variable on, so pip's settings reach its own pip through a file.
_PIP_SETTINGS = {
    "proxy": ("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"),
    "cert": ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"),
}

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
from types import SimpleNamespace
from ansible_test._internal.python_requirements import get_venv_packages
print(get_venv_packages(SimpleNamespace(version="{python}"))["pip"])
"""


def sanity(built: Built, words: Iterable[str]) -> None:
    """All sanity tests; not one finding may be hidden in an ignore file."""
    ignored = [path for path in trees.known_files() if path.match("tests/sanity/ignore*.txt")]
    if ignored:
        raise Failed(f"this collection has no ignore files: {', '.join(map(str, ignored))}")
    with trees.copied(built) as tree:
        _run(built, tree, ["sanity", "--color", "no", "--local", *words])


def units(built: Built, words: Iterable[str]) -> None:
    """The unit tests as ansible-test runs them: with its own collection loader and environment."""
    _virtual(built, "unit", "**/test_*.py", ["units", *words])


def integration(built: Built, words: Iterable[str]) -> None:
    """The integration targets, each a role run by ansible-test."""
    _virtual(built, "integration", "targets/*/aliases", ["integration", *words])


def _virtual(built: Built, folder: str, tests: str, words: list[str]) -> None:
    """Run tests in a virtual environment that ansible-test makes from the folder's requirements."""
    with trees.copied(built) as tree:
        if not any((tree / "tests" / folder).glob(tests)):
            raise Skipped(f"no tests in tests/{folder}")
        if built.constraints:
            shutil.copy2(built.constraints, tree / "tests" / folder / "constraints.txt")
        where = ["--color", "no", "--venv", "--requirements", "--python", built.interpreter.version]
        _run(built, tree, [words[0], *where, *words[1:]])


def _run(built: Built, tree: Path, words: list[str]) -> None:
    env = isolated_environment(built.binaries)
    del env["PYTHONPATH"]
    _prepare_home(built)
    env |= {"HOME": str(built.home), "PATH": _search_path(built)}
    run(built.command("ansible-test", *words), env, cwd=tree)


def _search_path(built: Built) -> str:
    """Real interpreters first: a pyenv shim without a selected version exits 127, and ansible-test gives up."""
    found = [str(interpreter.folder) for interpreter in interpreters.find_all()]
    others = os.environ.get("PATH", os.defpath).split(os.pathsep)
    folders = [str(built.binaries), *found, *(folder for folder in others if "shims" not in Path(folder).parts)]
    return os.pathsep.join(dict.fromkeys(folders))


def _prepare_home(built: Built) -> None:
    config = built.home / ".config" / "pip" / "pip.conf"
    config.parent.mkdir(parents=True, exist_ok=True)
    config.touch(mode=0o600)  # an index address may hold a password
    config.write_text(_pip_config(built))
    _place_get_pip(built, built.home / ".ansible" / "test" / "cache")


def _pip_config(built: Built) -> str:
    """The caller's pip settings, from its files and variables, as one file."""
    env = caller_environment()
    settings = {key: env[name] for key, names in _PIP_SETTINGS.items() for name in reversed(names) if env.get(name)}
    settings |= parse_pip_config(output(built.pip("config", "list"), env))
    settings["quiet"] = "2"  # errors only
    settings["cache-dir"] = output(built.pip("cache", "dir"), env).strip()
    lines = [f"{key} = {value}".replace("\n", "\n  ") for key, value in settings.items()]
    return "\n".join(["[global]", *lines, ""])


def parse_pip_config(listed: str) -> dict[str, str]:
    """What `pip config list` prints, with the later sections, such as the environment's, over the earlier ones."""
    rows = [line.split("=", 1) for line in listed.splitlines() if "=" in line]
    ranked = sorted(rows, key=lambda row: row[0].startswith(":env:"))
    return {
        name.rpartition(".")[2]: str(ast.literal_eval(value))
        for name, value in ranked
        if name.startswith((":env:.", "global.", "install."))
    }


def _place_get_pip(built: Built, cache: Path) -> None:
    env = caller_environment()
    script = _PIP_VERSION.format(python=built.interpreter.version)
    version = output([str(built.python), "-c", script], env).strip()
    wheel = cache / f"pip-{version}-py3-none-any.whl"
    if not wheel.is_file():
        where = ["--dest", str(cache), "--no-deps", "--only-binary", ":all:"]
        run(built.pip("--quiet", "--quiet", "download", *where, f"pip=={version}"), env)
    (cache / f"get_pip_{version.replace('.', '_')}.py").write_text(_GET_PIP.format(wheel=str(wheel)))
    say(f"ansible-test takes pip {version} from {shown(str(wheel))}")
