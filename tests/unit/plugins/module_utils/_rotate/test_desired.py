# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

import pytest
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from ansible_collections.gcore.web_security.plugins.module_utils._errors import (
    CertificateError,
    ConflictError,
    DowngradeError,
)
from ansible_collections.gcore.web_security.plugins.module_utils._gcore.web_security import WebSecurity
from ansible_collections.gcore.web_security.plugins.module_utils._rotate.desired import (
    HTTPS_OFF,
    RENEWED_BY_VENDOR,
    CustomCertificate,
    Proof,
)
from ansible_collections.gcore.web_security.plugins.module_utils._rotate.observe import Observation
from ansible_collections.gcore.web_security.plugins.module_utils._rotate.verdict import State
from unit.plugins.fakes import DAY, NAME, NOW, bare, issued, key_pair, serves, unix

END = NOW + 90 * DAY
DESIRED = issued(NAME, "example.com", not_after=END)
OTHER = issued(not_after=NOW + 5 * DAY)
LATER = issued(not_after=END + 30 * DAY)
TARGET = CustomCertificate(key_pair(DESIRED))
EQUAL = unix(END)
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
    assert target.store_check(bare(**fields)) is shown
    is_in_sync = target.compare(Observation(bare(**fields))).state is State.IN_SYNC
    assert not is_in_sync or shown is not Proof.MISMATCH


def test_the_fields_of_a_put_and_no_representation_and_no_fact_hold_the_key():
    fields, facts = WebSecurity(None).prepare(TARGET).fields, TARGET.facts(NOW)
    assert set(fields) == {"service_ssl_crt", "service_ssl_key", "ssl_type"}
    assert (fields["ssl_type"], fields["service_ssl_crt"]) == ("custom", DESIRED.full_chain_pem)
    key = load_pem_private_key(fields["service_ssl_key"].encode(), None)
    assert key.public_key() == DESIRED.certificate.public_key()
    assert DESIRED.private_key_pem.splitlines()[1] not in f"{TARGET!r} {facts}"
    assert "PRIVATE" not in repr(TARGET)
    shown = (facts["ssl_type"], facts["fingerprint_sha256"], facts["days_left"])
    assert shown == ("custom", DESIRED.fingerprint_sha256, 90)
    for target, ssl_type in ((HTTPS_OFF, None), (RENEWED_BY_VENDOR, "le")):
        assert WebSecurity(None).prepare(target).fields == target.facts(NOW) == {"ssl_type": ssl_type}


LONGER = {"service_ssl_expire": unix(END + 30 * DAY)}
LAST = [f"{moment:%Y-%m-%dT%H:%M:%SZ}" for moment in (END, END + 30 * DAY)]
GUARDED = {
    # what is there, what is refused and what permits it, and what is said
    "Let's Encrypt": ({"ssl_type": "le"}, None, ConflictError, "replace_lets_encrypt", ["renews itself"]),
    "a later expiry": (LONGER, None, DowngradeError, "allow_downgrade", LAST),
    "a later one at the edge": ({}, serves(LATER), DowngradeError, "allow_downgrade", LAST),
    "a later one in the answer": ({"service_ssl_crt": LATER.full_chain_pem}, None, DowngradeError, "allow_downgrade",
                                  LAST),
    "a later one of Let's Encrypt": ({"ssl_type": "LE", **LONGER}, None, DowngradeError, "allow_downgrade", LAST),
}  # fmt: skip


@pytest.mark.parametrize("force", [False, True])
@pytest.mark.parametrize(("fields", "edge", "kind", "permission", "said"), GUARDED.values(), ids=GUARDED)
def test_what_somebody_may_not_have_meant_is_refused_unless_it_is_permitted(
    fields, edge, kind, permission, said, force
):
    def guarded(**permissions):
        target = CustomCertificate(key_pair(DESIRED), force, **permissions)
        observed = Observation(bare(**fields), edge)
        verdict = target.compare(observed)
        target.authorize(observed, verdict)
        return verdict.state

    others = {} if kind is ConflictError else {"replace_lets_encrypt": True}
    with pytest.raises(kind) as caught:
        guarded(**others)
    assert permission in caught.value.hint
    assert [text for text in said if text not in caught.value.message] == []
    assert guarded(**others, **{permission: True}) is State.DRIFT


def test_names_that_the_certificate_leaves_uncovered():
    bare_alias, own = {"alias_data": "shop.example.com"}, {"alias_data": "own.example.com", "alias_ssl_expire": EQUAL}
    site = bare(aliases=[{"alias_data": "example.com"}, {**bare_alias, "alias_ssl_expire": 0}, own])
    (warning,) = TARGET.validate(site)
    assert ("shop.example.com" in warning, "own.example.com" in warning) == (True, False)
    with pytest.raises(CertificateError, match=r"these aliases.*shop") as caught:
        CustomCertificate(key_pair(DESIRED), require_alias_coverage=True).validate(site)
    assert "require_alias_coverage" in caught.value.hint
    assert TARGET.validate(bare()) == ()


@pytest.mark.parametrize(
    ("target", "redirects", "warns"),
    [(HTTPS_OFF, True, True), (HTTPS_OFF, False, False), (RENEWED_BY_VENDOR, True, False), (TARGET, True, False)],
)
def test_https_off_behind_a_redirect_to_https_is_worth_a_warning(target, redirects, warns):
    warnings = target.validate(bare(is_redirect_to_https_enabled=redirects))
    assert bool(warnings) is warns
    assert not warns or "redirects HTTP to HTTPS" in warnings[0]


@pytest.mark.parametrize("strict", [False, True])
def test_the_wrong_host_is_refused(strict):
    target = CustomCertificate(key_pair(issued("*.example.com", "b\u00fccher.example")), require_alias_coverage=strict)
    assert target.validate(bare(name="B\u00dcCHER.example")) == ()
    told = "^the certificate does not cover example.com; it covers \\*.example.com, xn--bcher-kva.example$"
    with pytest.raises(CertificateError, match=told):
        target.validate(bare(name="example.com"))
