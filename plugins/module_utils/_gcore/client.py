# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""Where the API is spoken: its calls, its two answer shapes, its errors."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from copy import copy
from dataclasses import dataclass, field
from typing import Any

from .._clock import Clock, Deadline
from .._errors import ApiError, InputError
from .._http.errors import NoAnswerError
from .._http.rate_limiter import RateLimiter
from .._http.retry import (
    Backoff,
    disposition,
    retry_after_seconds,
)
from .._http.transport import Answer, Transport
from .._redaction import Redactor, excerpt
from .._version import VERSION

RESOURCES = "/security/resources"
PAGE_SIZE = 1000
"""The most that a list call of this vendor gives at once."""

_LAST_TRY = 1.0
"""Seconds that the last wait before a deadline leaves for one more try."""

_FRESH = 2.0
"""Seconds; the API has no ETags, so the older a read is when it is written back, the more it may undo."""

_WAIT_AND_RETRY = "The API is not well or not reachable; run the task again later."

_CHECK_URL = "Is api_url the API's address, and not something in front of it?"

_HINTS: dict[int | None, str] = {
    400: "Nothing in the request is retried as it is: see invalid_fields.",
    401: "Check api_key (GCORE_API_KEY) or api_token (GCORE_API_TOKEN).",
    403: "The token's user may not do this: give it the role that may edit Web Security resources.",
    404: "Check the resource's id, that the token belongs to the account that has it, and api_url.",
    409: "Something else is changing the resource: run the task again when that is done.",
    429: "The account's rate limit is used up: run the task again later.",
    None: _WAIT_AND_RETRY,
}

_LOOKS_CUT = (
    "The token looks cut at its '$': a shell expands what follows it. "
    "Put it between single quotes, or hand it over in a file."
)
_WRONG_SCHEME = "A permanent token goes into api_key, the portal's session token into api_token: they look swapped."


@dataclass(frozen=True)
class Credentials:
    """A token and the scheme that it goes with."""

    scheme: str
    token: str = field(repr=False)

    def header(self) -> str:
        """The value of `Authorization`."""
        return f"{self.scheme} {self.token}"

    def hint(self, message: str) -> str:
        """What is probably wrong when the API refuses it."""
        if "not valid for any token type" in message:
            return _WRONG_SCHEME
        looks_cut = self.scheme == "APIKey" and not self.token.partition("$")[2]
        return f"{_HINTS[401]} {_LOOKS_CUT}" if looks_cut else _HINTS[401]


def credentials(api_key: str | None, api_token: str | None) -> Credentials:
    """The one token of a task.

    Raises:
        InputError: none, both, or one with characters that a header can't have.
    """
    if api_key and api_token:
        raise InputError("both api_key and api_token are set", "Set one of them, as an option or in the environment.")
    token = (api_key or api_token or "").strip()
    if not token:
        raise InputError("no credentials", "Set api_key (or GCORE_API_KEY), or api_token (or GCORE_API_TOKEN).")
    if not token.isascii() or not token.isprintable() or " " in token:
        raise InputError("the token has spaces or characters that no token has", "Copy it again.")
    return Credentials("APIKey" if api_key else "Bearer", token)


class Client:
    """The API of one account. A read is repeated as the retry table says; a write is never repeated here.

    Every method raises `ApiError` for what the API refused, and `DeadlineError` when the task's time is over.
    """

    def __init__(
        self,
        transport: Transport,
        owner: Credentials,
        redactor: Redactor,
        *,
        clock: Clock,
        deadline: Deadline,
        rate_limiter: RateLimiter,
        backoff: Backoff,
        request_timeout: float,
    ) -> None:
        redactor.add(owner.token)
        self.clock = clock
        self.deadline = deadline
        self._transport = transport
        self._owner = owner
        self._redactor = redactor
        self._rate_limiter = rate_limiter
        self._backoff = backoff
        self._request_timeout = request_timeout

    def minding(self, redactor: Redactor) -> Client:
        """The same client, for calls whose answers may echo what another redactor knows."""
        twin = copy(self)
        twin._redactor = redactor
        return twin

    def resources(self) -> Iterator[dict[str, Any]]:
        """Every resource of the account, each once, in whichever shape and pages the list comes."""
        seen: set[int] = set()
        page, answer = self._read(RESOURCES)
        while True:
            items = _items(page, answer)
            fresh = {int(item["id"]): item for item in items if int(item["id"]) not in seen}
            seen.update(fresh)
            yield from fresh.values()
            total = str(page.get("count")) if isinstance(page, dict) else ""
            if not total.isdecimal() or len(seen) >= int(total):
                return
            if not fresh:
                raise _malformed(f"GET {RESOURCES}", f"announced {total} resources and gave {len(seen)}", answer)
            page, answer = self._read(f"{RESOURCES}?limit={PAGE_SIZE}&offset={len(seen)}")

    def resource(self, resource_id: int, *, to_write: bool = False) -> dict[str, Any]:
        """Return one resource, as the API's own JSON.

        Args:
            resource_id: its id.
            to_write: a write is to follow at once, and gets its place among the requests now.
        """
        path = f"{RESOURCES}/{resource_id}"
        page, answer = self._read(path, places=2 if to_write else 1)
        found = _unwrapped(page)
        if not _is_resource(found) or int(found["id"]) != resource_id:
            raise _malformed(f"GET {path}", "answered with something that is not that resource", answer)
        return found

    def is_fresh(self, read_at: float) -> bool:
        """Wait out a pause that the API asks for, and tell whether a read of that moment may still be written back."""
        self._rate_limiter.wait(self.deadline, places=0)
        return self.clock.monotonic() - read_at <= _FRESH

    def replace(self, resource_id: int, body: Mapping[str, Any]) -> str:
        """PUT a whole resource that was read to be written, once, and leave the answer unread: only a GET proves it.

        Returns:
            The receipt: what the vendor's support asks for, should the write not have done what it should.

        Raises:
            ApiError: `retryable` and `outcome_unknown` say what may be done about it.
        """
        path = f"{RESOURCES}/{resource_id}"
        answer = self._exchange("PUT", path, _encoded(body), places=0)
        return f"PUT {path} answered {answer.status} ({_request_id_note(answer)})"

    def pause(self, error: ApiError, attempt: int) -> None:
        """Wait before the next try. What the API itself asks to send later is sent later, however often.

        Args:
            error: what the last try ended with.
            attempt: its number, 1 for the first.

        Raises:
            ApiError: that error, when trying again is of no use or the tries are used up.
        """
        left = self.deadline.remaining() - _LAST_TRY
        is_asked_for = error.status == 429 and bool(error.retry_after)
        if not error.retryable or left <= 0 or (attempt > self._backoff.tries and not is_asked_for):
            raise error
        if error.retry_after:
            self._rate_limiter.hold(min(error.retry_after, left))
        else:
            self.deadline.sleep(min(self._backoff.seconds(attempt), left))

    def _read(self, path: str, places: int = 1) -> tuple[Any, Answer]:
        attempt = 0
        while True:
            attempt += 1
            try:
                answer = self._exchange("GET", path, None, places)
                return _json(answer, f"GET {path}"), answer
            except ApiError as error:
                self.pause(error, attempt)

    def _exchange(self, method: str, path: str, body: bytes | None, places: int) -> Answer:
        call = f"{method} {path}"
        self._rate_limiter.wait(self.deadline, places)
        self.deadline.check(call)
        timeout = min(self._request_timeout, self.deadline.remaining())
        try:
            answer = self._transport.send(method, path, self._headers(body), body, timeout)
        except NoAnswerError as reason:
            means = disposition(None, is_write=method == "PUT")
            raise ApiError(
                call,
                str(reason),
                hint=reason.hint or _HINTS[None],
                retryable=means.retryable,
                outcome_unknown=means.outcome_unknown,
            ) from None
        if not 200 <= answer.status < 300:
            raise self._refusal(call, answer)
        self._rate_limiter.succeeded()
        return answer

    def _headers(self, body: bytes | None) -> dict[str, str]:
        headers = {
            "Authorization": self._owner.header(),
            "Accept": "application/json",
            "User-Agent": f"gcore.web_security/{VERSION} (Ansible collection)",
        }
        return headers if body is None else {**headers, "Content-Type": "application/json"}

    def _refusal(self, call: str, answer: Answer) -> ApiError:
        """The API's own words, freed of anything that it may have echoed."""
        means = disposition(answer.status, is_write=call.startswith("PUT"))
        body = self._redactor.clean(_error_body(answer))
        message = str(body.get("message") or "")
        return ApiError(
            call,
            self._redactor.clean(_problem(answer, body)),
            status=answer.status,
            body=body,
            hint=self._owner.hint(message) if answer.status == 401 else _HINTS.get(answer.status, _WAIT_AND_RETRY),
            retry_after=retry_after_seconds(answer.headers.get("Retry-After"), self.clock.now())
            if means.retryable
            else None,
            retryable=means.retryable,
            outcome_unknown=means.outcome_unknown,
        )


def _problem(answer: Answer, body: Mapping[str, Any]) -> str:
    """Such as `answered 400 ValidationError: ... (service_ssl_crt: ...; request id ...)`."""
    if 300 <= answer.status < 400:
        target = answer.headers.get("Location", "nowhere")
        return (
            f"answered {answer.status}, a redirect to {target} that is not followed: set api_url to the API's address "
            f"({_request_id_note(answer)})"
        )
    kind = body.get("exception_class") or (f"with {_content_type(answer)}" if body.keys() <= {"request_id"} else "")
    message = f": {body['message']}" if body.get("message") else ""
    fields = body.get("invalid_fields")
    notes = [f"{name}: {reasons}" for name, reasons in fields.items()] if isinstance(fields, dict) else []
    notes.append(f"request id {body.get('request_id') or 'not given'}")
    return f"{f'answered {answer.status} {kind}'.rstrip()}{message} ({'; '.join(notes)})"


def _error_body(answer: Answer) -> dict[str, Any]:
    try:
        body = json.loads(answer.body)
    except (ValueError, RecursionError):
        body = {}
    body = excerpt(body) if isinstance(body, dict) else {}
    header = _request_id(answer)
    return {**body, "request_id": body.get("request_id") or header} if header else body


def _request_id(answer: Answer) -> str | None:
    return answer.headers.get("X-Request-ID")


def _request_id_note(answer: Answer) -> str:
    return f"request id {_request_id(answer) or 'not given'}"


def _content_type(answer: Answer) -> str:
    return (answer.headers.get("Content-Type") or "no content type").partition(";")[0]


def _malformed(call: str, problem: str, answer: Answer) -> ApiError:
    return ApiError(
        call,
        f"{problem} ({_request_id_note(answer)})",
        status=answer.status,
        body={"request_id": _request_id(answer)},
        hint=_CHECK_URL,
    )


def _json(answer: Answer, call: str) -> Any:
    """The body as JSON, whatever its content type says."""
    try:
        return json.loads(answer.body, parse_float=_finite, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        size, kind = len(answer.body), _content_type(answer)
        raise ApiError(
            call,
            f"answered {answer.status} with {size} bytes ({kind}) that are not whole JSON ({_request_id_note(answer)})",
            status=answer.status,
            body={"request_id": _request_id(answer)},
            retryable=True,
            hint=_CHECK_URL if answer.body.lstrip().startswith(b"<") else _WAIT_AND_RETRY,
        ) from None


def _finite(text: str) -> float:
    """A number that a float can't hold must not be written back as another one."""
    number = float(text)
    is_lost = not number and text.lower().partition("e")[0].strip("-.0")
    if is_lost or number in (float("inf"), float("-inf")):
        raise ValueError(text)
    return number


def _no_constant(text: str) -> float:
    raise ValueError(text)


def _encoded(body: Mapping[str, Any]) -> bytes:
    return json.dumps(body, allow_nan=False).encode("ascii")


def _unwrapped(answer: Any) -> Any:
    """`{"resource": {...}}` or the bare object."""
    if isinstance(answer, dict) and "id" not in answer and isinstance(answer.get("resource"), dict):
        return answer["resource"]
    return answer


def _items(page: Any, answer: Answer) -> list[dict[str, Any]]:
    """A bare array, or `{"count", "results"}`."""
    items = page.get("results") if isinstance(page, dict) else page
    if not isinstance(items, list) or not all(_is_resource(_unwrapped(item)) for item in items):
        raise _malformed(f"GET {RESOURCES}", "answered with something that is not a list of resources", answer)
    return [_unwrapped(item) for item in items]


def _is_resource(item: Any) -> bool:
    """Whether it has what the engine can't do without."""
    return isinstance(item, dict) and str(item.get("id")).isdecimal()
