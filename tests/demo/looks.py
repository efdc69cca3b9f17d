# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""How a user looks at a resource: with the usual tools, or with Python where they are not there."""

from __future__ import annotations

import shutil

from .shop import NAME, RESOURCE_ID

_BY_CURL = f"""\
curl --silent --header "Authorization: APIKey $GCORE_API_KEY" $GCORE_BASE_URL/security/resources/{RESOURCE_ID} |
  python3 -m json.tool | grep -E '"(name|status|ssl_type|service_ssl_expire)"'"""

_BY_OPENSSL = f"""\
openssl s_client -connect $EDGE -servername {NAME} </dev/null 2>/dev/null |
  openssl x509 -noout -subject -enddate -fingerprint -sha256"""


def api_command() -> str:
    """What the API says."""
    return _BY_CURL if shutil.which("curl") else f"python3 -m demo.peek api {RESOURCE_ID}"


def edge_command() -> str:
    """What the edge serves."""
    return _BY_OPENSSL if shutil.which("openssl") else f"python3 -m demo.peek edge $EDGE {NAME}"
