# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""A resource's JSON, read and written so that a PUT repeats every number as the GET spelt it."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import MAX_EMAX, MAX_PREC, MIN_EMIN, Context, Decimal
from typing import Any, NoReturn

_EXACT = Context(prec=MAX_PREC, Emax=MAX_EMAX, Emin=MIN_EMIN)

_DIGITS = 640
"""A whole number of no more digits is an int under any setting of Python (sys.set_int_max_str_digits)."""


@dataclass(frozen=True)
class Number:
    """A number that an int or a float would spell otherwise than the API, or lose digits of."""

    text: str

    def __repr__(self) -> str:
        return self.text

    def __float__(self) -> float:
        return float(self.text)


def parse(text: bytes) -> tuple[Any, str | None]:
    """Read JSON, and a name that stands twice in one object, None where there is none.

    What is no whole JSON raises `ValueError`, what is nested too deeply `RecursionError`.
    """
    twice: list[str] = []

    def an_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            names = [name for name, _value in pairs]
            twice.append(next(name for name in names if names.count(name) > 1))
        return found

    def read(**options: Any) -> Any:
        return json.loads(
            text, object_pairs_hook=an_object, parse_float=_decimal, parse_constant=_no_constant, **options
        )

    try:
        found = read()
    except ValueError:  # it may have a whole number that Python takes for too long
        found = read(parse_int=_whole)
    return found, next(iter(twice), None)


def _decimal(text: str) -> float | Number:
    number = float(text)
    return number if repr(number) == text else Number(text)


def _whole(text: str) -> int | Number:
    return int(text) if len(text) <= _DIGITS else Number(text)


def _no_constant(text: str) -> NoReturn:
    raise ValueError(text)


def serialise(value: Any) -> bytes:
    """Write JSON, each number as it was read; `ValueError` is for what JSON has no words for."""
    return _serialised(value, lambda number: number.text).encode("ascii")


def canonical(value: Any) -> str:
    """Spell a value so that the same value is spelt alike: names in order, numbers by what they are worth."""
    return _serialised(value, _by_worth, sort_keys=True)


def plain(value: Any) -> Any:
    """Return the value as results can show it: numbers of the API's own spelling as texts."""
    return json.loads(json.dumps(value, default=repr))


def _serialised(value: Any, spell: Callable[[Number], str], **options: Any) -> str:
    # The encoder has no way to let a text through as it is, so each such number gets a mark that nothing else can have.
    mark, spelt = os.urandom(16).hex(), []

    def marked(number: Number) -> str:
        spelt.append(spell(number))
        return mark

    text = json.dumps(value, default=marked, allow_nan=False, **options)
    numbers = iter(spelt)
    return re.sub(f'"{mark}"', lambda _match: next(numbers), text) if spelt else text


def _by_worth(number: Number) -> str:
    nearest = repr(float(number))
    try:
        exact = Decimal(number.text)
    except ArithmeticError:  # an exponent that not even Decimal has
        return number.text
    return nearest if Decimal(nearest) == exact else str(exact.normalize(_EXACT))
