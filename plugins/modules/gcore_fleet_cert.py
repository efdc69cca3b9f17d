#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Documentation and wiring; the work is in module_utils/_fleet."""

from __future__ import annotations

DOCUMENTATION = r"""
module: gcore_fleet_cert
short_description: Keeps the TLS certificates of all Gcore Web Security and CDN resources of an account current
version_added: 1.0.0
author: The gcore.web_security authors (@gcore-web-security)
description:
  - Takes certificates with their keys, lists the resources of each product, looks concurrently which of those that they
    cover do not have them yet, and writes those and only those, in waves.
  - Each resource is treated as M(gcore.web_security.gcore_resource_cert) treats it - judged by evidence, written with
    nothing but its certificate's fields changed, and proved afterwards.
  - The failure of one resource does not touch another. The task fails in the end if any did, and its result tells of
    each. Running it again goes on where it stopped, because only what is not there yet is written.
options:
  certificates:
    description:
      - Certificates with their keys. What reads one is the same as for M(gcore.web_security.gcore_resource_cert).
      - An element that names empty files and nothing else is left out with a warning, since that is what AWX makes of a
        certificate that was not filled in. Where no other one is given, that is an error.
    type: list
    elements: dict
    suboptions:
      certificate: {type: str, description: "The certificate in PEM, alone or with the rest of its chain."}
      certificate_path: {type: path, description: "A file with what O(certificates[].certificate) takes."}
      chain: {type: str, description: The intermediate certificates in PEM.}
      chain_path: {type: path, description: "A file with what O(certificates[].chain) takes."}
      private_key: {type: str, description: "The private key in PEM, encrypted or not."}
      private_key_path: {type: path, description: "A file with what O(certificates[].private_key) takes."}
      private_key_passphrase: {type: str, description: The passphrase of the key or the PKCS#12 bundle.}
      private_key_passphrase_path:
        description: A file with what O(certificates[].private_key_passphrase) takes.
        type: path
      pkcs12: {type: str, description: A PKCS#12 bundle as base64.}
      pkcs12_path: {type: path, description: A PKCS#12 file.}
      label: {type: str, description: How messages and results call this certificate. The path where it is unset.}
      resources:
        description:
          - The ids or exact names of the resources that this certificate is for. It is used for no others.
          - If unset, it is used for every resource whose name it covers and for which it is the best one.
        type: list
        elements: str
  directory:
    description:
      - A folder of certificates with their keys, on the host where the task runs.
      - Understood are the folders of certbot (C(live)), dehydrated (C(certs)), acme.sh, lego (C(certificates)), uacme
        and Caddy (C(certificates/ISSUER)), C(NAME.crt) or C(NAME.pem) with C(NAME.key), C(NAME.pem) with certificate
        and key in one file, and C(NAME.p12). Other files are left alone.
      - Certbot's C(live) consists of links into C(archive), which has to be beside it. A link that leads nowhere is a
        certificate that can't be used.
    type: path
  private_key_passphrase:
    description: The passphrase of the encrypted keys and bundles in O(directory).
    type: str
  private_key_passphrase_path:
    description: A file with what O(private_key_passphrase) takes.
    type: path
  on_bad_certificate:
    description:
      - What to do about a certificate that can't be used, because it has no key, has expired, or does not fit together.
      - V(fail) ends the task before any request.
      - V(skip) names it in a warning and in RV(bad_certificates), and goes on without it.
    type: str
    choices: [fail, skip]
    default: fail
  prefer_key_type:
    description:
      - Which certificate to take where an ECDSA and an RSA one fit a resource equally well.
      - If unset, a resource keeps the type of key that it has, as far as its edge or the API tells, and gets V(ecdsa)
        where nobody does.
      - One that has less than a quarter of its life left is passed over for one that ends later, because nobody seems
        to renew it any more.
      - Those that were not taken are named in RV(results[].twins).
    type: str
    choices: [ecdsa, rsa]
  products:
    description:
      - The vendor's products whose resources are meant, one or both. WAAP rides on V(cdn).
      - With both, O(include), O(exclude) and O(certificates[].resources) take V(cdn:1234) and V(web_security:1234). An
        id or exact name that resources of both have is an error.
      - A certificate is uploaded to the CDN once, however many of its resources get it, and is for all names of such a
        resource.
    type: list
    elements: str
    choices: [web_security, cdn]
    default: [web_security]
  enable_https:
    description: Whether resources that have HTTPS off get the certificate that covers them.
    type: bool
    default: false
  waves:
    description:
      - How many resources to write at once, as a play's C(serial) - counts, or percentages of those to be written. The
        last one is repeated until all are through.
      - Each wave is proved as O(verify) says before the next one begins. A wave of which nothing succeeds is the
        last one, unless O(max_failures) is set.
    type: list
    elements: str
    default: ["1", "10%", "100%"]
  max_failures:
    description:
      - How many failed writes are tolerated, as a count or a percentage of the resources to be written. One more stops
        the run at once. Writes in flight end, no new one begins, and what was not tried is reported as such.
      - A failed write that is tried again counts until it succeeds.
      - If set, that alone counts, and a wave that fails as a whole stops nothing. If unset, only such a wave stops the
        run.
    type: str
  progress:
    description: Whether to show what happens while it happens. That is possible only where the action plugin does the
      work.
    type: bool
    default: true
  total_timeout:
    description: Seconds for the whole task, all tries and all waiting included.
    type: int
    default: 14400
extends_documentation_fragment:
  - gcore.web_security.connection
  - gcore.web_security.connection.https
  - gcore.web_security.edge
  - gcore.web_security.edge.probe
  - gcore.web_security.rotation
  - gcore.web_security.objects
  - gcore.web_security.many
  - gcore.web_security.many.selection
  - gcore.web_security.attributes
  - gcore.web_security.attributes.local_or_remote
attributes:
  diff_mode:
    support: full
    details: One diff for each resource that changes, of parsed facts, never of certificates or keys themselves.
seealso:
  - module: gcore.web_security.gcore_resource_cert
"""

EXAMPLES = r"""
- name: Keep a whole account current from certbot's folder
  gcore.web_security.gcore_fleet_cert:
    directory: /etc/letsencrypt/live
    api_key: "{{ gcore_api_key }}"

- name: What would happen
  gcore.web_security.gcore_fleet_cert:
    directory: /etc/pki/sites
  check_mode: true
  register: plan

- name: Carefully, and stop after the third failure
  gcore.web_security.gcore_fleet_cert:
    directory: /etc/pki/sites
    exclude: ["*.staging.example.com"]
    waves: ["1", "5%", "25%"]
    max_failures: "2"
    verify: edge

- name: Web Security and the CDN at once, on the way from one to the other
  gcore.web_security.gcore_fleet_cert:
    directory: /etc/letsencrypt/live
    products: [web_security, cdn]
    exclude: ["cdn:1234"]

- name: From a vault, one certificate mapped to the resources that it is for
  gcore.web_security.gcore_fleet_cert:
    certificates:
      - label: wildcard
        certificate: "{{ wildcard.certificate }}"
        private_key: "{{ wildcard.private_key }}"
      - label: shop
        certificate: "{{ shop.certificate }}"
        private_key: "{{ shop.private_key }}"
        resources: [shop.example.com, "1234"]
  no_log: true
"""

RETURN = r"""
msg:
  description: What happened in all, the first failures by name, and what to do next.
  returned: always
  type: str
  sample: "12 resources: 3 rotated, 9 in sync."
summary:
  description: How many resources had which outcome, and how many resources and certificates found no match.
  returned: always
  type: dict
  sample: {"rotated": 3, "would_rotate": 0, "in_sync": 9, "failed": 0, "not_attempted": 0, "lets_encrypt": 0,
    "https_disabled": 0, "suspended": 0, "resources": 12, "unmatched_resources": 0, "unmatched_certificates": 0,
    "bad_certificates": 0}
stopped:
  description: Why the run ended before all was tried, null where it did not.
  returned: always
  type: str
  sample: 4 failures, and max_failures tolerates 3
results:
  description: One entry for each resource that a certificate covers or is mapped to, in the order of the names.
  returned: always
  type: list
  elements: dict
  contains:
    id: {type: int, description: The id of the resource.}
    product: {type: str, description: "The product that it is of, null where no resource has the id or name."}
    name: {type: str, description: Its host name.}
    outcome:
      description:
        - V(rotated), V(would_rotate) in check mode, V(in_sync), V(failed), or V(not_attempted) where the run was
          stopped.
        - Left alone are V(lets_encrypt), V(https_disabled) and V(suspended).
      type: str
    certificate: {type: str, description: The label of its certificate.}
    twins:
      description: The labels of those that fit equally well and have a key of another type. Not there where none does.
      type: list
      elements: str
      sample: [/etc/letsencrypt/live/www.example.com-rsa]
    changed: {type: bool, description: Whether it was changed. Not there where nothing was to be done.}
    drift:
      description: The judgement, as M(gcore.web_security.gcore_resource_cert) returns it.
      type: dict
      sample: {"detected": true, "reason": "expiry_differs", "evidence": "expiry", "propagating": false}
    verification:
      description: What is proven, as M(gcore.web_security.gcore_resource_cert) returns it.
      type: dict
      sample: {"api": "verified", "edge": "skipped"}
    current_fingerprint_sha256:
      description: Of the certificate that it had when the task first looked, null where nobody tells.
      type: str
    desired_fingerprint_sha256: {type: str, description: Of its certificate.}
    collateral:
      description: Other settings that changed meanwhile. The resource counts as failed if there are any.
      type: list
      elements: dict
    wave: {type: int, description: "The wave in which it was, or would be written."}
    msg:
      description: What happened to it, and after a failure what to do next. Of a resource that is left alone, why,
        where RV(results[].outcome) does not say it.
      type: str
      sample: "was changed (expiry_differs): custom 0c5e6ad1c9a0 (until 2026-12-01T00:00:00Z) to custom 9b74c9897bac
        (until
        2027-02-28T23:59:59Z)"
    api_error:
      description: What the API refused, as M(gcore.web_security.gcore_resource_cert) returns it.
      type: dict
plan:
  description: In check mode, the resources that would be written, with their certificate and wave.
  returned: always
  type: list
  elements: dict
  sample: [{"id": 1234, "product": "web_security", "name": "www.example.com", "certificate": "/etc/pki/www.crt",
    "wave": 1}]
unmatched:
  description: Resources that no certificate covers, and certificates that no resource gets, because they cover none or
    another one fits better. Those that are in RV(results[].twins) are not among them.
  returned: always
  type: dict
  sample: {"resources": [{"id": 7, "product": "web_security", "name": "old.example.com"}], "certificates":
    ["/etc/pki/sites/spare.crt"]}
bad_certificates:
  description: Certificates that can't be used, with the reason.
  returned: always
  type: list
  elements: dict
  sample: [{"certificate": "/etc/pki/sites/x.crt", "problem": "/etc/pki/sites/x.crt: no private key"}]
api_error:
  description: What the API refused, where that ended the task as a whole.
  returned: when the list of resources could not be read
  type: dict
"""

from ..module_utils._fleet.operation import ROTATE_FLEET
from ..module_utils._module import Module, leave
from ..module_utils._options import FLEET_CERT


def main() -> None:
    """Parse, run, print."""
    leave(Module(FLEET_CERT), ROTATE_FLEET)


if __name__ == "__main__":
    main()
