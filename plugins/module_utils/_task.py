# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""One task and its one error boundary: whatever runs inside, what comes out is a result that shows no secret."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from ._clock import Clock, Deadline
from ._errors import GcoreError, InternalError
from ._gcore.account import Account
from ._gcore.client import Client, credentials
from ._gcore.site import WEB_SECURITY
from ._http.rate_limiter import RateLimiter
from ._http.retry import Backoff
from ._http.session import Session
from ._http.transport import Transport
from ._libraries import require_libraries
from ._misplaced import mind_misplaced
from ._options import SECRETS, resolved
from ._redaction import Redactor
from ._wording import printable, readable

Say = Callable[[str], None]
Result = dict[str, Any]


def silent(_line: str) -> None:
    """Say nothing."""


class Interruption:
    """Whether somebody wants the task to end: the number of the signal that said so, 0 before."""

    signal = 0


@dataclass
class Task:
    """What an operation gets to work with."""

    values: dict[str, Any]  # the parameters, the environment filled in, empty ones None
    check_mode: bool
    redactor: Redactor  # learns every secret before it is used
    clock: Clock = field(default_factory=Clock)
    say: Say = silent  # shows a line to the person who waits
    interruption: Interruption = field(default_factory=Interruption)

    def account(
        self,
        products: Iterable[str] = (WEB_SECURITY,),
        connections: int = 1,
        on_hold: Callable[[float], None] | None = None,
    ) -> Account:
        """Make the way to an account, for so many workers; `on_hold` is told the seconds of a pause that the API wants.

        Raises:
            InputError: the connection options contradict each other, or name no credentials.
        """
        owner = credentials(self.values["api_key"], self.values["api_token"])
        seconds = self.values["total_timeout"]
        session = self.session("api_url", owner.header(), owner.hint, seconds, connections, on_hold)
        return Account.of(Client(session), products, self.values)

    def session(
        self,
        url_option: str,
        authorization: str,
        hint: Callable[[int | None, str], str],
        seconds: float,
        connections: int = 1,
        on_hold: Callable[[float], None] | None = None,
    ) -> Session:
        """Make the way to one API, which is gone within so many seconds."""
        values = self.values
        self.redactor.add(authorization.partition(" ")[2])
        verifying = {name: values[name] for name in ("validate_certs", "ca_path")}
        return Session(
            Transport(values[url_option], **verifying, connections=connections, option=url_option),
            authorization,
            hint,
            self.redactor,
            clock=self.clock,
            deadline=Deadline(self.clock, seconds),
            rate_limiter=RateLimiter(self.clock, values.get("requests_per_second"), on_hold),
            backoff=Backoff(tries=values.get("retries", Backoff.tries)),
            request_timeout=values["request_timeout"],
        )


class Operation(NamedTuple):
    """What a module does, and how that is told."""

    # Returns what there is to tell; its errors carry as much of that as was known.
    perform: Callable[[Task], Any]
    # Makes the result of what is known, which may be None, of the error that ended it, and whether a diff is asked for.
    render: Callable[[Any, GcoreError | None, bool], Result]


def run(
    operation: Operation,
    parameters: Mapping[str, Any],
    *,
    check_mode: bool,
    diff: bool,
    say: Say = silent,
    interruption: Interruption | None = None,
) -> Result:
    """Run an operation with the parameters as Ansible parsed them, to its result, a failed one included."""
    redactor = Redactor()
    hidden: list[str] = []
    try:
        require_libraries()
        values = resolved(parameters)
        hidden = mind_misplaced(redactor, values)
        for name in SECRETS:
            redactor.add(values.get(name))
        task = Task(values, check_mode, redactor, say=lambda line: say(printable(line)))
        task.interruption = interruption or task.interruption
        result = operation.render(operation.perform(task), None, diff)
    except Exception as error:  # noqa: BLE001  # the boundary: nothing passes it uncleaned
        told = error if isinstance(error, GcoreError) else InternalError(error)
        result = operation.render(told.known, told, diff)
        if isinstance(told, InternalError):
            result["exception"] = _traceback(error)
    if hidden and result.get("failed"):
        result["msg"] += f" What {', '.join(hidden)} was given is no path, and not shown: it may be a secret."
    return dict(readable(redactor.clean(result)))


def _traceback(error: Exception) -> str:
    # The lines of a message are indented as well: none of them looks as if Ansible had written it.
    chunks = traceback.TracebackException.from_exception(error).format()
    return "".join(chunk.rstrip("\n").replace("\n", "\n  ") + "\n" for chunk in chunks)
