# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""The options of every plugin that writes certificates of the CDN, where they are objects that resources share."""

from __future__ import annotations


class ModuleDocFragment:
    """Documentation fragment `gcore.web_security.objects`."""

    DOCUMENTATION = r"""
options:
  edge_host:
    description:
      - The address or host name of the CDN's edge, to see there which certificate is really served.
      - If unset, the account is asked for its C(cname), once a task. A token that may not know it leaves the edge
        unasked, and a warning says so.
      - An edge that serves a name what it serves any other name does not speak for it, because its DNS may not point
        there yet. That proves nothing, and O(verify=edge) waits a minute for it and no longer.
      - It is refused where none of the resources are the CDN's.
    type: str
  delete_superseded:
    description:
      - Whether to delete from the CDN, after the proof of a change, certificates that this collection uploaded earlier
        for the same names, that end earlier than the new one, and that nothing uses. The newest two stay.
      - What somebody else uploaded is never deleted.
    type: bool
    default: true
  validate_root_ca:
    description:
      - Whether the CDN shall refuse an upload whose chain leads to no public authority. If unset, the vendor decides.
      - It is refused where none of the resources are the CDN's.
    type: bool
notes:
  - On the CDN a certificate is an object of its own, which resources share. It is found by its name, or uploaded once,
    and attached with a C(PATCH) of C(sslData) and C(sslEnabled) and nothing else. The name is C(gws1-), the first host
    name, and a part of the SHA-256 of all that is uploaded. An object is never changed.
  - Of an object the CDN tells issuer, subject, names and both dates. Where they tell which certificate is attached,
    results call that evidence V(expiry), or V(api) where the name of the object tells it too.
  - A CDN resource that is suspended or switched off is left alone, one that the vendor has disabled or still sets up is
    not written, and one that the Streaming Platform uses is written only where it is named.
"""
