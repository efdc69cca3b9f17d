# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""A secret has one way in and no way out: the redactor knows each secret of a run and masks what shows any of it."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import quote

MASK = "********"

_GRAM = 8
"""Any run of this many characters of a secret is masked, wherever it stands and however its lines are wrapped."""
_TRACE = _GRAM // 2
"""Of two adjacent pieces of this length, any gram holds at least one whole."""

_PEM_ARMOUR = re.compile(r"-----[A-Z0-9 ]+-----")
_PEM_BLOCK = re.compile(r"-----BEGIN [A-Z0-9 ]*KEY-----.*?(-----END [A-Z0-9 ]*KEY-----|\Z)", re.DOTALL)
_USER_INFO = re.compile(r"(?<![^\s/:@'\"])[^\s/:@'\"]{1,256}:[^\s/:@]{1,256}(?=@)")
"""User and password as a URL may have them, be the URL a good one or not."""

_SKIPPED = re.compile(r"\\+[nrt]|\\+|\s+|=")
"""What may stand between two characters of a secret that an API echoes: line ends, as such or escaped, and padding."""


class Redactor:
    """Masks in any value what shows a secret: whole, in part, re-encoded, or wrapped at another width."""

    def __init__(self, known: Sequence[str | bytes] = ()) -> None:
        self._secrets: list[str | bytes] = [*known]
        self._forms: list[str] | None = None
        self._traces: frozenset[str] = frozenset()

    def add(self, secret: str | bytes | None) -> None:
        """Learn a secret: a token, a passphrase, a private key as PEM text or as DER."""
        if secret:
            self._secrets.append(secret)
            self._forms = None

    def heir(self) -> Redactor:
        """One that knows the same, and learns on its own: a fleet's keys need not all be looked for in every text."""
        return Redactor(self._secrets)

    def forms(self) -> list[str]:
        """Every spelling of every secret. Made when first needed: most runs have nothing to clean."""
        if self._forms is None:
            self._forms = sorted({form for secret in self._secrets for form in _forms(secret) if form})
            self._traces = frozenset(
                form[at : at + _TRACE] for form in self._forms for at in range(len(form) - _TRACE + 1)
            )
        return self._forms

    def clean(self, value: Any) -> Any:
        """The same value with every secret in it masked, keys of mappings included."""
        if isinstance(value, str):
            return self._clean_text(value)
        if isinstance(value, dict):
            return {self.clean(key): self.clean(item) for key, item in value.items()}
        if isinstance(value, (list, tuple)):
            return [self.clean(item) for item in value]
        return value

    def _clean_text(self, text: str) -> str:
        text = _USER_INFO.sub(MASK, _PEM_BLOCK.sub(MASK, text))
        for word in (form for form in self.forms() if len(form) < _GRAM):
            text = re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", MASK, text)
        return _masked(text, self._spans(text)) if len(text) >= _GRAM and self.forms() else text

    def _spans(self, text: str) -> Iterator[tuple[int, int]]:
        positions = _significant(text)
        folded = "".join(text[position] for position in positions).translate(_URL_SAFE)
        if not self._has_traces(folded) and not self._has_traces(folded.lower()):
            return
        haystack = "\0".join(self.forms())
        for start in range(len(folded) - _GRAM + 1):
            gram = folded[start : start + _GRAM]
            if gram in haystack or gram.lower() in haystack:
                yield positions[start], positions[start + _GRAM - 1] + 1

    def _has_traces(self, folded: str) -> bool:
        """Whether a gram can be in it at all: each would hold one of the short pieces that are looked for here."""
        pieces = (folded[at : at + _TRACE] for at in range(0, len(folded) - _TRACE + 1, _TRACE))
        return not self._traces.isdisjoint(pieces)


_URL_SAFE = str.maketrans("-_", "+/")


def _significant(text: str) -> Sequence[int]:
    """The positions of the characters that count when looking for a secret."""
    if not _SKIPPED.search(text):
        return range(len(text))
    skipped = {position for match in _SKIPPED.finditer(text) for position in range(*match.span())}
    return [position for position in range(len(text)) if position not in skipped]


def _masked(text: str, spans: Iterator[tuple[int, int]]) -> str:
    """The text with each span, overlapping ones as one, replaced by the mask."""
    pieces: list[str] = []
    done = 0
    for start, end in spans:
        if start >= done:
            pieces += [text[done:start], MASK]
        done = max(done, end)
    return "".join([*pieces, text[done:]])


def _forms(secret: str | bytes) -> Iterator[str]:
    """Every way in which an answer may repeat a secret, folded as the text is folded before the two are compared."""
    if isinstance(secret, bytes):
        yield from _encodings(secret)
        return
    for line in secret.splitlines():
        yield from _encodings(line.encode("utf-8", "surrogateescape"))
    yield from _encodings(secret.encode("utf-8", "surrogateescape"))
    armoured = bool(_PEM_ARMOUR.search(secret))
    plain = _SKIPPED.sub("", _PEM_ARMOUR.sub("", secret))
    yield plain.translate(_URL_SAFE)
    yield quote(plain, safe="").translate(_URL_SAFE)
    yield from (part.translate(_URL_SAFE) for part in plain.split("$") if len(part) > 3)
    if armoured:
        yield from _encodings(_decoded(plain))


def _encodings(raw: bytes) -> Iterator[str]:
    """Hexadecimal, and base64 at each of the three alignments that a text before the secret can give it."""
    yield from (form for form in _all_encodings(raw) if len(form) >= _GRAM)


def _all_encodings(raw: bytes) -> Iterator[str]:
    yield raw.hex()
    for offset in range(3):
        yield base64.b64encode(b"\0" * offset + raw).decode().rstrip("=")[2 * offset : -2]


def _decoded(body: str) -> bytes:
    try:
        return base64.b64decode(body + "=" * (-len(body) % 4))
    except binascii.Error:
        return b""
