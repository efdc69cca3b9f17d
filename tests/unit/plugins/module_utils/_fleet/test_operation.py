# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

import os
import signal

import pytest

from ansible_collections.gcore.web_security.plugins.module_utils import _task as task
from ansible_collections.gcore.web_security.plugins.module_utils._fleet.operation import ROTATE_FLEET
from ansible_collections.gcore.web_security.plugins.module_utils._options import CERTIFICATE, FLEET_CERT
from ansible_collections.gcore.web_security.plugins.module_utils._redaction import MASK
from ansible_collections.gcore.web_security.plugins.module_utils._task import Interruption, run
from unit.plugins.account import FakeAccount, alias, site, wildcard
from unit.plugins.fakes import TOKEN, Script, answer, issued

NEW = wildcard()
KEYS = {"bad_certificates", "changed", "msg", "plan", "results", "stopped", "summary", "unmatched", "warnings"}


@pytest.fixture
def world(monkeypatch):
    """An account of four sites that need the new certificate."""
    made = FakeAccount(*(site(number) for number in range(1, 5)))
    monkeypatch.setattr(task, "Transport", lambda *_args, **_options: made)
    return made


@pytest.fixture
def no_api(monkeypatch):
    """Whatever is sent ends the test."""
    monkeypatch.setattr(task, "Transport", lambda *_args, **_options: Script())


def element(made=NEW, **options):
    """An element of `certificates`, as Ansible parses it: what is not given is None."""
    given = {"certificate": made.full_chain_pem, "private_key": made.private_key_pem}
    return {**dict.fromkeys([*CERTIFICATE, "label", "resources"]), **given, **options}


def ran(*, check_mode=False, diff=False, say=lambda _line: None, interruption=None, **given):
    defaults = {name: option.get("default") for name, option in FLEET_CERT.items()}
    parameters = {**defaults, "api_key": TOKEN, "edge_probe": "never", **given}
    result = run(ROTATE_FLEET, parameters, check_mode=check_mode, diff=diff, say=say, interruption=interruption)
    body = NEW.private_key_pem.splitlines()[1]
    assert body[:16] not in str(result)
    assert TOKEN not in str(result)
    return result


def outcomes(result):
    return [each["outcome"] for each in result["results"]]


def test_a_success_and_a_second_run(world):
    lines = []
    result = ran(certificates=[element()], say=lines.append)
    assert set(result) == KEYS
    assert (result["changed"], result["msg"], result["stopped"]) == (True, "4 resources: 4 rotated.", None)
    assert {name: count for name, count in result["summary"].items() if count} == {"rotated": 4, "resources": 4}
    assert sorted(world.written) == [1, 2, 3, 4]
    assert (lines[0], lines[-1]) == ("Checking 4 resources", "Done: 4 rotated, 4 resources")
    world.calls.clear()
    again = ran(certificates=[element()], say=lines.clear, progress=False)  # which would fail if it was called
    assert (again["changed"], again["msg"]) == (False, "4 resources: 4 in sync.")
    assert world.calls == ["GET /security/resources"]


def test_check_mode_and_diff(world):
    result = ran(certificates=[element()], check_mode=True, diff=True)
    assert (result["changed"], world.written, len(result["diff"])) == (True, [], 4)
    assert [step["wave"] for step in result["plan"]] == [1, 2, 3, 3]
    assert not any("PRIVATE" in str(shown) or "BEGIN" in str(shown) for shown in result["diff"])


def test_the_list_that_can_not_be_read_ends_it_all(world):
    world.send = lambda *_unused: answer(403, {"message": "no", "exception_class": "Forbidden", "request_id": "r-2"})
    result = ran(certificates=[element()])
    assert set(result) == {*KEYS, "failed", "api_error"}
    assert result["msg"].startswith("GET /security/resources answered 403 Forbidden: no (request id r-2).")
    assert "Nothing was changed." in result["msg"]


ECHO = "".join(NEW.private_key_pem.splitlines()[1:-1])[48:100]


def refuse(_number):
    return answer(400, {"message": "refused", "invalid_fields": {"service_ssl_key": [NEW.private_key_pem]}})


def break_down(_number):
    raise RuntimeError(f"look at this: {ECHO}")


@pytest.mark.parametrize("on_put", [refuse, break_down, lambda _number: None])
def test_an_echoed_key_is_masked_wherever_it_is(world, on_put):
    named = site(1, f"{ECHO}.example.com", aliases=[alias(f"{ECHO}.example.org")])
    world.raws, world.on_put = {1: named, 2: site(2, f"{ECHO}.example.org")}, on_put
    lines = []
    result = ran(certificates=[element()], diff=True, say=lines.append)
    assert MASK in result["unmatched"]["resources"][0]["name"]
    assert all(MASK in one["before_header"] for one in result["diff"])
    assert any(MASK in warning for warning in result["warnings"])
    assert any(MASK in line for line in lines)
    assert ECHO[:16].lower() not in str([result, lines]).lower()


def test_what_certificates_are_called(world, tmp_path):
    (tmp_path / "a.crt").write_text(NEW.full_chain_pem)
    by_path = element(certificate=None, certificate_path=str(tmp_path / "a.crt"), resources=["3"])
    own = element(issued("n002.example.com", days=80), label="own", resources=["2"])
    result = ran(certificates=[element(label="all"), own, by_path, element(label="", resources=["4"])])
    assert [each["certificate"] for each in result["results"]] == ["all", "own", f"{tmp_path}/a.crt", "certificates[4]"]


BAD_INPUT = [
    ({}, "no usable certificate was given. Nothing was changed. Set certificates or directory."),
    ({"certificates": [], "directory": ""}, "no usable certificate was given."),
    ({"directory": "/no/such/folder"}, "directory: can't read '/no/such/folder': No such file or directory."),
    ({"waves": ["1", "lots"]}, "waves: 'lots' is neither a count nor a percentage such as 10%."),
    ({"min_days_valid": 365}, "1 of the certificates can't be used: certificates[1]: 'CN=*.example.com' expires at "),
    ({"max_failures": "few"}, "max_failures: 'few' is neither a count nor a percentage such as 10%."),
]


@pytest.mark.parametrize(("given", "message"), BAD_INPUT)
def test_bad_input_is_found_before_any_request(given, message, no_api):
    certificates = {} if "directory" in given or not given else {"certificates": [element()]}
    result = ran(**{**certificates, **given})
    assert result["failed"]
    assert result["msg"].startswith(message)


BELONGS = "the private key does not belong to 'CN=*.example.com' nor to any other certificate given"
BAD = {
    "no key": ({"a.crt": NEW.full_chain_pem}, "a.crt: no private key was given"),
    "another's key": ({"a.crt": NEW.full_chain_pem, "a.key": wildcard().private_key_pem},
                      f"a.crt: certificate_path (FOLDER/a.crt): {BELONGS}"),
    "certbot without key": ({"www.example.com/fullchain.pem": NEW.full_chain_pem},
                            "www.example.com: FOLDER/www.example.com/privkey.pem is missing"),
}  # fmt: skip


def fill(folder, files):
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())


@pytest.mark.parametrize(("files", "problem"), BAD.values(), ids=BAD)
def test_a_bad_pair_is_fatal_or_named_and_skipped(files, problem, world, tmp_path):
    fill(tmp_path, {**files, "good.crt": NEW.full_chain_pem, "good.key": NEW.private_key_pem})
    fatal = ran(directory=str(tmp_path))
    assert not world.calls
    expected = f"{tmp_path}/{problem.replace('FOLDER', str(tmp_path))}"
    assert fatal["msg"].startswith(f"1 of the certificates can't be used: {expected}.")
    result = ran(directory=str(tmp_path), on_bad_certificate="skip")
    assert outcomes(result) == ["rotated"] * 4
    assert result["summary"]["bad_certificates"] == 1
    named = [{"certificate": expected.partition(": ")[0], "problem": expected}]
    assert result["bad_certificates"] == fatal["bad_certificates"] == named
    assert f"Left out: {expected}." in result["warnings"]


VAULTED = f"$ANSIBLE_VAULT;1.1;AES256\n{'61' * 40}\n"


def test_what_to_do_about_a_bad_pair_is_told_and_none_of_several(no_api, tmp_path):
    fill(tmp_path, {"a.crt": NEW.full_chain_pem, "a.key": VAULTED})
    message = ran(directory=str(tmp_path))["msg"]
    ending = " Mend or remove them, or set on_bad_certificate to skip."
    assert "a.key): encrypted with ansible-vault. Nothing was changed. It is read as it is: hand over" in message
    assert message.endswith(ending)
    fill(tmp_path, {"b.crt": ""})
    assert ran(directory=str(tmp_path))["msg"].endswith(f"Nothing was changed.{ending}")
    skipped = ran(directory=str(tmp_path), on_bad_certificate="skip")
    assert skipped["msg"].startswith("no usable certificate was given.")
    assert skipped["summary"]["bad_certificates"] == 2


PASSPHRASE = "open sesame"
LOCKED = NEW.full_chain_pem + NEW.key_pem(passphrase=PASSPHRASE)
BOTH = {"a.crt": NEW.full_chain_pem, "a.key": NEW.private_key_pem, "a.pem": NEW.full_chain_pem + NEW.private_key_pem}
GOOD = {
    "crt, key, and a pem with both": (BOTH, {}),
    "p12": ({"a.p12": NEW.pkcs12()}, {}),
    "certbot": ({"a/fullchain.pem": NEW.full_chain_pem, "a/privkey.pem": NEW.private_key_pem}, {}),
    "pem, a passphrase for all": ({"a.pem": LOCKED}, {"private_key_passphrase": PASSPHRASE}),
    "p12, a passphrase for all": ({"a.p12": NEW.pkcs12(PASSPHRASE)}, {"private_key_passphrase_path": "PATH"}),
}


@pytest.mark.parametrize(("files", "how"), GOOD.values(), ids=GOOD)
def test_a_folder_beside_a_list(files, how, world, tmp_path):
    fill(tmp_path, {"passphrase": f"{PASSPHRASE}\n", "certificates/x": ""})
    folder = tmp_path / "certificates"
    fill(folder, files)
    given = {name: value.replace("PATH", str(tmp_path / "passphrase")) for name, value in how.items()}
    own = element(issued("n002.example.com", days=80), label="own")
    result = ran(directory=str(folder), certificates=[own], **given)
    assert outcomes(result) == ["rotated"] * 4
    assert not result["unmatched"]["certificates"]
    first, second, third, fourth = (each["certificate"] for each in result["results"])
    assert first == third == fourth
    assert (first.startswith(str(folder / "a")), second) == (True, "own")
    assert PASSPHRASE not in str(result)


def test_empty_strings_are_unset(world):
    empty = dict.fromkeys([*CERTIFICATE, "label"], "")
    given = {**element(resources=[""]), **{name: value for name, value in empty.items() if element()[name] is None}}
    texts = dict.fromkeys(("directory", "max_failures", "api_token", "ca_path"), "")
    passphrases = dict.fromkeys(("private_key_passphrase", "private_key_passphrase_path"), "")
    lists = {name: [""] for name in ("include", "exclude", "waves")}
    result = ran(certificates=[given], **texts, **passphrases, **lists)
    assert outcomes(result) == ["rotated"] * 4
    assert [each["wave"] for each in result["results"]] == [1, 2, 3, 3]


@pytest.fixture
def unfilled(tmp_path):
    """An element that AWX makes of a certificate that was not filled in."""
    (tmp_path / "empty").write_text("")
    parts = ("certificate_path", "private_key_path", "private_key_passphrase_path")
    return element(certificate=None, private_key=None, label="spare", **dict.fromkeys(parts, str(tmp_path / "empty")))


def test_an_element_of_empty_files_is_left_out(unfilled, world):
    result = ran(certificates=[unfilled, element()])
    assert outcomes(result) == ["rotated"] * 4
    assert result["warnings"] == ["Left out: spare: its files are empty, the certificate's and the key's."]
    assert result["bad_certificates"] == []
    world.calls.clear()
    assert "no usable certificate was given. Nothing was changed." in ran(certificates=[unfilled])["msg"]
    assert not world.calls


HALVES = [
    {"certificate": None, "certificate_path": "EMPTY"},
    {"private_key": None, "private_key_path": "EMPTY"},
    {"certificate": "", "private_key": ""},  # as a lookup makes them that found nothing
]


@pytest.mark.parametrize("half", HALVES)
def test_an_element_of_one_empty_file_or_of_empty_texts_is_a_mistake(half, unfilled, no_api, tmp_path):
    given = {name: value and value.replace("EMPTY", str(tmp_path / "empty")) for name, value in half.items()}
    result = ran(certificates=[element(**given, label="half"), element()])
    assert "1 of the certificates can't be used: half:" in result["msg"]


def test_include_and_exclude(world):
    given = [element(resources=["1", "2", "3", "4"])]
    result = ran(certificates=given, include=["n00*"], exclude=["2", "n003.example.com"])
    assert [each["id"] for each in result["results"]] == sorted(world.written) == [1, 4]


def test_what_may_be_replaced(world):
    world.raws[1]["ssl_type"] = "le"
    world.raws[2].update(ssl_type=None, service_ssl_expire=0)
    left = ran(certificates=[element()])
    assert outcomes(left) == ["lets_encrypt", "https_disabled", "rotated", "rotated"]
    done = ran(certificates=[element()], enable_https=True, replace_lets_encrypt=True)
    assert outcomes(done) == ["rotated", "rotated", "in_sync", "in_sync"]


def test_the_share_of_failures_is_one_of_what_is_written(world):
    world.on_put = lambda number: answer(400, {"message": "no"}) if number in (2, 3) else None
    result = ran(certificates=[element()], waves=["100%"], max_failures="25%", concurrency=1)
    assert outcomes(result) == ["rotated", "failed", "failed", "not_attempted"]
    assert result["stopped"] == "2 failures, and max_failures tolerates 1"


STOPS = [
    (signal.SIGINT, "interrupted by SIGINT"), (signal.SIGTERM, "interrupted by SIGTERM"),
    (None, "the process that started this one is gone"),
]  # fmt: skip


@pytest.mark.parametrize(("number", "reason"), STOPS)
def test_an_interrupt_lets_the_write_in_flight_end_and_starts_none(number, reason, world, monkeypatch):
    """Between two waves it is the main thread's turn, which is the one that signals come to."""

    def interrupt(resource_id):
        if resource_id == 2:
            os.kill(os.getpid(), number) if number else monkeypatch.setattr(os, "getppid", lambda: 1)

    world.on_put = interrupt
    interruption = Interruption()
    result = ran(certificates=[element()], waves=["1"], interruption=interruption)
    assert outcomes(result) == ["rotated", "rotated", "not_attempted", "not_attempted"]
    assert (world.written, interruption.signal) == ([1, 2], number or signal.SIGTERM)
    assert (result["failed"], result["stopped"]) == (True, reason)
