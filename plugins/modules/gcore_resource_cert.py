#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Documentation and wiring; the work is in module_utils/_rotate."""

from __future__ import annotations

DOCUMENTATION = r"""
module: gcore_resource_cert
short_description: Keeps the TLS certificate of a Gcore Web Security or CDN resource current
version_added: 1.0.0
author: The gcore.web_security authors (@gcore-web-security)
description:
  - Compares the SHA-256 fingerprint of the certificate that a DDoS-protected resource, or one of the CDN and so of
    WAAP, has with the desired one, and
    replaces it only if they differ.
  - The API does not return the installed certificate. What is there now is found from evidence, best first - the API's
    answer, should it hold the certificate, a TLS handshake with the edge, and the expiry date that the API tells. The
    result says which evidence was used.
  - Certificate and key are checked before anything is sent - that they can be read, belong together, are in order and
    complete, valid now, strong enough, and cover the resource's name.
  - A write to Web Security sends the whole resource as a fresh read gave it, with nothing but the certificate's fields
    set. One to the CDN names the certificate and nothing else. Another read follows, which shows that the certificate
    is stored and that no other setting moved.
  - The API has no ETags. A write follows its read at once, and a read that is two seconds old by then is made again,
    once. What somebody else changes in that moment between the two is overwritten, and no read shows it.
options:
  resource_id:
    description: The id of the resource. Exactly one of O(resource_id) and O(name) is needed.
    type: int
  name:
    description: The exact name of the resource. It is an error if none or several resources have it. Aliases do not
      count.
    type: str
  product:
    description: The vendor's product that the resource is of. WAAP rides on V(cdn).
    type: str
    choices: [web_security, cdn]
    default: web_security
  state:
    description:
      - V(present) means that the resource serves HTTPS with the O(type) of certificate.
      - V(absent) turns HTTPS off for the resource. Its certificate is removed, and visitors who come by HTTPS reach
        nothing. On the CDN that detaches the certificate, which for one from Let's Encrypt needs
        O(replace_lets_encrypt) because the vendor revokes it.
    type: str
    choices: [present, absent]
    default: present
  type:
    description:
      - V(custom) is a certificate of your own, which O(certificate) and O(private_key), or O(pkcs12), give.
      - V(lets_encrypt) is a certificate that the vendor obtains and renews. It is a paid option, and needs the
        resource's DNS record to point at its protected IP. It is refused for O(product=cdn), where the vendor's portal
        orders one.
    type: str
    choices: [custom, lets_encrypt]
    default: custom
  certificate:
    description:
      - The certificate in PEM, alone or with the rest of its chain in any order.
      - Line ends, blank lines, a byte order mark and text between the blocks are of no account.
    type: str
  certificate_path:
    description: A file with what O(certificate) takes, on the host where the task runs.
    type: path
  chain:
    description: The intermediate certificates in PEM, where O(certificate) does not hold them.
    type: str
  chain_path:
    description: A file with what O(chain) takes.
    type: path
  private_key:
    description: The private key in PEM (PKCS#8, PKCS#1 or SEC1), encrypted or not.
    type: str
  private_key_path:
    description: A file with what O(private_key) takes.
    type: path
  private_key_passphrase:
    description: The passphrase of O(private_key) or O(pkcs12), where it is encrypted.
    type: str
  private_key_passphrase_path:
    description: A file with what O(private_key_passphrase) takes. A final line end is not part of it.
    type: path
  pkcs12:
    description: A PKCS#12 bundle with certificate, chain and key, as base64. It stands for O(certificate), O(chain) and
      O(private_key).
    type: str
  pkcs12_path:
    description: A PKCS#12 file.
    type: path
extends_documentation_fragment:
  - gcore.web_security.connection
  - gcore.web_security.connection.https
  - gcore.web_security.edge
  - gcore.web_security.edge.probe
  - gcore.web_security.rotation
  - gcore.web_security.objects
  - gcore.web_security.attributes
  - gcore.web_security.attributes.local_or_remote
attributes:
  diff_mode:
    support: full
    details: Shows parsed facts of the certificates, never the certificates or keys themselves.
seealso:
  - name: How to renew a certificate by hand
    description: What this module does, in the words of the vendor, as last published.
    link: https://github.com/G-Core/product-documentation/blob/24f8600215/documentation/web-security/faq/how-do-i-renew-my-ssl-certificate.md
"""

EXAMPLES = r"""
- name: Keep the certificate of one resource current
  gcore.web_security.gcore_resource_cert:
    name: www.example.com
    certificate_path: /etc/letsencrypt/live/www.example.com/fullchain.pem
    private_key_path: /etc/letsencrypt/live/www.example.com/privkey.pem
    api_key: "{{ gcore_api_key }}"

- name: Contents from any lookup, and proof that the edge serves them
  gcore.web_security.gcore_resource_cert:
    resource_id: 1234
    certificate: "{{ lookup('ansible.builtin.file', 'www.example.com.crt') }}"
    chain: "{{ lookup('ansible.builtin.file', 'intermediate.crt') }}"
    private_key: "{{ lookup('ansible.builtin.file', 'www.example.com.key') }}"
    verify: edge

- name: A PKCS#12 bundle that must be good for another month
  gcore.web_security.gcore_resource_cert:
    name: shop.example.com
    pkcs12_path: /etc/pki/shop.example.com.p12
    private_key_passphrase: "{{ shop_passphrase }}"
    min_days_valid: 30

- name: Let the vendor obtain and renew the certificate
  gcore.web_security.gcore_resource_cert:
    name: blog.example.com
    type: lets_encrypt

- name: The same for a resource of the CDN, and so of WAAP
  gcore.web_security.gcore_resource_cert:
    product: cdn
    name: www.example.com
    certificate_path: /etc/letsencrypt/live/www.example.com/fullchain.pem
    private_key_path: /etc/letsencrypt/live/www.example.com/privkey.pem

- name: Turn HTTPS off
  gcore.web_security.gcore_resource_cert:
    name: legacy.example.com
    state: absent
"""

RETURN = r"""
msg:
  description: What happened, to which resource, and after a failure what was changed and what to do next.
  returned: always
  type: str
  sample: "resource 1234 (www.example.com) was changed (expiry_differs): custom 0c5e6ad1c9a0 (until
    2026-12-01T00:00:00Z) to custom
    9b74c9897bac (until 2027-02-28T23:59:59Z)"
product:
  description: The product that the resource is of. Null where it was not reached.
  returned: always
  type: str
  sample: web_security
resource:
  description: The resource, as the API last told it. Null where it was not reached.
  returned: always
  type: dict
  contains:
    id: {type: int, description: Its id.}
    name: {type: str, description: Its host name.}
    ssl_type: {type: str, description: "V(custom), V(le) for Let's Encrypt, null for no HTTPS."}
    ssl_expires: {type: str, description: "When its certificate expires, as the API tells it."}
    service_ip:
      description: Where its edge is - its protected IP address, several separated by commas, or the edge of the CDN.
      type: str
    status: {type: str, description: "V(active) or V(suspended), of the CDN also V(processed)."}
    aliases:
      description: Its further host names, with the expiry of those that have a certificate of their own.
      type: list
      elements: dict
      sample: [{"name": "example.com", "ssl_expires": null}]
desired:
  description: Facts of the desired certificate. For O(type=lets_encrypt) and O(state=absent) RV(desired.ssl_type)
    alone.
  returned: always
  type: dict
  contains: &certificate_facts
    ssl_type: {type: str, description: "V(custom), V(le), or null for no HTTPS."}
    fingerprint_sha256: {type: str, description: "SHA-256 of the DER, lower-case hexadecimal without colons."}
    subject:
      description: The subject (RFC 4514).
      type: str
      sample: CN=www.example.com
    issuer:
      description: The issuer (RFC 4514).
      type: str
      sample: CN=Example CA,O=Example
    serial_number:
      description: The serial number, decimal. A string, because it may have more digits than JSON numbers keep.
      type: str
      sample: "295012341234123412341234"
    subject_alt_names:
      description: The host names that the certificate is for.
      type: list
      elements: str
      sample: [www.example.com, example.com]
    key_type: {type: str, description: "V(RSA), V(RSA-PSS), V(ECDSA) or V(Ed25519)."}
    key_size: {type: int, description: Bits of the key.}
    not_before: {type: str, description: "The start of the validity, UTC."}
    not_after: {type: str, description: "The end of the validity, UTC."}
    days_left: {type: int, description: "Whole days until then, negative once it is over."}
current:
  description:
    - Facts of the certificate that the resource had when the task first looked, as far as anybody tells.
    - Where neither the API nor the edge shows it, RV(current.not_after) and RV(current.days_left) come from the API's
      expiry.
  returned: always
  type: dict
  contains: *certificate_facts
drift:
  description: The judgement. Null where the task failed before.
  returned: always
  type: dict
  contains:
    detected: {type: bool, description: Whether the resource lacks what is desired.}
    reason:
      description:
        - In sync are V(fingerprint_matches) and V(expiry_matches).
        - Drift are V(fingerprint_differs), V(chain_differs), V(expiry_differs), V(https_disabled), V(no_evidence) and
          V(forced).
        - V(lets_encrypt), V(custom_certificate) and V(https_disabled) name what is there, where the type itself is in
          question.
      type: str
    evidence: {type: str, description: "V(api), V(edge), V(expiry) or V(none)."}
    propagating: {type: bool, description: "The certificate is stored, and the edge does not serve it yet."}
verification:
  description: What is proven of the state after the task.
  returned: always
  type: dict
  contains:
    api:
      description: Whether the API shows the certificate, one of V(verified), V(pending), V(mismatch) and V(skipped).
      type: str
    edge: {type: str, description: "Whether the edge serves the certificate, in the same words."}
collateral:
  description: Other settings that changed while the certificate was replaced. The task fails if there are any.
  returned: always
  type: list
  elements: dict
  sample: [{"setting": "service_geoip_mode", "before": 1, "after": 0}]
api_error:
  description: What the API refused.
  returned: when a call of the API failed
  type: dict
  contains:
    call: {type: str, description: Method and path.}
    status: {type: int, description: "The HTTP status, null if there was no answer."}
    exception_class: {type: str, description: The API's kind of error.}
    message: {type: str, description: "The API's message, freed of anything secret."}
    invalid_fields:
      description: Complaints by field.
      type: dict
      sample: {"service_ssl_crt": ["The chain is incomplete."]}
    info: {type: raw, description: What else the API said.}
    request_id: {type: str, description: What the vendor's support asks for.}
"""

from ..module_utils._module import Module, leave
from ..module_utils._options import RESOURCE_CERT
from ..module_utils._rotate.operation import ROTATE_RESOURCE


def main() -> None:
    """Parse, run, print."""
    leave(Module(RESOURCE_CERT), ROTATE_RESOURCE)


if __name__ == "__main__":
    main()
