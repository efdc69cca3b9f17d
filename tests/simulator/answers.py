# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors
"""What the API sends back: a document, an error, or a gateway's page."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

JSON = "application/json"
HTML = "text/html"

# How an error is written: with its class and message, by fields alone, or as a bare array of texts.
ERRORS = ("object", "fields", "list")

_CLASSES: Mapping[int, str] = {
    400: "ValidationError", 401: "AuthenticationError", 403: "PermissionDeniedError", 404: "NotFoundError",
    405: "MethodNotAllowedError", 409: "ConflictError", 429: "TooManyRequestsError",
}  # fmt: skip
_PAGE = """<!DOCTYPE html>
<html>
<head><title>{status} {phrase}</title></head>
<body><center><h1>{status} {phrase}</h1></center><hr><center>gateway</center>{more}</body>
</html>
"""


@dataclass
class Answer:
    """A response before it is sent."""

    status: int
    text: str
    content_type: str = JSON
    headers: dict[str, str] = field(default_factory=dict)


class ApiError(Exception):
    """An error that the API answers with."""

    def __init__(
        self,
        status: int,
        message: str | None = None,
        *,
        exception_class: str | None = None,
        invalid_fields: Mapping[str, list[str]] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self.status = status
        self.message = message or HTTPStatus(status).phrase
        self.exception_class = exception_class or _CLASSES.get(status, "ServerError")
        self.invalid_fields = invalid_fields
        self.headers = dict(headers or {})
        super().__init__(self.message)

    def answer(self, request_id: str, echo: list[str], shape: str = "object") -> Answer:
        """Write the error in a shape of ``ERRORS``; ``echo`` is what a careless server repeats of the request."""
        return Answer(self.status, json.dumps(getattr(self, f"_{shape}")(request_id, echo)), headers=self.headers)

    def _list(self, _request_id: str, echo: list[str]) -> list[str]:
        fields = self.invalid_fields or {}
        told = [f"{name}: {reason}" for name, reasons in fields.items() for reason in reasons]
        return [*(told or [self.message]), *echo]

    def _fields(self, request_id: str, echo: list[str]) -> dict[str, Any]:
        if not self.invalid_fields:
            return self._object(request_id, echo)
        return {"errors": {**self.invalid_fields, **({"received": echo} if echo else {})}}

    def _object(self, request_id: str, echo: list[str]) -> dict[str, Any]:
        document: dict[str, Any] = {
            "exception_class": self.exception_class,
            "message": " ".join([self.message, *echo]),
            "request_id": request_id,
        }
        if self.invalid_fields:
            document["invalid_fields"] = self.invalid_fields
        if echo:
            document["info"] = {"received": echo}
        return document


def document(value: Any) -> Answer:
    """Answer 200 with a JSON value."""
    return Answer(200, json.dumps(value))


def page(status: int, echo: list[str], headers: Mapping[str, str] | None = None) -> Answer:
    """Answer as a gateway in front of the API does."""
    more = "".join(f"<pre>{text}</pre>" for text in echo)
    text = _PAGE.format(status=status, phrase=HTTPStatus(status).phrase, more=more)
    return Answer(status, text, HTML, dict(headers or {}))
