# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

import base64
import contextlib
import random
import re

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from ansible_collections.gcore.web_security.plugins.module_utils._errors import CertificateError, PemError
from ansible_collections.gcore.web_security.plugins.module_utils._x509.certificate import certificates_from_pem
from ansible_collections.gcore.web_security.plugins.module_utils._x509.pem import MAX_BYTES, read_pem
from simulator.authority import Authority
from unit.plugins.fakes import assert_quotes_nothing

FIRST = b"\x30\x82\x01\xf0" + random.Random(1).randbytes(496)
SECOND = b"\x30\x82\x01\x29" + random.Random(2).randbytes(297)
BODY, OTHER_BODY = (base64.b64encode(der).decode() for der in (FIRST, SECOND))


def wrapped(body, width=64):
    return "".join(f"{body[start : start + width]}\n" for start in range(0, len(body), width))


def pem(der=FIRST, label="CERTIFICATE", width=64):
    return f"-----BEGIN {label}-----\n{wrapped(base64.b64encode(der).decode(), width)}-----END {label}-----\n"


ONE, OTHER = pem(), pem(SECOND)
TWO, SHORT = ONE + OTHER, pem(SECOND, width=16)


def ders(content):
    return [block.der for block in read_pem(content, "certificate")]


NOISE = {
    "doubled carriage returns": TWO.replace("\n", "\r\r\n"),
    "lines of 63, padding alone": pem(width=67) + pem(SECOND, width=401),
    "text around": f"subject=CN = shop.example\n\n{ONE}issuer=CN = R3\n{OTHER}that is all\n",
    "attributes of openssl pkcs12": f"Bag Attributes\n  localKeyID: 54 69\n{ONE}Key Attributes: <None>\n{OTHER}",
    "openssl x509 -text": f"Certificate:\n    Data:\n        Version: 3 (0x2)\n            00:c3:14:15:92\n{TWO}",
    "markers of blockinfile": f"# BEGIN ANSIBLE MANAGED BLOCK\n{TWO}# END ANSIBLE MANAGED BLOCK\n",
    "comments": f"# the leaf, beginning with it\n{ONE}# the intermediate (R3) -- until 2030\n{OTHER}",
    "utf-16 big endian": b"\xfe\xff" + TWO.encode("utf-16-be"),
    "latin-1 beside it": "Schlüssel für später\n".encode("latin-1") + TWO.encode(),
    "begins with the byte that DER begins with": b"0 is the leaf\n" + TWO.encode(),
}
"""What `test_any_blocks_come_back_through_any_noise` does not make."""


@pytest.mark.parametrize("text", NOISE.values(), ids=NOISE)
def test_noise_is_of_no_account(text):
    assert ders(text) == [FIRST, SECOND]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=repr)
def test_lines_are_counted_however_they_end(end):
    text = f"\n\n{ONE}{pem(SECOND, 'X509 CRL')}".replace("\n", end)
    for mark in ("", "\ufeff"):
        found = [(block.label, block.line) for block in read_pem(mark + text, "certificate")]
        assert found == [("CERTIFICATE", 3), ("X509 CRL", 16)]


def test_headers_of_an_old_key_are_kept():
    headers = ("Proc-Type: 4,ENCRYPTED", "DEK-Info: AES-256-CBC,00FF")
    text = pem(label="RSA PRIVATE KEY").replace("KEY-----\n", "KEY-----\n" + "\n".join(headers) + "\n\n", 1)
    (block,) = read_pem(text, "private_key")
    assert (block.headers, block.text()) == (headers, text)
    assert read_pem(text.replace("\n", "\n\n"), "private_key") == [block]
    assert "MII" not in repr(block)


def test_text_is_canonical():
    (block,) = read_pem(pem(width=9999).replace("\n", "\r\n"), "certificate")
    assert block.text() == ONE
    assert repr(block) == "PemBlock(label='CERTIFICATE', line=1)"


LINES = ONE.splitlines()


def bare(text, dash):
    return text.replace("-----", dash)


def before_each_line(sign, text=OTHER):
    return re.sub("^", sign, text, flags=re.MULTILINE)


REFUSED = {
    "empty": ("", r"no PEM block"),
    "a byte order mark alone": ("\ufeff", r"no PEM block"),
    "prose": ("see the vault\n", r"no PEM block"),
    "utf-16 without a mark": (ONE.encode("utf-16-le"), r"no PEM block"),
    "DER": (b"\x30\x82\x03\x21" + FIRST, r"DER \(binary\), not PEM"),
    "2 MB of text": ("x\n" * 1024 * 1024, r"2097152 bytes is more than the 1048576"),
    "body truncated": (ONE[:300], r"line 1: a BEGIN CERTIFICATE without its END: the text is truncated"),
    "END alone": (LINES[-1], r"line 1: an END CERTIFICATE without its BEGIN"),
    "BEGIN twice": (f"{LINES[0]}\n{ONE}", r"line 1: a BEGIN CERTIFICATE without its END before line 2"),
    "END of the first lost": (TWO.replace(f"{LINES[-1]}\n", "", 1),
                              "line 1: a BEGIN CERTIFICATE without its END before"),
    "BEGIN of the second lost": (ONE + TWO.split("\n", 14)[-1], r"line 14: base64 outside of a block"),
    "another END": (ONE.replace("END CERT", "END X509 CERT"), r"line 1: a BEGIN CERTIFICATE without its END before"),
    "nothing in a block": (f"{LINES[0]}\n{LINES[-1]}", r"line 1: the CERTIFICATE block is empty, truncated or damaged"),
    "padding alone": (f"{LINES[0]}\n====\n{LINES[-1]}", r"line [12]: .*CERTIFICATE block"),
    "three paddings": (ONE.replace(LINES[-2], LINES[-2].rstrip("=")[:-1] + "==="), r"line (1|12): .*CERTIFICATE block"),
    "a character lost": (ONE.replace(LINES[3], LINES[3][1:]), r"line 1: the CERTIFICATE block is empty, truncated or"),
    "padding in the middle": (ONE.replace(LINES[3], LINES[3][:-2] + "=="), r"line 1: the CERTIFICATE block is"),
    "dots for the middle": (ONE.replace(LINES[3], "..."), r"line 4: inside the CERTIFICATE block, but not base64"),
    "a space in a line": (ONE.replace(LINES[3], LINES[3][:9] + " " + LINES[3][9:]), r"line 4: inside the CERTIFICATE"),
    "url-safe base64": (ONE.replace(LINES[3], "-_" * 32), r"line 4: inside the CERTIFICATE block"),
    "a header in a certificate": (ONE.replace(LINES[1], "Proc-Type: 4,ENCRYPTED"), r"line 2: inside the CERTIFICATE"),
    "a header behind the body": (pem(label="KEY").replace(LINES[3], "DEK-Info: AES"), r"line 4: inside the KEY block"),
    "line ends as two characters": (ONE.replace("\n", "\\n"), r"line 1: looks like a BEGIN or END line"),
    "line ends as spaces": (ONE.replace("\n", " "), r"line 1: looks like a BEGIN or END line"),
    "files joined without a line end": (ONE.rstrip("\n") + OTHER, r"line 13: inside the CERTIFICATE block"),
    "a byte order mark in the middle": (ONE + "\ufeff" + OTHER, r"line 14: looks like a BEGIN or END line"),
}  # fmt: skip
HIDING = {
    "four dashes": bare(OTHER, "----"), "six dashes": bare(OTHER, "------"),
    "three dashes, short lines": bare(pem(SECOND, width=32), "---"), "one dash, short lines": bare(SHORT, "-"),
    "no dashes": bare(OTHER, ""), "no dashes, short lines": bare(SHORT, ""),
    "lower case": OTHER.replace("BEGIN CERTIFICATE", "begin certificate"),
    "mixed case": OTHER.replace("BEGIN", "Begin").replace("END", "End"),
    "lower case label": OTHER.replace("CERTIFICATE", "certificate"), "spaces in the dashes": bare(OTHER, "- - - - -"),
    "en dashes": bare(OTHER, "\u2013" * 5), "em dashes": bare(OTHER, "\u2014\u2014"),
    "non-breaking hyphens": bare(OTHER, "\u2011" * 5), "minus signs": bare(OTHER, "\u2212" * 5),
    "minus signs, short lines": bare(SHORT, "\u2212" * 5), "full-width hyphens, short lines": bare(SHORT, "\uff0d" * 5),
    "zero-width space in the dashes": OTHER.replace("-----BEGIN", "--\u200b---BEGIN"),
    "zero-width space beside the word": bare(re.sub("-----(BEGIN|END) ", "---\u200b\\1 ", SHORT), "---\u200b--"),
    "space before the word": OTHER.replace("-----BEGIN", "----- BEGIN"),
    "no space behind the word": OTHER.replace("BEGIN ", "BEGIN"),
    "two spaces behind the word": OTHER.replace("BEGIN ", "BEGIN  "),
    "a tab behind the word": OTHER.replace("BEGIN ", "BEGIN\t"),
    "a comment sign": before_each_line("# "),
    "a comment sign, no space": before_each_line("#"),
    "a quote": before_each_line("> "), "words before it": "next: " + OTHER,
    "words behind it": OTHER.replace("E-----\n", "E----- R3\n", 1), "in one line": OTHER.replace("\n", " "),
    "in one line, with line ends as two characters": OTHER.replace("\n", "\\n"),
    "a Latin look-alike": OTHER.replace("BEGIN", "B\u0415GIN"), "a vertical tab for a line end": "note\x0b" + OTHER,
    "a form feed for a line end": "note\x0c" + OTHER, "a Unicode line separator": "note\u2028" + OTHER,
    "a next line character": "note\x85" + OTHER, "a NUL before it": "\0" + OTHER,
    "a backspace before it": "x\b" + OTHER,
    "trusted": OTHER.replace("-----BEGIN CERTIFICATE", "-----BEGIN  TRUSTED CERTIFICATE"),
    "PGP armour around it": "-----BEGIN PGP MESSAGE-----\nVersion: 1\n\n" + OTHER, "body alone": wrapped(OTHER_BODY),
    "body alone in one line": OTHER_BODY, "a line of the middle of a body": OTHER_BODY[64:128],
    "the last line of a long-lined body": OTHER_BODY[-76:], "what is left of a BEGIN": "---",
    "a BEGIN with four dashes alone": "----BEGIN CERTIFICATE----", "an END with one dash alone": "- END CERTIFICATE -",
    "an end with en dashes alone": "\u2013\u2013 end certificate \u2013\u2013",
    "body alone, quoted": before_each_line("> ", wrapped(OTHER_BODY)),
    "PuTTY dashes": OTHER.replace("-----BEGIN CERTIFICATE-----", "---- BEGIN SSH2 PUBLIC KEY ----"),
}  # fmt: skip


@pytest.mark.parametrize(("content", "message"), REFUSED.values(), ids=REFUSED)
def test_refused(content, message):
    with pytest.raises(PemError, match=f"^chain_path \\(/etc/x.pem\\)[:,] (\\w.*)?{message}") as caught:
        read_pem(content, "chain_path (/etc/x.pem)")
    assert_quotes_nothing(caught.value, BODY, OTHER_BODY)


@pytest.mark.parametrize("place", ["before", "behind"])
@pytest.mark.parametrize("hidden", HIDING.values(), ids=HIDING)
def test_a_hidden_block_is_refused(hidden, place):
    content = f"{hidden}\n{ONE}" if place == "before" else ONE + hidden
    with pytest.raises(PemError, match=r"^certificate, line \d+: ") as caught:
        read_pem(content, "certificate")
    assert_quotes_nothing(caught.value, BODY, OTHER_BODY)


HINTS = {
    "line ends as two characters": (ONE.replace("\n", "\\n"), r"two characters \\n where line ends should be"),
    "folded by YAML": (ONE.replace("\n", " "), r"Lines were joined into one"),
    "files joined": (ONE.rstrip("\n") + OTHER, r"Lines were joined into one"),
    "truncated": (ONE[:300], r"copy the whole file again"),
    "in lower case": (ONE.replace("BEGIN", "begin"), r"^$"),
    "DER": (b"\x30\x82\x03\x21", r"openssl x509 -inform DER.*pkcs12"),
    "too large": ("x" * (MAX_BYTES + 1), r"Is it the right file\?"),
    "ansible-vault": (f"$ANSIBLE_VAULT;1.1;AES256\n{'61' * 40}\n", r"a lookup that decrypts"),
}


@pytest.mark.parametrize(("content", "hint"), HINTS.values(), ids=HINTS)
def test_hint(content, hint):
    with pytest.raises(PemError) as caught:
        read_pem(content, "certificate")
    assert re.search(hint, caught.value.hint)


def test_the_largest_text_is_read():
    line = "a comment" * 99 + "\n"
    assert ders(TWO + line * ((MAX_BYTES - len(TWO)) // len(line))) == [FIRST, SECOND]


CHAIN_TEXT = Authority().intermediate().issue(["shop.example"]).full_chain_pem
CHAIN_DERS = ders(CHAIN_TEXT)
CHAIN_BODIES = [base64.b64encode(der).decode() for der in CHAIN_DERS]
ENDS = [match.end() for match in re.finditer("-----END CERTIFICATE-----", CHAIN_TEXT)]


def refused(content):
    """None where it is refused, or else the DERs that are read of it."""
    try:
        read = certificates_from_pem(read_pem(content, "certificate"), "certificate")
    except (PemError, CertificateError) as error:
        assert_quotes_nothing(error, *CHAIN_BODIES)
        return None
    return [certificate.der for certificate in read]


def test_every_truncation_is_refused_unless_it_ends_between_blocks_and_every_lost_beginning():
    for length in range(len(CHAIN_TEXT)):
        whole = sum(end <= length for end in ENDS)
        is_between = length in (ENDS[whole - 1], ENDS[whole - 1] + 1)
        assert refused(CHAIN_TEXT[:length]) == (CHAIN_DERS[:whole] if is_between else None)
    assert {refused(CHAIN_TEXT[start:]) for start in range(1, ENDS[0])} == {None}


LENIENT = settings(deadline=None, max_examples=60)
ADDED = st.sampled_from([*"-= \n\r\nAB+/", "-----"])


@LENIENT
@given(st.data())
def test_whatever_is_cut_out_is_refused_unless_it_was_noise(data):
    start = data.draw(st.integers(1, ENDS[0] - 1))
    end = data.draw(st.integers(start + 1, ENDS[0]))
    assert refused(CHAIN_TEXT[:start] + CHAIN_TEXT[end:]) in (None, CHAIN_DERS)


@LENIENT
@given(st.integers(0, len(CHAIN_TEXT) - 1), st.characters() | st.text(min_size=1, max_size=4) | ADDED, st.booleans())
def test_a_changed_character_or_an_added_text_makes_no_certificate_disappear(place, text, is_added):
    read = refused(CHAIN_TEXT[:place] + text + CHAIN_TEXT[place + (0 if is_added else 1) :])
    assert read in (None, CHAIN_DERS) if is_added else read is None or len(read) == 2


LINE_ENDS = st.sampled_from(["\n", "\r\n", "\r", "\n\n", "\r\n \r\n"])
WORDS = st.text(st.characters(exclude_characters="-\r\n", exclude_categories=["Pd"]), max_size=30).filter(
    lambda line: not re.search(r"MII|BEGIN|END", line, re.IGNORECASE)
)


@st.composite
def noisy_texts(draw):
    """Blocks, and a text that holds them among all that is of no account."""
    labels = st.sampled_from(["CERTIFICATE", "PRIVATE KEY", "X509 CRL", "PKCS #7"])
    blocks = draw(st.lists(st.tuples(labels, st.binary(min_size=1, max_size=200)), min_size=1, max_size=4))
    end = draw(LINE_ENDS)
    lines = draw(st.lists(WORDS, max_size=2))
    for label, der in blocks:
        lines += pem(der, label, draw(st.integers(1, 99))).splitlines() + draw(st.lists(WORDS, max_size=2))
    indents = draw(st.lists(st.sampled_from(["", " ", "\t ", "\u00a0"]), min_size=1, max_size=5))
    text = "".join(f"{indents[place % len(indents)]}{line}{end}" for place, line in enumerate(lines))
    return blocks, draw(st.sampled_from(["", "\ufeff"])) + text


@LENIENT
@given(noisy_texts(), st.sampled_from([None, "utf-8", "utf-8-sig", "utf-16"]))
def test_any_blocks_come_back_through_any_noise(case, encoding):
    blocks, text = case
    assume(encoding is None or not text.startswith("\ufeff") or encoding == "utf-8")
    content = text.encode(encoding, "replace") if encoding else text
    read = read_pem(content, "certificate")
    assert [(block.label, block.der) for block in read] == blocks
    texts = [block.text() for block in read]
    assert [read_pem(text, "certificate")[0].der for text in texts] == [der for _label, der in blocks]


WORDS_OF_PEM = ["\n", "\r", "\\n", "-----", "BEGIN ", "END ", "PRIVATE KEY", "Proc-Type: 4,ENCRYPTED", "=", " "]
FRAGMENTS = st.sampled_from([*LINES, BODY, OTHER_BODY, *WORDS_OF_PEM])


@LENIENT
@given(st.text() | st.binary() | st.lists(FRAGMENTS | st.text(max_size=9), max_size=30).map("".join))
@example("-----BEGIN  KEY-----\nx:\udc80\n-----END  KEY-----")
@example(b"\xff\xfe\x00")
@example(b"\xfe\xff\xd8")
def test_nothing_ends_in_another_error(content):
    for form in (content, content.encode("utf-8", "replace") if isinstance(content, str) else content):
        with contextlib.suppress(PemError):
            assert read_pem(form, "certificate")
