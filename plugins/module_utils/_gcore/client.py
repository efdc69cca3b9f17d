# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""Where the API is spoken: its calls, its two answer shapes, its errors."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from .._errors import ApiError, InputError
from .._http.retry import UNKNOWN
from .._http.session import Session, request_id_note
from .._http.transport import Answer
from .raw_json import parse, serialise

PAGE_SIZE = 1000
"""The most that a list call of this vendor gives at once."""

_FRESH = 2.0
"""Seconds; the API has no ETags, so the older a read is when it is written back, the more it may undo."""

_NUMBER = re.compile("[0-9]{1,18}")

_HINTS: dict[int | None, str] = {
    400: "Nothing in the request is retried as it is: see invalid_fields.",
    401: "Check api_key (GCORE_API_KEY) or api_token (GCORE_API_TOKEN).",
    402: "The account's plan or balance does not allow it: look at the account's billing, or ask the vendor.",
    403: "The token's user may not do this: give it the role that may edit Web Security resources.",
    404: "Check the resource's id and its product, that the token belongs to the account that has it, and api_url.",
    405: "This is not a call of the API at this address: check api_url.",
    408: "The request did not arrive as a whole: look at the way to the API, and run the task again.",
    409: "Something else is changing the resource: run the task again when that is done.",
    413: "The API, or something in front of it, takes no request of that size: look at the length of the chain.",
    422: "Nothing in the request is retried as it is: see invalid_fields.",
    429: "The account's rate limit is used up: run the task again later.",
    451: "The API refuses it for legal reasons: ask the vendor's support.",
    None: "The API is not well or not reachable; run the task again later.",
}
_CHECK_URL = "Is api_url the API's address, and not something in front of it?"
_HINTS_BY_CLASS = {
    2: _CHECK_URL,
    3: "Set api_url to the API's own address.",
    4: "The same request would be refused again: mend what the API's words name, or ask the vendor's support.",
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
        """Return the value of `Authorization`."""
        return f"{self.scheme} {self.token}"

    def hint(self, status: int | None, message: str) -> str:
        """Return what to do about a status, None for no answer, that came with such words."""
        if status != 401:
            return _HINTS.get(status) or _HINTS_BY_CLASS.get((status or 0) // 100, _HINTS[None])
        if "not valid for any token type" in message:
            return _WRONG_SCHEME
        looks_cut = self.scheme == "APIKey" and not self.token.partition("$")[2]
        return f"{_HINTS[401]} {_LOOKS_CUT}" if looks_cut else _HINTS[401]


def credentials(api_key: str | None, api_token: str | None) -> Credentials:
    """Return the one token of a task, if it is one that a header can have."""
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

    def __init__(self, session: Session) -> None:
        self.clock = session.clock
        self.deadline = session.deadline
        self.pause = session.pause
        self._session = session

    def hinting(self, status: int, hint: str) -> Client:
        """Return the same client that knows another thing to do about a status."""
        session = self._session
        words = {status: hint}
        return Client(replace(session, hint=lambda code, said: words.get(code or 0) or session.hint(code, said)))

    def listed(self, path: str, what: str, *, is_paged: bool = False) -> Iterator[dict[str, Any]]:
        """Give every item of a list, each once, in whichever shape and pages it comes, asked for pages or not."""
        seen: set[int] = set()
        more = f"{path}{'&' if '?' in path else '?'}limit={PAGE_SIZE}"
        page_path = more if is_paged else path
        while True:
            (page, _twice), answer = self._session.ask("GET", page_path, parse=parse)
            items = _items(page)
            if items is None:
                raise self._malformed(f"GET {path}", answer, f"answered with something that is not a list of {what}")
            fresh = {int(item["id"]): item for item in items if int(item["id"]) not in seen}
            seen.update(fresh)
            yield from fresh.values()
            total = str(page.get("count")) if isinstance(page, dict) else ""
            if not _NUMBER.fullmatch(total) or len(seen) >= int(total):
                return
            if not fresh:
                raise self._malformed(f"GET {path}", answer, f"announced {total} {what} and gave {len(seen)}")
            page_path = f"{more}&offset={len(seen)}"

    def read(
        self, path: str, number: int | None, what: str, *, to_write: bool = False, if_twice: str = ""
    ) -> dict[str, Any]:
        """Return one item, as the API's own JSON, None being for what has no number; a write to follow gets its place.

        With words for it, JSON that has a name twice in one object is refused.
        """
        (page, twice), answer = self._session.ask("GET", path, parse=parse, places=2 if to_write else 1)
        found = _unwrapped(page)
        is_it = isinstance(found, dict) if number is None else _is_item(found) and int(found["id"]) == number
        if not is_it:
            raise self._malformed(f"GET {path}", answer, f"answered with something that is not {what}")
        if twice is not None and if_twice:
            problem = f"answered with JSON that has {twice[:60]!r} twice in one object"
            raise self._session.unusable(f"GET {path}", answer, problem, if_twice)
        return found

    def is_fresh(self, read_at: float) -> bool:
        """Wait out a pause that the API asks for, and tell whether a read of that moment may still be written back."""
        self._session.rate_limiter.wait(self.deadline, places=0)
        return self.clock.monotonic() - read_at <= _FRESH

    def write(self, method: str, path: str, body: Mapping[str, Any]) -> str:
        """Send a write for which a read took the place, once, and leave its answer unread; return the receipt."""
        answer = self._session.send(method, path, serialise(body), places=0)
        return f"{method} {path} answered {answer.status} ({request_id_note(answer)})"

    def send(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> tuple[dict[str, Any], Answer]:
        """Send a write that no read prepares, once; return the item of the answer, empty where it has none."""
        answer = self._session.send(method, path, None if body is None else serialise(body))
        try:
            found = _unwrapped(parse(answer.body)[0])
        except (ValueError, RecursionError):
            found = None
        return found if _is_item(found) else {}, answer

    def doubtful(self, call: str, answer: Answer, problem: str) -> ApiError:
        """Return what is to be said of a write's answer that leaves open what became of it."""
        return self._session.unusable(call, answer, problem, _CHECK_URL, UNKNOWN)

    def _malformed(self, call: str, answer: Answer, problem: str) -> ApiError:
        return self._session.unusable(call, answer, problem, _CHECK_URL)


def _unwrapped(answer: Any) -> Any:
    """Return the bare object, which may be the one of `{"resource": {...}}`."""
    if isinstance(answer, dict) and "id" not in answer and isinstance(answer.get("resource"), dict):
        return answer["resource"]
    return answer


def _items(page: Any) -> list[dict[str, Any]] | None:
    """Return what a bare array or `{"count", "results"}` lists, None where it is something else."""
    items = page.get("results") if isinstance(page, dict) else page
    items = [_unwrapped(item) for item in items] if isinstance(items, list) else [None]
    return items if all(map(_is_item, items)) else None


def _is_item(item: Any) -> bool:
    """Tell whether it has what the engine can't do without."""
    return isinstance(item, dict) and bool(_NUMBER.fullmatch(str(item.get("id"))))
