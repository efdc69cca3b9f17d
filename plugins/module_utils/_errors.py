# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""Everything that can go wrong, as one tree. An error says what happened and what to do next; nothing secret."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

Error = TypeVar("Error", bound="GcoreError")


class GcoreError(Exception):
    """The base of every error that this collection raises on purpose."""

    hint = ""
    known: object = None  # what the result can tell all the same, in the operation's own terms

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        if hint is not None:
            self.hint = hint

    def details(self) -> dict[str, Any]:
        """Return what the result shows besides the message."""
        return {}

    def again(self: Error) -> Error:
        """Return the same error for another site that it is so of, which knows nothing yet."""
        twin = type(self).__new__(type(self), *self.args)
        vars(twin).update(vars(self), known=None)
        return twin

    def told(self, *more: str) -> str:
        """Write it as sentences: what happened, what else there is to say of that, and what to do next."""
        return " ".join(part for part in (self.message.rstrip(". ") + ".", *more, self.hint) if part)


class MissingLibraryError(GcoreError):
    """This Python lacks a library that the engine needs."""

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__(
            f"The Python that runs this task ({sys.executable}) lacks: {', '.join(names)}",
            f"Install them for that Python: {sys.executable} -m pip install 'requests>=2.28' 'cryptography>=41'.",
        )


class InputError(GcoreError):
    """An option, or a file that it names, can't be used."""


class PemError(InputError):
    """A text is not the PEM that it should be (RFC 7468)."""


class CertificateError(InputError):
    """A certificate or its chain would break the site, or can't be read."""


class PrivateKeyError(InputError):
    """A private key can't be read, or is not the certificate's."""


class ResourceLookupError(GcoreError):
    """No resource, or more than one, has the name that was asked for."""


class MatchError(GcoreError):
    """Which certificate a resource shall have can't be decided."""


class ConflictError(GcoreError):
    """The resource is in a state that is only changed when the task says so explicitly."""


class DowngradeError(ConflictError):
    """The resource has a certificate that lives longer than the desired one."""


class CollateralError(GcoreError):
    """Another setting of the resource changed while its certificate was replaced."""


class NotStoredError(GcoreError):
    """The API accepted a write, and does not show its effect."""


class NotServedError(GcoreError):
    """The edge does not serve the stored certificate within the time it was given."""


class StoppedError(GcoreError):
    """The run was stopped before this resource was written."""

    hint = "Run the task again: it writes only what is still needed."


class DeadlineError(GcoreError):
    """The task ran out of its total time."""

    hint = "Raise total_timeout, or run the task again: it goes on where this run stopped."


class ApiError(GcoreError):
    """A call of the API, such as `PUT /security/resources/7`, failed."""

    def __init__(
        self,
        call: str,
        problem: str,
        *,
        status: int | None = None,  # of HTTP, None where there was no answer
        body: Mapping[str, Any] | None = None,
        hint: str | None = None,
        retry_after: float | None = None,  # seconds that the API asked to wait
        retryable: bool = False,  # the same call may succeed later
        outcome_unknown: bool = False,  # a write that may or may not have taken effect
    ) -> None:
        super().__init__(f"{call} {problem}", hint)
        self.call = call
        self.status = status
        self.body = dict(body or {})
        self.retry_after = retry_after
        self.retryable = retryable
        self.outcome_unknown = outcome_unknown

    def details(self) -> dict[str, Any]:
        """Return the facts that support asks for."""
        known = ("exception_class", "message", "invalid_fields", "info", "request_id")
        return {
            "api_error": {"call": self.call, "status": self.status, **{name: self.body.get(name) for name in known}}
        }


class InternalError(GcoreError):
    """A mistake in this collection."""

    hint = "This is a bug: please report it with the output at -vvv, which shows no secret."

    def __init__(self, error: Exception) -> None:
        super().__init__(f"unexpected {type(error).__name__}: {error}")


@contextmanager
def carrying(known: Callable[[], object]) -> Iterator[None]:
    """Let every error that leaves the block carry what is known by then."""
    try:
        yield
    except Exception as error:
        told = error if isinstance(error, GcoreError) else InternalError(error)
        told.known = known() if told.known is None else told.known
        if told is error:
            raise
        raise told from error
