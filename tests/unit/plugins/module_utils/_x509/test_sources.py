# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

import base64
import contextlib
import os
import textwrap

import pytest

from ansible_collections.gcore.web_security.plugins.module_utils._errors import (
    CertificateError,
    InputError,
    PemError,
    PrivateKeyError,
)
from ansible_collections.gcore.web_security.plugins.module_utils._options import CERTIFICATE, without_empty
from ansible_collections.gcore.web_security.plugins.module_utils._redaction import MASK, Redactor
from ansible_collections.gcore.web_security.plugins.module_utils._x509 import sources
from ansible_collections.gcore.web_security.plugins.module_utils._x509.directory import from_directory
from ansible_collections.gcore.web_security.plugins.module_utils._x509.sources import Source, from_list
from simulator.authority import Authority
from unit.plugins.fakes import assert_quotes_nothing

PASSPHRASE, ROOT = "correct horse $ batterie à clé", Authority("Root")
ISSUED = Authority("Lower", issuer=ROOT).issue(["shop.example"])
RSA = Authority("Lower", issuer=ROOT).issue(["shop.example"], key_type="rsa")
STRANGER = ROOT.issue(["stranger.example"])
KEY = ISSUED.private_key_pem
GIVEN = {"certificate": ISSUED.full_chain_pem, "private_key": KEY}
P12 = base64.b64encode(ISSUED.pkcs12(PASSPHRASE)).decode()


def read(redactor=None, **options):
    return Source("x", {**dict.fromkeys(CERTIFICATE), **options}).key_pair(redactor or Redactor())


def written(tmp_path, name, content):
    path = tmp_path / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return str(path)


SECRETS = (KEY, RSA.private_key_pem, STRANGER.private_key_pem, P12, ISSUED.certificate_pem, PASSPHRASE)


def assert_is_issued(key_pair):
    assert key_pair.certificate_pem() == ISSUED.full_chain_pem
    assert key_pair.key.pem() == KEY


LOCKED = {"private_key_passphrase": PASSPHRASE}
WAYS = {
    "one text": GIVEN,
    "chain apart": {"certificate": ISSUED.certificate_pem, "chain": ISSUED.chain_pem, "private_key": KEY},
    "encrypted": {"certificate": ISSUED.full_chain_pem, "private_key": ISSUED.key_pem(passphrase=PASSPHRASE), **LOCKED},
    "PKCS#12": {"pkcs12": P12, **LOCKED},
    "PKCS#12 without passphrase": {"pkcs12": base64.b64encode(ISSUED.pkcs12()).decode()},
    "PKCS#12, lines of 64": {"pkcs12": "\n".join(textwrap.wrap(P12, 64)) + "\n", **LOCKED},
    "PKCS#12, windows line ends": {"pkcs12": "\r\n".join(textwrap.wrap(P12, 76)), **LOCKED},
}


def as_files(tmp_path, options):
    contents = {name: base64.b64decode(text) if name == "pkcs12" else text for name, text in options.items() if text}
    paths = {f"{name}_path": written(tmp_path, name, content) for name, content in contents.items()}
    return {**dict.fromkeys(options), **paths}


@pytest.mark.parametrize("options", WAYS.values(), ids=WAYS)
def test_options_and_files(tmp_path, options):
    assert_is_issued(read(**options))
    assert_is_issued(read(**as_files(tmp_path, options)))
    one = next(iter(options))
    assert_is_issued(read(**{**options, **as_files(tmp_path, {one: options[one]})}))
    encoded = written(tmp_path, "certificate", ISSUED.full_chain_pem.encode("utf-16"))
    assert_is_issued(read(certificate_path=encoded, private_key_path=written(tmp_path, "key", KEY.encode("utf-8-sig"))))


@pytest.mark.parametrize("end", ["", "\n", "\r\n", "\n\n"], ids=repr)
@pytest.mark.parametrize("passphrase", [PASSPHRASE, f" {PASSPHRASE} "], ids=["plain", "its own spaces"])
def test_the_final_line_end_of_a_passphrase_file_is_the_editors(tmp_path, passphrase, end):
    path = written(tmp_path, "passphrase", passphrase + end)
    key = ISSUED.key_pem(passphrase=passphrase)
    assert_is_issued(read(certificate=ISSUED.full_chain_pem, private_key=key, private_key_passphrase_path=path))


@pytest.mark.parametrize("empty", ["", " \n", "\r\n"], ids=repr)
def test_what_is_empty_counts_as_unset(tmp_path, empty):
    nothing = written(tmp_path, "nothing", empty)
    assert_is_issued(read(**GIVEN, chain=empty, private_key_passphrase=empty))
    assert_is_issued(read(**GIVEN, chain_path=nothing, private_key_passphrase_path=nothing, pkcs12=None))
    for options in ({"certificate_path": nothing, "private_key": KEY}, {"pkcs12_path": nothing}):
        with pytest.raises(InputError, match=r"^no certificate was given$"):
            read(**options)
    with pytest.raises(InputError, match=r"^no private key was given$"):
        read(certificate=ISSUED.full_chain_pem, private_key_path=nothing)


def test_what_excludes_each_other_in_an_element():
    """Of the task itself Ansible says so; which element of a list it is, it does not say."""
    (source,) = from_list([{"private_key": KEY, "private_key_path": KEY}], [])
    for read_it in (source.leaf, lambda: source.key_pair(Redactor())):
        with pytest.raises(InputError, match=r"mutually exclusive: private_key\|private_key_path$") as caught:
            read_it()
        assert_quotes_nothing(caught.value, *SECRETS)


REFUSED = {
    "key in the certificate": ("certificate", KEY, CertificateError, ", line 1: a private key"),
    "truncated chain": ("chain", ROOT.pem[:-40], PemError, ", line 1: a BEGIN CERTIFICATE without its END"),
    "key in the chain": ("chain", KEY, CertificateError, ", line 1: a private key among"),
    "truncated key": ("private_key", KEY[:-40], PemError, ", line 1: a BEGIN PRIVATE KEY without its END"),
    "encrypted key": ("private_key", ISSUED.key_pem(passphrase=PASSPHRASE), PrivateKeyError, ", line 1: .*encrypted"),
}


@pytest.mark.parametrize("source", ["option", "file"])
@pytest.mark.parametrize(("part", "content", "kind", "message"), REFUSED.values(), ids=REFUSED)
def test_an_error_names_the_option_or_the_file(tmp_path, source, part, content, kind, message):
    path = written(tmp_path, "file.pem", content)
    name, options = part, {part: content}
    if source == "file":
        name, options = rf"{part}_path \({path}\)", {part: None, f"{part}_path": path}
    with pytest.raises(kind, match=f"^{name}{message}") as caught:
        read(**{**GIVEN, **options})
    assert_quotes_nothing(caught.value, *SECRETS)


def test_what_is_not_base64_and_not_utf_8(tmp_path):
    for text in ("§", "====", P12[:-3], "-_" * 8, KEY):
        with pytest.raises(InputError, match=r"^pkcs12: not base64$") as caught:
            read(pkcs12=text, private_key_passphrase=PASSPHRASE)
        assert_quotes_nothing(caught.value, *SECRETS)
    path = written(tmp_path, "passphrase", b"\xff\xfe\xff")
    with pytest.raises(InputError, match=r"^private_key_passphrase_path: the file is not UTF-8 text$"):
        read(**GIVEN, private_key_passphrase_path=path)


UNREADABLE = {
    "absent": "No such file or directory", ".": "Is a directory", "file/x": "Not a directory",
    "x" * 5000: "File name too long", "\0": "ValueError", "pipe": "Is a named pipe, not a file",
    "\ud800": "No such file or directory|UnicodeEncodeError", os.devnull: "Is a device, not a file",
}  # fmt: skip


@pytest.mark.parametrize(("name", "reason"), UNREADABLE.items(), ids=range(len(UNREADABLE)))
@pytest.mark.parametrize("option", ["certificate_path", "private_key_path", "private_key_passphrase_path"])
def test_a_file_that_cant_be_read_is_named_and_not_waited_for(tmp_path, option, name, reason):
    written(tmp_path, "file", "x")
    os.mkfifo(tmp_path / "pipe")
    path = os.path.join(tmp_path, name)
    with pytest.raises(InputError) as caught:
        read(**{**GIVEN, option.removesuffix("_path"): None, option: path})
    start = f"{option}: can't read '{path}': "
    assert caught.value.message.removeprefix(start) in reason.split("|")


def test_a_file_that_is_far_too_large(tmp_path):
    os.truncate(path := written(tmp_path, "disk.img", ""), 2**40)
    with pytest.raises(InputError, match=rf"^certificate_path: '{path}' has {2**40} bytes, more than any ch"):
        read(certificate_path=path, private_key=KEY)


def lines_of(*texts):
    return [line for text in texts for line in text.splitlines() if len(line) > 7 and "-----" not in line]


ENCRYPTED = ISSUED.key_pem(passphrase=PASSPHRASE)
LEARNT = {
    "key": ({"private_key": KEY}, lines_of(KEY)),
    "old form": ({"private_key": ISSUED.key_pem("traditional")}, lines_of(KEY, ISSUED.key_pem("traditional"))),
    "encrypted, no passphrase": ({"private_key": ENCRYPTED}, lines_of(ENCRYPTED)),
    "PKCS#12": ({"certificate": None, "private_key": None, "pkcs12": P12, **LOCKED},
                [*lines_of(KEY), P12[:64], P12[100:200]]),
}  # fmt: skip


@pytest.mark.parametrize("source", ["option", "file"])
@pytest.mark.parametrize(("options", "secrets"), LEARNT.values(), ids=LEARNT)
def test_the_redactor_learns_what_is_secret_even_if_it_can_not_be_read(tmp_path, source, options, secrets):
    redactor = Redactor()
    given = {**dict.fromkeys(options), **as_files(tmp_path, options)} if source == "file" else options
    with contextlib.suppress(PrivateKeyError):
        read(redactor, **{**GIVEN, **given})
    for secret in secrets:
        assert redactor.clean(f"echoed: {secret}.").rstrip("=.") == f"echoed: {MASK}"


def test_what_is_public_stays_readable():
    redactor, public = Redactor(), "shop.example of Example Traders, Größe"
    read(redactor, certificate=ISSUED.full_chain_pem, private_key=f"Bag Attributes\n  friendlyName: {public}\n{KEY}")
    assert redactor.clean({"name": public}) == {"name": public}


def test_a_file_that_holds_both_or_has_its_key_beside_it(tmp_path):
    both = written(tmp_path, "both.pem", f"{KEY}{ISSUED.full_chain_pem}".replace("\n", "\r\n"))
    redactor = Redactor()
    assert_is_issued(read(redactor, combined_path=both))
    assert KEY.splitlines()[1] not in redactor.clean(KEY)
    assert ISSUED.certificate_pem.splitlines()[-3] in redactor.clean(ISSUED.certificate_pem)
    assert Source("x", {"combined_path": both}).leaf().der == ISSUED.der
    alone, key = written(tmp_path, "a.pem", ISSUED.full_chain_pem), written(tmp_path, "a.key", KEY)
    assert_is_issued(read(combined_path=alone, private_key_path=key))
    other = written(tmp_path, "b.key", STRANGER.private_key_pem)
    assert_is_issued(read(combined_path=both, private_key_path=other))


MIXED = f"{KEY}{ISSUED.full_chain_pem}{KEY.replace('PRIVATE', 'PUBLIC')}"
HALF_READ = [(MIXED, r"\d+: a PUBLIC KEY where"), (KEY[:-40], "1: a BEGIN PRIVATE KEY without its END")]


@pytest.mark.parametrize(("content", "message"), HALF_READ)
def test_of_a_file_that_holds_both_nothing_is_dropped_and_it_is_named(tmp_path, content, message):
    path = written(tmp_path, "both.pem", content)
    with pytest.raises((PemError, PrivateKeyError), match=rf"^directory \({path}\), line {message}"):
        read(combined_path=path)
    with pytest.raises(InputError, match=r"^directory: can't read '/nowhere/a\.pem': No such file or directory$"):
        read(combined_path="/nowhere/a.pem")


def test_no_file_is_read_twice(tmp_path, monkeypatch):
    paths, opened = [], sources.opened
    monkeypatch.setattr(sources, "opened", lambda path: paths.append(path) or opened(path))
    files = as_files(tmp_path, WAYS["encrypted"])
    (source,) = from_list([without_empty(files)], [])
    assert_is_issued(source.key_pair(Redactor()))
    both = written(tmp_path, "both.pem", KEY + ISSUED.full_chain_pem)
    assert_is_issued(Source("x", {"combined_path": both}).key_pair(Redactor()))
    assert sorted(paths) == sorted([*filter(None, files.values()), both])


def test_the_list_s_elements(tmp_path):
    empty, warnings = written(tmp_path, "empty", "\n"), []
    given = [{"certificate": "x", "resources": ["7"]}, {"pkcs12_path": "a.p12"}, {"chain": "x", "label": "own"}]
    unfilled = {"certificate_path": empty, "private_key_path": empty}
    found = [(one.label, one.resources) for one in from_list([*given, unfilled], warnings)]
    assert found == [("certificates[1]", ("7",)), ("a.p12", ()), ("own", ())]
    assert warnings == [f"Left out: {empty}: its files are empty, the certificate's and the key's."]
    assert [*from_list(None, warnings), *from_directory(None, {})] == []


def test_the_folder_s_files(tmp_path):
    path = written(tmp_path, "a.p12", ISSUED.pkcs12(PASSPHRASE))
    (one,) = from_directory(str(tmp_path), {"private_key_passphrase": PASSPHRASE})
    assert one.label == path
    assert_is_issued(one.key_pair(Redactor()))
    with pytest.raises(InputError, match=r"^its certificate can't be read without a passphrase"):
        one.leaf()
    written(tmp_path, "b.key", KEY)
    (_a, lone) = from_directory(str(tmp_path), {})
    for read_it in (lone.leaf, lambda: lone.key_pair(Redactor())):
        with pytest.raises(InputError, match=r"^there is no certificate beside it"):
            read_it()
