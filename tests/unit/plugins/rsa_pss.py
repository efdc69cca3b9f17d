# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""What no builder makes: certificates and keys that say RSA-PSS (RFC 4055), and do not say with which hash."""

import base64

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from simulator.authority import Issued, _content, _der

PSS = bytes.fromhex("300b06092a864886f70d01010a")
_SHA256_WITH_RSA = bytes.fromhex("300d06092a864886f70d01010b0500")
_RSA = bytes.fromhex("300d06092a864886f70d0101010500")
_ECDSA_WITH_SHA256 = bytes.fromhex("300a06082a8648ce3d040302")


def badly_signed(issued):
    """The DER of a certificate whose signature claims to be RSA-PSS, without the parameters that it must have."""
    made = issued.certificate
    signed = _der(0x30, _content(made.tbs_certificate_bytes).replace(_SHA256_WITH_RSA, PSS))
    return _der(0x30, signed + PSS + _der(0x03, b"\0" + made.signature))


def pss_pair(authority, names):
    """A leaf whose RSA key is for RSA-PSS alone, by an authority with an ECDSA key, and the key in PEM."""
    issued = authority.issue(names, key_type="rsa")
    key = issued.key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    body = _content(issued.certificate.tbs_certificate_bytes)
    signed = _der(0x30, body.replace(key, _der(0x30, _content(key).replace(_RSA, PSS))))
    signature = authority.key.sign(signed, ec.ECDSA(hashes.SHA256()))
    der = _der(0x30, signed + _ECDSA_WITH_SHA256 + _der(0x03, b"\0" + signature))
    pkcs8 = _content(issued.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())).replace(_RSA, PSS)
    body = base64.encodebytes(_der(0x30, pkcs8)).decode()
    text = f"-----BEGIN PRIVATE {'KEY'}-----\n{body}-----END PRIVATE KEY-----\n"
    return Issued(x509.load_der_x509_certificate(der), issued.key, issued.issuers), text
