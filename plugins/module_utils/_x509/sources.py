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

from .._errors import CertificateError, InputError, PrivateKeyError
from .._files import opened
from .._options import ONE_OF_THESE, contradiction
from .._redaction import Redactor
from .certificate import Certificate, certificates_from_pem
from .chain import leaf_of
from .key_pair import KeyPair, key_pair_of, read_pkcs12
from .pem import MAX_BYTES, PemBlock, read_pem
from .private_key import private_key_from_pem

_NO_CERTIFICATE = "no certificate was given"
_PARTS = ("certificate", "chain", "private_key", "private_key_passphrase", "pkcs12")


@dataclass(frozen=True)
class Source:
    """A certificate that a task names, with the ids or names of the resources that it is meant for.

    Its options are the module's, that hold its parts or name their files, and `combined_path`, a PEM file of a folder
    that may hold certificate and key. A problem says why it can't be one.
    """

    label: str = ""
    options: Mapping[str, Any] = field(default_factory=dict, repr=False)
    resources: tuple[str, ...] = ()
    problem: str = ""
    _read: dict[str, str | bytes | None] = field(default_factory=dict, init=False, repr=False, compare=False)

    def key_pair(self, redactor: Redactor) -> KeyPair:
        """Read the chain and its key, whose secrets the redactor learns before anything else sees them."""
        links, keys, what = self._given()
        redactor.add(self._content("pkcs12"))
        key_name = what if keys else self._name("private_key")
        redactor.add("".join(block.text() for block in keys) or self._content("private_key"))
        keys, chain = keys or self._blocks("private_key"), self._blocks("chain")
        bundle = _binary(self._content("pkcs12"))
        passphrase = _passphrase(self._content("private_key_passphrase"))
        if bundle is not None:
            what = self._name("pkcs12")
            certificates, key = read_pkcs12(bundle, passphrase, what)
        elif not links:
            raise CertificateError(_NO_CERTIFICATE, "Set certificate, certificate_path, pkcs12 or pkcs12_path.")
        elif not keys:
            raise PrivateKeyError("no private key was given", "Set private_key or private_key_path.")
        else:
            certificates = certificates_from_pem(links, what)
            given = set(certificates)  # that both files hold the intermediates is how lego keeps them, and no disorder
            more = certificates_from_pem(chain, self._name("chain"))
            certificates += [link for link in more if link not in given]
            key = private_key_from_pem(keys, passphrase, key_name)
        key_pair = key_pair_of(certificates, key, what)
        redactor.add(key_pair.key.pem())
        return key_pair

    def leaf(self) -> Certificate:
        """Read the leaf alone, for which no key is asked."""
        links, _keys, what = self._given()
        if "pkcs12_path" in self.options:
            raise InputError("its certificate can't be read without a passphrase, which this task does not ask for")
        if not links:
            raise CertificateError(_NO_CERTIFICATE, "Set certificate or certificate_path.")
        leaf = leaf_of(list(dict.fromkeys(certificates_from_pem(links, what))))
        if leaf is None:
            raise CertificateError(f"{what}: the certificates are of several chains, or none of them is a leaf")
        return leaf

    def has_empty_files_alone(self) -> bool:
        """Tell whether nothing was filled in, which AWX hands over as an empty file for each field."""
        try:
            return any(self.options.get(f"{part}_path") for part in _PARTS) and not any(map(self._content, _PARTS))
        except InputError:  # told of where it is read in earnest
            return False

    def _given(self) -> tuple[list[PemBlock], list[PemBlock], str]:
        """Read the certificates, what is in the same file beside them, and how errors call that."""
        if self.problem:
            raise InputError(self.problem)
        part = "combined" if self.options.get("combined_path") else "certificate"
        blocks = self._blocks(part)
        rest = [block for block in blocks if block.label != "CERTIFICATE"] if part == "combined" else []
        return [block for block in blocks if block not in rest], rest, self._name(part)

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


def read_file(path: str, option: str) -> bytes:
    """Read a file's content; the error of one that can't be read, or is far too large, names the path."""
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
