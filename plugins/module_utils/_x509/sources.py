# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""The one way in for certificates and keys: option or file, learnt by the redactor before anything else sees it."""

from __future__ import annotations

import base64
import binascii
import os
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from .._errors import CertificateError, InputError
from .._files import opened
from .._options import CERTIFICATE, exclude_each_other
from .._redaction import Redactor
from .certificate import Certificate, certificates_from_pem
from .chain import leaf_of
from .key_pair import KeyPair, Material, read_key_pair
from .pem import MAX_BYTES, read_pem

_SECRET = ("private_key", "pkcs12")
_PARTS = ("certificate", "chain", "private_key", "private_key_passphrase", "pkcs12")


def read_input(values: Mapping[str, Any], redactor: Redactor) -> KeyPair:
    """The chain and key that a task names.

    Args:
        values: the task's parameters, empty strings already unset.
        redactor: learns the secrets.

    Raises:
        InputError: they contradict each other, can't be read, or do not fit together.
    """
    for part in _PARTS:
        exclude_each_other(values, (part,), (f"{part}_path",))
    exclude_each_other(values, ("pkcs12", "pkcs12_path"), _NOT_BESIDE_PKCS12)
    contents = {part: _content(part, values) for part in _PARTS}
    for part in _SECRET:
        redactor.add(contents[part])
    key_pair = read_key_pair(_material(contents, values))
    redactor.add(key_pair.key.pem())
    return key_pair


def elements(certificates: Iterable[Mapping[str, Any]], warnings: list[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The elements of a task's list of certificates, empty strings unset, each with what it is called.

    One of empty files alone is left out with a warning: AWX makes such a file of each field that was not filled in.
    """
    for number, element in enumerate(certificates, start=1):
        options = {name: None if value == "" else value for name, value in element.items()}
        path = options.get("certificate_path") or options.get("pkcs12_path")
        label = options.get("label") or path or f"certificates[{number}]"
        if _has_empty_files_alone(options):
            warnings.append(f"Left out: {label}: its files are empty, the certificate's and the key's.")
        else:
            yield label, options


def _has_empty_files_alone(values: Mapping[str, Any]) -> bool:
    try:
        return any(values.get(f"{part}_path") for part in _PARTS) and not any(_content(part, values) for part in _PARTS)
    except InputError:  # told of where it is read in earnest
        return False


def read_leaf(values: Mapping[str, Any]) -> Certificate:
    """The leaf of `certificate` or `certificate_path`; no key is asked for.

    Raises:
        InputError: both or none of the two are set, they can't be read, or several leaves are among them.
    """
    exclude_each_other(values, ("certificate",), ("certificate_path",))
    content, what = _content("certificate", values), _name("certificate", values)
    if content is None:
        raise CertificateError("no certificate was given", "Set certificate or certificate_path.")
    leaf = leaf_of(list(dict.fromkeys(certificates_from_pem(read_pem(content, what), what))))
    if leaf is None:
        raise CertificateError(f"{what}: the certificates are of several chains, or none of them is a leaf")
    return leaf


_NOT_BESIDE_PKCS12 = tuple(name for name in CERTIFICATE if name.startswith(("certificate", "chain")) or name in (
    "private_key", "private_key_path"
))  # fmt: skip


def split_combined(path: str, option: str) -> dict[str, str]:
    """Certificate and key of a PEM file that holds both, as the options that take them.

    Raises:
        InputError: the file can't be read, or is not PEM.
    """
    blocks = read_pem(read_file(path, option), f"{option} ({path})")
    parts = {"certificate": "", "private_key": ""}
    for block in blocks:
        parts["certificate" if block.label == "CERTIFICATE" else "private_key"] += block.text()
    return parts


def _content(part: str, values: Mapping[str, Any]) -> str | bytes | None:
    """An option's text or its file's bytes; what is empty counts as unset."""
    path = values.get(f"{part}_path")
    content = values.get(part) if path is None else read_file(path, f"{part}_path")
    return content if content and content.strip() else None


def read_file(path: str, option: str) -> bytes:
    """A file's content.

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


def _material(contents: Mapping[str, Any], values: Mapping[str, Any]) -> Material:
    return Material(
        certificate=contents["certificate"],
        chain=contents["chain"],
        private_key=contents["private_key"],
        pkcs12=_binary(contents["pkcs12"]),
        passphrase=_passphrase(contents["private_key_passphrase"]),
        names={part: _name(part, values) for part in _PARTS},
    )


def _name(part: str, values: Mapping[str, Any]) -> str:
    path = values.get(f"{part}_path")
    return f"{part}_path ({path})" if path else part


def _binary(content: str | bytes | None) -> bytes | None:
    """A bundle's file is binary; an option's text is its base64."""
    if content is None or isinstance(content, bytes):
        return content
    try:
        return base64.b64decode("".join(content.split()), validate=True)
    except (binascii.Error, ValueError):
        raise InputError("pkcs12: not base64", "Give the bundle's base64, or its file as pkcs12_path.") from None


def _passphrase(content: str | bytes | None) -> str | None:
    """A file's final line end is the editor's, not the passphrase's."""
    if not isinstance(content, bytes):
        return content
    try:
        return content.decode("utf-8").rstrip("\r\n")
    except UnicodeDecodeError:
        raise InputError("private_key_passphrase_path: the file is not UTF-8 text") from None
