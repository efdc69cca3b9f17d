# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors
"""How the API shows a resource: its shape, and what it tells of the certificate."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from .fields import Resource
from .settings import SHAPES, Settings
from .store import Record

_SECONDS_OF_DAY = 86400
_LARGEST_PAGE = 1000

# A form that is not here leaves the field out.
_EXPIRY: Mapping[str, Callable[[int], Any]] = {
    "exact": int,
    "day": lambda expire: expire - expire % _SECONDS_OF_DAY,
    "zero": lambda _expire: 0,
    "string": str,
}


def shown(record: Record, settings: Settings) -> Resource:
    """Return a resource as an answer contains it."""
    result = dict(record.resource)
    expire = result.pop("service_ssl_expire", None)
    if expire is not None and settings.expiry in _EXPIRY:
        result["service_ssl_expire"] = _EXPIRY[settings.expiry](expire)
    if not settings.ssl_type_visible:
        result.pop("ssl_type", None)
    if settings.return_certificate and record.installed:
        result["service_ssl_crt"] = record.installed.text
    return result


def single(resource: Resource, settings: Settings) -> Any:
    """Put one resource into the current shape."""
    return {"resource": resource} if SHAPES[settings.shape].wrapped else resource


def listed(records: Sequence[Record], settings: Settings, limit: int, offset: int) -> Any:
    """Put all resources, or one page of them, into the current shape.

    ``limit`` 0 stands for the page size; without pages both numbers count for nothing.
    """
    if not SHAPES[settings.shape].paged:
        return [shown(record, settings) for record in records]
    size = min(limit or settings.page_size, _LARGEST_PAGE)
    page = [shown(record, settings) for record in records[offset : offset + size]]
    return {"count": len(records), "results": page}
