# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

from __future__ import annotations

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

LONG = 30.0
"""Seconds for what answers at once."""
SHORT = 0.3
"""Seconds for what never does."""

NAME = "shop.example"
LOWER = Authority("Lower", issuer=Authority("Upper", issuer=Authority("Root")))
ISSUED = LOWER.issue([NAME])
RSA_SIGNED = Authority(key_type="rsa").issue([NAME])
HTTP = b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


def read(certificate):
    return Certificate(certificate.public_bytes(Encoding.DER))


def chain_of(issued):
    return tuple(map(read, (issued.certificate, *issued.issuers[:-1])))


class Server:
    """A listener that hands each connection to a function, one after the other, in a thread of its own."""

    def __init__(self, serve, host="127.0.0.1"):
        self.names = []
        self.over = threading.Event()
        self.port = 0
        self._serve = serve
        self._host = host

    def __enter__(self):
        family = socket.AF_INET6 if ":" in self._host else socket.AF_INET
        self._listener = socket.create_server((self._host, 0), family=family)
        self.port = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_error):
        self.over.set()
        with contextlib.suppress(OSError), socket.create_connection(self._listener.getsockname()[:2], timeout=LONG):
            pass
        self._thread.join(LONG)
        self._listener.close()

    def _run(self):
        while True:
            connection, _address = self._listener.accept()
            with connection:
                if self.over.is_set():
                    return
                connection.settimeout(LONG)
                with contextlib.suppress(OSError):
                    self._serve(self, connection)


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

        return Server(serve, host)

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
    "weak RSA": LOWER.issue([NAME], key_type="rsa", key_size=1024),
    "Ed25519": LOWER.issue([NAME], key_type="ed25519"),
    "self-signed": self_signed([NAME]),
    "expired": LOWER.issue([NAME], days=-9),
    "for another name": LOWER.issue(["other.example"]),
    "without names": LOWER.issue([NAME], san=False),
    "SHA-1": LOWER.issue([NAME], hash_algorithm="sha1"),
    "for clients": LOWER.issue([NAME], eku=["client_auth"]),
}


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
def test_versions(look, version):
    assert look(tune=only(version))[0].leaf == chain_of(ISSUED)[0]


@pytest.mark.parametrize("half", [None, "RSA", "ECDSA"])
def test_old_versions_are_no_news_for_the_user(half):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
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
        once = server._serve
        server._serve = lambda it, connection: None if it.names else once(it, connection)
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
    with Server(silent) as server:
        start = time.monotonic()
        problem = probe("127.0.0.1," * 99, server.port, NAME, SHORT).problem
        took = time.monotonic() - start
    assert problem.count("did not answer within 0.0") == edge._ADDRESSES
    assert took < LONG / 3


def test_ipv6(serving, free_port):
    assert probe("::1", free_port, NAME, LONG).problem.startswith(f"[::1]:{free_port} could not be asked (")
    try:
        server = serving(host="::1").__enter__()
    except OSError as error:
        pytest.skip(f"no IPv6 on loopback here: {error}")
    with contextlib.ExitStack() as stack:
        stack.push(server)
        assert probe("::1", server.port, NAME, LONG).leaf == chain_of(ISSUED)[0]


NAMES = [
    (NAME, NAME),
    ("SHOP.example.", NAME),
    ("bücher.example", "xn--bcher-kva.example"),
    ("BÜCHER.example", "xn--bcher-kva.example"),
    ("xn--bcher-kva.example", "xn--bcher-kva.example"),
    ("a_b.shop.example", "a_b.shop.example"),
    ("192.0.2.1", None),
]


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


def test_a_refused_port(free_port):
    answer = probe("127.0.0.1", free_port, NAME, LONG)
    assert answer == EdgeAnswer(problem=f"127.0.0.1:{free_port} could not be asked (Connection refused)")


def silent(server, _connection):
    server.over.wait(LONG)


def dripping(server, connection):
    """The start of a handshake message of 16,000 bytes, then a byte now and then."""
    connection.sendall(b"\x16\x03\x03\x3e\x80\x02\x00\x3e\x7c")
    while not server.over.wait(SHORT / 10):
        connection.sendall(b"\x03")


@pytest.mark.parametrize("serve", [silent, dripping])
def test_the_timeout_bounds_all_of_it(serve):
    with Server(serve) as server:
        start = time.monotonic()
        answer = probe("127.0.0.1", server.port, NAME, SHORT)
        took = time.monotonic() - start
    assert answer == EdgeAnswer(problem=f"127.0.0.1:{server.port} did not answer within 0.3 s")
    assert SHORT * 0.9 <= took < LONG / 3


def closing(_server, connection):
    connection.recv(1)


def resetting(_server, connection):
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def saying(text):
    return lambda _server, connection: connection.recv(9999) and connection.sendall(text)


REFUSING = {
    "plain HTTP": (saying(HTTP), r"failed the TLS handshake \(\w+\)"),
    "closes": (closing, r"(failed the TLS handshake|could not be asked) \(.+\)"),
    "resets": (resetting, r"(failed the TLS handshake|could not be asked) \(.+\)"),
    "does not know the name": (
        saying(b"\x15\x03\x03\x00\x02\x02\x70"), r"failed the TLS handshake \(\w*UNRECOGNIZED_NAME\w*\)",
    ),
    "babbles": (saying(bytes(range(256)) * 9), r"failed the TLS handshake \(\w+\)"),
}  # fmt: skip


@pytest.mark.parametrize(("serve", "problem"), REFUSING.values(), ids=REFUSING)
def test_what_is_no_tls_server_is_a_problem(serve, problem):
    with Server(serve) as server:
        answer = probe("127.0.0.1", server.port, NAME, LONG)
    assert (answer.leaf, answer.chain) == (None, None)
    assert re.fullmatch(rf"127\.0\.0\.1:{server.port} {problem}", answer.problem)


ODD_NAMES = ["", ".", "*.shop.example", ".a", "a..b", "a b", "x" * 300, "ü" * 300, "a\0b", "\0", "\ud800", "::1"]
ODD_ADDRESSES = ["127.0.0.1\0", "\ud800", "ü" * 99, ":\0", ":\ud800"]


def shortened(text):
    return ascii(text[:20])


@pytest.mark.parametrize("name", ODD_NAMES, ids=shortened)
def test_an_odd_name_is_an_answer_too(look, name):
    answer, server = look(name=name)
    assert (answer.leaf is None) == answer.problem.startswith(f"127.0.0.1:{server.port} ")


@pytest.mark.parametrize("address", ODD_ADDRESSES, ids=shortened)
def test_an_odd_address_is_a_problem(address):
    problem = probe(address, 443, NAME, LONG).problem
    assert re.fullmatch(r".+:443 could not be asked \(\w+\)", problem, re.DOTALL)


@pytest.mark.parametrize(
    ("address", "port", "problem"),
    [("", 443, "the resource has no service_ip")]
    + [("127.0.0.1", port, f"127.0.0.1:{port} could not be asked (OverflowError)") for port in (-1, 65536, 10**30)],
)
def test_an_odd_port_and_no_address_are_problems(address, port, problem):
    assert probe(address, port, NAME, LONG) == EdgeAnswer(problem=problem)


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


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        (([], False), EdgeAnswer(problem="192.0.2.1:443 served no certificate")),
        (([ISSUED.der], False), EdgeAnswer(chain_of(ISSUED)[0], address="192.0.2.1")),
    ],
    ids=["no certificate", "a chain that is not told"],
)
def test_what_is_not_shown_is_unknown(monkeypatch, shown, expected):
    monkeypatch.setattr(edge._Server, "_handshake", lambda *_: shown)
    assert probe("192.0.2.1", 443, NAME, LONG) == expected


LINK = SimpleNamespace(public_bytes=lambda: ISSUED.certificate_pem)
SESSIONS = {
    "told by Python 3.13": ({"get_unverified_chain": lambda: [b"leaf", b"issuer"]}, [b"leaf", b"issuer"], True),
    "told by Python 3.10": (
        {"_sslobj": SimpleNamespace(get_unverified_chain=lambda: [LINK])}, [ISSUED.der], True,
    ),
    "not told": ({"_sslobj": SimpleNamespace()}, [b"leaf"], False),
}  # fmt: skip


@pytest.mark.parametrize(("session", "served", "is_whole"), SESSIONS.values(), ids=SESSIONS)
def test_whether_python_tells_the_chain(session, served, is_whole):
    shown = SimpleNamespace(getpeercert=lambda binary_form: b"leaf" if binary_form else {}, **session)
    assert edge._served(shown) == (served, is_whole)
    shown.getpeercert = lambda binary_form: None
    assert edge._served(shown) == ([], False)
