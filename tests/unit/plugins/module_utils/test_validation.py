# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

from datetime import date

import pytest

from ansible_collections.gcore.web_security.plugins.module_utils._options import (
    CERTIFICATE,
    FLEET_CERT,
    RESOURCE_CERT,
    RESOURCE_CERT_INFO,
    Specification,
)
from ansible_collections.gcore.web_security.plugins.module_utils._validation import parsed

SECRET = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSj"
UNSHOWN = "What was given is not shown, for it may be a secret."
A_LIST, A_DICTIONARY = "certificates is not a list.", "certificates[1] is not a dictionary."
SUPPORTED = "Supported parameters include: certificate, certificate_path, "

WRONG = [
    ({"certificates": {SECRET: SECRET}}, A_LIST), ({"certificates": [[SECRET]]}, A_DICTIONARY),
    ({"certificates": SECRET}, A_DICTIONARY), ({"certificates": [f"{SECRET} a=b"]}, A_DICTIONARY),
    ({"certificates": [{}, None]}, "certificates[2] is not a dictionary."),
    ({"certificates": [{"private_key": date(2026, 1, 1)}]}, "certificates[1].private_key is not a text."),
    ({"certificates": [{"resources": {SECRET: 1}}]}, "certificates[1].resources is not a list."),
    ({"certificates": [{}, {"privatekey": SECRET}]},
     f"Unsupported parameters: certificates[2].privatekey. {SUPPORTED}"),
    ({"certificates": [{5: SECRET}]}, "Unsupported parameters: certificates[1].(a name that is not shown). "),
    ({SECRET * 2: 1, "force": True}, "Unsupported parameters: (a name that is not shown). "),
    ({"include": {SECRET: 1}}, "include is not a list."),
    ({"verify": SECRET}, "verify is not one of: none, api, edge."),
    ({"verify": None}, "verify is not one of: none, api, edge."),
    ({"validate_certs": SECRET}, "validate_certs is not a boolean."),
    ({"retries": SECRET}, "retries is not an integer."), ({"edge_timeout": [SECRET]}, "edge_timeout is not a number."),
]  # fmt: skip


@pytest.mark.parametrize(("given", "said"), WRONG, ids=range(len(WRONG)))
def test_what_is_wrong_is_named_and_what_was_given_is_not_quoted(given, said):
    read = parsed(FLEET_CERT, given)
    named, unshown = read.complaints
    assert (named[: len(said)], unshown, read.values) == (said, UNSHOWN, {})
    assert SECRET[:8] not in repr(read)


def test_everything_that_is_wrong_is_named_and_what_is_required_is_asked_for():
    said = parsed(FLEET_CERT, {"retries": "x", "force": "x", "concurrency": 3}).complaints
    assert said == ("force is not a boolean.", "retries is not an integer.", UNSHOWN)
    inner = {"fields": {"type": "dict", "required": True}}
    outer = {"kind": {"required": True}, "definition": {"type": "dict", "required": True, "options": inner}}
    said = parsed(Specification(outer), {"definition": {}}).complaints
    assert said == ("definition.fields is required.", "kind is required.")


def test_what_is_right_is_parsed_and_its_secrets_are_known():
    read = parsed(FLEET_CERT, {"retries": "3", "api_key": SECRET, "certificates": [{"private_key": "k"}]})
    assert not read.complaints
    assert (read.values["retries"], read.values["verify"]) == (3, "api")
    assert read.secrets == {SECRET, "k"}
    assert SECRET not in repr(read)


EXCLUSIVE = "parameters are mutually exclusive: "
ONE = {"name": "a"}
FOLDERS = {"private_key_passphrase": "x", "private_key_passphrase_path": "y"}
NOT_TOGETHER = [
    (RESOURCE_CERT, {}, "one of the following is required: resource_id, name."),
    (RESOURCE_CERT, {"name": SECRET, "resource_id": 1}, f"{EXCLUSIVE}resource_id|name."),
    (RESOURCE_CERT, {**ONE, "private_key": SECRET, "private_key_path": SECRET},
     f"{EXCLUSIVE}private_key|private_key_path."),
    (RESOURCE_CERT, {**ONE, "pkcs12": "x", "chain_path": "y"}, f"{EXCLUSIVE}pkcs12|chain_path."),
    (FLEET_CERT, FOLDERS, f"{EXCLUSIVE}private_key_passphrase|private_key_passphrase_path."),
    (RESOURCE_CERT_INFO, {**ONE, "exclude": ["b"]}, f"{EXCLUSIVE}name|exclude."),
]  # fmt: skip


@pytest.mark.parametrize(("specification", "given", "said"), NOT_TOGETHER)
def test_what_ansible_says_of_several_options_is_said_of_their_names(specification, given, said):
    assert parsed(specification, given).complaints == (said,)


@pytest.mark.parametrize("bundle", ["pkcs12", "pkcs12_path"])
def test_a_bundle_excludes_what_is_in_it_and_no_passphrase(bundle):
    others = CERTIFICATE.keys() - {bundle}
    beside = {name for name in others if not parsed(RESOURCE_CERT, {"name": "a", bundle: "x", name: "y"}).complaints}
    assert beside == {"private_key_passphrase", "private_key_passphrase_path"}
