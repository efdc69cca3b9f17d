# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""The cases as tables: what the account has, what is wrong with the world, and the options of the task."""

import base64
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

from simulator.handle import installation, resource, rule, with_installed, with_issued

from .material import LETS_ENCRYPT, NEW, NOW, OLD, PAIRS, ZONE

MODULES = {"resource": "gcore_resource_cert", "fleet": "gcore_fleet_cert", "info": "gcore_resource_cert_info"}
LATER = int(NOW.timestamp()) + 1000 * 86400
PASSPHRASE, WRONG = "Ünlöck the corpus", "not the passphrase"

Json = dict[str, Any]
Table = Mapping[str, Any]
Modes = Sequence[str]


class Case(NamedTuple):
    """One task in its own circumstances; its name begins with its module's word, its modes are some of record's.

    Of the options bytes are a file's content, a table of them is a folder; None leaves out what all cases have. The
    number is that of the resource where that is all of its world, so that others may run at its side; 0 otherwise.
    """

    name: str
    options: Table
    seeds: Sequence[Json]
    faults: Sequence[Json]
    settings: Table
    modes: Modes
    number: int = 0


CASES: list[Case] = []
_THREE = "a=old b=old c=old"
_NONE: Table = MappingProxyType({})
_BOTH, _REAL, _ALL = ("real", "check"), ("real",), ("real", "check", "plain")


def _seed(number: int, name: str, has: str, edge: Any = None, fields: Any = None) -> Json:
    """Make a resource that has the pair of that name, or `le`, or `off`."""
    made = {**resource(number, name if "." in name else f"{name}.{ZONE}"), **(fields or {})}
    seed = {"resource": made} if has == "off" else with_issued(made, lets_encrypt=True, **LETS_ENCRYPT)
    mode = {"mode": edge} if isinstance(edge, str) else edge
    return {**(with_installed(made, PAIRS[has]) if has in PAIRS else seed), **({"edge": mode} if mode else {})}


def site(
    name: str, options: Table, has: str = "old", *faults: Json, edge: Any = None, modes: Modes = _BOTH, **fields: Any
) -> None:
    """Add a case of `gcore_resource_cert` with one resource that nobody else looks at."""
    number = 700_000 + len(CASES)
    own = [{**fault, "match": {**fault["match"], "resource_id": number}} for fault in faults]
    CASES.append(Case(f"resource-{name}", options, [_seed(number, name, has, edge, fields)], own, {}, modes, number))


def account(
    name: str,
    options: Table,
    sites: str = _THREE,
    *faults: Json,
    edges: Table = _NONE,
    fields: Table = _NONE,
    modes: Modes = _BOTH,
    **settings: Any,
) -> None:
    """Add a case with an account of its own."""
    seeds = []
    for number, word in enumerate(sites.split(), start=1):
        site, has = word.split("=")
        seeds.append(_seed(number, site, has, edges.get(site), fields.get(site)))
    CASES.append(Case(name, options, seeds, faults, settings, modes))


def given(pair: str, **options: Any) -> Json:
    """Return the options of a certificate and its key."""
    return {"certificate": PAIRS[pair].full_chain_pem, "private_key": PAIRS[pair].private_key_pem, **options}


def serving(pair: str) -> Json:
    """Make an edge that serves this, whatever is stored."""
    return {"mode": "given", **installation(PAIRS[pair])}


def aliases(name: str, expires: int = 0) -> list[Json]:
    """Make one alias."""
    return [{"id": 1, "alias_data": name, "alias_ssl_expire": expires}]


# One resource: what there is and what there shall be.
GIVEN = given("new")
ABSENT, RENEWED = {"state": "absent"}, {"type": "lets_encrypt"}
site("in-sync", GIVEN, "new", modes=_ALL)
site("drift", GIVEN, modes=_ALL)
site("created", GIVEN, "off", modes=_ALL)
site("forced", given("new", force=True), "new", modes=_ALL)
site("twin", GIVEN, "twin")
site("downgrade-refused", given("sooner"), "later")
site("downgrade-allowed", given("sooner", allow_downgrade=True), "later")
site("downgrade-forced", given("sooner", force=True), "later")
site("le-conflict", GIVEN, "le")
site("le-conflict-forced", given("new", force=True), "le")
site("le-replaced", given("new", replace_lets_encrypt=True), "le")
for _had in ("old", "le", "off"):
    site(f"le-from-{_had}", RENEWED, _had, modes=_ALL)
    site(f"absent-from-{_had}", ABSENT, _had, modes=_ALL)
site("absent-without-redirect", ABSENT, is_redirect_to_https_enabled=False)
site("alias-warned", GIVEN, aliases=aliases("shop.elsewhere.example"))
site("alias-refused", given("new", require_alias_coverage=True), aliases=aliases("shop.elsewhere.example"))
site("alias-its-own", GIVEN, "new", aliases=aliases("shop.elsewhere.example", LATER))
site("name-uncovered", given("stranger"))
site("suspended", GIVEN, status="suspended")
site("stored-not-served", GIVEN, "new", edge=serving("old"))
site("served-not-stored", GIVEN, edge=serving("new"))
site("another-served", GIVEN, edge=serving("stranger"))
site("edge-down", GIVEN, "new", edge="down")
site("edge-silent", given("new", edge_timeout=1), "new", edge="silent")
site("edge-plain", GIVEN, "old", edge="plain")
site("edge-without-address", GIVEN, "new", service_ip="")
site("edge-never", given("new", edge_probe="never"), "new")
site("edge-never-drift", given("new", edge_probe="never"))
EDGE = {"verify": "edge", "verify_timeout": 1, "verify_interval": 1}
site("verify-none", given("new", verify="none"))
site("verify-edge", given("new", verify="edge"))
site("verify-edge-in-sync", given("new", verify="edge"), "new")
site("verify-edge-not-served", given("new", **EDGE), edge="frozen")
site("verify-edge-still-not", given("new", **EDGE), "new", edge=serving("old"))
site("verify-edge-mismatch", given("new", **EDGE), edge=serving("stranger"))
site("verify-edge-leaf-only", given("new", verify="edge"), edge="leaf_only")
site("verify-edge-le", {**RENEWED, **EDGE})

# One resource: the forms in which a certificate may come.
TWO = NEW.full_chain_pem.replace("\n", "\r\n")
APART = {"certificate": NEW.certificate_pem, "private_key": NEW.private_key_pem}
SEALED = NEW.key_pem(passphrase=PASSPHRASE)
FORMS: dict[str, Json] = {
    "files": {"certificate_path": TWO.encode(), "private_key_path": NEW.private_key_pem.encode()},
    "chain-apart": {**APART, "chain": NEW.chain_pem},
    "no-intermediate": APART,
    "shuffled": given("new", certificate=NEW.chain_pem + NEW.certificate_pem),
    "passphrase-file": given("new", private_key=SEALED, private_key_passphrase_path=f"{PASSPHRASE}\n".encode()),
    "pkcs12": {"pkcs12": base64.b64encode(NEW.pkcs12(PASSPHRASE)).decode(), "private_key_passphrase": PASSPHRASE},
    "api-token": given("new", api_key=None, api_token="simulated.bearer.5f4e3d2c1b0a99887766554433221100"),
    **{name: given(name) for name in ("self-signed", "outliving", "rsa", "ed25519", "deep")},
}
for _name, _options in FORMS.items():
    site(f"form-{_name}", _options, modes=_REAL)

# One resource: what is refused before any request.
LARGE = "no certificate\n" * 150_000
REFUSED: dict[str, Json] = {
    "no-certificate": {"private_key": NEW.private_key_pem},
    "no-file": {"certificate_path": "/no/such/site.pem", "private_key": NEW.private_key_pem},
    "empty-text": given("new", certificate=""),
    "empty-file": given("new", certificate=None, certificate_path=b" \r\n"),
    "truncated": given("new", certificate=NEW.full_chain_pem[:-60]),
    "damaged-base64": given("new", certificate=NEW.full_chain_pem.replace("MII", "M%I", 1)),
    "joined-lines": given("new", certificate=NEW.full_chain_pem.replace("\n", "")),
    "not-pem": given("new", certificate="certificate: see the vault"),
    "der-file": given("new", certificate=None, certificate_path=NEW.der),
    "key-of-another": given("new", private_key=PAIRS["other"].private_key_pem),
    "key-among-certificates": given("new", certificate=NEW.full_chain_pem + NEW.private_key_pem),
    "certificate-for-key": given("new", private_key=NEW.certificate_pem),
    "no-passphrase": given("new", private_key=SEALED),
    "wrong-passphrase": given("new", private_key=SEALED, private_key_passphrase=WRONG),
    "pkcs12-wrong-passphrase": {"pkcs12_path": NEW.pkcs12(PASSPHRASE), "private_key_passphrase": WRONG},
    "pkcs12-not-base64": {"pkcs12": "%" * 100},
    "min-days-valid": given("new", min_days_valid=120),
    "missing-intermediate": given("lonely", certificate=PAIRS["lonely"].certificate_pem),
    "missing-link": given("deep", certificate=PAIRS["deep"].certificate_pem + NEW.chain_pem),
    **{name: given(name) for name in ("expired", "future", "weak", "sha1", "client", "nameless")},
    "too-large": given("new", certificate=LARGE),
    "text-and-file": given("new", certificate_path=TWO.encode()),
    "absent-with-certificate": {**GIVEN, **ABSENT},
    "neither-id-nor-name": given("new", resource_id=None),
    "id-no-number": given("new", resource_id="first"),
    "unknown-option": given("new", certifcate_path="x"),
    "two-tokens": given("new", api_token="another"),
    "no-token": given("new", api_key=None),
    "url-in-the-clear": given("new", api_url="http://api.example.invalid"),
    "url-with-password": given("new", api_url="https://user:secret@api.example.invalid"),
    "no-ca-file": given("new", ca_path="/no/such/ca.pem"),
    "negative-retries": given("new", retries=-1),
}
for _name, _options in REFUSED.items():
    site(f"refused-{_name}", _options, modes=_REAL)

# One resource: an API in trouble. Of those that hang, no answer is waited for long.
HASTE = {"request_timeout": 3}
REDIRECT = {"kind": "redirect", "status": 307, "location": "http://127.0.0.1:9/security/resources"}
_REFUSALS = ("400", "401", "403", "404", "408", "409", "429", "500", "503", "502_html")
_LOSSES = ("cut_before", "cut_body", "hang", "truncated_json", "html_200")
for _name in (*_REFUSALS, *_LOSSES, "wrong_content_type"):
    site(f"get-{_name}", {**GIVEN, **HASTE}, "old", rule(_name, call="get"), modes=_REAL)
for _name in ("401", "500", "502_html", "cut_before", "html_200"):
    site(f"look-{_name}", GIVEN, "old", rule(_name, call="get", nth=3), modes=_REAL)
for _name in (*_REFUSALS, *_LOSSES, "500_after", "504_html_after", "cut_after", "hang_after"):
    site(f"put-{_name}", {**GIVEN, **HASTE}, "old", rule(_name, call="put"), modes=_REAL)
for _name in ("429", "429_retry_after", "500", "500_after", "cut_before", "cut_after"):
    site(f"put-{_name}-once", given("new", retries=1), "old", rule(_name, call="put", times=1), modes=_REAL)
site("put-lost-get-lost", GIVEN, "old", rule("cut_after", call="put"), rule("500", call="get", nth=3), modes=_REAL)
site("get-429-once", GIVEN, "old", rule("429_retry_after", call="get", times=1), modes=_REAL)
site("get-redirect", GIVEN, "old", rule(REDIRECT, call="get"), modes=_REAL)
site("ignored-write", given("new", total_timeout=8), "old", rule("not_stored", call="put"), modes=_REAL)
site("collateral", GIVEN, "old", rule("drop_setting", call="put"), modes=_REAL)
_EDIT = {"kind": "outside_edit", "resource": {"service_geoip_mode": 0}, "install": installation(NEW)}
site("outside-edit", GIVEN, "old", rule(_EDIT, call="get", nth=2), modes=_REAL)
site("total-timeout", given("new", total_timeout=3), "old", rule("hang", call="get"), modes=_REAL)
site("total-timeout-429", given("new", retries=9, total_timeout=4), "old", rule("429", call="get"), modes=_REAL)
site("nobody-listens", given("new", api_url="http://127.0.0.1:9"), modes=_REAL)
site("wrong-key", given("new", api_key="31$not-the-key"), modes=_REAL)
site("swapped-tokens", given("new", api_key="simulated.bearer.5f4e3d2c1b0a99887766554433221100"), modes=_REAL)
site("no-such-id", given("new", resource_id=799_999), modes=_REAL)

# One resource of an account: found by name, and the faces that the API may show.
BY_NAME, BY_ID = given("new", name=f"a.{ZONE}"), given("new", resource_id=1)
account("resource-by-name", BY_NAME)
account("resource-name-nobodys", given("new", name=f"nobody.{ZONE}"))
account("resource-name-of-two", BY_NAME, "a=old b=old", fields={"b": {"name": f"a.{ZONE}"}})
for _name in ("401", "403", "429", "500", "502_html", "cut_before", "truncated_json", "html_200"):
    account(f"resource-list-{_name}", BY_NAME, "a=old", rule(_name, call="list"), modes=_REAL)
for _shape in ("wrapped", "paged", "paged_wrapped"):
    account(f"resource-{_shape}", BY_NAME, shape=_shape, page_size=2, modes=_REAL)
for _had in ("old", "new"):
    account(f"resource-{_had}-returned", BY_ID, f"a={_had}", return_certificate=True)
    account(f"resource-{_had}-untyped", BY_ID, f"a={_had}", modes=_REAL, ssl_type_visible=False)
    account(f"resource-{_had}-expiry-missing", BY_ID, f"a={_had}", expiry="missing")
    account(f"resource-{_had}-expiry-string", BY_ID, f"a={_had}", modes=_REAL, expiry="string")
account("resource-chain-differs", {**BY_ID, **APART}, "a=new", return_certificate=True)
account("resource-nothing-tells", {**BY_ID, "edge_probe": "never"}, "a=new", expiry="missing")
account("resource-downgrade-by-edge", {**BY_ID, **given("sooner")}, "a=later", expiry="missing")


# Fleets.
def offers(*pairs: str, **more: Any) -> Json:
    """Return the list of certificates, each with its name as label."""
    return {"certificates": [{"label": pair, **given(pair), **more} for pair in pairs]}


FLEET, AT_ONCE = offers("new"), {**offers("new"), "waves": ["100%"]}
MIXED = "a=old b=new c=off d=le e=old f=later g.elsewhere.example=old h=old"
STATES: Json = {"e": {"status": "suspended"}, "h": {"aliases": aliases("shop.elsewhere.example")}}
LEAF, CHAIN, KEY = (pem.encode() for pem in (NEW.certificate_pem, NEW.chain_pem, NEW.private_key_pem))
FLAT = {"new.crt": LEAF, "new.chain.pem": CHAIN, "new.key": KEY}
CERTBOT = {"fullchain.pem": LEAF + CHAIN, "privkey.pem": KEY}
BAD = {"certificates": [*FLEET["certificates"], {"label": "bad", **given("expired")}, {"label": "junk", "pkcs12": "%"}]}
FLEETS: dict[str, Json] = {
    "in-force": {**FLEET, "force": True}, "waves": {**FLEET, "waves": ["1", "50%"]},
    "include": {**FLEET, "include": ["1", f"c*.{ZONE}"]}, "mapping": offers("new", resources=["2", f"a.{ZONE}"]),
    "tie": offers("new", "twin"), "exact-before-wildcard": offers("one", "new"),
    "bad-skip": {**BAD, "on_bad_certificate": "skip"}, "no-probe": {**FLEET, "edge_probe": "never"},
}  # fmt: skip
FLEETS_INPUT: dict[str, Json] = {
    "include-unknown": {**FLEET, "include": ["nobody.example"]},
    "exclude-unknown": {**FLEET, "exclude": ["nobody.example"]},
    "mapping-unknown": offers("new", resources=["2", f"nobody.{ZONE}"]),
    "tie-mapped": offers("new", "other", resources=["1"]), "bad-fail": BAD,
    "all-bad": {**offers("expired"), "on_bad_certificate": "skip"}, "no-certificates": {},
    "empty-files": {"certificates": [{"certificate_path": b"", "private_key_path": b"\n"}]},
    "min-days-valid": {**FLEET, "min_days_valid": 100}, "folder-flat": {"directory": FLAT},
    "folder-certbot": {"directory": {"a": CERTBOT, "README": b"no certificate"}},
    "folder-acme": {"directory": {f"a.{ZONE}_ecc": {"fullchain.cer": LEAF + CHAIN, f"a.{ZONE}.key": KEY}}},
    "folder-pkcs12": {"directory": {"new.p12": NEW.pkcs12(PASSPHRASE)}, "private_key_passphrase": PASSPHRASE},
    "folder-lacking": {"directory": {**FLAT, "lost.key": b"x", "b": {"fullchain.pem": b"x"}}},
    "folder-empty": {"directory": {"notes.txt": b"x"}}, "folder-missing": {"directory": "/no/such/folder"},
    "waves-wrong": {**FLEET, "waves": ["some"]},
}  # fmt: skip
for _name, _options in {**FLEETS, **FLEETS_INPUT}.items():
    account(f"fleet-{_name}", _options, modes=_BOTH if _name in FLEETS else _REAL)
account("fleet-rotated", {**FLEET, "verify": "edge"}, modes=_ALL)
account("fleet-in-sync", FLEET, "a=new b=new", modes=_ALL)
account("fleet-empty", FLEET, "")
account("fleet-mixed", FLEET, MIXED, fields=STATES, modes=_ALL)
_ANYWAY = ("enable_https", "replace_lets_encrypt", "allow_downgrade", "require_alias_coverage")
account("fleet-mixed-anyway", {**FLEET, **dict.fromkeys(_ANYWAY, True)}, MIXED, fields=STATES)
account("fleet-edges-down", FLEET, " ".join(f"s{n}=new" for n in range(7)), edges=dict.fromkeys(["s0"], "down"))
_DOWN = dict.fromkeys([f"s{n}" for n in range(7)], "down")
account("fleet-no-edge", {**FLEET, "concurrency": 1}, " ".join(f"{name}=new" for name in _DOWN), edges=_DOWN)
account("fleet-not-served", {**FLEET, **EDGE}, edges={"b": "frozen"}, modes=_REAL)
account("fleet-catching-up", {**FLEET, **EDGE}, "a=new b=new", edges={"b": serving("old")}, modes=_REAL)
for _name in ("400", "500", "500_after", "429", "cut_before", "cut_after", "drop_setting"):
    account(f"fleet-put-{_name}", AT_ONCE, _THREE, rule(_name, call="put", resource_id=2), modes=_REAL)
account("fleet-canary", FLEET, _THREE, rule("400", call="put", resource_id=1), modes=_REAL)
for _most in ("0", "1", "50%"):
    limit = {**AT_ONCE, "concurrency": 1, "max_failures": _most}
    account(f"fleet-max-failures-{_most}", limit, "a=old b=old c=old d=old", rule("500", call="put"), modes=_REAL)
_SLOW = {**AT_ONCE, "concurrency": 1, "total_timeout": 3}
account("fleet-total-timeout", _SLOW, "a=old b=old", rule("hang", call="put"), modes=_REAL)
for _name in ("401", "403", "500", "502_html", "cut_before", "truncated_json"):
    account(f"fleet-list-{_name}", FLEET, "a=old", rule(_name, call="list"), modes=_REAL)

# Looks at the account.
SEEN = (
    "a=new warning=warning critical=critical expired=expired hours=hours short-ok=short-ok short-warning=short-warning "
    "sni=new other=new down=new plain=new leaf=lonely off=off le=le alias=new future=future ending=outliving"
)
SEEN_EDGES = {
    "down": "down", "plain": "plain", "leaf": "leaf_only", "sni": serving("stranger"), "other": serving("old"),
}  # fmt: skip
SEEN_FIELDS = {"alias": {"aliases": [*aliases("b.example.test"), *aliases("shop.elsewhere.example", LATER)]}}
INFO: dict[str, Json] = {
    "states": {}, "unprobed": {"probe_edge": False},
    "thresholds": {"warning_days": 100, "critical_days": 95, "warning_percent": 80, "critical_percent": 20},
    "include": {"include": [f"s*.{ZONE}"], "exclude": ["8"]}, "include-unknown": {"include": ["nobody.example"]},
    "id": {"resource_id": 15}, "no-such-id": {"resource_id": 99}, "name": {"name": f"A.{ZONE}"},
    "name-nobodys": {"name": "nobody.example"}, "percent-too-large": {"warning_percent": 101},
    "given": {"certificates": [{"label": "new", "certificate": NEW.full_chain_pem}]},
    "given-folder": {"directory": {**FLAT, "site": CERTBOT, "x.p12": b"x", "lost.key": b"x"}},
    "given-mapped": {"certificates": [{"certificate": OLD.full_chain_pem, "resources": ["2", "nobody.example"]}]},
    "given-tie": {"certificates": [{"certificate": PAIRS[name].full_chain_pem} for name in ("new", "twin")]},
    "given-nothing": {"certificates": [{"label": "bare"}]}, "wrong-key": {"api_key": "31$not-the-key"},
}  # fmt: skip
for _name, _options in INFO.items():
    account(f"info-{_name}", _options, SEEN, edges=SEEN_EDGES, fields=SEEN_FIELDS, modes=_REAL)
account("info-check", {}, "a=new b=old", modes=("check", "plain"))
account("info-untold", {"probe_edge": False}, "a=new b=off", modes=_REAL, expiry="missing")
account("info-returned", {}, "a=new b=old", edges={"b": serving("new")}, modes=_REAL, return_certificate=True)
account("info-no-edge", {"concurrency": 1}, " ".join(f"{n}=new" for n in _DOWN), edges=_DOWN, modes=_REAL)
for _name in ("401", "403", "404", "429", "500", "502_html", "cut_before", "truncated_json"):
    account(f"info-list-{_name}", {}, "a=old", rule(_name, call="list"), modes=_REAL)
