# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""Certificates with their keys in a folder: the layouts of certbot and acme.sh, and flat ones, told by file names."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from .._errors import InputError

_LINEAGES: tuple[Mapping[str, str], ...] = (
    {"certificate_path": "fullchain.pem", "private_key_path": "privkey.pem"},
    {"certificate_path": "fullchain.cer", "private_key_path": "{name}.key"},
)
"""Files of a sub-folder that belongs to one certificate: certbot's `live/NAME`, acme.sh's `NAME` and `NAME_ecc`."""

_CERTIFICATES = (".crt", ".cer", ".pem")
_BUNDLES = (".p12", ".pfx")
_COMBINED = ".pem"
_KEY = ".key"
_CHAINS = (".chain.pem", ".chain.crt", ".ca-bundle", ".issuer.crt")


@dataclass(frozen=True)
class Entry:
    """One certificate of a folder.

    Attributes:
        label: how messages call it.
        options: the options that read it, as the module has them.
        combined_path: a PEM file that may hold certificate and key.
        problem: why it can't be one.
    """

    label: str
    options: dict[str, str] = field(default_factory=dict)
    combined_path: str = ""
    problem: str = ""


def entries(directory: str) -> list[Entry]:
    """All that the folder has, in the order of the names.

    Raises:
        InputError: the folder can't be read, or holds nothing that looks like a certificate.
    """
    try:
        names = sorted(name for name in os.listdir(directory) if not name.startswith("."))
    except OSError as error:
        raise InputError(f"directory: can't read '{directory}': {error.strerror}") from None
    folders = [name for name in names if os.path.isdir(os.path.join(directory, name))]
    files = {name for name in names if name not in folders}
    found = [entry for folder in folders for entry in _lineage(os.path.join(directory, folder))]
    found += _flat(directory, files)
    if not found:
        raise InputError(f"directory: nothing in '{directory}' looks like a certificate", "Is it the right folder?")
    return found


def _lineage(folder: str) -> Iterator[Entry]:
    """A sub-folder of certbot or acme.sh; any other is left alone."""
    name = os.path.basename(folder).removesuffix("_ecc")
    for layout in _LINEAGES:
        paths = {option: os.path.join(folder, file.format(name=name)) for option, file in layout.items()}
        missing = [path for path in paths.values() if not os.path.exists(path)]
        if not missing:
            yield Entry(folder, paths)
            return
        if len(missing) < len(paths):
            yield Entry(folder, problem=f"{missing[0]} is missing")
            return


def _flat(directory: str, files: set[str]) -> Iterator[Entry]:
    """`NAME.crt` with `NAME.key`, `NAME.pem` alone or with it, `NAME.p12`."""
    used: set[str] = set()
    for file in sorted(files):
        path = os.path.join(directory, file)
        stem, ending = os.path.splitext(file)
        if ending in _BUNDLES:
            yield Entry(path, {"pkcs12_path": path})
        elif ending in _CERTIFICATES and not file.endswith(_CHAINS):
            key = stem + _KEY
            used.add(key)
            yield _pair(path, directory, stem, has_key=key in files)
    for key in sorted(file for file in files - used if file.endswith(_KEY)):
        path = os.path.join(directory, key)
        yield Entry(path, problem=f"there is no certificate beside it ({', '.join(_CERTIFICATES)})")


def _pair(path: str, directory: str, stem: str, *, has_key: bool) -> Entry:
    if not has_key:
        return Entry(path, combined_path=path)
    base = os.path.join(directory, stem)
    chain = next((base + ending for ending in _CHAINS if os.path.exists(base + ending)), "")
    options = {"private_key_path": base + _KEY, **({"chain_path": chain} if chain else {})}
    if path.endswith(_COMBINED):
        return Entry(path, options, combined_path=path)
    return Entry(path, {"certificate_path": path, **options})
