# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""Tells ansible-rulebook of certificates of Gcore Web Security that come into another state."""

from __future__ import annotations

DOCUMENTATION = r"""
---
short_description: Tell when certificates of Gcore Web Security resources are about to expire
version_added: 1.0.0
author: The gcore.web_security authors (@gcore-web-security)
description:
  - Looks at the host names of an account again and again, as the module gcore.web_security.gcore_resource_cert_info
    does, and sends one event when a host name comes into another state, not one with each look.
  - When the source starts, there is one for each host name that is in a bad state, whose level is not V(ok). What was
    told before is not known after a restart.
  - When a host name is well again there is an event too, and when one that was bad is no longer there.
  - A look that fails ends nothing. The next one is made after O(interval).
  - Options that cannot be right are an error when the source starts.
options:
  interval: {type: int, default: 3600, description: Seconds from the end of a look to the next one.}
  repeat_after:
    description:
      - Seconds after which a bad state that lasts is told once more. If unset, it is not.
      - Set it where an action may come too early, such as a rotation before the new certificate is there.
    type: int
  include:
    description: Only the resources with these ids, names, or names that match these globs.
    type: list
    elements: str
  exclude:
    description: Not the resources with these ids, names, or names that match these globs.
    type: list
    elements: str
  probe_edge:
    description: Whether to make a TLS handshake for each host name. Without, the API's expiry is all that is known.
    type: bool
    default: true
  warning_days:
    description: With fewer days left, and less than O(warning_percent) of its lifetime, a certificate is in the state
      V(warning). In its last 24 hours none is V(ok).
    type: int
    default: 30
  critical_days:
    description: With fewer days left, and less than O(critical_percent) of its lifetime, a certificate is in the state
      V(critical). In its last 24 hours every one is, or in its last third if it lives less than three days.
    type: int
    default: 7
  warning_percent:
    description: How much of its lifetime is left, see O(warning_days). With V(100), days count alone.
    type: int
    default: 25
  critical_percent:
    description: How much of its lifetime is left, see O(critical_days). With V(100), days count alone.
    type: int
    default: 10
  concurrency: {type: int, default: 16, description: How many edges are asked at the same time.}
  requests_per_second:
    description: The most requests a second to the API. If unset, as many as it takes without complaint.
    type: float
  edge_port: {type: int, default: 443, description: The TCP port of the TLS handshake.}
  edge_timeout: {type: float, default: 5.0, description: Seconds for the TLS handshake.}
  api_key:
    description:
      - A permanent API token of the Gcore account. If unset, the environment variable E(GCORE_API_KEY) is used.
      - Exactly one of O(api_key) and O(api_token) is needed, as an option or from the environment.
    type: str
  api_token:
    description: A session token of the Gcore customer portal. If unset, the environment variable E(GCORE_API_TOKEN) is
      used.
    type: str
  api_url:
    description: The base URL of the API. If unset, the environment variable E(GCORE_BASE_URL) is used, then
      C(https://api.gcore.com).
    type: str
  validate_certs: {type: bool, default: true, description: Whether to verify the TLS certificate of the API.}
  ca_path:
    description: A file of CA certificates in PEM, or a folder of them, to verify the API's certificate with.
    type: path
  request_timeout: {type: int, default: 30, description: Seconds for one request and its whole answer.}
  retries:
    description: How many times a call is tried again after a failure that may pass, before the look fails.
    type: int
    default: 5
  total_timeout: {type: int, default: 1800, description: "Seconds for one look, all tries and all waiting included."}
notes:
  - An empty string and an empty environment variable count as unset.
  - The event of a host name is C(cert_expiry), with C(host), C(resource_id), C(resource), C(is_alias), C(state),
    C(level), C(reasons), C(ssl_type), C(evidence), C(not_after) and C(days_left) as the module returns them,
    C(previous_state) and C(previous_level) (null if it was not seen before), C(is_repeat), and C(msg), a line for a
    person. The state of a host name that is no longer there is C(gone).
  - The event of the source itself is C(cert_expiry_source), with C(state), which is C(failing) once a look failed and
    C(working) once one did not fail again, and C(msg).
  - No event holds what Ansible would take for a template.
requirements:
  - ansible-core, requests 2.28 or later and cryptography 41 or later, in the Python of ansible-rulebook
"""

EXAMPLES = r"""
# With the token from the environment variable GCORE_API_KEY
- gcore.web_security.cert_expiry:

- name: certificates
  gcore.web_security.cert_expiry:
    api_key: "{{ gcore_api_key }}"
    interval: 600
    repeat_after: 86400
    exclude: ["*.staging.example.com"]
"""

import asyncio
import logging
import sys
import threading
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol


def _make_importable(path: Path) -> None:
    """Let Python find the rest of the collection."""
    # ansible-rulebook runs this file by its path, and tells nobody where collections are. The `ansible_collections` of
    # Ansible's big package would hide any other.
    folder = path.parents[6]
    if folder.name != "ansible_collections":
        return
    if str(folder.parent) not in sys.path:
        sys.path.insert(0, str(folder.parent))
    import ansible_collections

    if str(folder) not in ansible_collections.__path__:
        ansible_collections.__path__.insert(0, str(folder))


_make_importable(Path(__file__).absolute())

from ansible_collections.gcore.web_security.plugins.module_utils._clock import Clock
from ansible_collections.gcore.web_security.plugins.module_utils._errors import GcoreError, InputError, StoppedError
from ansible_collections.gcore.web_security.plugins.module_utils._expiry.operation import SCAN_RESOURCES, scan_resources
from ansible_collections.gcore.web_security.plugins.module_utils._gcore.client import credentials
from ansible_collections.gcore.web_security.plugins.module_utils._libraries import require_libraries
from ansible_collections.gcore.web_security.plugins.module_utils._options import (
    RESOURCE_CERT_INFO,
    Options,
    Specification,
    resolved,
    without_empty,
)
from ansible_collections.gcore.web_security.plugins.module_utils._task import Task, run
from ansible_collections.gcore.web_security.plugins.module_utils._validation import parsed
from ansible_collections.gcore.web_security.plugins.plugin_utils._expiry_events import Memory, events_of

LOGGER = logging.getLogger("gcore.web_security.cert_expiry")
Json = dict[str, Any]

_OWN: Options = {"interval": {"type": "int", "default": 3600}, "repeat_after": {"type": "int"}}
_NOT_HERE = {"resource_id", "name", "certificates", "directory", "prefer_key_type"}
OPTIONS = Specification({**_OWN, **{name: RESOURCE_CERT_INFO[name] for name in RESOURCE_CERT_INFO.keys() - _NOT_HERE}})
# What ansible-rulebook puts among the options.
_FEEDBACK = ("feedback", "eda_feedback_queue")


class Queue(Protocol):
    """Takes the events for ansible-rulebook."""

    async def put(self, event: Json) -> None:
        """Send an event."""


async def main(queue: Queue, args: Json) -> None:
    """Look again and again, until the rulebook ends.

    Raises:
        ValueError: the options can't be right.
    """
    try:
        options = options_of(args)
    except GcoreError as error:
        raise ValueError(error.told()) from None
    await watch(queue, lambda: look(options), options["interval"], options["repeat_after"])


def options_of(args: Json) -> Json:
    """Return the options with their defaults; an empty one counts as unset.

    Raises:
        GcoreError: there is an unknown one, one can't be right, or there are no credentials.
    """
    require_libraries()
    given = without_empty({name: value for name, value in args.items() if name not in _FEEDBACK})
    read = parsed(OPTIONS, given)
    if read.complaints:
        raise InputError(" ".join(read.complaints))
    options = read.values
    for name in _OWN:
        if options[name] is not None and options[name] < 1:
            raise InputError(f"{name} is {options[name]}, the least that it can be is 1")
    values = resolved(options)
    credentials(values["api_key"], values["api_token"])
    return options


async def watch(
    queue: Queue,
    scan: Callable[[], Awaitable[Json]],
    interval: float,
    repeat_after: float | None,
    *,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> None:
    """Send what changed from each scan to the next, for ever."""
    memory = Memory()
    while True:
        result = await scan()
        for warning in result.get("warnings") or ():
            LOGGER.warning("%s", warning)
        if result.get("failed"):
            LOGGER.error("The certificates could not be looked at: %s", result["msg"])
        else:
            LOGGER.info("%s", result["msg"])
        events, memory = events_of(result, memory, clock(), repeat_after)
        for event in events:
            await queue.put(event)
        await sleep(interval)


async def look(options: Json) -> Json:
    """Scan once, in a thread: the rulebook goes on meanwhile. It ends soon after nobody waits for it any more."""
    is_over = threading.Event()

    def monotonic() -> float:
        if is_over.is_set():
            raise StoppedError("the event source was stopped")
        return time.monotonic()

    def until_over(task: Task) -> Json:
        return scan_resources(replace(task, clock=Clock(monotonic=monotonic)))

    operation = SCAN_RESOURCES._replace(perform=until_over)
    values = {**dict.fromkeys(_NOT_HERE), **options}
    try:
        return await asyncio.to_thread(run, operation, values, check_mode=False, diff=False)
    finally:
        is_over.set()
