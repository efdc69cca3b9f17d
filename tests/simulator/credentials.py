# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors
"""Who may call the API, and what it tells the others."""

from __future__ import annotations

from dataclasses import dataclass

from .journal import token_sha256

NOT_PROVIDED = "Authentication credentials were not provided."
INVALID = "Token is invalid or expired"
WRONG_TYPE = "Given token not valid for any token type"
BAD_PERMANENT = "Bad permanent token: {token}"


@dataclass(frozen=True)
class Presented:
    """The Authorization header of a request, taken apart; the scheme in lower case."""

    scheme: str = ""
    token: str = ""

    @classmethod
    def read(cls, header: str) -> Presented:
        """Split the header's value."""
        scheme, _unused, token = header.strip().partition(" ")
        return cls(scheme.lower(), token.strip())

    @property
    def sha256(self) -> str | None:
        """The token's fingerprint, None without one."""
        return token_sha256(self.token) if self.token else None


@dataclass
class Credentials:
    """The permanent token and the session token that are accepted."""

    api_key: str
    bearer_token: str

    def refusal(self, presented: Presented) -> str | None:
        """Return the message of the 401, or None for a good token."""
        expected = {"apikey": self.api_key, "bearer": self.bearer_token}
        if presented.scheme not in expected or not presented.token:
            return NOT_PROVIDED
        if presented.token == expected[presented.scheme]:
            return None
        if presented.token in expected.values():
            return WRONG_TYPE
        if presented.scheme == "apikey" and "$" not in presented.token:
            return BAD_PERMANENT.format(token=presented.token)
        return INVALID
