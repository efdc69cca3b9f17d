# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""Certificates with their keys in a folder: the layouts of ACME clients, and flat ones, told by file names."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from .._errors import InputError
from .sources import Source

_LINEAGES = (
    ("fullchain.pem", "privkey.pem"),  # certbot's live/NAME, dehydrated's certs/NAME
    ("fullchain.cer", "{name}.key"),  # acme.sh's NAME and NAME_ecc
    ("{name}.crt", "{name}.key"),  # Caddy's certificates/ISSUER/NAME
    ("cert.pem", "../private/{name}/key.pem"),  # uacme's NAME
)
"""Certificate and key in the sub-folder that belongs to one certificate. A name of its own ends in `.crt` alone."""

_CERTIFICATES = (".crt", ".cer", ".pem")
_BUNDLES = (".p12", ".pfx")
_KEY = ".key"
_CHAINS = (".chain.pem", ".chain.crt", ".ca-bundle", ".issuer.crt")

_ARCHIVE = "certbot's live folder consists of links into its archive folder, which belongs beside it"


def from_directory(directory: str | None, shared: Mapping[str, Any]) -> Iterator[Source]:
    """Yield the certificates of a folder, where one is named, each with the options that count for all of them."""
    for source in sources(directory) if directory else ():
        yield replace(source, options={**shared, **source.options})


def sources(directory: str) -> list[Source]:
    """List all that the folder has, in the order of the names; one that holds nothing of the kind is refused."""
    try:
        names = sorted(name for name in os.listdir(directory) if not name.startswith("."))
    except OSError as error:
        raise InputError(f"directory: can't read '{directory}': {error.strerror}") from None
    folders = [name for name in names if os.path.isdir(os.path.join(directory, name))]
    files = {name for name in names if name not in folders}
    found = [source for folder in folders for source in _lineage(directory, folder)]
    found += _flat(directory, files)
    if not found:
        raise InputError(f"directory: nothing in '{directory}' looks like a certificate", "Is it the right folder?")
    return found


def _lineage(directory: str, folder: str) -> Iterator[Source]:
    """Take a sub-folder for the first layout that it is complete in, else for one that it was begun in."""
    path = os.path.join(directory, folder)
    begun: list[str] = []
    for layout in _LINEAGES:
        files = [file.format(name=folder.removesuffix("_ecc")) for file in layout]
        certificate, key = (os.path.normpath(os.path.join(path, file)) for file in files)
        there = [os.path.lexists(file) for file in (certificate, key)]
        if all(there):
            problem = _problem(certificate, key)
            options = {} if problem else {"certificate_path": certificate, "private_key_path": key}
            yield Source(path, options, problem=problem)
            return
        # A certificate alone may be anybody's, unless its name or a folder of keys tells whose.
        is_one = "chain" in files[0] or (".." in files[1] and os.path.isdir(os.path.join(directory, "private")))
        if not begun and (there[1] or (there[0] and is_one)):
            begun = [certificate, key]
    if begun:
        yield Source(path, problem=_problem(*begun))


def _problem(*paths: str) -> str:
    """Say why files can't be reached, nothing where they can."""
    problems = [problem for path in paths if (problem := _unreachable(path))]
    if problems and any(os.path.islink(path) and "/archive/" in os.readlink(path) for path in paths):
        problems.append(_ARCHIVE)
    return "; ".join(problems)


def _unreachable(path: str) -> str:
    try:
        os.stat(path)
    except OSError as error:
        reason = "is missing" if isinstance(error, FileNotFoundError) else f"can't be read ({error.strerror})"
        link = f" is a link to {os.readlink(path)}, which" if os.path.islink(path) else ""
        return f"{path}{link} {reason}"
    return ""


def _flat(directory: str, files: set[str]) -> Iterator[Source]:
    """`NAME.crt` with `NAME.key`, `NAME.pem` alone or with it, `NAME.p12`."""
    used: set[str] = set()
    for file in sorted(files):
        path = os.path.join(directory, file)
        stem, ending = os.path.splitext(file)
        # lego (--pem, --pfx) writes more forms of a certificate that it also keeps as these three.
        is_a_copy = ending in (".pem", *_BUNDLES) and {f"{stem}.crt", stem + _KEY, f"{stem}.json"} <= files
        if is_a_copy or file.endswith(_CHAINS):
            continue
        if ending in _BUNDLES:
            yield Source(path, {"pkcs12_path": path})
        elif ending in _CERTIFICATES:
            used.add(stem + _KEY)
            yield _pair(path, has_key=stem + _KEY in files)
        elif ending != _KEY and os.path.islink(path) and not os.path.exists(path):
            yield Source(path, problem=_problem(path))
    for key in sorted(file for file in files - used if file.endswith(_KEY)):
        path = os.path.join(directory, key)
        yield Source(path, problem=f"there is no certificate beside it ({', '.join(_CERTIFICATES)})")


def _pair(path: str, *, has_key: bool) -> Source:
    if not has_key:
        return Source(path, {"combined_path": path})
    base, ending = os.path.splitext(path)
    options = {"combined_path" if ending == ".pem" else "certificate_path": path, "private_key_path": base + _KEY}
    chains = [{"chain_path": base + ending} for ending in _CHAINS if os.path.lexists(base + ending)]
    return Source(path, {**options, **(chains[0] if chains else {})})
