# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors
"""How each kind of fault spoils a call."""

from __future__ import annotations

import asyncio
import datetime
import email.utils
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Protocol

from . import answers
from .answers import Answer, ApiError
from .exchange import Exchange
from .faults import Fault

Mishap = Callable[["Service", Exchange, Fault], Awaitable[Answer]]
_HANG_SECONDS = 30
# How often a hanging call looks whether its client is still there.
_LOOK_SECONDS = 0.05


class CutError(Exception):
    """The connection is to be cut; ``sent`` is what goes out before."""

    def __init__(self, sent: bytes = b"") -> None:
        super().__init__("cut")
        self.sent = sent


class Service(Protocol):
    """What a mishap spoils."""

    def serve(
        self, exchange: Exchange, *, dropped_setting: str | None = None, keep_certificate: bool = False
    ) -> Answer:
        """Answer as if nothing had happened, or with a write that goes wrong."""

    def refuse(self, exchange: Exchange, error: ApiError) -> Answer:
        """Answer with an error."""

    def echo(self, exchange: Exchange) -> list[str]:
        """Return what an error repeats of the request."""

    async def edit(self, resource_id: int | None, fault: Fault) -> None:
        """Change a resource as somebody else would."""


def _effect(service: Service, exchange: Exchange, fault: Fault) -> None:
    if fault.get("effect") == "after":
        service.serve(exchange)


async def _status(service: Service, exchange: Exchange, fault: Fault) -> Answer:
    _effect(service, exchange, fault)
    headers = _retry_after(fault)
    if fault.get("html"):
        return answers.page(fault["status"], service.echo(exchange), headers)
    error = ApiError(
        fault["status"],
        fault.get("message"),
        exception_class=fault.get("exception_class"),
        invalid_fields=fault.get("invalid_fields"),
        headers=headers,
    )
    return service.refuse(exchange, error)


async def _cut(service: Service, exchange: Exchange, fault: Fault) -> Answer:
    _effect(service, exchange, fault)
    raise CutError


async def _cut_body(service: Service, exchange: Exchange, _fault: Fault) -> Answer:
    body = service.serve(exchange).text.encode()
    head = f"HTTP/1.1 200 OK\r\nContent-Type: {answers.JSON}\r\nContent-Length: {len(body)}\r\n\r\n"
    raise CutError(head.encode() + body[: len(body) // 2])


async def _hang(service: Service, exchange: Exchange, fault: Fault) -> Answer:
    _effect(service, exchange, fault)
    end = time.monotonic() + fault.get("seconds", _HANG_SECONDS)
    while exchange.request.transport is not None and (left := end - time.monotonic()) > 0:
        await asyncio.sleep(min(left, _LOOK_SECONDS))
    raise CutError


async def _truncated_json(service: Service, exchange: Exchange, _fault: Fault) -> Answer:
    answer = service.serve(exchange)
    answer.text = answer.text[: len(answer.text) // 2]
    return answer


async def _wrong_content_type(service: Service, exchange: Exchange, _fault: Fault) -> Answer:
    answer = service.serve(exchange)
    answer.content_type = answers.HTML
    return answer


async def _html_200(service: Service, exchange: Exchange, fault: Fault) -> Answer:
    _effect(service, exchange, fault)
    return answers.page(200, service.echo(exchange))


async def _drop_setting(service: Service, exchange: Exchange, fault: Fault) -> Answer:
    return service.serve(exchange, dropped_setting=fault["setting"])


async def _not_stored(service: Service, exchange: Exchange, _fault: Fault) -> Answer:
    return service.serve(exchange, keep_certificate=True)


async def _redirect(_service: Service, _exchange: Exchange, fault: Fault) -> Answer:
    return Answer(fault["status"], "", headers={"Location": fault["location"]})


async def _outside_edit(service: Service, exchange: Exchange, fault: Fault) -> Answer:
    await service.edit(fault.get("resource_id", exchange.call.resource_id), fault)
    return service.serve(exchange)


MISHAPS: Mapping[str, Mishap] = {
    "status": _status,
    "cut": _cut,
    "cut_body": _cut_body,
    "hang": _hang,
    "truncated_json": _truncated_json,
    "wrong_content_type": _wrong_content_type,
    "html_200": _html_200,
    "drop_setting": _drop_setting,
    "not_stored": _not_stored,
    "redirect": _redirect,
    "outside_edit": _outside_edit,
}


def _retry_after(fault: Fault) -> dict[str, str]:
    if "retry_after_date" in fault:
        wait = datetime.timedelta(seconds=fault["retry_after_date"])
        when = datetime.datetime.now(datetime.timezone.utc) + wait
        return {"Retry-After": email.utils.format_datetime(when, usegmt=True)}
    return {"Retry-After": str(fault["retry_after"])} if "retry_after" in fault else {}
