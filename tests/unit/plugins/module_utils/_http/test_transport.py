# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

import gzip
import os
import socket
import struct
import time
import tracemalloc
import warnings
from collections import deque
from contextlib import ExitStack, contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from unittest.mock import Mock

import pytest

from ansible_collections.gcore.web_security.plugins.module_utils._errors import InputError
from ansible_collections.gcore.web_security.plugins.module_utils._http import timed
from ansible_collections.gcore.web_security.plugins.module_utils._http.errors import NoAnswerError
from ansible_collections.gcore.web_security.plugins.module_utils._http.transport import Transport, checked_url
from simulator.contexts import ServerContexts
from simulator.material import Material
from unit.plugins.fakes import AUTHORITY, ROOT

SECRET = "a-secret-that-nobody-may-see"
HEADERS = {"Authorization": f"APIKey {SECRET}", "User-Agent": "test"}
BODY = f'{{"service_ssl_key": "{SECRET}"}}'.encode()
BOMB = gzip.compress(bytes(50_000_000))
PROXY_VARIABLES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")
OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
UNMEASURED = b"HTTP/1.0 200 OK\r\n\r\n"
REPLIES = {
    # status, body, headers
    "plain": (200, b"ok", {"X-Request-ID": "r-1"}), "refused": (503, b'{"message": "busy"}', {}),
    "zipped": (200, gzip.compress(b"unzipped"), {"Content-Encoding": "gzip"}),
    "not_zipped": (200, b"no gzip", {"Content-Encoding": "gzip"}), "nothing": (204, b"", {}),
    "large": (200, b"0123456789" * 100_000, {}), "moved": (302, b"elsewhere", {"Location": "{elsewhere}"}),
    "moved_for_good": (308, b"elsewhere", {"Location": "{elsewhere}"}),
    "cut": (200, b"half", {"Content-Length": "1000", "Connection": "close"}),
    "bomb": (200, BOMB, {"Content-Encoding": "gzip"}),
    "moved_bomb": (302, BOMB, {"Content-Encoding": "gzip", "Location": "/plain"}),
    "bomb_in_bomb": (200, gzip.compress(BOMB), {"Content-Encoding": "gzip, gzip"}),
}  # fmt: skip
STREAMS = {
    # how it begins, what follows for ever, the seconds between; without any it ends there
    "gone": (b"", b"", 0), "garbage": (b"SSH-2.0-OpenSSH\r\n\r\n", b"", 0),
    "cut_chunk": (CHUNKED + b"64\r\nhalf", b"", 0),
    "two_lengths": (OK + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\nok", b"", 0),
    "drip_body": (OK + b"Content-Length: 1000\r\n\r\n", b"x", 0.03), "drip_chunks": (CHUNKED, b"1\r\nx\r\n", 0.03),
    "drip_chunk": (CHUNKED + b"ffff\r\n", b"x", 0.03), "drip_head": (OK + b"X-Long: ", b"x", 0.03),
    "drip_unmeasured": (UNMEASURED, b"x", 0.03), "continues": (b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 100, 0),
    "endless": (UNMEASURED, b"x" * 65536, 0),
}  # fmt: skip


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self):
        size = int(self.headers.get("Content-Length") or 0)
        body = b"" if self.path == "/reads_slowly" else self.rfile.read(size)
        self.server.received.append((self.command, self.path, dict(self.headers), body))
        self.act(self.path.rpartition("/")[2].partition("?")[0])

    do_PUT = do_GET  # noqa: N815

    def act(self, name):
        if name in STREAMS:
            self.stream(*STREAMS[name])
        elif name in ("reads_slowly", "silent", "reset"):
            getattr(self, name)()
        else:
            self.reply(*REPLIES.get(name, REPLIES["plain"]))

    def do_CONNECT(self):
        """What a proxy does for https: it carries bytes both ways, and can't read them."""
        self.server.received.append((self.command, self.path, dict(self.headers), b""))
        self.close_connection = True
        (self.server.refusal or Handler.tunnel)(self)

    def tunnel(self):
        host, _colon, port = self.path.rpartition(":")
        with socket.create_connection((host, int(port))) as target:
            self.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
            back = Thread(target=carry, args=(target, self.connection), daemon=True)
            back.start()
            carry(self.connection, target)
            back.join(5)

    def reads_slowly(self):
        self.close_connection = True
        while not self.server.end.wait(0.05):
            self.connection.recv(16384)

    def silent(self):
        self.server.end.wait(20)

    def reset(self):
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True
        self.connection.close()

    def reply(self, status, body, headers):
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value.format(elsewhere=self.server.elsewhere))
        self.end_headers()
        self.wfile.write(body)

    def stream(self, begin, piece, pause):
        self.close_connection = True
        self.wfile.write(begin)
        with suppress(OSError):
            while piece and not self.server.end.wait(pause):
                self.wfile.write(piece)

    def log_message(self, *_args):
        pass


def carry(source, target):
    with suppress(OSError):
        while piece := source.recv(65536):
            target.sendall(piece)
        target.shutdown(socket.SHUT_WR)


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, context=None):
        super().__init__(("127.0.0.1", 0), Handler)
        self.received, self.connections, self.end = deque(), 0, Event()
        self.elsewhere, self.refusal = "nowhere", None
        self.url = f"{'https' if context else 'http'}://127.0.0.1:{self.server_port}"
        if context:
            self.socket = context.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)

    def process_request(self, *args):
        self.connections += 1
        super().process_request(*args)

    def handle_error(self, *_args):
        """Clients of these tests go away in the middle."""


@contextmanager
def running(context=None):
    server = Server(context)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.end.set()
        server.shutdown()
        server.server_close()
        thread.join(5)


@pytest.fixture
def server():
    with running() as made:
        yield made


proxy = other = server


@pytest.fixture(scope="module")
def context():
    contexts = ServerContexts()
    yield contexts.get(Material.of(AUTHORITY.issue(["127.0.0.1"])))
    contexts.close()


@pytest.fixture
def tls_server(context):
    with running(context) as made:
        yield made


@pytest.fixture(autouse=True)
def environment(monkeypatch):
    for name in (*PROXY_VARIABLES, "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "NETRC"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.fixture
def root(tmp_path):
    path = tmp_path / "root.pem"
    path.write_text(ROOT.pem)
    return str(path)


def transport(url, *, validate_certs=True, ca_path=None, connections=1):
    return Transport(url, validate_certs=validate_certs, ca_path=ca_path, connections=connections)


def no_answer(url, path="/", *, body=None, timeout=5.0, **options):
    """The reason; nothing that was sent may be in it."""
    with pytest.raises(NoAnswerError) as caught:
        transport(url, **options).send("PUT" if body else "GET", path, HEADERS, body, timeout)
    error = caught.value
    assert SECRET not in f"{error} {error!r} {error.__dict__}"
    assert error.__cause__ is None
    assert error.__suppress_context__ or error.__context__ is None
    return str(error)


def test_a_get_and_a_put(server):
    made, body = transport(f"{server.url}/proxy/"), bytes(range(256)) * 500
    answer = made.send("GET", "/a/b?c=d%20e", HEADERS, None, 5)
    assert (answer.status, answer.body) == (200, b"ok")
    assert answer.headers["x-request-id"] == answer.headers["X-Request-ID"] == "r-1"
    assert made.send("PUT", "/a", HEADERS, body, 5).status == 200
    (command, path, headers, nothing), put = server.received
    assert (command, path, nothing) == ("GET", "/proxy/a/b?c=d%20e", b"")
    assert HEADERS.items() <= headers.items()
    assert (put[0], put[1], put[3]) == ("PUT", "/proxy/a", body)


def test_what_an_answer_holds_and_one_connection_serves_many_requests(server):
    pooled = transport(server.url)
    for path in ("plain", "refused", "zipped", "nothing", "moved", "large", "plain"):
        answer = pooled.send("GET", f"/{path}", {}, None, 5)
        assert (answer.status, answer.body) == (REPLIES[path][0], b"unzipped" if path == "zipped" else REPLIES[path][1])
    assert (len(server.received), server.connections) == (7, 1)


@pytest.mark.parametrize("path", ["/moved", "/moved_for_good"])
@pytest.mark.parametrize("target", ["{other.url}/plain", "http://[::1", "gopher://x"])
@pytest.mark.parametrize("body", [None, BODY], ids=["GET", "PUT"])
def test_a_redirect_is_an_answer_and_the_token_goes_nowhere(server, other, path, body, target):
    server.elsewhere = target.format(other=other)
    answer = transport(server.url).send("PUT" if body else "GET", path, HEADERS, body, 5)
    assert answer.status in (302, 308)
    assert (answer.headers["Location"], answer.body) == (server.elsewhere, b"elsewhere")
    assert (len(server.received), len(other.received)) == (1, 0)


def by_proxy(monkeypatch, proxy, variable="HTTPS_PROXY"):
    monkeypatch.setenv(variable, f"http://user:{SECRET}@127.0.0.1:{proxy.server_port}")


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
@pytest.mark.parametrize("variable", ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"])
def test_what_is_in_the_clear_goes_past_any_proxy(monkeypatch, server, proxy, variable, host):
    by_proxy(monkeypatch, proxy, variable)
    assert transport(server.url.replace("127.0.0.1", host)).send("PUT", "/a", HEADERS, BODY, 5).status == 200
    assert [path for _method, path, _headers, _body in server.received] == ["/a"]
    assert not proxy.connections


@pytest.mark.parametrize("variable", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"])
def test_an_https_request_goes_through_a_tunnel_that_does_not_see_it(monkeypatch, tls_server, proxy, root, variable):
    by_proxy(monkeypatch, proxy, variable)
    pooled = transport(tls_server.url, ca_path=root)
    assert [pooled.send("PUT", "/a", HEADERS, BODY, 5).status for _each in range(2)] == [200, 200]
    assert len(tls_server.received) == 2
    [(command, target, headers, _body)] = proxy.received
    assert (command, target) == ("CONNECT", f"127.0.0.1:{tls_server.server_port}")
    assert "APIKey" not in str(headers)


@pytest.mark.parametrize("exceptions", ["127.0.0.1", "*", "10.0.0.0/8,127.0.0.0/8"])
def test_no_proxy_is_respected_and_the_environment_is_read_once(monkeypatch, tls_server, proxy, root, exceptions):
    by_proxy(monkeypatch, proxy)
    monkeypatch.setenv("NO_PROXY", exceptions)
    made = transport(tls_server.url, ca_path=root)
    monkeypatch.delenv("NO_PROXY")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nowhere")
    made.send("GET", "/a", HEADERS, None, 5)
    assert (len(tls_server.received), proxy.connections) == (1, 0)


def test_a_proxy_that_refuses_or_is_not_there(monkeypatch, tls_server, proxy, root):
    by_proxy(monkeypatch, proxy)
    proxy.refusal = lambda handler: handler.reply(*REPLIES["refused"])
    refused = "failed: the proxy refused or could not be reached"
    assert no_answer(tls_server.url, body=BODY, ca_path=root) == refused
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        monkeypatch.setenv("HTTPS_PROXY", f"http://user:{SECRET}@127.0.0.1:{unused.getsockname()[1]}")
        assert no_answer(tls_server.url) == refused
    assert not tls_server.received


def test_netrc_is_not_looked_at(monkeypatch, tmp_path, server):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login someone password else\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    for headers in (HEADERS, {}):
        transport(server.url).send("GET", "/a", headers, None, 5)
    assert [received[2].get("Authorization") for received in server.received] == [HEADERS["Authorization"], None]


GOOD, BAD = "the right CA", "another CA"
TRUST = [
    # validate_certs, ca_path, REQUESTS_CA_BUNDLE: whether the right CA is trusted
    (True, None, None, False), (True, GOOD, None, True), (True, BAD, None, False), (True, None, GOOD, True),
    (True, None, BAD, False), (True, GOOD, BAD, True), (True, BAD, GOOD, False), (True, None, "", False),
    (True, GOOD, "/nowhere", True), (False, None, None, True), (False, BAD, None, True), (False, None, BAD, True),
    (False, None, "/nowhere", True),
]  # fmt: skip


@pytest.mark.parametrize(("validate", "ca_path", "variable", "accepted"), TRUST)
def test_who_says_which_ca_is_trusted(monkeypatch, tmp_path, tls_server, root, validate, ca_path, variable, accepted):
    (tmp_path / "other.pem").write_text(AUTHORITY.issue(["x.example"]).certificate_pem)
    paths = {GOOD: root, BAD: str(tmp_path / "other.pem")}
    if variable is not None:
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", paths.get(variable, variable))
    options = {"validate_certs": validate, "ca_path": paths.get(ca_path)}
    if accepted:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            assert transport(tls_server.url, **options).send("GET", "/", HEADERS, None, 5).body == b"ok"
    else:
        reason = no_answer(tls_server.url, body=BODY, **options)
        assert reason == "failed: the TLS certificate of the API was not accepted, or the handshake failed"
        assert not tls_server.received


@pytest.mark.parametrize("content", ["", "no certificate", None], ids=["empty", "junk", "a folder"])
def test_what_holds_no_ca_and_what_speaks_no_tls(tmp_path, server, tls_server, content):
    path = tmp_path / "junk.pem"
    path.mkdir() if content is None else path.write_text(content)
    assert "TLS" in no_answer(tls_server.url, ca_path=str(path))
    assert "TLS" in no_answer(server.url.replace("http:", "https:"), body=BODY)


@pytest.mark.parametrize("said", ["ca_path", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
@pytest.mark.parametrize("path", ["/nowhere/ca.pem", "pipe"])
def test_a_file_of_cas_that_is_not_there(monkeypatch, tmp_path, said, path):
    os.mkfifo(tmp_path / "pipe")
    place = str(tmp_path / path)
    if said != "ca_path":
        monkeypatch.setenv(said, place)
    with pytest.raises(InputError, match=rf"{said}.*: no such file or folder: {place}"):
        transport("https://127.0.0.1", ca_path=place if said == "ca_path" else None)


def timed_out(*args, timeout=0.5, **options):
    begin = time.monotonic()
    reason = no_answer(*args, timeout=timeout, **options)
    assert reason == f"got no complete answer within {timeout:g} s"
    assert time.monotonic() - begin < timeout + 1


@pytest.mark.parametrize("path", [*(name for name in STREAMS if name.startswith("drip")), "silent", "continues"])
def test_the_whole_answer_is_there_in_time_or_there_is_none(server, path):
    timed_out(server.url, f"/{path}")


@pytest.mark.parametrize(("path", "stuck"), [("drip_body", "drip_head"), ("continues", "silent")])
def test_behind_tls_by_a_proxy_and_in_a_tunnel_that_never_opens(monkeypatch, tls_server, proxy, root, path, stuck):
    timed_out(tls_server.url, f"/{path}", ca_path=root)
    by_proxy(monkeypatch, proxy)
    timed_out(tls_server.url, f"/{path}", ca_path=root)
    proxy.refusal = lambda handler: handler.act(stuck)
    timed_out(tls_server.url, ca_path=root)
    assert (len(proxy.received), len(tls_server.received)) == (2, 2)


def test_a_handshake_that_never_ends_and_addresses_none_of_which_answers(monkeypatch):
    """The kernel takes a connection, and nobody speaks; a listener whose queue is full answers no SYN."""
    with socket.create_server(("127.0.0.1", 0)) as mute:
        timed_out(f"https://127.0.0.1:{mute.getsockname()[1]}")
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full, ExitStack() as stack:
        address = full.getsockname()
        for _each in range(2):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(address)
        found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", address)] * 4
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_options: found)
        begin = time.monotonic()
        assert no_answer(f"https://api.example:{address[1]}", timeout=0.5) == "got no connection within 0.5 s"
        assert time.monotonic() - begin < 1


@pytest.mark.parametrize("tls", [False, True], ids=["plain", "TLS"])
def test_a_server_that_reads_slowly(server, tls_server, root, tls):
    timed_out((tls_server if tls else server).url, "/reads_slowly", body=bytes(20_000_000), ca_path=root)


@pytest.mark.parametrize("path", ["endless", "bomb", "moved_bomb"])
def test_no_answer_is_taken_beyond_its_limit(monkeypatch, server, path):
    monkeypatch.setattr(timed, "LARGEST_ANSWER", 1 << 20)
    tracemalloc.start()
    try:
        assert no_answer(server.url, f"/{path}") == "got an answer of more than 1 MiB"
        assert tracemalloc.get_traced_memory()[1] < 10 << 20
    finally:
        tracemalloc.stop()


LOST = "failed: the connection was lost"
NO_ANSWERS = {
    **dict.fromkeys(("reset", "gone", "garbage"), LOST), "cut_chunk": "got an answer that broke off",
    "not_zipped": "got an answer that could not be decoded", "bomb_in_bomb": "got an answer that could not be decoded",
    "two_lengths": "failed: the URL, the proxy's URL or a header is not one that can be used",
}  # fmt: skip


@pytest.mark.parametrize("body", [None, BODY], ids=["GET", "PUT"])
@pytest.mark.parametrize(("path", "reason"), NO_ANSWERS.items())
def test_what_is_no_answer(server, path, body, reason):
    assert no_answer(server.url, f"/{path}", body=body) == reason
    assert len(server.received) == 1


def test_a_body_that_is_cut_is_not_taken_for_whole(server):
    """The oldest supported requests takes it as it is; that it is no whole JSON shows all the same."""
    try:
        found = transport(server.url).send("GET", "/cut", {}, None, 5).body
    except NoAnswerError as error:
        found = str(error)
    assert found in (b"half", "got an answer that broke off")


def test_nobody_listens_and_a_name_that_nobody_knows(monkeypatch):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}"
        assert no_answer(url, body=BODY) == "failed: the connection was refused"
    monkeypatch.setattr(socket, "getaddrinfo", Mock(side_effect=socket.gaierror(socket.EAI_NONAME, "unknown")))
    assert no_answer("https://api.example") == "failed: the API's host name could not be resolved"


@pytest.mark.parametrize("value", [f"{SECRET}\r\nX: y", f"{SECRET}\n", f"{SECRET}\u20ac"])
def test_a_header_that_http_does_not_allow_is_not_sent_and_not_quoted(server, value):
    with pytest.raises(NoAnswerError) as caught:
        transport(server.url).send("GET", "/", {"Authorization": value}, None, 5)
    assert str(caught.value) == "failed: the URL, the proxy's URL or a header is not one that can be used"
    assert not server.received


@pytest.mark.parametrize("url", ["socks5://127.0.0.1:1", "http://[::1", "gopher://127.0.0.1:1", "http://"])
def test_a_proxy_that_can_not_be_used(monkeypatch, tls_server, url):
    monkeypatch.setenv("HTTPS_PROXY", url)
    assert "proxy" in no_answer(tls_server.url, body=BODY)
    assert not tls_server.received


URLS = {
    "https://api.gcore.com": "https://api.gcore.com", "https://api.gcore.com//": "https://api.gcore.com",
    "https://api.gcore.com/base/": "https://api.gcore.com/base", "http://localhost:8080/": "http://localhost:8080",
    "HTTPS://api.gcore.com:8443": "HTTPS://api.gcore.com:8443", "http://127.0.0.1": "http://127.0.0.1",
    "https://[2001:db8::1]:8443": "https://[2001:db8::1]:8443", "http://[::1]:1": "http://[::1]:1",
}  # fmt: skip
NO_URLS = {
    "not a URL": ["", "api.gcore.com", "https://", "https:///security", "ftp://api.gcore.com", "file:///etc/passwd",
                  "https://[::1", "https://api.gcore.com:port", "https://api.gcore.com:99999",
                  "https://api.gcore.com:0", "https://api.gcore.com?x=1", "https://api.gcore.com/#x",
                  "https://api gcore.com", "https://api.gcore.com/\nHost: x"],
    "unencrypted": ["http://api.gcore.com", "http://localhost.example", "http://127.0.0.1.example", "http://10.0.0.1"],
    "credentials": [f"https://user:{SECRET}@api.gcore.com", f"https://{SECRET}@api.gcore.com",
                    f"https://:{SECRET}@api.gcore.com", f"htps://user:{SECRET}@api.gcore.com",
                    f"user:{SECRET}@api.gcore.com", f"https://user:{SECRET}@", "http://localhost@api.gcore.com"],
}  # fmt: skip


@pytest.mark.parametrize(("url", "base"), URLS.items())
def test_urls_that_are_used(url, base):
    assert checked_url(f" {url}\n") == base


@pytest.mark.parametrize(("url", "said"), [(url, said) for said, urls in NO_URLS.items() for url in urls])
def test_urls_that_are_refused(url, said):
    with pytest.raises(InputError, match=said) as caught:
        checked_url(url)
    assert SECRET not in f"{caught.value.message} {caught.value.hint}"
    assert caught.value.message.startswith("api_url: ")
    assert caught.value.hint
