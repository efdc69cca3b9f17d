# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""Four cases for each action: to do or already done, real or check mode; and every face that the API may show."""

import hashlib
import json
from collections.abc import Iterator
from typing import Any

import pytest

from simulator.handle import ODD_FIELDS

from .cases import CERTIFICATE, Case, Seen, both_ways, play_cases
from .material import NEW, OLD

KEY_FACTS = {
    "sha256": hashlib.sha256(NEW.private_key_pem.encode()).hexdigest(),
    "spki_sha256": NEW.key_fingerprint_sha256,
    "label": "PRIVATE KEY",
}
CUSTOM_FIELDS = {"service_ssl_crt": NEW.full_chain_pem, "service_ssl_key": KEY_FACTS, "ssl_type": "custom"}

ACTIONS: dict[str, tuple[dict[str, Any], Any, Any, dict[str, Any]]] = {
    # options, what is there when it is to do, and when it is done, the fields that the PUT sets
    "custom": (CERTIFICATE, OLD, NEW, CUSTOM_FIELDS),
    "custom-from-off": (CERTIFICATE, None, NEW, CUSTOM_FIELDS),
    "custom-from-le": ({**CERTIFICATE, "replace_lets_encrypt": True}, "le", NEW, CUSTOM_FIELDS),
    "lets_encrypt": ({"type": "lets_encrypt"}, OLD, "le", {"ssl_type": "le"}),
    "absent": ({"state": "absent"}, OLD, None, {"ssl_type": None}),
}
FAR_TOO = ("custom", "lets_encrypt", "absent")


def _four(action: str) -> Iterator[Case]:
    options, to_do, done, fields = ACTIONS[action]
    for check in (False, True):
        mode = "check" if check else "real"
        yield Case(f"{action}-todo-{mode}", options, to_do, ODD_FIELDS, check=check, expect=(True, fields))
        yield Case(f"{action}-done-{mode}", options, done, ODD_FIELDS, check=check, expect=(False, fields))


FOUR = [case for action in ACTIONS if action not in FAR_TOO for case in _four(action)]
FOUR += both_ways(case for action in FAR_TOO for case in _four(action))

FACES: dict[str, tuple[dict[str, Any], dict[str, Any], str, str]] = {
    # settings, options, reason and evidence when it is to do, and when it is done; the other faces are for unit tests
    "paged": ({"shape": "paged_wrapped", "page_size": 2}, {}, "expiry_differs expiry", "fingerprint_matches edge"),
    "certificate-returned": ({"return_certificate": True}, {}, "fingerprint_differs api", "fingerprint_matches api"),
    "expiry-missing": ({"expiry": "missing"}, {}, "fingerprint_differs edge", "fingerprint_matches edge"),
    "expiry-alone": ({"expiry": "exact"}, {"edge_probe": "never"}, "expiry_differs expiry", "expiry_matches expiry"),
}


def _faces() -> Iterator[Case]:
    for name, (settings, options, to_do, done) in FACES.items():
        common = {"options": {**CERTIFICATE, **options}, "fields": ODD_FIELDS, "settings": settings}
        common["by_name"] = name == "paged"
        yield Case(f"{name}-todo", installed=OLD, expect=(True, CUSTOM_FIELDS, to_do), **common)
        yield Case(f"{name}-done", installed=NEW, expect=(False, CUSTOM_FIELDS, done), **common)


SHOWN = list(_faces())
CASES = [*FOUR, *SHOWN]


@pytest.fixture(scope="module")
def seen(simulator, ansible) -> dict[str, Seen]:
    return play_cases(simulator, ansible, CASES, "--diff")


def every(cases):
    return pytest.mark.parametrize("name", [case.name for case in cases])


@every(CASES)
def test_it_is_written_only_where_it_is_to_do_and_real(name, seen):
    one = seen[name]
    to_do, fields = one.case.expect[:2]
    assert not one.failed, one.message
    assert one.result["changed"] is to_do
    written = [entry["method"] for entry in one.requests if entry["method"] != "GET"]
    if not to_do or one.case.check:
        assert written == []
        assert one.after == one.before
        return
    assert written == ["PUT"]
    assert one.after["resource"]["ssl_type"] == fields["ssl_type"]
    assert one.stored == (NEW.fingerprint_sha256 if "service_ssl_crt" in fields else one.stored)
    assert (one.after["installed"] is None) == (fields["ssl_type"] is None)
    assert one.settings_moved() == {}
    # The body of the PUT is the answer of the GET but for the certificate.
    body = one.puts[0]["body"]
    assert {field: body[field] for field in fields} == fields
    assert _strict({**one.told, **fields}) == _strict(body)
    assert ODD_FIELDS.keys() <= body.keys()


def _strict(document: Any) -> str:
    """To Python 1, 1.0 and True are equal; as text they are not."""
    return json.dumps(document, sort_keys=True)


@every([case for case in FOUR if case.expect[0] and not case.check])
def test_check_mode_and_diff_tell_the_story_of_the_real_run(name, seen):
    real, check = seen[name], seen[name.replace("-real", "-check")]
    for fact in ("drift", "desired", "changed"):
        assert check.result[fact] == real.result[fact]
    assert check.result["diff"]["after"] == real.result["diff"]["after"]
    assert check.result["diff"]["before"].keys() == real.result["diff"]["before"].keys()
    assert "would be changed" in check.message
    assert "was changed" in real.message


@every(SHOWN)
def test_verdict_and_evidence(name, seen):
    one = seen[name]
    drift = one.result["drift"]
    assert (drift["detected"], f"{drift['reason']} {drift['evidence']}") == (one.case.expect[0], one.case.expect[2])
    # The edge is asked once, and only where it can tell something.
    is_asked = not one.case.settings.get("return_certificate") and one.case.options.get("edge_probe") != "never"
    assert len(one.handshakes) == int(is_asked)
    # What the API does not tell is not called verified.
    if one.case.expect[0]:
        untold = name.startswith("expiry-missing")
        assert one.result["verification"]["api"] == ("skipped" if untold else "verified")
