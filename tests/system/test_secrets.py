# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""Keys, passphrases and tokens that are planted, and appear nowhere: neither whole nor in part nor in other letters.

Every run of every test is searched; here are those that try hardest to make a secret come out.
"""

import base64
import json
import re
import secrets
import socket
import textwrap
import urllib.parse
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from simulator.authority import new_key
from simulator.handle import resource, rule, with_installed

from .canaries import Canaries
from .cases import CERTIFICATE, Case, File, both_ways, certificate, play_cases
from .cdn import BOTH, seed
from .material import (
    API_KEY,
    BEARER_TOKEN,
    CANARIES,
    CUT_TOKEN,
    NEW,
    OLD,
    PASSPHRASE,
    WRONG_PASSPHRASE,
    WRONG_TOKEN,
    ZONE,
    connection,
    issued,
)
from .playbook import MODULE, tasks_play
from .web import nobody, until

MASK = "********"
LOUDEST = ("-vvvv", "--diff")
ENCRYPTED = {"certificate": NEW.full_chain_pem, "private_key": NEW.key_pem(passphrase=PASSPHRASE)}
BARE_KEY = "".join(NEW.private_key_pem.splitlines()[1:-1])
BUNDLE = base64.b64encode(NEW.pkcs12(PASSPHRASE)).decode()
FROM_FILES = {"certificate_path": File(NEW.full_chain_pem), "private_key_path": File(NEW.key_pem("traditional"))}
REFUSED, FORBIDDEN = [rule("400", call="put")], [rule("403", call="put")]

LOUD = [
    Case("change", CERTIFICATE),
    Case("in-sync", CERTIFICATE, NEW),
    Case("check", CERTIFICATE, check=True),
    Case("refused-by-the-api", CERTIFICATE, faults=REFUSED),
    Case("echoed-by-a-gateway", {**CERTIFICATE, "retries": 0}, faults=[rule("502_html", call="put")]),
    Case("echoed-on-a-read", {**CERTIFICATE, "retries": 0}, faults=[rule("500", call="get")]),
    Case("retried", CERTIFICATE, faults=[rule("500", call="put", times=1)]),
    Case("wrong-token", {**CERTIFICATE, "api_key": WRONG_TOKEN}),
    Case("cut-token", {**CERTIFICATE, "api_key": CUT_TOKEN}),
    Case("session-token", {**CERTIFICATE, "api_key": None, "api_token": BEARER_TOKEN}, faults=FORBIDDEN),
    Case("swapped-token", {**CERTIFICATE, "api_key": BEARER_TOKEN}),
    Case("api-down", {**CERTIFICATE, "api_url": nobody(), "retries": 0}),
    Case("wrong-passphrase", {**ENCRYPTED, "private_key_passphrase": WRONG_PASSPHRASE}),
    Case("passphrase", {**ENCRYPTED, "private_key_passphrase": PASSPHRASE}, faults=REFUSED),
    Case("bundle", {"pkcs12": BUNDLE, "private_key_passphrase": PASSPHRASE}, faults=REFUSED),
    Case("damaged-bundle", {"pkcs12": BUNDLE[:-40], "private_key_passphrase": PASSPHRASE}),
    Case("truncated-key", {**CERTIFICATE, "private_key": NEW.private_key_pem[:-50]}),
    Case("key-on-one-line", {**CERTIFICATE, "private_key": NEW.private_key_pem.replace("\n", " ")}),
    Case("key-as-certificate", {**CERTIFICATE, "certificate": OLD.private_key_pem}),
    Case("token-with-line-end", {**CERTIFICATE, "api_key": f"{WRONG_TOKEN}\n{WRONG_TOKEN}"}),
    Case("token-in-the-url", {**CERTIFICATE, "api_key": None, "api_url": f"https://user:{WRONG_TOKEN}@api.invalid"}),
    Case("key-as-number", {**CERTIFICATE, "resource_id": NEW.private_key_pem}),
    Case("key-as-boolean", {**CERTIFICATE, "validate_certs": NEW.private_key_pem}),
    Case("key-as-name", {**CERTIFICATE, "resource_id": None, "name": NEW.private_key_pem}),
    Case("key-as-path", {**CERTIFICATE, "private_key": None, "private_key_path": BARE_KEY}),
    Case("bundle-as-path", {"pkcs12_path": base64.b64encode(NEW.pkcs12()).decode()}),
    Case("passphrase-as-path", {**ENCRYPTED, "private_key_passphrase_path": PASSPHRASE}),
    Case("token-as-the-url", {**CERTIFICATE, "api_url": WRONG_TOKEN}),
    Case("token-behind-the-url", {**CERTIFICATE, "api_url": f"{nobody()}/{WRONG_TOKEN}", "retries": 0}),
    Case("files", FROM_FILES, faults=REFUSED),
    Case("bundle-file", {"pkcs12_path": File(NEW.pkcs12())}, faults=REFUSED),
    Case("cdn-change", CERTIFICATE, product="cdn"),
    Case("cdn-in-sync", CERTIFICATE, NEW, product="cdn"),
    Case("cdn-bare", {**CERTIFICATE, "retries": 0}, product="cdn", faults=[rule("500", call="cdn_patch")]),
]
# Of the CDN a certificate is uploaded once: one that is refused has to be another each time.
UPLOADS = {"cdn-refused": "400", "cdn-refused-as-a-list": "400", "cdn-echoed-by-a-gateway": "502_html"}
for _name, _fault in {**UPLOADS, "cdn-forbidden": "403"}.items():
    _form = {"cdn_errors": "list"} if _name.endswith("list") else {}
    _spoilt, _new = [rule(_fault, call="ssl_create")], {**certificate(issued(_name)), "retries": 0}
    LOUD.append(Case(_name, _new, product="cdn", faults=_spoilt, settings=_form))
WELL = ("change", "in-sync", "check", "retried", "cdn-change", "cdn-in-sync")
ECHOED = ["refused-by-the-api", "echoed-on-a-read", "wrong-token", "cut-token", "session-token", "bundle", "files"]
ECHOED += ["cdn-refused", "cdn-refused-as-a-list", "cdn-forbidden"]


FAR_TOO = (
    "change", "cdn-change", "refused-by-the-api", "echoed-on-a-read", "bundle", "files", "key-as-certificate",
    "token-with-line-end", "key-as-path", "token-behind-the-url",
)  # fmt: skip
CASES = [case for case in LOUD if case.name not in FAR_TOO]
CASES += both_ways(case for case in LOUD if case.name in FAR_TOO)


@pytest.fixture(scope="module")
def loud(simulator, ansible):
    """Whatever is said here was searched by the harness."""
    return play_cases(simulator, ansible, CASES, *LOUDEST, echo_secrets=True)


def _base(case: Case) -> str:
    return case.name.removesuffix("-action").removesuffix("-module")


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_a_task_at_its_loudest(case, loud):
    one, name = loud[case.name], _base(case)
    assert one.failed is (name not in WELL), one.message
    assert "BEGIN" not in json.dumps(one.result.get("diff"))
    if name in ECHOED:
        error = one.result["api_error"]
        assert MASK in one.message
        assert MASK in json.dumps([error["info"], error["invalid_fields"], error["message"]])
        refused = [entry["request_id"] for entry in one.requests if entry["status"] >= 400]
        assert error["request_id"] == refused[-1], "the rest can be read"


FAULTS = {"change": [], "refused": REFUSED}


def _rotate(name: str) -> list[dict]:
    options = {
        "api_url": "{{ api_url }}",
        "resource_id": f"{{{{ ids.{name} }}}}",
        "certificate_path": "{{ certificate }}",
        "private_key_path": "{{ key }}",
        "edge_port": "{{ edge_port }}",
        "retries": 0,
    }
    keep = {f"kept_{name}": f"{{{{ {name} }}}}", "cacheable": True}
    return [
        {"name": name, MODULE: options, "register": name, "ignore_errors": True},
        {"name": f"keep {name}", "ansible.builtin.set_fact": keep},
    ]


@pytest.fixture
def plays(simulator, ansible) -> list:
    """A play of a change and of a refusal, which keeps both results as facts. Its token comes from the environment."""
    cases = [Case(name, faults=faults) for name, faults in FAULTS.items()]
    simulator.reset()
    simulator.settings(echo_secrets=True)
    simulator.seed([case.seed() for case in cases])
    simulator.faults([rule for case in cases for rule in case.rules()])
    variables = {
        "api_url": simulator.api_url,
        "edge_port": simulator.edge_port,
        "ids": {case.name: case.number for case in cases},
        "certificate": ansible.file(NEW.full_chain_pem),
        "key": ansible.file(NEW.private_key_pem),
    }
    return [tasks_play(*(task for name in FAULTS for task in _rotate(name)), vars=variables)]


TOKEN_ALONE = {"GCORE_API_KEY": API_KEY}


def test_neither_log_nor_fact_cache(plays, ansible, tmp_path):
    log, cache = tmp_path / "log", tmp_path / "facts"
    env = {
        "ANSIBLE_LOG_PATH": str(log),
        "ANSIBLE_CACHE_PLUGIN": "ansible.builtin.jsonfile",
        "ANSIBLE_CACHE_PLUGIN_CONNECTION": str(cache),
    }
    played = ansible.run(plays, *LOUDEST, env=TOKEN_ALONE | env)
    assert [played.task(name).status for name in FAULTS] == ["ok", "failed"]
    [fact_file] = cache.iterdir()
    assert all(f"kept_{name}" in fact_file.read_text() for name in FAULTS)
    assert CANARIES.assert_absent_below(tmp_path) == 2


def test_nor_an_asynchronous_job_that_is_kept(plays, ansible):
    for task in plays[0]["tasks"][::2]:
        task |= {"async": 60, "poll": 0}
    played = ansible.run(plays, *LOUDEST, env=TOKEN_ALONE)
    for name, faults in FAULTS.items():
        job = Path(played.task(name).result["results_file"])
        until(lambda path=job: path.exists() and '"msg"' in path.read_text(), "the job has ended")
        result = json.loads(job.read_text())
        assert bool(result.get("failed")) is bool(faults)
        CANARIES.assert_absent(json.dumps(result), "an asynchronous job")


def test_nor_a_proxy(plays, ansible):
    """Nobody ever knocks at it: what goes in the clear to this machine goes past it, both ways."""
    change, _keep, refused, _keep_too = plays[0]["tasks"]
    tasks = [change, {**change, "name": "again", "environment": {"WAY": "far"}}, refused]
    tasks.append({**refused, "name": "refused far", "environment": {"WAY": "far"}})
    with socket.create_server(("127.0.0.1", 0)) as proxy:
        proxy.setblocking(False)
        address = f"http://127.0.0.1:{proxy.getsockname()[1]}"
        env = TOKEN_ALONE | dict.fromkeys(("http_proxy", "HTTP_PROXY", "ALL_PROXY"), address)
        played = ansible.run([{**plays[0], "tasks": tasks}], env=env)
        assert [played.task(task["name"]).status for task in tasks] == ["ok", "ok", "failed", "failed"]
        with pytest.raises(BlockingIOError):
            proxy.accept()


FLEET = "gcore.web_security.gcore_fleet_cert"
SURVEY = "gcore.web_security.gcore_resource_cert_info"
INLINE = {"certificate": NEW.full_chain_pem, "private_key": NEW.key_pem("traditional"), "label": "the new one"}
KEY_IN_CHAIN = {**INLINE, "chain": NEW.private_key_pem}
FLEETS = {
    # options, and a word of the end
    "refused-in-part": ({"certificates": [INLINE]}, "400"),
    "cdn-refused": ({"certificates": [INLINE], "products": BOTH, "include": ["cdn:3"]}, "400"),
    "encrypted": ({"certificates": [{**ENCRYPTED, "private_key_passphrase": PASSPHRASE}]}, "changed"),
    "wrong-passphrase": ({"certificates": [{**ENCRYPTED, "private_key_passphrase": WRONG_PASSPHRASE}]}, "passphrase"),
    "bundle": ({"certificates": [{"pkcs12": BUNDLE, "private_key_passphrase": PASSPHRASE}]}, "changed"),
    "key-as-certificate": ({"certificates": [{**INLINE, "certificate": OLD.private_key_pem}]}, "private key"),
    "unknown-option": ({"certificates": [{"certificate": "x", "privatekey": NEW.private_key_pem}]}, "privatekey"),
    "skipped": ({"certificates": [KEY_IN_CHAIN], "on_bad_certificate": "skip"}, "certificate"),
    "wrong-token": ({"certificates": [INLINE], "api_key": WRONG_TOKEN}, "401"),
    "another-type": ({"certificates": [[NEW.private_key_pem]], "verify": NEW.private_key_pem}, "is not a dictionary"),
    "key-as-path": ({"certificates": [{**INLINE, "private_key": None, "private_key_path": BARE_KEY}]}, "can't read"),
}
SURVEYS = {
    "key-as-certificate": ({"certificates": [{"certificate": OLD.private_key_pem}]}, "private key"),
    "unknown-option": ({"certificates": [{"private_key": NEW.private_key_pem}]}, "private_key"),
}
FLEETS_FAR_TOO = ("refused-in-part", "cdn-refused", "bundle", "key-as-certificate", "unknown-option", "key-as-path")
MANY = {
    f"{module.rpartition('.')[2]} {name} {way}": (module, options, word, environment_of_task)
    for module, tasks in ((FLEET, FLEETS), (SURVEY, SURVEYS))
    for way, environment_of_task in (("action", {}), ("module", {"WAY": "far"}))
    for name, (options, word) in tasks.items()
    if way == "action" or name in FLEETS_FAR_TOO
}


def test_nor_what_looks_at_many(simulator, ansible):
    simulator.reset()
    simulator.settings(echo_secrets=True)
    simulator.seed([with_installed(resource(number, f"site{number}.{ZONE}"), OLD) for number in (1, 2)])
    simulator.seed_cdn([seed(3, f"site3.{ZONE}", OLD)])
    simulator.faults([rule("400", call="put", resource_id=2), rule("400", call="ssl_create")])
    common = {**connection(simulator), "retries": 0}
    tasks = [
        {
            "name": name,
            module: {**common, **options, **({"force": True} if word == "400" else {})},
            "environment": environment_of_task,
            "ignore_errors": True,
        }
        for name, (module, options, word, environment_of_task) in MANY.items()
    ]
    played = ansible.run([tasks_play(*tasks)], *LOUDEST)
    for name, (_module, _options, word, _environment) in MANY.items():
        assert word in json.dumps(played.task(name).result), name
    shipped = [name for name in MANY if name.endswith("module") and not re.search("unknown|another", name)]
    assert played.logged.count(" Invoked with a") == len(shipped)
    assert [entry["status"] for entry in simulator.journal(call="put", resource_id=2)].count(400) >= 2


ROLES = {
    "resource_cert": {
        **dict.fromkeys(("state", "validate_certs", "resource_id", "name", "api_url")),
        "resources": [NEW.private_key_pem, [NEW.private_key_pem], [[NEW.private_key_pem]], {"a": NEW.private_key_pem}],
        "resources of a": [[{"name": "a", one: NEW.private_key_pem}] for one in ("verify", "retries", "privatekey")],
    },
    "fleet_cert": {
        **dict.fromkeys(("verify", "retries", "waves", "include")),
        "certificates": [[[NEW.private_key_pem]], NEW.private_key_pem, [{"resources": {NEW.private_key_pem: 1}}]],
    },
    "cert_expiry_report": {
        **dict.fromkeys(("fail_on", "junit_fail_on_warning", "html_path")),
        "certificates": [[[NEW.private_key_pem]], [{"certificate": OLD.private_key_pem}]],
    },
}


def _role(role: str, name: str, value) -> dict:
    connection = {f"{role}_api_url": "https://127.0.0.1:1", f"{role}_api_key": API_KEY, f"{role}_retries": "0"}
    other = {f"{role}_name": "a.example"} if role == "resource_cert" and not name.startswith("resource") else {}
    given = {**connection, **other, f"{role}_{name.partition(' ')[0]}": value}
    return {
        "block": [{"ansible.builtin.include_role": {"name": f"gcore.web_security.{role}"}, "vars": given}],
        "rescue": [{"name": "refused", "ansible.builtin.debug": {"msg": f"refused {role} {name}"}}],
    }


def test_nor_a_role_with_a_key_in_a_variable_of_another_type(ansible):
    tasks = [
        _role(role, name, value)
        for role, variables in ROLES.items()
        for name, values in variables.items()
        for value in values or [NEW.private_key_pem]
    ]
    played = ansible.run([tasks_play(*tasks)], *LOUDEST)
    assert played.stdout.count("\nTASK [refused]") == len(tasks), played.stdout[-3000:]


HOSTILE = "\x1b[2J\n[ERROR]: forged\r\u202e\u2028\x9b"
REPEATED = NEW.private_key_pem.splitlines()[2]


def test_nor_an_account_that_repeats_a_key_and_speaks_to_the_terminal(simulator, ansible):
    """Not in a warning of an alias, nor in the name of a resource that the key is not for, nor in progress."""
    alias = {"id": 1, "alias_data": f"{REPEATED}{HOSTILE}.elsewhere.example", "alias_ssl_expire": 0}
    names = {1: f"a{HOSTILE}.{ZONE}", 2: f"b{REPEATED}{HOSTILE}.{ZONE}", 3: f"{REPEATED}.elsewhere.example"}
    simulator.reset()
    simulator.seed([with_installed(resource(number, name, aliases=[alias]), OLD) for number, name in names.items()])
    refused = {"kind": "status", "status": 400, "message": f"{REPEATED} {HOSTILE}", "exception_class": HOSTILE}
    simulator.seed_cdn([seed(4, f"c{REPEATED}{HOSTILE}.{ZONE}", OLD, object_name=f"{REPEATED}{HOSTILE}")])
    simulator.faults([rule(refused, call="put", resource_id=2), rule(refused, call="cdn_patch")])
    common = {**connection(simulator), "retries": 0}
    ways = {"action": {}, "module": {"WAY": "far"}}
    tasks = [
        {"name": f"{name} {way}", module: {**common, **options}, "environment": far, "ignore_errors": True}
        for way, far in ways.items()
        for name, module, options in (
            ("many", FLEET, {"certificates": [INLINE], "force": True, "products": BOTH, "waves": ["100%"]}),
            ("one", MODULE, {**CERTIFICATE, "resource_id": 1, "force": True}),
        )
    ]
    played = ansible.run([tasks_play(*tasks)], *LOUDEST)
    for way in ways:
        many, one = (played.task(f"{name} {way}").result for name in ("many", "one"))
        assert "1 rotated, 2 failed" in many["msg"]
        assert r"b********\x1b[2J\n[ERROR]: forged\r\u202e\u2028\x9b" in many["msg"]
        assert one["changed"] is True
    assert r"a\x1b[2J\n[ERROR]: forged" in played.stdout
    assert "\n[ERROR]: forged" not in played.output


KEY = new_key("rsa")
PEM = KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
DER = KEY.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
BODY = "".join(PEM.splitlines()[1:-1])
TOKEN = secrets.token_hex(20)

SPELLINGS = {
    "pem": PEM, "one-line-of-it": PEM.splitlines()[12], "part-of-a-line": f"received {PEM.splitlines()[12][5:40]}...",
    "wrapped-at-another-width": textwrap.fill(BODY, 11), "escaped-line-ends": json.dumps(textwrap.fill(BODY, 20)),
    "escaped-twice": json.dumps(json.dumps(textwrap.fill(BODY, 20))), "der-as-hex": DER.hex()[800:900],
    "der-as-upper-hex": DER.hex()[800:900].upper(), "base64-of-the-pem": base64.b64encode(PEM.encode()).decode(),
    "base64-of-a-line": base64.b64encode(f"a{PEM.splitlines()[12]}\n".encode()).decode(),
    "a-number-of-it": str(KEY.private_numbers().p), "token": f"Authorization: APIKey {TOKEN}",
    "part-of-the-token": f"Bad permanent token: {TOKEN[7:30]}",
    "base64-of-the-token": base64.b64encode(f"APIKey {TOKEN}".encode()).decode(),
    "token-in-a-url": urllib.parse.quote(f"https://user:{TOKEN}@host"),
}  # fmt: skip


def test_the_hunt_finds_and_does_not_cry_wolf():
    planted = Canaries()
    planted.plant_key("key", KEY)
    planted.plant_text("token", TOKEN)
    assert [name for name, text in SPELLINGS.items() if not planted.found_in(f"before {text} after")] == []
    public_key = KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    public = OLD.full_chain_pem + NEW.full_chain_pem + public_key
    assert planted.found_in(public) == CANARIES.found_in(public) == []


def test_the_hunt_is_on(ansible):
    leak = {"ansible.builtin.debug": {"msg": "{{ 'yek' | replace('yek', secret) }}"}}
    with pytest.raises(AssertionError, match="shows secrets"):
        ansible.run([tasks_play(leak, vars={"secret": PASSPHRASE})])
