# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""The collection where Ansible looks for it: under `ansible_collections/gcore/web_security`."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator
from pathlib import Path

from .environments import Built
from .paths import BUILD, COLLECTION_PATH, NAME, ROOT
from .process import alone, caller_environment, output, run

LINKED = BUILD / "collections"

# ansible-test brings what it finds there up to date by itself; all else that it left behind goes.
_VIRTUAL_ENVIRONMENTS = Path("tests", "output", ".tmp", "delegation")


def known_files() -> list[Path]:
    """What git tracks, or would track after `git add`: relative paths."""
    listed = output(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], caller_environment())
    return sorted({Path(name) for name in listed.split("\0") if name and (ROOT / name).is_file()})


def linked() -> Path:
    """A tree that is the repository itself, by a symbolic link: for pytest and ansible-playbook."""
    link = LINKED / COLLECTION_PATH
    with alone(link.parent, NAME):
        if not link.is_symlink() or link.resolve() != ROOT:
            link.unlink(missing_ok=True)
            link.symlink_to(ROOT, target_is_directory=True)
    return link


@contextlib.contextmanager
def copied(built: Built) -> Iterator[Path]:
    """A fresh copy: ansible-test refuses links, and walks through what git ignores unless it runs in a checkout."""
    tree = built.root / COLLECTION_PATH
    with alone(built.root, "tree"):
        _refresh(tree)
        yield tree


def _refresh(tree: Path) -> None:
    _empty(tree, tree / _VIRTUAL_ENVIRONMENTS)
    for name in known_files():
        target = tree / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, target)
    run(["git", "init", "--quiet", str(tree)], caller_environment(), quiet=True)


def _empty(folder: Path, kept: Path) -> None:
    """Remove what is in a folder, all but one path."""
    for path in [path for path in folder.glob("*") if path != kept]:
        if path in kept.parents:
            _empty(path, kept)
        elif path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()
