# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from ansible_collections.gcore.web_security.plugins.module_utils._errors import (
    CertificateError,
    ConflictError,
    DowngradeError,
)
from ansible_collections.gcore.web_security.plugins.module_utils._gcore.resource import Resource
from ansible_collections.gcore.web_security.plugins.module_utils._rotate.desired import (
    HTTPS_OFF,
    RENEWED_BY_VENDOR,
    CustomCertificate,
    Proof,
)
from ansible_collections.gcore.web_security.plugins.module_utils._rotate.observe import Observation
from ansible_collections.gcore.web_security.plugins.module_utils._rotate.verdict import State
from unit.plugins.fakes import DAY, NAME, NOW, issued, key_pair, serves, unix

END = NOW + 90 * DAY
DESIRED = issued(NAME, "example.com", not_after=END)
OTHER = issued(not_after=NOW + 5 * DAY)
LATER = issued(not_after=END + 30 * DAY)
TARGET = CustomCertificate(key_pair(DESIRED))
EQUAL = unix(END)


def raw(**fields):
    given = {"id": 7, "name": NAME, "ssl_type": "custom", "service_ssl_expire": 0, "updated": "1", **fields}
    return {name: value for name, value in given.items() if value != "absent"}


def resource(**fields):
    return Resource.from_api(raw(**fields))


@pytest.mark.parametrize(
    ("fields", "shown"),
    [
        ({"service_ssl_expire": EQUAL}, Proof.VERIFIED),
        ({"service_ssl_expire": EQUAL - 3600}, Proof.VERIFIED),
        ({"service_ssl_expire": EQUAL - 86401}, Proof.MISMATCH),
        ({"service_ssl_expire": 0}, Proof.SKIPPED),
        ({"service_ssl_expire": "absent"}, Proof.SKIPPED),
        ({"ssl_type": "absent", "service_ssl_expire": EQUAL}, Proof.VERIFIED),
        ({"ssl_type": "something new", "service_ssl_expire": EQUAL}, Proof.VERIFIED),
        ({"ssl_type": None, "service_ssl_expire": EQUAL}, Proof.MISMATCH),
        ({"ssl_type": "le", "service_ssl_expire": EQUAL}, Proof.MISMATCH),
        ({"service_ssl_crt": DESIRED.full_chain_pem, "service_ssl_expire": 0}, Proof.VERIFIED),
        ({"service_ssl_crt": DESIRED.full_chain_pem + DESIRED.root_pem}, Proof.VERIFIED),
        ({"service_ssl_crt": DESIRED.certificate_pem, "service_ssl_expire": EQUAL}, Proof.MISMATCH),
        ({"service_ssl_crt": OTHER.full_chain_pem, "service_ssl_expire": EQUAL}, Proof.MISMATCH),
        ({"service_ssl_crt": "broken", "service_ssl_expire": EQUAL}, Proof.MISMATCH),
    ],
    ids=[
        "equal", "rounded", "different", "no expiry", "absent expiry", "no type", "unheard-of type", "off", "le",
        "answer", "answer with root", "answer without chain", "other answer", "unreadable answer",
    ],
)  # fmt: skip
def test_whether_an_answer_shows_the_certificate(fields, shown):
    assert TARGET.store_check(resource(**fields)) is shown


@pytest.mark.parametrize("ssl_type", ["custom", "CUSTOM", "absent", "something new"])
def test_what_is_judged_in_sync_is_also_shown(ssl_type):
    found = resource(ssl_type=ssl_type, service_ssl_expire=EQUAL)
    assert TARGET.compare(Observation(found)).state is State.IN_SYNC
    assert TARGET.store_check(found) is Proof.VERIFIED


@pytest.mark.parametrize(
    ("target", "ssl_type", "shown"),
    [
        (HTTPS_OFF, None, Proof.VERIFIED),
        (HTTPS_OFF, "", Proof.VERIFIED),
        (HTTPS_OFF, "custom", Proof.MISMATCH),
        (HTTPS_OFF, "le", Proof.MISMATCH),
        (HTTPS_OFF, "absent", Proof.SKIPPED),
        (RENEWED_BY_VENDOR, "le", Proof.VERIFIED),
        (RENEWED_BY_VENDOR, "LE", Proof.VERIFIED),
        (RENEWED_BY_VENDOR, None, Proof.MISMATCH),
        (RENEWED_BY_VENDOR, "custom", Proof.MISMATCH),
        (RENEWED_BY_VENDOR, "absent", Proof.SKIPPED),
    ],
)
def test_whether_an_answer_shows_the_type(target, ssl_type, shown):
    assert target.store_check(resource(ssl_type=ssl_type)) is shown


def test_the_fields_of_a_put():
    fields = TARGET.fields
    assert set(fields) == {"service_ssl_crt", "service_ssl_key", "ssl_type"}
    assert fields["ssl_type"] == "custom"
    assert fields["service_ssl_crt"] == DESIRED.full_chain_pem
    key = load_pem_private_key(fields["service_ssl_key"].encode(), None)
    assert key.public_key() == DESIRED.certificate.public_key()
    assert HTTPS_OFF.fields == {"ssl_type": None}
    assert RENEWED_BY_VENDOR.fields == {"ssl_type": "le"}


def test_the_key_is_in_no_representation_and_no_fact():
    key = DESIRED.private_key_pem.splitlines()[1]
    assert key not in f"{TARGET!r} {TARGET.facts(NOW)}"
    assert "PRIVATE" not in repr(TARGET)


def test_facts():
    facts = TARGET.facts(NOW)
    assert facts["ssl_type"] == "custom"
    assert facts["fingerprint_sha256"] == DESIRED.fingerprint_sha256
    assert facts["days_left"] == 90
    assert HTTPS_OFF.facts(NOW) == {"ssl_type": None}
    assert RENEWED_BY_VENDOR.facts(NOW) == {"ssl_type": "le"}


def guarded(fields, edge=None, **options):
    target = CustomCertificate(key_pair(DESIRED), **options)
    observed = Observation(resource(**fields), edge)
    verdict = target.compare(observed)
    target.authorize(observed, verdict)
    return verdict


def test_lets_encrypt_is_not_replaced_unasked():
    with pytest.raises(ConflictError, match="renews itself") as caught:
        guarded({"ssl_type": "le"})
    assert "replace_lets_encrypt" in caught.value.hint
    assert guarded({"ssl_type": "le"}, replace_lets_encrypt=True).reason == "lets_encrypt"
    with pytest.raises(ConflictError):
        guarded({"ssl_type": "le"}, force=True)


LONGER = {"service_ssl_expire": unix(END + 30 * DAY)}


@pytest.mark.parametrize(
    ("fields", "edge"),
    [(LONGER, None), ({}, serves(LATER)), ({"service_ssl_crt": LATER.full_chain_pem}, None)],
    ids=["expiry", "edge", "answer"],
)
def test_a_downgrade_is_refused_unless_it_is_allowed(fields, edge):
    with pytest.raises(DowngradeError) as caught:
        guarded(fields, edge)
    assert "allow_downgrade" in caught.value.hint
    assert (END + 30 * DAY).strftime("%Y-%m-%dT%H:%M:%SZ") in caught.value.message
    assert END.strftime("%Y-%m-%dT%H:%M:%SZ") in caught.value.message
    assert guarded(fields, edge, allow_downgrade=True).state is State.DRIFT
    with pytest.raises(DowngradeError):
        guarded(fields, edge, force=True)


@pytest.mark.parametrize("option", [{}, {"replace_lets_encrypt": True}])
def test_a_longer_lets_encrypt_certificate(option):
    with pytest.raises(ConflictError) as caught:
        guarded({"ssl_type": "le", **LONGER}, **option)
    assert isinstance(caught.value, DowngradeError) is bool(option)


def test_what_is_in_sync_is_no_downgrade():
    assert guarded({"service_ssl_expire": EQUAL}, serves(LATER)).state is State.IN_SYNC


ALIASES = [
    {"alias_data": "example.com"},
    {"alias_data": "shop.example.com", "alias_ssl_expire": 0},
    {"alias_data": "own.example.com", "alias_ssl_expire": EQUAL},
]


def test_names_that_the_certificate_leaves_uncovered():
    (warning,) = TARGET.validate(resource(aliases=ALIASES))
    assert "shop.example.com" in warning
    assert "own.example.com" not in warning
    with pytest.raises(CertificateError, match=r"these aliases.*shop") as caught:
        CustomCertificate(key_pair(DESIRED), require_alias_coverage=True).validate(resource(aliases=ALIASES))
    assert "require_alias_coverage" in caught.value.hint
    with pytest.raises(CertificateError, match="does not cover elsewhere"):
        TARGET.validate(resource(name="elsewhere.example"))
    assert TARGET.validate(resource()) == ()


@pytest.mark.parametrize(
    ("target", "redirects", "warns"),
    [(HTTPS_OFF, True, True), (HTTPS_OFF, False, False), (RENEWED_BY_VENDOR, True, False), (TARGET, True, False)],
)
def test_https_off_behind_a_redirect_to_https_is_worth_a_warning(target, redirects, warns):
    warnings = target.validate(resource(is_redirect_to_https_enabled=redirects))
    assert bool(warnings) is warns
    assert not warns or "redirects HTTP to HTTPS" in warnings[0]


def validated(leaf, resource, strict):
    return CustomCertificate(key_pair(leaf), require_alias_coverage=strict).validate(resource)


def test_names_in_any_spelling():
    aliases = [
        {"alias_data": "www.BÜCHER.example", "alias_ssl_expire": 0},
        {"alias_data": "own.example", "alias_ssl_expire": 1790000000},
    ]
    site = resource(name="bücher.example", aliases=aliases)
    for strict in (False, True):
        assert validated(issued("xn--bcher-kva.example", "*.bücher.example"), site, strict) == ()


WRONG_HOST = {
    "another": (["other.example"], "shop.example"),
    "its parent": (["example.com"], "shop.example.com"),
    "wildcard for its parent's level": (["*.example.com"], "example.com"),
    "wildcard for two levels": (["*.example.com"], "a.b.example.com"),
    "the common name alone": (["other.example", "other.example"], "shop.example"),
}


@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize(("names", "host"), WRONG_HOST.values(), ids=WRONG_HOST)
def test_a_wrong_host_is_refused(names, host, strict):
    with pytest.raises(CertificateError) as caught:
        validated(issued(*names), resource(name=host), strict)
    assert caught.value.message == f"the certificate does not cover {host}; it covers {', '.join(names)}"
