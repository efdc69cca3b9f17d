# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""What differs between two records, key by key."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

NOT_THERE, WHOLE = "(not there)", "(all of it)"


class Difference(NamedTuple):
    """One key of one case whose value is another, or is in one record alone."""

    case: str
    key: str
    old: Any
    new: Any


def differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Difference]:
    """List every difference; of a case that one record lacks, one."""
    found = []
    for case in sorted({**old, **new}):
        if case in old and case in new:
            before, after = dict(_leaves(old[case])), dict(_leaves(new[case]))
        else:
            before, after = ({WHOLE: "recorded"} if case in record else {} for record in (old, new))
        pairs = ((key, before.get(key, NOT_THERE), after.get(key, NOT_THERE)) for key in {**before, **after})
        found += [Difference(case, *pair) for pair in pairs if repr(pair[1]) != repr(pair[2])]
    return found


def _leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    if not items or not value:
        yield path, value
    for name, part in items:
        yield from _leaves(part, f"{path}.{name}" if path else str(name))


def shown(found: Iterable[Difference]) -> Iterator[str]:
    """Write differences as lines to read, those that are the same in several places once."""
    groups: dict[tuple[str, str], list[Difference]] = defaultdict(list)
    for one in found:
        what = "gone" if one.new == NOT_THERE else "new" if one.old == NOT_THERE else f"{one.old!r} {one.new!r}"
        groups[re.sub(r"\b\d+\b", "N", one.key), one.case if one.key == WHOLE else what].append(one)
    for (key, _what), (first, *more) in groups.items():
        others = f" (and {len(more)} more)" if more else ""
        yield f"{first.case}: {key}{others}\n- {first.old}\n+ {first.new}\n"
