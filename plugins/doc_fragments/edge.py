# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""The options of every plugin that looks at what the edges serve."""

from __future__ import annotations


class ModuleDocFragment:
    """Documentation fragment `gcore.web_security.edge`, and `.edge.probe` for those that decide by what they see."""

    DOCUMENTATION = r"""
options:
  edge_port: {type: int, default: 443, description: The TCP port of the TLS handshake.}
  edge_timeout:
    description:
      - Seconds for the TLS handshake. An edge that does not answer is a warning, and by itself no failure.
      - Of several addresses the first that answers counts. They share this time.
      - An edge that serves an ECDSA and an RSA certificate for one name is asked for both, or for the one that is
        looked for, by the cipher suites of TLS 1.2. Where it answers TLS 1.3 alone, only one of them can be seen.
    type: float
    default: 5.0
"""

    PROBE = r"""
options:
  edge_probe:
    description:
      - Whether to make a TLS handshake with the resource's edge, such as its protected IP, with its name as SNI, to see
        which certificate is really served. The API does not return the installed certificate.
      - V(auto) makes one handshake, unless the API does return the certificate, or HTTPS is off.
      - V(always) makes it in any case.
      - V(never) makes none, and leaves the expiry date as the only evidence. Use it where a firewall lets nothing
        through. The proof that O(verify=edge) asks for is looked for all the same.
    type: str
    choices: [auto, always, never]
    default: auto
"""
