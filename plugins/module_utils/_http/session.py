# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""One REST API as one task talks to it: who asks, how patiently, and what is told of a refusal."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from .._clock import Clock, Deadline
from .._errors import ApiError
from .._redaction import Redactor
from .._version import VERSION
from .errors import NoAnswerError, told
from .rate_limiter import RateLimiter
from .retry import FINAL, Backoff, Disposition, disposition, retry_after_seconds
from .transport import Answer, Transport

_HEADERS = {"Accept": "application/json", "User-Agent": f"gcore.web_security/{VERSION} (Ansible collection)"}
_HEADERS_OF_JSON = {**_HEADERS, "Content-Type": "application/json"}

_LAST_TRY = 1.0
"""Seconds that the last wait before a deadline leaves for one more try."""


@dataclass(frozen=True)
class Session:
    """Sends requests, and repeats them as the retry table says.

    Every method raises `ApiError` for what the API refused, and `DeadlineError` when the task's time is over.
    """

    transport: Transport
    authorization: str = field(repr=False)
    hint: Callable[[int | None, str], str]  # what to do about a status, None for no answer, and the API's words
    redactor: Redactor
    clock: Clock
    deadline: Deadline
    rate_limiter: RateLimiter
    backoff: Backoff
    request_timeout: float

    def ask(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        *,
        parse: Callable[[bytes], Any] = json.loads,
        places: int = 1,
    ) -> tuple[Any, Answer]:
        """Send a request, and again while that may help; return what the answer holds, and the answer.

        A write whose outcome is unknown is never repeated. `parse` raises ValueError for what is not whole.
        """
        attempt = 1
        while True:
            try:
                answer = self.send(method, path, body, places=places)
                return self._parsed(f"{method} {path}", answer, parse), answer
            except ApiError as error:
                if error.outcome_unknown:
                    raise
                self.pause(error, attempt)
            attempt += 1

    def send(self, method: str, path: str, body: bytes | None = None, *, places: int = 1) -> Answer:
        """Send a request, once, and return an answer that is no refusal."""
        call = f"{method} {path}"
        self.rate_limiter.wait(self.deadline, places)
        self.deadline.check(call)
        timeout = min(self.request_timeout, self.deadline.remaining())
        try:
            headers = {**(_HEADERS if body is None else _HEADERS_OF_JSON), "Authorization": self.authorization}
            answer = self.transport.send(method, path, headers, body, timeout)
        except NoAnswerError as reason:
            means = vars(disposition(call, None))
            raise ApiError(call, str(reason), hint=reason.hint or self.hint(None, ""), **means) from None
        if not 200 <= answer.status < 300:
            raise self._refusal(call, answer)
        self.rate_limiter.succeeded()
        return answer

    def pause(self, error: ApiError, attempt: int) -> None:
        """Wait before the next try, or raise the error of the last one, when trying again is of no use.

        Attempts count from 1. What the API itself asks to send later is sent later, however often.
        """
        left = self.deadline.remaining() - _LAST_TRY
        is_asked_for = error.status == 429 and bool(error.retry_after)
        if not error.retryable or left <= 0 or (attempt > self.backoff.tries and not is_asked_for):
            raise error
        if error.retry_after:
            self.rate_limiter.hold(min(error.retry_after, left))
        else:
            self.deadline.sleep(min(self.backoff.seconds(attempt), left))

    def _parsed(self, call: str, answer: Answer, parse: Callable[[bytes], Any]) -> Any:
        """Read the body as JSON, whatever its content type says."""
        try:
            return parse(answer.body)
        except (ValueError, RecursionError):
            is_page = answer.body.lstrip().startswith(b"<")
        size = f"{len(answer.body)} bytes ({_content_type(answer)})"
        raise self.unusable(
            call,
            answer,
            f"answered {answer.status} with {size} that are not whole JSON",
            self.hint(answer.status if is_page else None, ""),
            disposition(call, None),
        )

    def _refusal(self, call: str, answer: Answer) -> ApiError:
        status, kind = answer.status, _content_type(answer)
        said, fields = told(answer.body, is_text=kind == "text/plain")
        if 300 <= status < 400:
            problem = f", a redirect to {answer.headers.get('Location', 'nowhere')} that is not followed"
        else:
            name = said.get("exception_class") or ("" if said.keys() - {"request_id"} else f"with {kind}")
            problem = f"{' ' if name else ''}{name}{': ' if 'message' in said else ''}{said.get('message', '')}"
        hint = self.hint(status, str(said.get("message")))
        means = disposition(call, status)
        return self.unusable(call, answer, f"answered {status}{problem}", hint, means, said, fields)

    def unusable(
        self,
        call: str,
        answer: Answer,
        problem: str,
        hint: str,
        means: Disposition = FINAL,
        said: Mapping[str, Any] = MappingProxyType({}),
        notes: str = "",
    ) -> ApiError:
        """Return what is to be said of an answer that is of no use, freed of anything that the API may have echoed."""
        request_id = said.get("request_id") or answer.headers.get("X-Request-ID")
        # Each on its own: of what is long the rest is cut off, and what support asks for is not to be that.
        problem, notes, told = self.redactor.clean([problem, notes, f"request id {request_id or 'not given'}"])
        wait = retry_after_seconds(answer.headers.get("Retry-After"), self.clock.now())
        return ApiError(
            call,
            f"{problem} ({notes}{'; ' if notes else ''}{told})",
            status=answer.status,
            body=self.redactor.clean({**said, "request_id": request_id}),
            hint=hint,
            retry_after=wait if means.retryable else None,
            **vars(means),
        )


def request_id_note(answer: Answer) -> str:
    """Return what the vendor's support asks for."""
    return f"request id {answer.headers.get('X-Request-ID') or 'not given'}"


def _content_type(answer: Answer) -> str:
    return (answer.headers.get("Content-Type") or "no content type").partition(";")[0]
