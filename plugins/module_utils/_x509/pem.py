# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""PEM, read strictly (RFC 7468): nothing is dropped without a word, nothing is quoted in an error."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from .._errors import PemError

MAX_BYTES = 1024 * 1024
"""No chain and no key comes near it; what does is some other file."""

_BOUNDARY = re.compile(r"-----(BEGIN|END) ([A-Z0-9][A-Z0-9 #]*)-----")
_LOOKS_LIKE_BOUNDARY = re.compile(r"-{5}|^-+$|[-\u2010-\u2015]\s*(BEGIN|END)\b", re.IGNORECASE)
_HEADER = re.compile(r"[A-Za-z0-9-]+:")
_BASE64 = re.compile(r"[A-Za-z0-9+/]*={0,2}")
_STRAY_BASE64 = re.compile(r"^[A-Za-z0-9+/]{60,}={0,2}$|MII[A-Za-z0-9+/]{9}")
"""A whole line of a body, or how the DER of every certificate and nearly every key begins, whatever is around it."""

_VAULT = "$ANSIBLE_VAULT;"
_DECRYPT = (
    "It is read as it is: hand over its content with a lookup that decrypts, such as ansible.builtin.file, in place of "
    "its path."
)

_BYTE_ORDER_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


@dataclass(frozen=True)
class PemBlock:
    """One BEGIN to END, with the line (1 for the first) at which it begins."""

    label: str
    line: int
    der: bytes = field(repr=False)
    headers: tuple[str, ...] = field(default=(), repr=False)

    def text(self) -> str:
        """Write the block with lines of 64 characters, its headers (RFC 1421, only in old keys) kept."""
        body = base64.b64encode(self.der).decode()
        lines = [body[start : start + 64] for start in range(0, len(body), 64)]
        head = [*self.headers, ""] if self.headers else []
        return "\n".join([f"-----BEGIN {self.label}-----", *head, *lines, f"-----END {self.label}-----", ""])


def read_pem(content: str | bytes, what: str) -> list[PemBlock]:
    """Read every block of a text, in its order.

    Line ends, a byte order mark, blank lines, indentation and text between the blocks are of no account. `PemError`
    names the option or the file, and the line where the text stops being PEM.
    """
    if len(content) > MAX_BYTES:
        problem = f"{what}: {len(content)} bytes is more than the {MAX_BYTES} that any chain or key needs"
        raise PemError(problem, "Is it the right file?")
    text = _decoded(content, what) if isinstance(content, bytes) else content.lstrip("\ufeff")
    lines = [line.strip() for line in re.split(r"\r\n|\r|\n", text)]
    if lines[0].startswith(_VAULT):
        raise PemError(f"{what}: encrypted with ansible-vault", _DECRYPT)
    blocks = list(_blocks(lines, what))
    if not blocks:
        raise PemError(f"{what}: no PEM block in it (no line -----BEGIN ...-----)", _hint_for_none(lines))
    return blocks


def _decoded(content: bytes, what: str) -> str:
    if content[:1] == b"\x30" and b"-----" not in content:
        raise PemError(
            f"{what}: DER (binary), not PEM",
            "Convert it: 'openssl x509 -inform DER' for a certificate, 'openssl pkey -inform DER' for a key, "
            "or use pkcs12 for a PKCS#12 bundle.",
        )
    encoding = next((name for mark, name in _BYTE_ORDER_MARKS if content.startswith(mark)), "utf-8")
    return content.decode(encoding, "replace")


def _blocks(lines: list[str], what: str) -> Iterator[PemBlock]:
    numbered = iter(enumerate(lines, start=1))
    for number, line in numbered:
        boundary = _BOUNDARY.fullmatch(line)
        if boundary is None:
            _refuse_hidden(line, number, what)
        elif boundary[1] == "END":
            raise PemError(f"{what}, line {number}: an END {boundary[2]} without its BEGIN", _COPY_AGAIN)
        else:
            yield _block(boundary[2], number, numbered, what)


_COPY_AGAIN = "The text was cut or damaged: copy the whole file again."


def _refuse_hidden(line: str, number: int, what: str) -> None:
    """Refuse text between blocks that another reader might take for a block."""
    if _LOOKS_LIKE_BOUNDARY.search(line):
        raise PemError(f"{what}, line {number}: looks like a BEGIN or END line, but is not one", _hint_for_none([line]))
    if _STRAY_BASE64.search(line):
        raise PemError(f"{what}, line {number}: base64 outside of a block", _COPY_AGAIN)


def _block(label: str, begin: int, numbered: Iterator[tuple[int, str]], what: str) -> PemBlock:
    """Read on from a BEGIN line to its END."""
    headers: list[str] = []
    body: list[str] = []
    for number, line in numbered:
        boundary = _BOUNDARY.fullmatch(line)
        if boundary and boundary.groups() == ("END", label):
            whole = "".join(body)
            if not whole or not _BASE64.fullmatch(whole) or len(whole) % 4:
                raise PemError(f"{what}, line {begin}: the {label} block is empty, truncated or damaged", _COPY_AGAIN)
            return PemBlock(label, begin, base64.b64decode(whole), tuple(headers))
        if boundary:
            raise PemError(f"{what}, line {begin}: a BEGIN {label} without its END before line {number}", _COPY_AGAIN)
        if not body and label.endswith("KEY") and _HEADER.match(line):
            headers.append(line)
        elif not _BASE64.fullmatch(line):
            hint = _hint_for_none([line]) or _COPY_AGAIN
            raise PemError(f"{what}, line {number}: inside the {label} block, but not base64", hint)
        elif line:
            body.append(line)
    raise PemError(f"{what}, line {begin}: a BEGIN {label} without its END: the text is truncated", _COPY_AGAIN)


def _hint_for_none(lines: list[str]) -> str:
    """Tell the two ways in which a variable loses a PEM text's line ends."""
    if any("\\n" in line for line in lines):
        return "It holds the two characters \\n where line ends should be: quote it so that they become line ends."
    if any(line.count("-----") > 2 for line in lines):
        return "Lines were joined into one: each file that was put together must end with a line end."
    return ""
