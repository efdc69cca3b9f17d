# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors
"""How each kind of fault spoils a call, which has taken effect by then where the fault's ``effect`` says so."""

from __future__ import annotations

import asyncio
import datetime
import email.utils
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING

from . import answers
from .answers import Answer, ApiError
from .exchange import Exchange
from .faults import Fault

if TYPE_CHECKING:
    from .api import Api

_HANG_SECONDS = 30
# How often a hanging call looks whether its client is still there.
_LOOK_SECONDS = 0.05


class CutError(Exception):
    """The connection is to be cut; ``sent`` is what goes out before."""

    def __init__(self, sent: bytes = b"") -> None:
        super().__init__("cut")
        self.sent = sent


async def _status(_api: Api, exchange: Exchange, fault: Fault) -> Answer:
    headers = _retry_after(fault)
    if fault.get("html"):
        return answers.page(fault["status"], exchange.echo, headers)
    told = {name: fault.get(name) for name in ("message", "exception_class", "invalid_fields")}
    return exchange.refused(ApiError(fault["status"], headers=headers, **told))


async def _cut(_api: Api, _exchange: Exchange, _fault: Fault) -> Answer:
    raise CutError


async def _cut_body(api: Api, exchange: Exchange, _fault: Fault) -> Answer:
    answer = api.serve(exchange)
    body = answer.text.encode()
    head = f"HTTP/1.1 {answer.status} OK\r\nContent-Type: {answers.JSON}\r\nContent-Length: {len(body)}\r\n\r\n"
    # Without a body it is the first line that is cut: of a head that ends too soon, clients make what is there.
    raise CutError(head.encode() + body[: len(body) // 2] if body else b"HTTP/1.1")


async def _hang(_api: Api, exchange: Exchange, fault: Fault) -> Answer:
    end = time.monotonic() + fault.get("seconds", _HANG_SECONDS)
    while exchange.request.transport is not None and (left := end - time.monotonic()) > 0:
        await asyncio.sleep(min(left, _LOOK_SECONDS))
    raise CutError


async def _truncated_json(api: Api, exchange: Exchange, _fault: Fault) -> Answer:
    answer = api.serve(exchange)
    answer.text = answer.text[: len(answer.text) // 2]
    return answer


async def _wrong_content_type(api: Api, exchange: Exchange, _fault: Fault) -> Answer:
    answer = api.serve(exchange)
    answer.content_type = answers.HTML
    return answer


async def _html_200(_api: Api, exchange: Exchange, _fault: Fault) -> Answer:
    return answers.page(200, exchange.echo)


async def _spoilt_write(api: Api, exchange: Exchange, _fault: Fault) -> Answer:
    return api.serve(exchange)


async def _redirect(_api: Api, _exchange: Exchange, fault: Fault) -> Answer:
    return Answer(fault["status"], "", headers={"Location": fault["location"]})


async def _outside_edit(api: Api, exchange: Exchange, fault: Fault) -> Answer:
    await api.edit(exchange, fault)
    return api.serve(exchange)


MISHAPS: Mapping[str, Callable[[Api, Exchange, Fault], Awaitable[Answer]]] = {
    "status": _status, "cut": _cut, "cut_body": _cut_body, "hang": _hang, "truncated_json": _truncated_json,
    "wrong_content_type": _wrong_content_type, "html_200": _html_200, "drop_setting": _spoilt_write,
    "not_stored": _spoilt_write, "redirect": _redirect, "outside_edit": _outside_edit,
}  # fmt: skip


def _retry_after(fault: Fault) -> dict[str, str]:
    if "retry_after_date" in fault:
        wait = datetime.timedelta(seconds=fault["retry_after_date"])
        when = datetime.datetime.now(datetime.timezone.utc) + wait
        return {"Retry-After": email.utils.format_datetime(when, usegmt=True)}
    return {"Retry-After": str(fault["retry_after"])} if "retry_after" in fault else {}
