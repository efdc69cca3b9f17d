# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

import contextlib
import re
import socket
import ssl
import struct
import threading
import time
import warnings
from types import SimpleNamespace

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from ansible_collections.gcore.web_security.plugins.module_utils._rotate import edge
from ansible_collections.gcore.web_security.plugins.module_utils._rotate.edge import EdgeAnswer, probe, probe_both
from ansible_collections.gcore.web_security.plugins.module_utils._x509.certificate import Certificate
from simulator.authority import Authority, self_signed
from simulator.contexts import ServerContexts
from simulator.material import Material
from unit.plugins.rsa_pss import badly_signed

LONG, SHORT = 30.0, 0.3
"""Seconds for what answers at once, and for what never does."""

NAME = "shop.example"
LOWER = Authority("Lower", issuer=Authority("Upper", issuer=Authority("Root")))
ISSUED = LOWER.issue([NAME])
RSA_SIGNED = Authority(key_type="rsa").issue([NAME])


def chain_of(issued):
    return tuple(Certificate(one.public_bytes(Encoding.DER)) for one in (issued.certificate, *issued.issuers[:-1]))


@contextlib.contextmanager
def listening(serve, host="127.0.0.1"):
    """A listener that hands each connection to a function, one after the other, in a thread of its own."""
    server = SimpleNamespace(names=[], over=threading.Event(), serve=serve)

    def run():
        while not server.over.is_set():
            connection, _address = listener.accept()
            with connection, contextlib.suppress(OSError):
                connection.settimeout(LONG)
                server.over.is_set() or server.serve(server, connection)

    with socket.create_server((host, 0), family=socket.AF_INET6 if ":" in host else socket.AF_INET) as listener:
        server.port = listener.getsockname()[1]
        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.over.set()
            with contextlib.suppress(OSError), socket.create_connection(listener.getsockname()[:2], timeout=LONG):
                pass
            thread.join(LONG)


@pytest.fixture(scope="module")
def contexts():
    made = ServerContexts()
    yield made
    made.close()


@pytest.fixture
def serving(contexts):
    """A TLS server that serves one certificate, or another for some names."""

    def server(issued=ISSUED, host="127.0.0.1", leaf_only=False, by_name=None, twin=None, tune=lambda context: None):
        own = {name: contexts.get(Material.of(one)) for name, one in (by_name or {}).items()}
        material = issued if isinstance(issued, Material) else Material.of(issued)
        context = contexts.get.__wrapped__(material, leaf_only, Material.of(twin) if twin else None)
        tune(context)

        def serve(it, connection):
            def choose(session, name, _context):
                it.names.append(name)
                session.context = own.get(name, context)

            context.sni_callback = choose
            with context.wrap_socket(connection, server_side=True) as session:
                session.recv(1)

        return listening(serve, host)

    return server


@pytest.fixture
def look(serving):
    """Ask a server that serves so, as any client does or for one type of key or for both; and what it was asked."""

    def looked(issued=ISSUED, *, name=NAME, key_type=None, **options):
        with serving(issued, **options) as server:
            where = ("127.0.0.1", server.port, name, LONG)
            return probe_both(*where) if key_type == "both" else probe(*where, key_type), server

    return looked


@pytest.mark.parametrize("leaf_only", [False, True])
def test_the_leaf_and_its_chain(look, leaf_only):
    leaf, *_issuers = sent = chain_of(ISSUED)[: 1 if leaf_only else None]
    assert look(leaf_only=leaf_only)[0] == EdgeAnswer(leaf, sent, address="127.0.0.1")


UNTRUSTED = {
    "weak RSA": LOWER.issue([NAME], key_type="rsa", key_size=1024), "for another name": LOWER.issue(["other.example"]),
    "Ed25519": LOWER.issue([NAME], key_type="ed25519"), "self-signed": self_signed([NAME]),
    "expired": LOWER.issue([NAME], days=-9), "without names": LOWER.issue([NAME], san=False),
    "SHA-1": LOWER.issue([NAME], hash_algorithm="sha1"), "for clients": LOWER.issue([NAME], eku=["client_auth"]),
}  # fmt: skip


@pytest.mark.parametrize("issued", UNTRUSTED.values(), ids=UNTRUSTED)
def test_what_nobody_trusts_is_seen_too(look, issued):
    answer, _server = look(issued)
    assert (answer.leaf, answer.problem) == (chain_of(issued)[0], "")


def only(version):
    def tune(context):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            context.minimum_version = context.maximum_version = ssl.TLSVersion[f"TLSv{version}"]

    return tune


@pytest.mark.parametrize("version", ["1", "1_1", "1_2", "1_3"])
def test_versions_and_old_ones_are_no_news_for_the_user(look, version):
    assert look(tune=only(version))[0].leaf == chain_of(ISSUED)[0]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for half in (None, "RSA", "ECDSA"):
            assert edge._context.__wrapped__(half).minimum_version is ssl.TLSVersion.MINIMUM_SUPPORTED


RSA = LOWER.issue([NAME], key_type="rsa")
EXPIRED_RSA = LOWER.issue([NAME], key=RSA.key, days=-9)
ONLY_1_3 = "it answers TLS 1.3 alone, where its {} certificate, if it has one, can't be asked for"
HALVES = {
    "any client": (ISSUED, RSA, None, None, (ISSUED, None, "")),
    "what is wanted comes first": (ISSUED, RSA, None, "ECDSA", (ISSUED, None, "")),
    "the other half": (ISSUED, RSA, None, "RSA", (RSA, ISSUED, "")),
    "the other half of TLS 1.2": (ISSUED, RSA, "1_2", "RSA", (RSA, ISSUED, "")),
    "the other half, expired": (ISSUED, EXPIRED_RSA, None, "RSA", (EXPIRED_RSA, ISSUED, "")),
    "beside Ed25519": (UNTRUSTED["Ed25519"], RSA, None, "RSA", (RSA, UNTRUSTED["Ed25519"], "")),
    "Ed25519 where ECDSA is looked for": (UNTRUSTED["Ed25519"], None, None, "ECDSA", (UNTRUSTED["Ed25519"], None, "")),
    "no other half": (ISSUED, None, None, "RSA", (ISSUED, None, "")),
    "no other half of RSA": (RSA, None, None, "ECDSA", (RSA, None, "")),
    "TLS 1.3 alone": (ISSUED, RSA, "1_3", "RSA", (ISSUED, None, ONLY_1_3.format("RSA"))),
    "a type that nobody serves": (ISSUED, RSA, None, "DSA", (ISSUED, None, "")),
    "both": (ISSUED, RSA, None, "both", (ISSUED, RSA, "")),
    "both, and there is one": (RSA, None, None, "both", (RSA, None, "")),
    "both, of TLS 1.3 alone": (ISSUED, RSA, "1_3", "both", (ISSUED, None, ONLY_1_3.format("RSA"))),
}


@pytest.mark.parametrize(("issued", "twin", "version", "wanted", "expected"), HALVES.values(), ids=HALVES)
def test_the_halves_of_a_dual_pair(look, issued, twin, version, wanted, expected):
    tune = only(version) if version else lambda context: None
    answer, _server = look(issued, twin=twin, tune=tune, key_type=wanted)
    leaf, other, unseen = expected
    chain, other_chain = chain_of(leaf), chain_of(other) if other else None
    other_half = other_chain[0] if other else None
    assert answer == EdgeAnswer(chain[0], chain, "", "127.0.0.1", other_half, other_chain, unseen)


@pytest.mark.parametrize(("wanted", "handshakes"), [(None, 1), ("ECDSA", 1), ("RSA", 2)])
def test_a_second_handshake_is_made_where_the_first_shows_the_other_half(serving, wanted, handshakes):
    with serving(twin=RSA) as server:
        once = server.serve
        server.serve = lambda it, connection: None if it.names else once(it, connection)
        answer = probe("127.0.0.1", server.port, NAME, LONG, wanted)
    assert answer.leaf == chain_of(ISSUED)[0]
    told = f"asked for its RSA certificate, 127.0.0.1:{server.port} "
    assert answer.unseen.startswith(told) if handshakes == 2 else not answer.unseen


def test_of_several_addresses_the_first_that_answers_counts(serving):
    with serving() as server:
        answer = probe("127.0.0.9,  127.0.0.1 127.0.0.8", server.port, NAME, LONG)
        nobody = probe("127.0.0.9, 127.0.0.8", server.port, NAME, LONG)
    assert (answer.leaf, answer.address, len(server.names)) == (chain_of(ISSUED)[0], "127.0.0.1", 1)
    refused = "could not be asked (Connection refused)"
    assert nobody == EdgeAnswer(problem=f"127.0.0.9:{server.port} {refused}; 127.0.0.8:{server.port} {refused}")


def test_several_addresses_share_the_time():
    with listening(silent) as server:
        start = time.monotonic()
        problem = probe("127.0.0.1," * 99, server.port, NAME, SHORT).problem
        took = time.monotonic() - start
    assert problem.count("did not answer within 0.0") == edge._ADDRESSES
    assert took < LONG / 3


def test_ipv6(serving, free_port):
    assert probe("::1", free_port, NAME, LONG).problem.startswith(f"[::1]:{free_port} could not be asked (")
    with contextlib.ExitStack() as stack:
        try:
            server = stack.enter_context(serving(host="::1"))
        except OSError as error:
            pytest.skip(f"no IPv6 on loopback here: {error}")
        assert probe("::1", server.port, NAME, LONG).leaf == chain_of(ISSUED)[0]


NAMES = [
    (NAME, NAME), ("SHOP.example.", NAME), ("b\u00fccher.example", "xn--bcher-kva.example"),
    ("B\u00dcCHER.example", "xn--bcher-kva.example"), ("xn--bcher-kva.example", "xn--bcher-kva.example"),
    ("a_b.shop.example", "a_b.shop.example"), ("192.0.2.1", None),
]  # fmt: skip


@pytest.mark.parametrize(("name", "seen"), NAMES)
def test_the_server_name_decides(look, name, seen):
    other = LOWER.issue(["bücher.example"])
    answer, server = look(name=name, by_name={"xn--bcher-kva.example": other})
    assert server.names == [seen]
    assert answer.leaf == chain_of(other if seen == "xn--bcher-kva.example" else ISSUED)[0]


@pytest.fixture
def free_port():
    """A port of loopback that stays taken, and on which nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


def silent(server, _connection):
    server.over.wait(LONG)


def dripping(server, connection):
    """The start of a handshake message of 16,000 bytes, then a byte now and then."""
    connection.sendall(b"\x16\x03\x03\x3e\x80\x02\x00\x3e\x7c")
    while not server.over.wait(SHORT / 10):
        connection.sendall(b"\x03")


@pytest.mark.parametrize("serve", [silent, dripping])
def test_the_timeout_bounds_all_of_it(serve):
    with listening(serve) as server:
        start = time.monotonic()
        answer = probe("127.0.0.1", server.port, NAME, SHORT)
        took = time.monotonic() - start
    assert answer == EdgeAnswer(problem=f"127.0.0.1:{server.port} did not answer within 0.3 s")
    assert SHORT * 0.9 <= took < LONG / 3


def resetting(_server, connection):
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def saying(text):
    return lambda _server, connection: connection.recv(9999) and connection.sendall(text)


HTTP = b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
REFUSING = {
    "plain HTTP": (saying(HTTP), r"failed the TLS handshake \(\w+\)"),
    "closes": (saying(b""), r"(failed the TLS handshake|could not be asked) \(.+\)"),
    "resets": (resetting, r"(failed the TLS handshake|could not be asked) \(.+\)"),
    "does not know the name": (saying(b"\x15\x03\x03\x00\x02\x02\x70"),
                               r"failed the TLS handshake \(\w*UNRECOGNIZED_NAME\w*\)"),
    "babbles": (saying(bytes(range(256)) * 9), r"failed the TLS handshake \(\w+\)"),
}  # fmt: skip


@pytest.mark.parametrize(("serve", "problem"), REFUSING.values(), ids=REFUSING)
def test_what_is_no_tls_server_is_a_problem(serve, problem):
    with listening(serve) as server:
        answer = probe("127.0.0.1", server.port, NAME, LONG)
    assert (answer.leaf, answer.chain) == (None, None)
    assert re.fullmatch(rf"127\.0\.0\.1:{server.port} {problem}", answer.problem)


ODD_NAMES = ["", ".", "*.shop.example", ".a", "a..b", "a b", "x" * 300, "ü" * 300, "a\0b", "\0", "\ud800", "::1"]


@pytest.mark.parametrize("name", ODD_NAMES, ids=ascii)
def test_an_odd_name_is_an_answer_too(look, name):
    answer, server = look(name=name)
    assert (answer.leaf is None) == answer.problem.startswith(f"127.0.0.1:{server.port} ")


def test_an_odd_address_an_odd_port_and_no_address_are_problems():
    assert probe("", 443, NAME, LONG) == EdgeAnswer(problem="the resource has no service_ip")
    for address in ("127.0.0.1\0", "\ud800", "ü" * 99, ":\0", ":\ud800"):
        problem = probe(address, 443, NAME, LONG).problem
        assert re.fullmatch(r".+:443 could not be asked \(\w+\)", problem, re.DOTALL)
    for port in (-1, 65536, 10**30):
        problem = f"127.0.0.1:{port} could not be asked (OverflowError)"
        assert probe("127.0.0.1", port, NAME, LONG) == EdgeAnswer(problem=problem)


UNREADABLE = {
    "a kind of name that the library does not know": (
        ISSUED, ISSUED.der.replace(b"\x82\x0cshop.example", b"\xa3\x0cshop.example"), "UnsupportedGeneralNameType"
    ),
    "RSA-PSS without parameters": (RSA_SIGNED, badly_signed(RSA_SIGNED), "ValueError"),
}  # fmt: skip


@pytest.mark.parametrize(("issued", "der", "reason"), UNREADABLE.values(), ids=UNREADABLE)
def test_a_certificate_that_servers_serve_and_the_library_cant_read_is_a_problem(look, issued, der, reason):
    answer, server = look(Material("", (x509.load_der_x509_certificate(der),), issued.key))
    assert answer.problem == f"127.0.0.1:{server.port}: not a readable X.509 certificate ({reason})"


def test_what_is_not_shown_is_unknown(monkeypatch):
    for shown, expected in (
        (([], False), EdgeAnswer(problem="192.0.2.1:443 served no certificate")),
        (([ISSUED.der], False), EdgeAnswer(chain_of(ISSUED)[0], address="192.0.2.1")),
    ):
        monkeypatch.setattr(edge._Server, "_handshake", lambda *_, shown=shown: shown)
        assert probe("192.0.2.1", 443, NAME, LONG) == expected


LINK = SimpleNamespace(public_bytes=lambda: ISSUED.certificate_pem)
SESSIONS = {
    "told by Python 3.13": ({"get_unverified_chain": lambda: [b"leaf", b"issuer"]}, [b"leaf", b"issuer"], True),
    "told by Python 3.10": ({"_sslobj": SimpleNamespace(get_unverified_chain=lambda: [LINK])}, [ISSUED.der], True),
    "not told": ({"_sslobj": SimpleNamespace()}, [b"leaf"], False),
}  # fmt: skip


@pytest.mark.parametrize(("session", "served", "is_whole"), SESSIONS.values(), ids=SESSIONS)
def test_whether_python_tells_the_chain(session, served, is_whole):
    shown = SimpleNamespace(getpeercert=lambda binary_form: b"leaf" if binary_form else {}, **session)
    assert edge._served(shown) == (served, is_whole)
    shown.getpeercert = lambda binary_form: None
    assert edge._served(shown) == ([], False)
