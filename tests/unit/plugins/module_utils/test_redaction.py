# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

import base64
import copy
import json
import random
import re
import time
from urllib.parse import quote, quote_plus, unquote

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ansible_collections.gcore.web_security.plugins.module_utils import _redaction as redaction
from ansible_collections.gcore.web_security.plugins.module_utils._redaction import MASK, Redactor, excerpt
from simulator.authority import Authority

RANDOM = random.Random(4711)
ISSUED = Authority().issue(["shop.example"])
KEY = ISSUED.private_key_pem
DER = ISSUED.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
BODY = base64.b64encode(DER).decode()
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
TOKEN = "70931$" + "".join(RANDOM.choices(ALPHABET + "+/-_.~!%&\"'<", k=90))
LOWER_TOKEN = "4711$" + RANDOM.randbytes(48).hex()
LABEL = "PRIVATE KEY"
HUGE_DER = b"\x30\x82\x09\x42" + RANDOM.randbytes(2370)
HUGE = f"-----BEGIN {LABEL}-----\n{base64.encodebytes(HUGE_DER).decode()}-----END {LABEL}-----\n"
CUT_KEYS = st.sampled_from([KEY, HUGE]).map(lambda text: text[:90] + "\udc80§\ud800" + text[90:])


def redactor(*secrets):
    made = Redactor()
    for secret in secrets:
        made.add(secret)
    return made


KNOWS_ALL = redactor(TOKEN, LOWER_TOKEN, KEY)


def wrapped(end):
    return lambda text, width: end.join(text[at : at + width] for at in range(0, len(text), width))


def escaped(text):
    return "".join(character if character.isalnum() else f"\\u{ord(character):04x}" for character in text)


def aligned(encode):
    """Base64 of the text between others, which move it by as many bytes as there are before it."""
    return lambda text, width: encode(b"x" * (width % 3) + text.encode() + b"y" * (width % 2)).decode()


SPELLINGS = {
    "as it is": lambda text, _: text, "lower case": lambda text, _: text.lower(),
    "upper case": lambda text, _: text.upper(), "upper case hexadecimal": lambda text, _: text.encode().hex().upper(),
    "lower case hexadecimal": lambda text, _: text.encode().hex(), "base64": aligned(base64.b64encode),
    "url-safe base64": aligned(base64.urlsafe_b64encode),
    "base64 in a URL": lambda text, width: quote(aligned(base64.b64encode)(text, width), safe=""),
    "base64 in lines": lambda text, width: aligned(base64.encodebytes)(text * 2, width),
    "in a URL": lambda text, _: quote(text, safe=""), "in a path": lambda text, _: quote(text),
    "in a form": lambda text, _: quote_plus(text),
    "in a URL, lower case": lambda text, _: re.sub("%..", lambda match: match[0].lower(), quote(text, safe="")),
    "in a URL, every character": lambda text, _: "".join(f"%{ord(character):02X}" for character in text),
    "JSON": lambda text, _: json.dumps(text), "JSON in JSON": lambda text, _: json.dumps(json.dumps(text)),
    "JSON, slashes escaped": lambda text, _: json.dumps(text).replace("/", "\\/"),
    "JSON, all but letters escaped": lambda text, _: escaped(text), "Python": lambda text, _: repr(text),
    "lines": wrapped("\n"), "windows lines": wrapped("\r\n"), "lines, escaped": wrapped("\\n"),
    "lines, escaped twice": wrapped("\\\\r\\\\n"), "indented lines": wrapped("\n    "),
}  # fmt: skip


def is_told(spelling, cleaned, size=8):
    return any(spelling[at : at + size] in cleaned for at in range(len(spelling) - size + 1))


@pytest.mark.parametrize("spell", SPELLINGS.values(), ids=SPELLINGS)
@settings(deadline=None, max_examples=15)
@given(st.sampled_from([TOKEN, LOWER_TOKEN, BODY]), st.data())
def test_any_part_of_a_secret_is_masked_however_it_is_spelt(spell, secret, data):
    start = data.draw(st.integers(0, len(secret) - 8))
    part = secret[start : data.draw(st.integers(start + 8, len(secret)))]
    assume(len(part.rstrip("=")) >= 8)
    spelling = spell(part, data.draw(st.integers(1, 80)))
    cleaned = KNOWS_ALL.clean(f"the API said: {spelling}, no more")
    assert MASK in cleaned
    assert cleaned.startswith("the API said: ")
    assert cleaned.endswith(", no more")
    assert not is_told(*("".join(unquote(text).split()) for text in (spelling, cleaned)))


BYTES = {
    "hexadecimal": lambda raw, _: raw.hex(),
    "upper case hexadecimal": lambda raw, _: raw.hex().upper(),
    "base64": lambda raw, shift: base64.b64encode(b"x" * shift + raw).decode(),
    "url-safe base64": lambda raw, shift: base64.urlsafe_b64encode(b"x" * shift + raw).decode(),
}


@pytest.mark.parametrize("known", [KEY, KEY.encode(), DER], ids=["PEM", "PEM file", "DER"])
@pytest.mark.parametrize("spell", BYTES.values(), ids=BYTES)
@settings(deadline=None, max_examples=15)
@given(st.integers(0, len(DER) - 8), st.integers(8, 99), st.integers(0, 2))
def test_any_part_of_a_keys_bytes_is_masked(known, spell, start, length, shift):
    spelling = spell(DER[start : start + length], shift)
    cleaned = redactor(known).clean(f"<{spelling}>")
    assert MASK in cleaned
    assert not is_told(spelling, cleaned)


@pytest.mark.parametrize("form", ["pkcs8", "traditional"])
@pytest.mark.parametrize("passphrase", [None, "secret words"], ids=["plain", "encrypted"])
@pytest.mark.parametrize("noise", ["", "Bag Attributes\n  friendlyName: shop.example, Größe\n"], ids=["", "attributes"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\\n", " ", "\n\n"], ids=repr)
@pytest.mark.parametrize("source", [str, str.encode], ids=["text", "file"])
def test_every_line_of_a_key_is_masked(source, end, noise, passphrase, form):
    text = noise + ISSUED.key_pem(form, passphrase)
    knows = redactor(source(text.replace("\n", end)))
    for line in text.splitlines():
        if len(line) >= 8 and re.fullmatch("[A-Za-z0-9+/]+=*", line):
            assert knows.clean(f"echoed: {line.rstrip('=')}.") == f"echoed: {MASK}."
    for public in ("shop.example", "friendlyName", "Größe", "Attributes", "Proc-Type: 4,ENCRYPTED"):
        assert knows.clean(f"the {public} here") == f"the {public} here"


DAMAGED = {
    "BEGIN lost": KEY.split("\n", 1)[1], "END lost": KEY.rsplit("-----END", 1)[0],
    "both lost": "\n".join(KEY.splitlines()[1:-1]),
    "BEGIN lost, a certificate behind it": KEY.split("\n", 1)[1] + ISSUED.certificate_pem,
    "four dashes": KEY.replace("-----", "----"), "beside a certificate": ISSUED.certificate_pem + KEY,
}  # fmt: skip


@pytest.mark.parametrize("text", DAMAGED.values(), ids=DAMAGED)
def test_a_damaged_key_is_a_secret_too(text):
    assert redactor(text).clean(f"<{BODY}>").strip("<>=") == MASK


SHARED_BY_CHANCE = DER.hex()[40:51]
ORDINARY = [
    "resource 7 (shop.example) has the desired certificate", "2026-01-02T03:04:05Z", "", " \n\t", "\ud800 \0 İ ß ﬁ",
    "answered 400 ValidationError: invalid (service_ssl_crt: ['no']; request id 0f0f0f0f-1111-2222-3333-444444444444)",
    "https://api.gcore.com/security/resources/70932?limit=1000&offset=0", TOKEN[10:17],
    "C:\\new\\temp\\u0041 100%41 %zz \\u00zz = == \\\\ \\", "0" * (64 - len(SHARED_BY_CHANCE)) + SHARED_BY_CHANCE,
    "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----",
    "private_key_path (/etc/ssl/private.key), line 1: a BEGIN PRIVATE KEY without its END",
]  # fmt: skip


@pytest.mark.parametrize("text", ORDINARY, ids=lambda text: ascii(text[:30]))
def test_an_ordinary_text_comes_back_unchanged(text):
    assert KNOWS_ALL.clean(text) == text


@settings(deadline=None, max_examples=80)
@given(
    st.text(max_size=60) | st.text("0123456789abcdef", min_size=60, max_size=64) | st.text("\\u0n%4=-_ a", max_size=30)
)
def test_any_text_that_shares_nothing_comes_back_unchanged(text):
    assume("@" not in text and not re.search("70931|4711", text))
    assert KNOWS_ALL.clean(text) == text


@settings(deadline=None, max_examples=60)
@given(st.text() | st.binary() | st.text("aB+/=-_$\\n%4u0 ", min_size=8, max_size=40) | CUT_KEYS, st.text(max_size=9))
def test_any_secret_is_masked_and_none_ends_in_an_error(secret, around):
    cleaned = redactor(secret).clean(f"{around} {secret} {around}")
    if isinstance(secret, str):
        redactor(secret.encode("utf-16", "surrogatepass")).clean(around)
        counted = "".join(re.sub(r"\\[nrt]|\\", "", secret).split()).replace("=", "")
        if len(counted) >= 8 and not re.search(r"-----|\*|u00..|%..", secret):
            assert (MASK in cleaned, secret in cleaned) == (True, False)


def test_any_shape_of_value_which_itself_stays():
    facts = {"changed": True, "count": 7, "ratio": 0.5, "none": None, 7: "seven"}
    value = {"msg": f"echo {TOKEN}", f"key {TOKEN}": [TOKEN, (TOKEN, {"deep": [BODY]})], **facts}
    before = copy.deepcopy(value)
    body = MASK + "=" * BODY.count("=")
    shown = {"msg": f"echo {MASK}", f"key {MASK}": [MASK, [MASK, {"deep": [body]}]], **facts}
    assert (KNOWS_ALL.clean(value), value) == (shown, before)


ALONE = [
    # of a token the part before its dollar, and a short secret
    (TOKEN, "Bad permanent token: 70931", f"Bad permanent token: {MASK}"),
    (TOKEN, "Bad permanent token: '70931$'", f"Bad permanent token: '{MASK}$'"),
    (TOKEN, "resource 709310 and 170931 and x70931", "resource 709310 and 170931 and x70931"),
    (TOKEN, "7093 0931 931", "7093 0931 931"),
    ("ab$cdefghi", "<ab$cdefghi>", f"<{MASK}>"), ("abc$defghi", "abc abc$defghi", f"abc {MASK}"),
    ("hunter2", "the hunter2, hunter2!", f"the {MASK}, {MASK}!"),
    ("hunter2", "hunter22 hunter ahunter2 hunter_2", "hunter22 hunter ahunter2 hunter_2"),
    ("a.c", "abc a.c", f"abc {MASK}"), ("a-b", "a+b a-b", f"a+b {MASK}"),
    (None, "an ordinary text", "an ordinary text"),
    ({"inputs": [{"a": "hunter2", "b": 7, "c": None}]}, "inputs: a 7 hunter2", f"inputs: a 7 {MASK}"),
]  # fmt: skip


@pytest.mark.parametrize(("secret", "text", "cleaned"), ALONE)
def test_what_is_short_is_masked_where_it_stands_alone(secret, text, cleaned):
    assert redactor(secret, "", b"").clean(text) == cleaned


FOREIGN = Authority().issue(["shop.example"])
KEYS_OF_OTHERS = {
    "PKCS#8": FOREIGN.private_key_pem, "SEC1": FOREIGN.key_pem("traditional"),
    "encrypted": FOREIGN.key_pem(passphrase="secret words"), "truncated": FOREIGN.private_key_pem[:120],
}  # fmt: skip


@pytest.mark.parametrize("spell", [str, json.dumps, repr], ids=["text", "JSON", "Python"])
@pytest.mark.parametrize("text", KEYS_OF_OTHERS.values(), ids=KEYS_OF_OTHERS)
def test_a_key_that_nobody_told_of_is_masked_by_its_frame(text, spell):
    cleaned = Redactor().clean(f"echo: {spell(text)}")
    assert MASK in cleaned
    assert not is_told("".join(line for line in text.splitlines() if "-----" not in line), cleaned)


URLS = [
    ("https://joe:hunter2@api.example/x", f"https://{MASK}@api.example/x"),
    ("proxy 'joe:hunter2@proxy:8080' refused", f"proxy '{MASK}@proxy:8080' refused"),
    ("https://api.example:443/x", "https://api.example:443/x"),
    ("mail joe@example.com at 10:30", "mail joe@example.com at 10:30"),
]


@pytest.mark.parametrize(("text", "cleaned"), URLS)
def test_user_and_password_of_a_url_are_masked(text, cleaned):
    assert Redactor().clean(text) == cleaned


def test_what_is_nested_too_deeply_is_left_out():
    nested = TOKEN
    for depth in range(1, 901):
        nested = [nested]
        if depth == 99:
            assert json.dumps(KNOWS_ALL.clean(nested)).strip("[]") == f'"{MASK}"'
    assert "left out" in json.dumps(KNOWS_ALL.clean(nested))


LARGE = {
    "one text": {"message": "a" * 10_000_000, "request_id": "7"},
    "many texts": {"request_id": "7", "info": ["b" * 100] * 100_000},
    "many numbers": {"request_id": "7", "info": {str(number): number for number in range(1_000_000)}},
}


@pytest.mark.parametrize("value", LARGE.values(), ids=LARGE)
def test_an_excerpt_is_as_much_as_anybody_reads(value):
    cleaned = Redactor().clean(excerpt(value))
    assert cleaned["request_id"] == "7"
    assert 50_000 < len(json.dumps(cleaned)) < 1_500_000
    little = {"message": "no", "info": [{"a": None}, 7, True, []]}
    assert excerpt(little) == little


def test_a_child_knows_the_same_and_learns_on_its_own():
    parent = redactor(TOKEN)
    child = parent.child()
    child.add(KEY)
    parent.add(LOWER_TOKEN)
    assert child.clean([TOKEN, BODY.rstrip("="), LOWER_TOKEN]) == [MASK, MASK, LOWER_TOKEN]
    assert parent.clean([TOKEN, BODY, LOWER_TOKEN]) == [MASK, BODY, MASK]
    parent.learn(child)
    assert parent.clean([TOKEN, BODY.rstrip("="), LOWER_TOKEN]) == [MASK, MASK, MASK]


CUT_IN_HALF = {
    "a key": (HUGE, HUGE), "a foreign key": ("", FOREIGN.private_key_pem), "a token": (LOWER_TOKEN, LOWER_TOKEN),
    "a short secret": ("hunter2", "hunter2"), "a password": ("", "https://joe:hunter2@api.example/"),
}  # fmt: skip


@pytest.mark.parametrize("place", [2000, 2000 + redaction._MARGIN])
@pytest.mark.parametrize(("secret", "text"), CUT_IN_HALF.values(), ids=CUT_IN_HALF)
def test_a_long_text_is_cut_and_no_secret_in_half(monkeypatch, secret, text, place):
    monkeypatch.setattr(redaction, "_LONGEST", 2000)
    knows = redactor(secret)
    for before in range(place - len(text) - 2, place + 2, max(1, len(text) // 20)):
        long = "a b " * (before // 4) + text + " c d" * 2000
        cleaned = knows.clean(long)
        assert cleaned.endswith(f"... (cut here: {len(long)} characters)")
        assert len(cleaned) < 2200
        for shown in ("hunt", *re.findall("[A-Za-z0-9+/$]{12}", text.replace("https", ""))):
            assert shown not in cleaned


MOMENT = {
    # what is cleaned, and the seconds that it may take
    "messages": ("resource 7 (shop.example) has the desired certificate\n" * 371, 1.5),
    "hexadecimal": (RANDOM.randbytes(10000).hex(), 1.5),
    "base64": (base64.b64encode(RANDOM.randbytes(15000)).decode(), 1.5),
    "megabytes in one text": (base64.b64encode(RANDOM.randbytes(3_000_000)).decode(), 3),
    "megabytes of the key itself": (HUGE * 1200, 3),
    "many texts": ([f"{number} of {number * 7}: {LABEL}" for number in range(20_000)], 3),
}


@pytest.mark.parametrize(("value", "seconds"), MOMENT.values(), ids=MOMENT)
def test_much_text_and_a_huge_key_take_a_moment(value, seconds):
    knows = redactor(HUGE, HUGE.encode(), TOKEN)
    start = time.process_time()
    cleaned = knows.clean(value)
    assert time.process_time() - start < seconds
    assert cleaned == value or seconds == 3
    assert knows.clean(HUGE * 6) == f"{MASK}\n" * 6


def test_much_text_that_is_no_key_takes_a_moment():
    knows = redactor(f"-----BEGIN {LABEL}-----\n" + "M" * 100_000)
    start = time.process_time()
    assert knows.clean("an ordinary text") == "an ordinary text"
    assert time.process_time() - start < 1.5
