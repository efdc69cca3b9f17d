# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""Sites of the CDN: the four cases, every state of a site, and every face that the API may show."""

from __future__ import annotations

import hashlib
import ssl
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest

from simulator.handle import ODD_FIELDS, rule

from .cases import CERTIFICATE, Case, Seen, both_ways, certificate, play_cases
from .material import NEW, OLD, ZONE, issued
from .vendor import assert_described

CdnCase = partial(Case, product="cdn", fields=ODD_FIELDS)
ATTACHED = {"sslData", "sslEnabled"}
EDGE = "127.0.0.13"
RECORD_ALONE = {**CERTIFICATE, "edge_probe": "never"}
ABSENT = {"state": "absent"}
REPLACED = {"replace_lets_encrypt": True}

ACTIONS: dict[str, tuple[dict[str, Any], Any, Any]] = {
    # options, what is there when it is to do, and when it is done
    "custom": (CERTIFICATE, OLD, NEW),
    "custom-from-off": (CERTIFICATE, None, NEW),
    "custom-from-le": ({**CERTIFICATE, **REPLACED}, "le", NEW),
    "absent": (ABSENT, OLD, None),
    "record-alone": (RECORD_ALONE, OLD, NEW),
}


def _four() -> Iterator[Case]:
    for action, (options, to_do, done) in ACTIONS.items():
        for check in (False, True):
            mode = "check" if check else "real"
            yield CdnCase(f"{action}-todo-{mode}", options, to_do, check=check, expect=True)
            yield CdnCase(f"{action}-done-{mode}", options, done, check=check, expect=False)


def _faces() -> Iterator[Case]:
    """What the facts leave open; a record that can't be read is no reason to write where the edge shows it."""
    faces = [{"cdn_created": form} for form in ("nothing", "object", "deleted")]
    faces += [{"cdn_record": form} for form in ("plain", "unreadable", "missing")]
    faces += [{"cdn_usage": False}, {"cdn_client_forbidden": True}]
    for face in faces:
        ((name, value),) = face.items()
        pair = issued(f"the key of {name} {value}")
        yield CdnCase(f"{name}-{value}-todo", certificate(pair), OLD, settings=face, expect=True)
        yield CdnCase(f"{name}-{value}-done", certificate(pair), pair, settings=face, expect=False)


FOUR = list(_four())
FACES = list(_faces())
NO_RIGHT = {"cdn_client_forbidden": True}
FORCED = CdnCase("forced", {**CERTIFICATE, "force": True}, NEW, expect=True)
BY_NAME = CdnCase("by-name", CERTIFICATE, OLD, by_name=True, expect=True)
EDGE_NAMED = CdnCase(
    "edge-named", {**CERTIFICATE, "edge_host": EDGE, "verify": "edge"}, OLD, settings=NO_RIGHT, expect=True
)
WRITTEN_OR_NOT = [
    *(case for case in FOUR if not case.name.startswith("custom-todo")),
    *both_ways(case for case in FOUR if case.name.startswith("custom-todo")),
    *FACES,
    FORCED,
    BY_NAME,
    EDGE_NAMED,
]

STATES: dict[str, tuple[dict[str, Any], dict[str, Any], Any, bool, bool, str]] = {
    # fields, options, what is installed, whether it fails, whether it is written, what is said
    "deleted": ({"status": "deleted", "deleted": True}, CERTIFICATE, OLD, True, False, "deleted"),
    "suspended": ({"status": "suspended", "suspended": True}, CERTIFICATE, OLD, False, False, "suspended"),
    "inactive": ({"active": False}, CERTIFICATE, OLD, False, False, "active"),
    "disabled": ({"enabled": False}, CERTIFICATE, OLD, True, False, "disabled"),
    "processed": ({"status": "processed"}, CERTIFICATE, OLD, True, False, "pending"),
    "streaming": ({"vp_enabled": True}, CERTIFICATE, OLD, False, True, ""),
    "custom-configuration": ({"full_custom_enabled": True}, CERTIFICATE, OLD, False, True, ""),
    "automated": ({}, CERTIFICATE, "le", True, False, "Let's Encrypt"),
    "automated-absent": ({}, ABSENT, "le", True, False, "Let's Encrypt"),
    "automated-absent-allowed": ({}, {**ABSENT, **REPLACED}, "le", False, True, ""),
    "being-issued": ({}, {**CERTIFICATE, **REPLACED, "retries": 1}, "issuing", True, False, "Let's Encrypt"),
}
UPLOADED = certificate(issued("the key that no upload brings in"))
REFUSED = {
    # options, settings, faults, what is said
    "lets-encrypt": ({"type": "lets_encrypt"}, {}, [], ("lets_encrypt", "cdn")),
    "root-wanted": ({**UPLOADED, "validate_root_ca": True}, {}, [], ("400", "sslCertificate", "trusted root")),
    "no-uploads": (UPLOADED, {"cdn_upload_forbidden": True}, [], ("403", "plan", "permission")),
    **{
        f"errors-{shape}": (UPLOADED, {"cdn_errors": shape}, [rule("400", call="ssl_create")], ("400", "Simulated."))
        for shape in ("fields", "list", "object")
    },
}


def _cases() -> list[Case]:
    states = [
        CdnCase(name, options, installed, fields=fields) for name, (fields, options, installed, *_end) in STATES.items()
    ]
    refused = [
        CdnCase(name, options, OLD, settings=settings, faults=faults)
        for name, (options, settings, faults, _said) in REFUSED.items()
    ]
    return [*WRITTEN_OR_NOT, *states, *refused]


@pytest.fixture(scope="module")
def seen(simulator, ansible) -> dict[str, Seen]:
    return play_cases(simulator, ansible, _cases(), "--diff", echo_secrets=True)


@pytest.mark.parametrize("name", [case.name for case in WRITTEN_OR_NOT])
def test_it_is_written_only_where_it_is_to_do_and_real(name, seen, simulator):
    one = seen[name]
    assert not one.failed, one.message
    assert one.result["changed"] is one.case.expect
    assert one.result["product"] == "cdn"
    written = [entry for entry in one.requests if entry["method"] != "GET"]
    if not one.case.expect or one.case.check:
        assert written == []
        assert one.after == one.before
        return
    assert [entry["took_effect"] for entry in one.puts] == [True]
    assert {entry["call"] for entry in written} <= {"cdn_patch", "ssl_create"}
    body, is_off = one.puts[0]["body"], one.case.options is ABSENT
    assert body.keys() == ATTACHED
    assert body["sslEnabled"] is not is_off
    assert (body["sslData"] is None) is is_off
    assert one.stored == (None if is_off else one.result["desired"]["fingerprint_sha256"])
    assert one.settings_moved() == {}


@pytest.mark.parametrize("name", STATES)
def test_each_state_of_a_site(name, seen):
    _fields, options, _installed, failed, written, said = STATES[name]
    one = seen[name]
    assert (one.failed, any(entry["took_effect"] for entry in one.puts)) == (failed, written), one.message
    assert one.result["changed"] is written
    assert said in f"{one.message} {one.result.get('warnings')}"
    assert one.settings_moved() == {}
    if written:
        assert one.stored == (None if "state" in options else NEW.fingerprint_sha256)
    else:
        assert one.after == one.before


@pytest.mark.parametrize("name", REFUSED)
def test_a_refusal_says_why_and_changes_nothing(name, seen):
    one = seen[name]
    assert one.failed
    for word in REFUSED[name][-1]:
        assert word in one.message
    assert (one.puts, one.result["changed"], one.after) == ([], False, one.before)


def test_an_edge_is_asked_where_somebody_tells_which(seen):
    told, untold = seen[EDGE_NAMED.name], seen["cdn_client_forbidden-True-todo"]
    assert (told.result["verification"]["edge"], told.handshakes[-1]["address"]) == ("verified", EDGE)
    assert untold.handshakes == []
    assert "edge_host" in str(untold.result["warnings"])


def test_one_object_for_one_certificate_however_many_want_it(seen, simulator):
    """Whoever was first made it, and all others found it by its name; no object was written over, or taken away."""
    uploads = [entry["body"] for entry in simulator.journal("ssl_create") if entry["took_effect"]]
    made = [each for each in simulator.cdn()["objects"].values() if each["owner"] == "client"]
    assert len(made) == len(uploads) == len({each["installed"]["fingerprint_sha256"] for each in made})
    for each in uploads:
        blocks = each["sslCertificate"].replace(ssl.PEM_FOOTER, f"{ssl.PEM_FOOTER}|").split("|")[:-1]
        digest = hashlib.sha256(b"".join(map(ssl.PEM_cert_to_DER_cert, map(str.strip, blocks)))).hexdigest()
        assert each["name"] == f"gws1-_.{ZONE}-{digest[:16]}"
        assert "validate_root_ca" not in each
    assert simulator.journal(method="PUT") == simulator.journal(method="DELETE") == []


def test_the_vendors_file_takes_every_request(seen, simulator):
    assert_described(simulator.journal())
