# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors
"""Certificates and keys made in memory; nothing here ever touches a disk."""

from __future__ import annotations

import datetime
import ipaddress
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID

from . import fingerprints

PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey
Names = Sequence[str]

CURVES: Mapping[str, type[ec.EllipticCurve]] = {
    "secp256r1": ec.SECP256R1, "secp384r1": ec.SECP384R1, "secp521r1": ec.SECP521R1,
}  # fmt: skip
HASHES: Mapping[str, type[hashes.SHA256 | hashes.SHA384 | hashes.SHA512]] = {
    "sha256": hashes.SHA256, "sha384": hashes.SHA384, "sha512": hashes.SHA512,
}  # fmt: skip
KEY_FORMATS = {"pkcs8": PrivateFormat.PKCS8, "traditional": PrivateFormat.TraditionalOpenSSL}
USAGES = {"server_auth": ExtendedKeyUsageOID.SERVER_AUTH, "client_auth": ExtendedKeyUsageOID.CLIENT_AUTH}
_COMMON_NAME_LIMIT = 64


def new_key(key_type: str = "ec", *, key_size: int = 2048, curve: str = "secp256r1") -> PrivateKey:
    """Make a private key; ``key_size`` in bits counts for ``rsa``, ``curve`` for ``ec``."""
    makers: Mapping[str, Callable[[], PrivateKey]] = {
        "ec": lambda: ec.generate_private_key(CURVES[curve]()),
        "rsa": lambda: rsa.generate_private_key(65537, key_size),
        "ed25519": ed25519.Ed25519PrivateKey.generate,
    }
    return makers[key_type]()


@dataclass(frozen=True)
class Issued:
    """A certificate, its key, and its issuers from the nearest to the root; none where it is self-signed."""

    certificate: x509.Certificate
    key: PrivateKey
    issuers: tuple[x509.Certificate, ...] = ()

    @property
    def certificate_pem(self) -> str:
        """The leaf alone."""
        return _pem(self.certificate)

    @property
    def chain_pem(self) -> str:
        """The intermediates in order, without the root; may be empty."""
        return "".join(map(_pem, self.issuers[:-1]))

    @property
    def full_chain_pem(self) -> str:
        """The leaf and the intermediates, without the root."""
        return self.certificate_pem + self.chain_pem

    @property
    def root_pem(self) -> str:
        """The root; a self-signed certificate is its own."""
        return _pem((self.certificate, *self.issuers)[-1])

    @property
    def private_key_pem(self) -> str:
        """The key as unencrypted PKCS#8."""
        return self.key_pem()

    @property
    def der(self) -> bytes:
        """The leaf in DER."""
        return self.certificate.public_bytes(Encoding.DER)

    @property
    def fingerprint_sha256(self) -> str:
        """SHA-256 of the leaf's DER, lower-case hex without colons."""
        return fingerprints.certificate_sha256(self.certificate)

    @property
    def key_fingerprint_sha256(self) -> str:
        """SHA-256 of the SubjectPublicKeyInfo, lower-case hex without colons."""
        return fingerprints.key_sha256(self.key)

    @property
    def not_before(self) -> datetime.datetime:
        """Start of validity, aware, UTC."""
        return fingerprints.not_before(self.certificate)

    @property
    def not_after(self) -> datetime.datetime:
        """End of validity, aware, UTC."""
        return fingerprints.not_after(self.certificate)

    def key_pem(self, format: str = "pkcs8", passphrase: str | None = None) -> str:  # noqa: A002
        """Write the key as ``pkcs8`` or ``traditional`` (PKCS#1, SEC1) PEM; raises ValueError for Ed25519's latter."""
        return self.key.private_bytes(Encoding.PEM, KEY_FORMATS[format], _encryption(passphrase)).decode()

    def pkcs12(self, passphrase: str | None = None) -> bytes:
        """Bundle key, leaf and intermediates as PKCS#12."""
        chain = list(self.issuers[:-1])
        encryption = _encryption(passphrase)
        return pkcs12.serialize_key_and_certificates(b"simulated", self.key, self.certificate, chain, encryption)


class Authority:
    """A certificate authority in memory: a root, or an intermediate below ``issuer``."""

    def __init__(
        self,
        name: str = "Test Root CA",
        key_type: str = "ec",
        issuer: Authority | None = None,
        *,
        key: PrivateKey | None = None,
        days: float = 3650,
    ) -> None:
        self.key = key or new_key(key_type)
        self._parents = issuer.lineage if issuer else ()
        subject, signing_key = _common_name(name), issuer.key if issuer else self.key
        extensions = _extensions(self.key, signing_key, ca=True)
        builder = _builder(subject, issuer.subject if issuer else subject, self.key, _validity(None, None, days))
        self.certificate = _sign(builder, extensions, signing_key, "sha256")

    @property
    def subject(self) -> x509.Name:
        """The distinguished name that its certificates name as their issuer."""
        return self.certificate.subject

    @property
    def pem(self) -> str:
        """The authority's own certificate."""
        return _pem(self.certificate)

    @property
    def lineage(self) -> tuple[x509.Certificate, ...]:
        """The authority's certificate and those above it, the root last."""
        return (self.certificate, *self._parents)

    def intermediate(self, name: str = "Test Intermediate CA", key_type: str = "ec") -> Authority:
        """Make an authority below this one."""
        return Authority(name, key_type, issuer=self)

    def issue(
        self,
        names: Names,
        *,
        key_type: str = "ec",
        key_size: int = 2048,
        curve: str = "secp256r1",
        key: PrivateKey | None = None,
        not_before: datetime.datetime | None = None,
        not_after: datetime.datetime | None = None,
        days: float = 90,
        hash_algorithm: str = "sha256",
        san: bool = True,
        eku: Names | None = ("server_auth",),
        ca: bool = False,
        aia: str | None = None,
        serial: int | None = None,
    ) -> Issued:
        """Issue a certificate for host names (U- or A-labels, wildcards; the first is the common name) and addresses.

        ``not_before`` defaults to an hour ago, ``aia`` is the URL of the issuer's certificate, and ``hash_algorithm``
        one of ``HASHES`` or ``sha1``.
        """
        leaf_key = key or new_key(key_type, key_size=key_size, curve=curve)
        extensions = _extensions(leaf_key, self.key, names=names if san else (), ca=ca, eku=eku, aia=aia)
        validity = _validity(not_before, not_after, days)
        builder = _builder(_common_name(names[0]), self.subject, leaf_key, validity, serial)
        return Issued(_sign(builder, extensions, self.key, hash_algorithm), leaf_key, self.lineage)


def self_signed(
    names: Names,
    *,
    key: PrivateKey | None = None,
    not_before: datetime.datetime | None = None,
    not_after: datetime.datetime | None = None,
    days: float = 90,
    ca: bool = False,
) -> Issued:
    """Issue a certificate that is its own issuer."""
    own_key, subject = key or new_key(), _common_name(names[0])
    extensions = _extensions(own_key, own_key, names=names, ca=ca, eku=("server_auth",))
    builder = _builder(subject, subject, own_key, _validity(not_before, not_after, days))
    return Issued(_sign(builder, extensions, own_key, "sha256"), own_key)


Extensions = list[tuple[x509.ExtensionType, bool]]
Validity = tuple[datetime.datetime, datetime.datetime]


def _builder(
    subject: x509.Name, issuer: x509.Name, key: PrivateKey, validity: Validity, serial: int | None = None
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number() if serial is None else serial)
        .not_valid_before(validity[0])
        .not_valid_after(validity[1])
    )


def _extensions(
    key: PrivateKey,
    issuer_key: PrivateKey,
    *,
    ca: bool,
    names: Names = (),
    eku: Names | None = None,
    aia: str | None = None,
) -> Extensions:
    found: Extensions = [
        (x509.BasicConstraints(ca=ca, path_length=None), True),
        (x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False),
        (x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), False),
        (_key_usage(ca), True),
    ]
    if eku:
        found.append((x509.ExtendedKeyUsage([USAGES[usage] for usage in eku]), False))
    if aia:
        place = x509.UniformResourceIdentifier(aia)
        description = x509.AccessDescription(AuthorityInformationAccessOID.CA_ISSUERS, place)
        found.append((x509.AuthorityInformationAccess([description]), False))
    if names:
        found.append((x509.SubjectAlternativeName([_general_name(name) for name in names]), False))
    return found


def _key_usage(ca: bool) -> x509.KeyUsage:
    unused = ("content_commitment", "key_encipherment", "data_encipherment", "key_agreement")
    never = dict.fromkeys((*unused, "encipher_only", "decipher_only"), False)
    return x509.KeyUsage(digital_signature=True, key_cert_sign=ca, crl_sign=ca, **never)


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(a_label(name))


def a_label(name: str) -> str:
    """Write a host name as lower-case A-labels; a leading wildcard is kept."""
    return name.encode("idna").decode().lower()


def _common_name(name: str) -> x509.Name:
    text = a_label(name) if not name.isascii() else name
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text[:_COMMON_NAME_LIMIT])])


def _validity(start: datetime.datetime | None, end: datetime.datetime | None, days: float) -> Validity:
    """Fill in what was left out; an end in the past pulls the default start before it."""
    now = datetime.datetime.now(fingerprints.UTC).replace(microsecond=0)
    last = end or (start or now) + datetime.timedelta(days=days)
    return start or min(now, last) - datetime.timedelta(hours=1), last


def _sign(
    builder: x509.CertificateBuilder, extensions: Extensions, key: PrivateKey, algorithm: str
) -> x509.Certificate:
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical)
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return builder.sign(key, None)
    if algorithm == "sha1":
        return _sign_sha1(builder.sign(key, hashes.SHA256()), key)
    return builder.sign(key, HASHES[algorithm]())


# The AlgorithmIdentifiers in DER: what the builder wrote, and its SHA-1 sibling.
_RSA_IDENTIFIERS = (bytes.fromhex("300d06092a864886f70d01010b0500"), bytes.fromhex("300d06092a864886f70d0101050500"))
_EC_IDENTIFIERS = (bytes.fromhex("300a06082a8648ce3d040302"), bytes.fromhex("300906072a8648ce3d0401"))


def _sign_sha1(draft: x509.Certificate, key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> x509.Certificate:
    """Sign a SHA-256 certificate again with SHA-1, which the builder refuses to do."""
    strong, weak = _RSA_IDENTIFIERS if isinstance(key, rsa.RSAPrivateKey) else _EC_IDENTIFIERS
    body = _content(draft.tbs_certificate_bytes).replace(strong, weak, 1)
    signed_part = _der(0x30, body)
    if isinstance(key, rsa.RSAPrivateKey):
        signature = key.sign(signed_part, padding.PKCS1v15(), hashes.SHA1())
    else:
        signature = key.sign(signed_part, ec.ECDSA(hashes.SHA1()))
    der = _der(0x30, signed_part + weak + _der(0x03, b"\0" + signature))
    return x509.load_der_x509_certificate(der)


def _der(tag: int, content: bytes) -> bytes:
    size = len(content)
    if size < 0x80:
        return bytes((tag, size)) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + content


def _content(der: bytes) -> bytes:
    extra = der[1] & 0x7F if der[1] & 0x80 else 0
    return der[2 + extra :]


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(Encoding.PEM).decode()


def _encryption(passphrase: str | None) -> KeySerializationEncryption:
    return BestAvailableEncryption(passphrase.encode()) if passphrase else NoEncryption()
