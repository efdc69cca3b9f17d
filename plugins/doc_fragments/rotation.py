# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""What every module that writes certificates lets a user say about the writing, and supports."""

from __future__ import annotations


class ModuleDocFragment:
    """Documentation fragment `gcore.web_security.rotation`."""

    DOCUMENTATION = r"""
options:
  min_days_valid: {type: int, default: 0, description: Refuse a certificate that expires in fewer days.}
  require_alias_coverage:
    description: Whether it is an error, and not only a warning, that the certificate leaves an alias uncovered that has
      no certificate of its own.
    type: bool
    default: false
  allow_downgrade:
    description:
      - Whether a certificate may be replaced by one that expires earlier.
      - An expiry that only the API tells may be a rounded date. Up to a day later than the desired one, it is a warning
        and no error.
    type: bool
    default: false
  replace_lets_encrypt:
    description: Whether the certificate may take the place of a Let's Encrypt certificate, which renews itself.
    type: bool
    default: false
  force:
    description: Write the certificate even if it is already there. The task then always reports a change.
    type: bool
    default: false
  verify:
    description:
      - How to prove a change.
      - V(none) trusts the API's answer to the write.
      - V(api) reads the resource again. The certificate must show within 30 seconds, and no other setting may have
        moved.
      - V(edge) also waits until the edge serves the certificate, after a change, and where nothing had to be written.
        What is not proved in time is a failure. In check mode, one handshake is made, and a missing proof is a warning.
    type: str
    choices: [none, api, edge]
    default: api
  verify_timeout:
    description: Seconds for the edge to serve the certificate, or the edges of a wave theirs. The vendor says that it
      takes minutes, up to fifteen.
    type: int
    default: 900
  verify_interval:
    description: Seconds between two handshakes while waiting for the edge, or two rounds of them.
    type: int
    default: 10
attributes:
  check_mode:
    support: full
  idempotent:
    support: partial
    details:
      - With O(force=true) every run writes.
      - Where neither the API nor the edge tells which certificate is there, it is written to be sure.
"""
