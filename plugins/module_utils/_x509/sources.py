# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""The one way in for certificates and keys: options or files, read once, and secrets learnt by the redactor first."""

from __future__ import annotations

import base64
import binascii
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from .._errors import CertificateError, InputError
from .._files import opened
from .._options import ONE_OF_THESE, contradiction
from .._redaction import Redactor
from .certificate import Certificate, certificates_from_pem
from .chain import leaf_of
from .directory import entries
from .key_pair import KeyPair, Material, read_key_pair
from .pem import MAX_BYTES, PemBlock, read_pem

_PARTS = ("certificate", "chain", "private_key", "private_key_passphrase", "pkcs12")


@dataclass(frozen=True)
class Source:
    """A certificate that a task names.

    Attributes:
        label: how messages call it.
        options: the module's, that hold its parts or name their files; `combined_path` is a PEM file of a folder, that
            may hold certificate and key.
        resources: the ids or names that it is meant for.
        problem: why it can't be one.
    """

    label: str = ""
    options: Mapping[str, Any] = field(default_factory=dict, repr=False)
    resources: tuple[str, ...] = ()
    problem: str = ""
    _read: dict[str, str | bytes | None] = field(default_factory=dict, init=False, repr=False, compare=False)

    def key_pair(self, redactor: Redactor) -> KeyPair:
        """Read the chain and its key.

        Args:
            redactor: learns the secrets before anything else sees them.

        Raises:
            InputError: the parts can't be read, or do not fit together.
        """
        self._refuse_problem()
        redactor.add(self._content("pkcs12"))
        names = {part: self._name(part) for part in _PARTS}
        combined = self._blocks("combined")
        certificates = [block for block in combined if block.label == "CERTIFICATE"]
        keys = [block for block in combined if block.label != "CERTIFICATE"]
        if combined:
            names["certificate"] = self._name("combined")
        else:
            certificates = self._blocks("certificate")
        if keys:
            names["private_key"] = self._name("combined")
            redactor.add("".join(block.text() for block in keys))
        else:
            redactor.add(self._content("private_key"))
            keys = self._blocks("private_key")
        key_pair = read_key_pair(
            Material(
                certificate=certificates,
                chain=self._blocks("chain"),
                private_key=keys,
                pkcs12=_binary(self._content("pkcs12")),
                passphrase=_passphrase(self._content("private_key_passphrase")),
                names=names,
            )
        )
        redactor.add(key_pair.key.pem())
        return key_pair

    def leaf(self) -> Certificate:
        """Read the leaf alone, for which no key is asked.

        Raises:
            InputError: there is none, it can't be read, or several leaves are among the certificates.
        """
        self._refuse_problem()
        part = "combined" if "combined_path" in self.options else "certificate"
        blocks, what = self._blocks(part), self._name(part)
        if "pkcs12_path" in self.options:
            raise InputError("its certificate can't be read without a passphrase, which this task does not ask for")
        if not blocks:
            raise CertificateError("no certificate was given", "Set certificate or certificate_path.")
        if part == "combined":
            blocks = [block for block in blocks if block.label == "CERTIFICATE"]
        leaf = leaf_of(list(dict.fromkeys(certificates_from_pem(blocks, what))))
        if leaf is None:
            raise CertificateError(f"{what}: the certificates are of several chains, or none of them is a leaf")
        return leaf

    def has_empty_files_alone(self) -> bool:
        """Tell whether nothing was filled in, which AWX hands over as an empty file for each field."""
        try:
            return any(self.options.get(f"{part}_path") for part in _PARTS) and not any(map(self._content, _PARTS))
        except InputError:  # told of where it is read in earnest
            return False

    def _refuse_problem(self) -> None:
        if self.problem:
            raise InputError(self.problem)

    def _content(self, part: str) -> str | bytes | None:
        """Return an option's text or its file's bytes; what is empty counts as unset."""
        if part not in self._read:
            path = self.options.get(f"{part}_path")
            content = self.options.get(part) if path is None else read_file(path, _option(part))
            self._read[part] = content if content and content.strip() else None
        return self._read[part]

    def _blocks(self, part: str) -> list[PemBlock]:
        content = self._content(part)
        return read_pem(content, self._name(part)) if content else []

    def _name(self, part: str) -> str:
        path = self.options.get(f"{part}_path")
        return f"{_option(part)} ({path})" if path else part


def _option(part: str) -> str:
    """Name the user's option that a file's path came from."""
    return "directory" if part == "combined" else f"{part}_path"


def from_list(certificates: Iterable[Mapping[str, Any]] | None, warnings: list[str]) -> Iterator[Source]:
    """Yield the elements of a task's list; one that was not filled in is warned of."""
    for number, options in enumerate(certificates or (), start=1):
        path = options.get("certificate_path") or options.get("pkcs12_path")
        label = options.get("label") or path or f"certificates[{number}]"
        source = Source(label, options, tuple(options.get("resources") or ()), contradiction(ONE_OF_THESE, options))
        if source.has_empty_files_alone():
            warnings.append(f"Left out: {label}: its files are empty, the certificate's and the key's.")
        else:
            yield source


def from_directory(directory: str | None, shared: Mapping[str, Any]) -> Iterator[Source]:
    """Yield the certificates of a folder, where one is named.

    Args:
        directory: the folder.
        shared: options that count for each of them.

    Raises:
        InputError: the folder can't be read, or holds nothing that looks like a certificate.
    """
    for entry in entries(directory) if directory else ():
        yield Source(entry.label, {**shared, **entry.options}, problem=entry.problem)


def read_file(path: str, option: str) -> bytes:
    """Read a file's content.

    Raises:
        InputError: the file can't be read, or is far too large; names the path.
    """
    try:
        with opened(path) as file:
            size = os.fstat(file.fileno()).st_size
            if size > MAX_BYTES:
                raise InputError(
                    f"{option}: '{path}' has {size} bytes, more than any chain or key", "Is it the right file?"
                )
            return file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or type(error).__name__
        raise InputError(f"{option}: can't read '{path}': {reason}") from None


def _binary(content: str | bytes | None) -> bytes | None:
    """Decode the base64 of an option's text; a bundle's file is binary."""
    if content is None or isinstance(content, bytes):
        return content
    try:
        return base64.b64decode("".join(content.split()), validate=True)
    except (binascii.Error, ValueError):
        raise InputError("pkcs12: not base64", "Give the bundle's base64, or its file as pkcs12_path.") from None


def _passphrase(content: str | bytes | None) -> str | None:
    """Read a file's text without its final line end, which is the editor's and not the passphrase's."""
    if not isinstance(content, bytes):
        return content
    try:
        return content.decode("utf-8").rstrip("\r\n")
    except UnicodeDecodeError:
        raise InputError("private_key_passphrase_path: the file is not UTF-8 text") from None
