# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors
"""What the API sends back: a document, an error, or a gateway's page."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

JSON = "application/json"
HTML = "text/html"

_CLASSES: Mapping[int, str] = {
    400: "ValidationError",
    401: "AuthenticationError",
    403: "PermissionDeniedError",
    404: "NotFoundError",
    405: "MethodNotAllowedError",
    409: "ConflictError",
    429: "TooManyRequestsError",
}
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
        fields: Mapping[str, list[str]] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self.status = status
        self.message = message or HTTPStatus(status).phrase
        self.exception_class = exception_class or _CLASSES.get(status, "ServerError")
        self.invalid_fields = invalid_fields
        self.fields = fields
        self.headers = dict(headers or {})
        super().__init__(self.message)

    def answer(self, request_id: str, echo: list[str]) -> Answer:
        """Write the error; ``echo`` is what a careless server repeats of the request."""
        if self.fields is not None:  # as the CDN API says it
            errors = {**self.fields, **({"received": echo} if echo else {})}
            return Answer(self.status, json.dumps({"errors": errors}), headers=self.headers)
        document: dict[str, Any] = {
            "exception_class": self.exception_class,
            "message": " ".join([self.message, *echo]),
            "request_id": request_id,
        }
        if self.invalid_fields:
            document["invalid_fields"] = self.invalid_fields
        if echo:
            document["info"] = {"received": echo}
        return Answer(self.status, json.dumps(document), headers=self.headers)


def document(value: Any) -> Answer:
    """Answer 200 with a JSON value."""
    return Answer(200, json.dumps(value))


def page(status: int, echo: list[str], headers: Mapping[str, str] | None = None) -> Answer:
    """Answer as a gateway in front of the API does."""
    more = "".join(f"<pre>{text}</pre>" for text in echo)
    text = _PAGE.format(status=status, phrase=HTTPStatus(status).phrase, more=more)
    return Answer(status, text, HTML, dict(headers or {}))
