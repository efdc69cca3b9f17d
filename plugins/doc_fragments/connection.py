# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""The options that every plugin of this collection shares: how to reach the API."""

from __future__ import annotations


class ModuleDocFragment:
    """Documentation fragment `gcore.web_security.connection`, with `.https` and, for plugins, `.plugins` beside it."""

    DOCUMENTATION = r"""
options:
  api_key:
    description:
      - A permanent API token of the Gcore account, sent with the scheme C(APIKey).
      - If unset, the environment variable E(GCORE_API_KEY) is used.
      - A permanent token may hold a C($). In a shell, put it between single quotes.
      - Exactly one of O(api_key) and O(api_token) is needed, as an option or from the environment.
    type: str
  api_token:
    description:
      - A session token of the Gcore customer portal, sent with the scheme C(Bearer).
      - If unset, the environment variable E(GCORE_API_TOKEN) is used.
    type: str
  api_url:
    description:
      - The base URL of the API.
      - If unset, the environment variable E(GCORE_BASE_URL) is used, then C(https://api.gcore.com).
      - Plain C(http) is refused unless the host is the machine itself, and never goes through a proxy.
    type: str
  retries:
    description:
      - How many times a call is tried again after a failure that may pass, such as a lost connection, a C(429) or a
        C(5xx).
      - The wait between two tries doubles from half a second to eight, or is what the API's C(Retry-After) asks for, up
        to a minute.
      - A write is never repeated blindly. The resource is read first, and written again only if that is still needed.
    type: int
    default: 5
  total_timeout:
    description: Seconds for the whole task, all tries and all waiting included.
    type: int
    default: 1800
notes:
  - No result, message, diff or log shows a key, a passphrase or a token, nor a part of one that the API repeats. What
    was given to an option of another type, and what looks like a secret in an option for none, is not shown either.
    The system's log of a host gets the names of the options and no value.
  - In messages, control characters in names, subjects and the API's words, and those that turn the direction of a text,
    are spelt by their numbers, such as C(\x1b). So they are in the facts of results, where line ends and tabs stay.
requirements:
  - Python 3.10 or later
  - requests 2.28 or later
  - cryptography 41 or later
"""

    HTTPS = r"""
options:
  validate_certs: {type: bool, default: true, description: Whether to verify the TLS certificate of the API.}
  ca_path:
    description:
      - A file of CA certificates in PEM, or a folder of them, to verify the API's certificate with.
      - If unset, the environment variable E(REQUESTS_CA_BUNDLE) is used, then the CA certificates that come with
        C(requests).
      - For C(https), the proxy variables of the environment, such as E(HTTPS_PROXY) and E(NO_PROXY), are honoured.
    type: path
  request_timeout:
    description: Seconds for one request and its whole answer, which may have up to 64 MiB.
    type: int
    default: 30
"""

    # What only the documentation of a plugin may have, and none of a module.
    PLUGINS = r"""
options:
  api_key:
    env:
      - name: GCORE_API_KEY
  api_token:
    env:
      - name: GCORE_API_TOKEN
  api_url:
    env:
      - name: GCORE_BASE_URL
"""
