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


def resource(**fields):
    given = {"id": 7, "name": NAME, "ssl_type": "custom", "service_ssl_expire": 0, "updated": "1", **fields}
    return Resource.from_api({name: value for name, value in given.items() if value != "absent"})


STORED = {"service_ssl_expire": EQUAL}
SHOWN = {
    "equal": (TARGET, STORED, Proof.VERIFIED),
    "rounded": (TARGET, {"service_ssl_expire": EQUAL - 3600}, Proof.VERIFIED),
    "different": (TARGET, {"service_ssl_expire": EQUAL - 86401}, Proof.MISMATCH),
    "no expiry": (TARGET, {"service_ssl_expire": 0}, Proof.SKIPPED),
    "absent expiry": (TARGET, {"service_ssl_expire": "absent"}, Proof.SKIPPED),
    "no type": (TARGET, {**STORED, "ssl_type": "absent"}, Proof.VERIFIED),
    "unheard-of type": (TARGET, {**STORED, "ssl_type": "something new"}, Proof.VERIFIED),
    "off": (TARGET, {**STORED, "ssl_type": None}, Proof.MISMATCH),
    "le": (TARGET, {**STORED, "ssl_type": "le"}, Proof.MISMATCH),
    "answer": (TARGET, {"service_ssl_crt": DESIRED.full_chain_pem}, Proof.VERIFIED),
    "answer with root": (TARGET, {"service_ssl_crt": DESIRED.full_chain_pem + DESIRED.root_pem}, Proof.VERIFIED),
    "answer without chain": (TARGET, {**STORED, "service_ssl_crt": DESIRED.certificate_pem}, Proof.MISMATCH),
    "other answer": (TARGET, {**STORED, "service_ssl_crt": OTHER.full_chain_pem}, Proof.MISMATCH),
    "unreadable answer": (TARGET, {**STORED, "service_ssl_crt": "broken"}, Proof.MISMATCH),
    "off: null": (HTTPS_OFF, {"ssl_type": None}, Proof.VERIFIED),
    "off: empty": (HTTPS_OFF, {"ssl_type": ""}, Proof.VERIFIED),
    "off: custom": (HTTPS_OFF, {"ssl_type": "custom"}, Proof.MISMATCH),
    "off: le": (HTTPS_OFF, {"ssl_type": "le"}, Proof.MISMATCH),
    "off: absent": (HTTPS_OFF, {"ssl_type": "absent"}, Proof.SKIPPED),
    "vendor's: LE": (RENEWED_BY_VENDOR, {"ssl_type": "LE"}, Proof.VERIFIED),
    "vendor's: null": (RENEWED_BY_VENDOR, {"ssl_type": None}, Proof.MISMATCH),
    "vendor's: custom": (RENEWED_BY_VENDOR, {"ssl_type": "custom"}, Proof.MISMATCH),
    "vendor's: absent": (RENEWED_BY_VENDOR, {"ssl_type": "absent"}, Proof.SKIPPED),
}


@pytest.mark.parametrize(("target", "fields", "shown"), SHOWN.values(), ids=SHOWN)
def test_whether_an_answer_shows_what_is_desired(target, fields, shown):
    assert target.store_check(resource(**fields)) is shown
    is_in_sync = target.compare(Observation(resource(**fields))).state is State.IN_SYNC
    assert not is_in_sync or shown is not Proof.MISMATCH


def test_the_fields_of_a_put_and_no_representation_and_no_fact_hold_the_key():
    fields, facts = TARGET.fields, TARGET.facts(NOW)
    assert set(fields) == {"service_ssl_crt", "service_ssl_key", "ssl_type"}
    assert (fields["ssl_type"], fields["service_ssl_crt"]) == ("custom", DESIRED.full_chain_pem)
    key = load_pem_private_key(fields["service_ssl_key"].encode(), None)
    assert key.public_key() == DESIRED.certificate.public_key()
    assert DESIRED.private_key_pem.splitlines()[1] not in f"{TARGET!r} {facts}"
    assert "PRIVATE" not in repr(TARGET)
    shown = (facts["ssl_type"], facts["fingerprint_sha256"], facts["days_left"])
    assert shown == ("custom", DESIRED.fingerprint_sha256, 90)
    for target, ssl_type in ((HTTPS_OFF, None), (RENEWED_BY_VENDOR, "le")):
        assert target.fields == target.facts(NOW) == {"ssl_type": ssl_type}


def guarded(fields, edge=None, **options):
    target = CustomCertificate(key_pair(DESIRED), **options)
    observed = Observation(resource(**fields), edge)
    verdict = target.compare(observed)
    target.authorize(observed, verdict)
    return verdict


@pytest.mark.parametrize("options", [{}, {"force": True}])
def test_lets_encrypt_is_not_replaced_unasked(options):
    with pytest.raises(ConflictError, match="renews itself") as caught:
        guarded({"ssl_type": "le"}, **options)
    assert "replace_lets_encrypt" in caught.value.hint
    assert guarded({"ssl_type": "le"}, replace_lets_encrypt=True).reason == "lets_encrypt"


LONGER = {"service_ssl_expire": unix(END + 30 * DAY)}


@pytest.mark.parametrize("options", [{}, {"force": True}])
@pytest.mark.parametrize(
    ("fields", "edge"),
    [
        (LONGER, None),
        ({}, serves(LATER)),
        ({"service_ssl_crt": LATER.full_chain_pem}, None),
        ({"ssl_type": "le", **LONGER}, None),
    ],
    ids=["expiry", "edge", "answer", "Let's Encrypt"],
)
def test_a_downgrade_is_refused_unless_it_is_allowed(fields, edge, options):
    with pytest.raises(DowngradeError) as caught:
        guarded(fields, edge, replace_lets_encrypt=True, **options)
    assert "allow_downgrade" in caught.value.hint
    assert (END + 30 * DAY).strftime("%Y-%m-%dT%H:%M:%SZ") in caught.value.message
    assert END.strftime("%Y-%m-%dT%H:%M:%SZ") in caught.value.message
    allowed = guarded(fields, edge, replace_lets_encrypt=True, allow_downgrade=True, **options)
    assert allowed.state is State.DRIFT
    assert guarded(STORED, serves(LATER)).state is State.IN_SYNC


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
    assert TARGET.validate(resource()) == ()


@pytest.mark.parametrize(
    ("target", "redirects", "warns"),
    [(HTTPS_OFF, True, True), (HTTPS_OFF, False, False), (RENEWED_BY_VENDOR, True, False), (TARGET, True, False)],
)
def test_https_off_behind_a_redirect_to_https_is_worth_a_warning(target, redirects, warns):
    warnings = target.validate(resource(is_redirect_to_https_enabled=redirects))
    assert bool(warnings) is warns
    assert not warns or "redirects HTTP to HTTPS" in warnings[0]


@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize(
    ("names", "host", "fits"),
    [
        (["other.example"], "shop.example", False),
        (["*.example.com"], "example.com", False),
        (["*.example.com"], "a.b.example.com", False),
        (["xn--bcher-kva.example"], "BÜCHER.example", True),
    ],
)
def test_the_wrong_host_is_refused(names, host, fits, strict):
    target, site = CustomCertificate(key_pair(issued(*names)), require_alias_coverage=strict), resource(name=host)
    if fits:
        assert target.validate(site) == ()
        return
    with pytest.raises(CertificateError) as caught:
        target.validate(site)
    assert caught.value.message == f"the certificate does not cover {host}; it covers {', '.join(names)}"
