# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""A secret has one way in and no way out: the redactor knows each secret of a run and masks what shows any of it."""

from __future__ import annotations

import base64
import re
import string
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

MASK = "********"

_RUN = 8
"""Any run of this many characters of a secret is masked, in whichever case, and however its lines are wrapped."""

_HEX_RUN = 12
"""The same in hexadecimal, where eight characters of base64 are so many; of less, a fingerprint has some by chance."""

_STRIDE = 4
"""A run holds a piece of another text whole, if that is cut at every so many characters into such pieces."""

_LONGEST = 65536
"""Of a longer text the rest is cut off: nobody reads it, and to look for secrets in it takes time."""

_MARGIN = 4096
"""What is cut off as well, so that no secret is, of which what is left would not be known again."""

_MOST = 4 * _LONGEST
"""So many characters of one answer are enough."""

_MANY = 1000
"""What holds more comes last: the request id may stand behind it."""

_DEEPEST = 100
"""What is nested more deeply is left out: Ansible could not print it."""

_LEFT_OUT = "... (the rest is left out)"

_BATCH = 1 << 20
"""So many characters are looked at in one go: what is known of them meanwhile takes a hundred times their memory."""

_HEADER = re.compile("[:,]")
_ARMOUR = re.compile(r"-----(BEGIN|END) [A-Z0-9 ]+-----")
KEY_BLOCK = re.compile(r"-----BEGIN [A-Z0-9 ]*KEY-----.*?(-----END [A-Z0-9 ]*KEY-----|\Z)", re.DOTALL | re.IGNORECASE)
_USER_INFO = re.compile(r"(?<![^\s/:@'\"])[^\s/:@'\"]{1,256}:[^\s/:@]{1,256}(?=@)")
"""User and password as a URL may have them, be the URL a good one or not."""

_SKIPPED = re.compile(r"\\+[nrt]|\\+|\s+|=+")
"""What may stand between two characters of a secret that an API echoes: line ends, as such or escaped, and padding."""

_ESCAPED = re.compile(rf"\\+u00([0-9A-Fa-f]{{2}})|%([0-9A-Fa-f]{{2}})|{_SKIPPED.pattern}")
"""The same, and characters that JSON or a URL spells by their number."""

_SPACES = "".join(filter(str.isspace, map(chr, range(0x3001))))
_FOLD = str.maketrans(f"{string.ascii_uppercase}-_", f"{string.ascii_lowercase}+/", f"{_SPACES}=\\")
"""One case, one of the two alphabets of base64 (RFC 4648, section 5), and nothing of what is skipped."""


class Redactor:
    """Masks in any value what shows a secret: whole, in part, re-encoded, or wrapped at another width."""

    def __init__(self, known: Iterable[str | bytes] = (), hidden: Iterable[str] = ()) -> None:
        self._secrets: dict[str | bytes, None] = dict.fromkeys(known)
        self._hidden: dict[str, None] = dict.fromkeys(hidden)
        self._forms: _Forms | None = None

    def add(self, secret: Any) -> None:
        """Learn a secret, a token, a passphrase, a private key as PEM or as DER; or all that nested values have."""
        if isinstance(secret, (dict, list)):
            for part in secret.values() if isinstance(secret, dict) else secret:
                self.add(part)
        elif secret and isinstance(secret, (str, bytes)) and secret not in self._secrets:
            self._secrets[secret] = None
            self._forms = None

    def hide(self, text: str) -> None:
        """Learn what may be a secret or an ordinary word: it is masked where it stands alone, and as a whole."""
        self._hidden[text] = None
        self._forms = None

    def learn(self, other: Redactor) -> None:
        """Learn what another one knows."""
        self._secrets |= other._secrets
        self._hidden |= other._hidden
        self._forms = None

    def child(self) -> Redactor:
        """Make one that knows the same and learns on its own: not all keys of a fleet are looked for everywhere."""
        return Redactor(self._secrets, self._hidden)

    def clean(self, value: Any) -> Any:
        """Mask every secret in a value, keys of mappings included, and cut off what nobody reads."""
        forms = self._forms = self._forms or _Forms.of(self._secrets, self._hidden)
        texts: set[str] = set()  # what a thousand resources have in common is looked at once
        _gather(value, texts)
        cleaned: dict[str, str] = {}
        for batch in _batches(texts):
            folded = {_folded(text[: _LONGEST + _MARGIN]) for text in batch}
            # Anew each time: the runs of a thousand keys would fill memory.
            runs = _common(forms.spellings, folded, _RUN) | _common(forms.encodings, folded, _HEX_RUN)
            cleaned.update((text, _cleaned(text, forms.words, runs)) for text in batch)
        return _mapped(value, cleaned)


@dataclass(frozen=True, repr=False)
class _Forms:
    """What is looked for in texts."""

    words: re.Pattern[str] | None  # masked where they stand alone
    spellings: Sequence[str]  # of which any run is masked
    encodings: Sequence[str]  # the same in hexadecimal

    @classmethod
    def of(cls, secrets: Collection[str | bytes], hidden: Collection[str]) -> _Forms:
        """List all forms of some secrets, each once: a key is mostly known as it was given and as it is sent."""
        words = sorted({*hidden, *(word for secret in secrets for word in _words(secret))}, key=len, reverse=True)
        return cls(
            re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, words))})(?!\w)") if words else None,
            [*dict.fromkeys(form for secret in secrets for form in _spellings(secret))],
            [*dict.fromkeys(form.hex() for secret in secrets for form in _raw(secret))],
        )


def origin(url: str) -> str:
    """Return what is shown of a URL: where it leads, for whatever is behind that may be a token."""
    try:
        parts = urlsplit(url)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return MASK
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    return f"{parts.scheme}://{host}{port}" if host and parts.scheme else MASK


def excerpt(value: Any) -> Any:
    """Return as much of a stranger's answer as anybody reads; what is left out, is left out as whole texts."""
    left = _MOST

    def taken(item: Any, depth: int = 0) -> Any:
        nonlocal left
        left -= min(len(item), _LONGEST) if isinstance(item, str) else 1
        if left < 0 or depth > _DEEPEST:
            return _LEFT_OUT
        if isinstance(item, dict):
            short_first = sorted(
                item.items(), key=lambda pair: isinstance(pair[1], (dict, list)) and len(pair[1]) > _MANY
            )
            return {taken(key): taken(one, depth + 1) for key, one in short_first if left > 0}
        return [taken(one, depth + 1) for one in item if left > 0] if isinstance(item, list) else item

    return taken(value)


def _gather(value: Any, texts: set[str], depth: int = 0) -> None:
    if isinstance(value, str):
        texts.add(value)
    elif isinstance(value, (dict, list, tuple)) and depth < _DEEPEST:
        for item in (*value, *value.values()) if isinstance(value, dict) else value:
            _gather(item, texts, depth + 1)


def _mapped(value: Any, cleaned: Mapping[str, str], depth: int = 0) -> Any:
    if isinstance(value, str):
        return cleaned[value]
    if isinstance(value, (dict, list, tuple)) and depth >= _DEEPEST:
        return _LEFT_OUT
    if isinstance(value, dict):
        return {_mapped(key, cleaned, depth + 1): _mapped(item, cleaned, depth + 1) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_mapped(item, cleaned, depth + 1) for item in value]
    return value


def _batches(texts: Iterable[str]) -> Iterator[list[str]]:
    batch: list[str] = []
    size = 0
    for text in texts:
        batch.append(text)
        size += min(len(text), _LONGEST)
        if size > _BATCH:
            yield batch
            batch, size = [], 0
    yield batch


def _cleaned(text: str, words: re.Pattern[str] | None, runs: frozenset[str]) -> str:
    cleaned = text[: _LONGEST + _MARGIN]
    cleaned = _masked(cleaned, _spans(cleaned, runs)) if runs else cleaned
    cleaned = _USER_INFO.sub(MASK, KEY_BLOCK.sub(MASK, cleaned))
    cleaned = words.sub(MASK, cleaned) if words else cleaned
    return cleaned if len(text) <= _LONGEST else f"{cleaned[:-_MARGIN]}... (cut here: {len(text)} characters)"


def _spans(text: str, runs: frozenset[str]) -> Iterator[tuple[int, int]]:
    """Yield where something of a secret begins and ends: mostly nowhere, and then no place need be known."""
    folded = _folded(text)
    found = [
        (at, at + size - 1)
        for size in (_RUN, _HEX_RUN)
        for at in range(len(folded) - size + 1)
        if folded[at : at + size] in runs
    ]
    if found:
        starts, ends = _places(text)
        yield from ((starts[first], ends[last]) for first, last in sorted(found))


def _masked(text: str, spans: Iterator[tuple[int, int]]) -> str:
    """Replace each span of a text, overlapping ones as one, by the mask."""
    pieces: list[str] = []
    done = 0
    for start, end in spans:
        if start >= done:
            pieces += [text[done:start], MASK]
        done = max(done, end)
    return "".join([*pieces, text[done:]])


def _folded(text: str) -> str:
    """Return the characters that count when looking for a secret."""
    return (_ESCAPED.sub(_unescaped, text) if "\\" in text or "%" in text else text).translate(_FOLD)


def _unescaped(match: re.Match[str]) -> str:
    number = match[1] or match[2]
    return chr(int(number, 16)) if number else ""


def _places(text: str) -> tuple[Sequence[int], Sequence[int]]:
    """Tell where in the text each of the characters that count begins and ends."""
    starts: list[int] = []
    ends: list[int] = []
    done = 0
    for match in _ESCAPED.finditer(text):
        starts += range(done, match.start())
        ends += range(done + 1, match.start() + 1)
        if _unescaped(match).translate(_FOLD):
            starts.append(match.start())
            ends.append(match.end())
        done = match.end()
    starts += range(done, len(text))
    ends += range(done + 1, len(text) + 1)
    return starts, ends


def _common(forms: Sequence[str], texts: Collection[str], size: int) -> frozenset[str]:
    """Find the runs of one size that both have: mostly none, and to see that some of a form's pieces are enough."""
    piece = size - _STRIDE + 1
    if not forms or set(_pieces(texts, piece, 1)).isdisjoint(_pieces(forms, piece, _STRIDE)):
        return frozenset()
    return frozenset(_pieces(texts, size, 1)).intersection(_pieces(forms, size, 1))


def _pieces(texts: Collection[str], size: int, stride: int) -> Iterator[str]:
    return (text[at : at + size] for text in texts for at in range(0, len(text) - size + 1, stride))


def _words(secret: str | bytes) -> Iterator[str]:
    """Yield what is too short for a run and masked where it stands alone: a short secret, a token's half at its `$`."""
    if isinstance(secret, str) and not _bodies(secret):
        parts = [part for part in secret.split("$") if len(part) > 3]
        yield from (part for part in (secret, *parts) if len(part) < _RUN)


def _spellings(secret: str | bytes) -> Iterator[str]:
    """Yield every text that an answer may repeat of a secret, folded as the answer is before they are compared."""
    for text in _bodies(secret) or ([secret] if isinstance(secret, str) else []):
        yield _SKIPPED.sub("", text).translate(_FOLD)
        yield _folded(text)
    for raw in _raw(secret):
        for offset in range(3):
            yield base64.b64encode(b"\0" * offset + raw).decode().rstrip("=")[2 * offset : -2].translate(_FOLD)


def _raw(secret: str | bytes) -> Iterator[bytes]:
    """Yield the bytes that an answer may repeat in hexadecimal, or in base64 at any of its three alignments."""
    bodies = _bodies(secret)
    if bodies:
        yield from (raw for body in bodies for raw in (body.encode("utf-8", "surrogatepass"), _decoded(body)))
    elif isinstance(secret, bytes):
        yield secret
    else:
        yield from (text.encode("utf-8", "surrogatepass") for text in (secret, _SKIPPED.sub("", secret)))


def _bodies(secret: str | bytes) -> list[str]:
    """List what the blocks of a PEM text hold; what stands around them is public, such as a site's name."""
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
