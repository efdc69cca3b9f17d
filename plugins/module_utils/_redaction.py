# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""A secret has one way in and no way out: the redactor knows each secret of a run and masks what shows any of it."""

from __future__ import annotations

import base64
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

MASK = "********"

_RUN = 8
"""Any run of this many characters of a secret is masked, wherever it stands and however its lines are wrapped."""

_HEX_RUN = 12
"""The same in hexadecimal, where eight characters of base64 are so many; of less, a fingerprint has some by chance."""

_STRIDE = 4
"""A run holds a piece of another text whole, if that is cut at every so many characters into such pieces."""

_HEADER = re.compile("[:,]")
_ARMOUR = re.compile(r"-----(BEGIN|END) [A-Z0-9 ]+-----")
_PEM_BLOCK = re.compile(r"-----BEGIN [A-Z0-9 ]*KEY-----.*?(-----END [A-Z0-9 ]*KEY-----|\Z)", re.DOTALL)
_USER_INFO = re.compile(r"(?<![^\s/:@'\"])[^\s/:@'\"]{1,256}:[^\s/:@]{1,256}(?=@)")
"""User and password as a URL may have them, be the URL a good one or not."""

_SKIPPED = re.compile(r"\\+[nrt]|\\+|\s+|=+")
"""What may stand between two characters of a secret that an API echoes: line ends, as such or escaped, and padding."""

_ESCAPED = re.compile(rf"\\+u00([0-9A-Fa-f]{{2}})|%([0-9A-Fa-f]{{2}})|{_SKIPPED.pattern}")
"""The same, and characters that JSON or a URL spells by their number."""

_URL_SAFE = str.maketrans("-_", "+/")


class Redactor:
    """Masks in any value what shows a secret: whole, in part, re-encoded, or wrapped at another width."""

    def __init__(self, known: Sequence[str | bytes] = ()) -> None:
        self._secrets: list[str | bytes] = [*known]
        self._forms: _Forms | None = None

    def add(self, secret: str | bytes | None) -> None:
        """Learn a secret: a token, a passphrase, a private key as PEM or as DER."""
        if secret and secret not in self._secrets:
            self._secrets.append(secret)
            self._forms = None

    def child(self) -> Redactor:
        """One that knows the same, and learns on its own: a fleet's keys need not all be looked for in every text."""
        return Redactor(self._secrets)

    def clean(self, value: Any) -> Any:
        """The same value with every secret in it masked, keys of mappings included."""
        forms = self._forms = self._forms or _Forms.of(self._secrets)
        texts: set[str] = set()  # what a thousand resources have in common is looked at once
        _gather(value, texts)
        runs = _shared(forms, {_folded(text)[0] for text in texts})
        return _mapped(value, {text: _cleaned(text, forms.words, runs) for text in texts})


@dataclass(frozen=True)
class _Forms:
    """What is looked for in texts.

    Attributes:
        words: masked where they stand alone, the longest first.
        spellings: of which any run is masked.
        encodings: the same in hexadecimal.
    """

    words: Sequence[str] = field(repr=False)
    spellings: Sequence[str] = field(repr=False)
    encodings: Sequence[str] = field(repr=False)

    @classmethod
    def of(cls, secrets: Sequence[str | bytes]) -> _Forms:
        """All forms of some secrets."""
        return cls(
            sorted({word for secret in secrets for word in _words(secret)}, key=len, reverse=True),
            [form for secret in secrets for form in _spellings(secret)],
            [form.hex() for secret in secrets for form in _raw(secret)],
        )


def _gather(value: Any, texts: set[str]) -> None:
    if isinstance(value, str):
        texts.add(value)
    elif isinstance(value, dict):
        for item in (*value, *value.values()):
            _gather(item, texts)
    elif isinstance(value, (list, tuple)):
        for item in value:
            _gather(item, texts)


def _mapped(value: Any, cleaned: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        return cleaned[value]
    if isinstance(value, dict):
        return {_mapped(key, cleaned): _mapped(item, cleaned) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_mapped(item, cleaned) for item in value]
    return value


def _cleaned(text: str, words: Sequence[str], runs: frozenset[str]) -> str:
    text = _masked(text, _spans(text, runs)) if runs else text
    text = _USER_INFO.sub(MASK, _PEM_BLOCK.sub(MASK, text))
    for word in words:
        text = re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", MASK, text)
    return text


def _spans(text: str, runs: frozenset[str]) -> Iterator[tuple[int, int]]:
    folded, starts, ends = _folded(text)
    for start in range(len(folded) - _RUN + 1):
        for run in (folded[start : start + _RUN], folded[start : start + _HEX_RUN]):
            if run in runs or run.lower() in runs:
                yield starts[start], ends[start + len(run) - 1]


def _masked(text: str, spans: Iterator[tuple[int, int]]) -> str:
    """The text with each span, overlapping ones as one, replaced by the mask."""
    pieces: list[str] = []
    done = 0
    for start, end in spans:
        if start >= done:
            pieces += [text[done:start], MASK]
        done = max(done, end)
    return "".join([*pieces, text[done:]])


def _folded(text: str) -> tuple[str, Sequence[int], Sequence[int]]:
    """The characters that count when looking for a secret, and where in the text each begins and ends."""
    characters: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    done = 0
    for match in _ESCAPED.finditer(text):
        characters.append(text[done : match.start()])
        starts += range(done, match.start())
        ends += range(done + 1, match.start() + 1)
        number = match[1] or match[2]
        if number and not _SKIPPED.fullmatch(chr(int(number, 16))):
            characters.append(chr(int(number, 16)))
            starts.append(match.start())
            ends.append(match.end())
        done = match.end()
    characters.append(text[done:])
    starts += range(done, len(text))
    ends += range(done + 1, len(text) + 1)
    return "".join(characters).translate(_URL_SAFE), starts, ends


def _shared(forms: _Forms, texts: Collection[str]) -> frozenset[str]:
    """The runs of secrets that texts have, looked for anew each time: those of a thousand keys would fill memory"""
    lower = {text.lower() for text in texts}
    return _common(forms.spellings, {*texts, *lower}, _RUN) | _common(forms.encodings, lower, _HEX_RUN)


def _common(forms: Sequence[str], texts: Collection[str], size: int) -> frozenset[str]:
    """The runs of one size that both have. Mostly there is none, and to see that some of a form's pieces are enough."""
    if not forms:
        return frozenset()
    piece = size - _STRIDE + 1
    if _runs(texts, piece).isdisjoint(_pieces(forms, piece, _STRIDE)):
        return frozenset()
    return frozenset(_runs(texts, size).intersection(_pieces(forms, size, 1)))


def _runs(texts: Collection[str], size: int) -> set[str]:
    return set(_pieces(texts, size, 1))


def _pieces(texts: Collection[str], size: int, stride: int) -> Iterator[str]:
    return (text[at : at + size] for text in texts for at in range(0, len(text) - size + 1, stride))


def _words(secret: str | bytes) -> Iterator[str]:
    """What is too short for a run, and masked where it stands alone: a short secret, or a token's part at its `$`."""
    if isinstance(secret, str) and not _bodies(secret):
        parts = [part for part in secret.split("$") if len(part) > 3]
        yield from (part for part in (secret, *parts) if len(part) < _RUN)


def _spellings(secret: str | bytes) -> Iterator[str]:
    """Every text that an answer may repeat of a secret, folded as the answer is before the two are compared."""
    for text in _bodies(secret) or ([secret] if isinstance(secret, str) else []):
        yield _SKIPPED.sub("", text).translate(_URL_SAFE)
        yield _folded(text)[0]
    for raw in _raw(secret):
        for offset in range(3):
            yield base64.b64encode(b"\0" * offset + raw).decode().rstrip("=")[2 * offset : -2]


def _raw(secret: str | bytes) -> Iterator[bytes]:
    """The bytes that an answer may repeat in hexadecimal, or in base64 at any of its three alignments."""
    bodies = _bodies(secret)
    if bodies:
        yield from (raw for body in bodies for raw in (body.encode("utf-8", "surrogatepass"), _decoded(body)))
    elif isinstance(secret, bytes):
        yield secret
    else:
        yield from (text.encode("utf-8", "surrogatepass") for text in (secret, _SKIPPED.sub("", secret)))


def _bodies(secret: str | bytes) -> list[str]:
    """What is secret of a PEM text: what its blocks hold. What stands around them is public, such as a site's name."""
    pieces = _ARMOUR.split(secret.decode("utf-8", "replace") if isinstance(secret, bytes) else secret)
    inner = [
        piece
        for at, piece in enumerate(pieces)
        if at % 2 == 0 and (pieces[at - 1 : at] == ["BEGIN"] or pieces[at + 1 : at + 2] == ["END"])
    ]
    return ["".join(word for word in _SKIPPED.split(piece) if not _HEADER.search(word)) for piece in inner]


def _decoded(body: str) -> bytes:
    try:
        return base64.b64decode(body + "=" * (-len(body) % 4))
    except ValueError:
        return b""
