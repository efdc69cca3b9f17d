#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Documentation and wiring; the work is in module_utils/_expiry."""

from __future__ import annotations

DOCUMENTATION = r"""
module: gcore_resource_cert_info
short_description: Tells when the TLS certificates of Gcore Web Security resources expire, and what visitors really get
version_added: 1.0.0
author: The gcore.web_security authors (@gcore-web-security)
description:
  - Looks at every host name of the account, which are the names of the resources and their aliases, or at some of them.
  - What the API says of each is put beside what its edge really serves, and both together make one state. Nothing is
    changed.
  - Optionally tells where given certificates are, and which resources do not have theirs yet.
options:
  resource_id:
    description: The id of the one resource to look at.
    type: int
  name:
    description: The exact host name of the one resource to look at. Aliases do not count.
    type: str
  probe_edge:
    description:
      - Whether to make TLS handshakes for each host name, to see what visitors get. If not, the expiry that the API
        tells is all that is known.
      - There are two, since an edge may have one certificate with an RSA key and one with an ECDSA key.
      - When none of the first edges answers, which is so behind a firewall, the rest are not asked.
    type: bool
    default: true
  warning_days:
    description:
      - A certificate is in the state V(warning) with fewer days left, if less than O(warning_percent) of its lifetime
        is left too. So the smaller of both counts.
      - In its last 24 hours no certificate is V(ok), whatever the four thresholds are.
    type: int
    default: 30
  critical_days:
    description:
      - A certificate is in the state V(critical) with fewer days left, if less than O(critical_percent) of its lifetime
        is left too. So the smaller of both counts.
      - In its last 24 hours every certificate is V(critical), whatever the four thresholds are. If it lives less than
        three days, it is in the last third of its life.
    type: int
    default: 7
  warning_percent:
    description: How much of a certificate's lifetime is left, see O(warning_days). With V(100), days count alone, as
      they do where nobody tells when the certificate began.
    type: int
    default: 25
  critical_percent:
    description: How much of a certificate's lifetime is left, see O(critical_days). With V(100), days count alone, as
      they do where nobody tells when the certificate began.
    type: int
    default: 10
  certificates:
    description: Certificates to compare with. No keys are needed. Which one belongs on which resource is decided as
      M(gcore.web_security.gcore_fleet_cert) does. One whose file is empty is left out with a warning.
    type: list
    elements: dict
    suboptions:
      certificate: {type: str, description: "The certificate in PEM, alone or with the rest of its chain."}
      certificate_path: {type: path, description: "A file with what O(certificates[].certificate) takes."}
      label: {type: str, description: "How results call it. If unset, the path, or its place in the list."}
      resources:
        description: Ids or names of the resources that it is meant for. If unset, those that it covers.
        type: list
        elements: str
  directory:
    description: A folder with certificates to compare with, in the layouts that M(gcore.web_security.gcore_fleet_cert)
      knows. PKCS#12 bundles in it are left out.
    type: path
  prefer_key_type:
    description:
      - Which certificate to compare with where an ECDSA and an RSA one fit a resource equally well. What it was for
        M(gcore.web_security.gcore_fleet_cert).
      - If unset, the one whose type of key the host name has.
    type: str
    choices: [ecdsa, rsa]
extends_documentation_fragment:
  - gcore.web_security.connection
  - gcore.web_security.connection.https
  - gcore.web_security.edge
  - gcore.web_security.many
  - gcore.web_security.many.selection
  - gcore.web_security.attributes
  - gcore.web_security.attributes.local_or_remote
attributes:
  check_mode:
    support: full
    details: Nothing is changed in any mode.
  diff_mode:
    support: none
    details: Nothing is changed.
  idempotent:
    support: full
seealso:
  - module: gcore.web_security.gcore_resource_cert
  - module: gcore.web_security.gcore_fleet_cert
"""

EXAMPLES = r"""
- name: Look at the whole account
  gcore.web_security.gcore_resource_cert_info:
    api_key: "{{ gcore_api_key }}"
  register: scan

- name: Fail where visitors are, or soon will be, without a valid certificate
  ansible.builtin.assert:
    that: scan.level != "critical"
    fail_msg: "{{ scan.msg }}"

- name: Which resources do not have the certificates of this folder yet
  gcore.web_security.gcore_resource_cert_info:
    directory: /etc/letsencrypt/live
    exclude: ["*.staging.example.com"]

- name: By the API alone, from behind a firewall
  gcore.web_security.gcore_resource_cert_info:
    name: www.example.com
    probe_edge: false
"""

RETURN = r"""
msg:
  description: Counts, and the worst host names first.
  returned: always
  type: str
  sample: "3 host names of 2 resources: 1 critical, 2 ok. Worst first: www.example.com: expires in 3 days, at
    2026-12-01T00:00:00Z."
checked_at:
  description: The time of the run.
  returned: success
  type: str
  sample: "2026-11-27T20:00:00Z"
worst:
  description: The worst state of all, null where there is no host name.
  returned: success
  type: str
level:
  description: The same as V(ok), V(warning) or V(critical).
  returned: success
  type: str
thresholds:
  description: By what the ends were judged.
  returned: success
  type: dict
  sample: {"warning_days": 30, "critical_days": 7, "warning_percent": 25, "critical_percent": 10}
summary:
  description: How many host names are in which state, the worst state first, and how many there are.
  returned: success
  type: dict
  sample: {"expired": 0, "not_covered": 0, "critical": 1, "mismatch": 0, "unreachable": 0, "warning": 0,
    "no_certificate": 0, "lets_encrypt": 0, "ok": 2, "hosts": 3, "resources": 2, "lagging": 0}
hosts:
  description: One entry for each host name, resources in the order of their names, each before its aliases.
  returned: success
  type: list
  elements: dict
  contains:
    host: {type: str, description: The host name.}
    resource_id: {type: int, description: The id of the resource.}
    resource: {type: str, description: The name of the resource.}
    is_alias: {type: bool, description: Whether the host name is an alias of the resource.}
    resource_status: {type: str, description: "V(active) or V(suspended), as the API tells it."}
    state:
      description:
        - The worst that applies, in this order.
        - V(expired), its end is over.
        - V(not_covered), the certificate is for other names.
        - V(critical), its end is near, or it is not valid yet.
        - V(mismatch), the edge serves another certificate than the API's expiry says. After a change this lasts for
          minutes.
        - V(unreachable), the edge did not answer, or nobody tells when the certificate ends.
        - V(warning), its end comes nearer, or the chain that is served is incomplete.
        - V(no_certificate), HTTPS is off.
        - V(lets_encrypt), the vendor renews it. That its end comes nearer is told of these only when it is critical, or
          within the last 24 hours.
        - V(ok).
      type: str
    level: {type: str, description: "V(critical), V(warning) or V(ok)."}
    reasons:
      description: All that is to be said, the worst first. Empty where all is well.
      type: list
      elements: str
      sample: ["expires in 3 days, at 2026-12-01T00:00:00Z"]
    ssl_type: {type: str, description: "V(custom), V(le) for Let's Encrypt, null for no HTTPS."}
    evidence: {type: str, description: "Where RV(hosts[].not_after) comes from, V(edge), V(api) or V(none)."}
    not_after:
      description:
        - When the certificate that visitors get expires, UTC. Where the edge does not tell, the API's expiry.
        - Where the edge serves one with an RSA key and one with an ECDSA key, as the client likes, both are judged, and
          this is of the one that is worse.
      type: str
    days_left: {type: int, description: "Whole days until then, negative once it is over."}
    lifetime_left_percent:
      description: How much of the certificate's lifetime is left. Null where only its end is known.
      type: int
    warning_from:
      description: From when on its end is near enough for V(warning), UTC. Null where no end is known.
      type: str
    critical_from:
      description: From when on its end is near enough for V(critical), UTC. Null where no end is known.
      type: str
    api:
      description: The API's expiry, as RV(hosts[].api.not_after) and RV(hosts[].api.days_left).
      type: dict
      contains:
        not_after: {type: str, description: UTC.}
        days_left: {type: int, description: Whole days.}
    edge:
      description: What the edge answered. Null where it was not asked.
      type: dict
      contains:
        address: {type: str, description: Its IP address.}
        port: {type: int, description: Its TCP port.}
        problem: {type: str, description: "Why there is no certificate, null where there is one."}
        certificate:
          description: Facts of the leaf that it serves, as M(gcore.web_security.gcore_resource_cert) returns them.
          type: dict
          sample: {"fingerprint_sha256": "9b74c9897bac770ffc029102a200c5de9b74c9897bac770ffc029102a200c5de",
            "subject": "CN=www.example.com", "issuer": "CN=Example CA,O=Example", "serial_number": "295012341234",
            "subject_alt_names": ["www.example.com"], "key_type": "ECDSA", "key_size": 256,
            "not_before": "2026-09-02T00:00:00Z", "not_after": "2026-12-01T00:00:00Z", "days_left": 3}
        chain:
          description: The chain that it serves. Null where the Python that runs this can't tell.
          type: dict
          contains:
            length: {type: int, description: "How many certificates, the leaf included."}
            is_complete:
              description: Whether it leads on from the leaf, as far as it shows that. Null where nobody can tell.
              type: bool
            not_after: {type: str, description: "When the first of them expires, UTC."}
            days_left: {type: int, description: Whole days until then.}
        other_certificate:
          description:
            - Facts of the leaf with a key of the other type, RSA or ECDSA, that it has for clients that want that one.
            - Null where it has none, and where that can't be told.
          type: dict
        other_problem: {type: str, description: "Why nobody can tell whether it has one, null where that is told."}
    agrees:
      description: Whether the edge serves what the API's expiry says, a day aside. Null where one does not tell.
      type: bool
    covers_host:
      description: Whether the certificate is for this host name. Null where no certificate is known.
      type: bool
    given:
      description: The given certificate that belongs here. Null where there is none.
      type: dict
      contains:
        certificate: {type: str, description: Its label.}
        fingerprint_sha256: {type: str, description: SHA-256 of its DER.}
        not_after: {type: str, description: "Its end, UTC."}
        is_served: {type: bool, description: Whether it is there. Null where that can't be told.}
        lags_behind: {type: bool, description: Whether another certificate is there that does not end later.}
given_certificates:
  description: Where each given certificate is, and which host names do not have it yet.
  returned: success
  type: list
  elements: dict
  sample: [{"certificate": "/etc/letsencrypt/live/www.example.com",
    "fingerprint_sha256": "0c5e6ad1c9a00c5e6ad1c9a00c5e6ad1c9a00c5e6ad1c9a00c5e6ad1c9a00c5e",
    "not_after": "2027-02-28T23:59:59Z", "days_left": 93, "served_by": [], "lagging": ["www.example.com"]}]
api_error:
  description: What the API refused, as M(gcore.web_security.gcore_resource_cert) returns it.
  returned: when a call of the API failed
  type: dict
"""

from ..module_utils._expiry.operation import SCAN_RESOURCES
from ..module_utils._module import Module, leave
from ..module_utils._options import RESOURCE_CERT_INFO


def main() -> None:
    """Parse, run, print."""
    leave(Module(RESOURCE_CERT_INFO), SCAN_RESOURCES)


if __name__ == "__main__":
    main()
