# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""What stands in for time, for the API and for an edge, so that each step of a test is planned and none of it waits."""

import copy
import json
from collections import deque
from datetime import datetime, timedelta, timezone
from types import SimpleNamespace

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from requests.structures import CaseInsensitiveDict

from ansible_collections.gcore.web_security.plugins.module_utils._clock import Clock, Deadline
from ansible_collections.gcore.web_security.plugins.module_utils._gcore.client import Client, Credentials
from ansible_collections.gcore.web_security.plugins.module_utils._gcore.web_security import WebSecurity, site_of
from ansible_collections.gcore.web_security.plugins.module_utils._http.errors import NoAnswerError
from ansible_collections.gcore.web_security.plugins.module_utils._http.rate_limiter import RateLimiter
from ansible_collections.gcore.web_security.plugins.module_utils._http.retry import Backoff
from ansible_collections.gcore.web_security.plugins.module_utils._http.session import Session
from ansible_collections.gcore.web_security.plugins.module_utils._http.transport import Answer
from ansible_collections.gcore.web_security.plugins.module_utils._redaction import Redactor
from ansible_collections.gcore.web_security.plugins.module_utils._rotate.edge import EdgeAnswer
from ansible_collections.gcore.web_security.plugins.module_utils._x509.certificate import Certificate
from ansible_collections.gcore.web_security.plugins.module_utils._x509.key_pair import KeyPair
from ansible_collections.gcore.web_security.plugins.module_utils._x509.private_key import PrivateKey
from simulator import fingerprints
from simulator.authority import Authority

NOW = datetime.now(timezone.utc).replace(microsecond=0)
DAY = timedelta(days=1)
NAME = "www.example.com"
TOKEN = "4711$0123456789abcdef0123456789abcdef"
RESOURCES = "/security/resources"

ROOT = Authority("Fake Root CA")
AUTHORITY = ROOT.intermediate("Fake Intermediate CA")


class FakeClock:
    """Time that passes only when somebody sleeps; `clock` is what the code under test gets."""

    def __init__(self):
        self.elapsed = 0.0
        self.clock = Clock(
            now=lambda: NOW + timedelta(seconds=self.elapsed), monotonic=lambda: 5000.0 + self.elapsed, sleep=self.sleep
        )

    def sleep(self, seconds):
        assert seconds >= 0
        self.elapsed += max(seconds, 1e-6)


def answer(status=200, body=None, **headers):
    """An answer of the API; a body that is no bytes is written as JSON. Underscores in header names are hyphens."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(status, CaseInsensitiveDict({"Content-Type": "application/json", **named}), content)


class Script:
    """A transport that plays its steps in their order, and fails on a call that none of them plans."""

    def __init__(self, *steps):
        self.steps = deque(steps)
        self.calls = []

    def send(self, method, path, headers, body, timeout):
        call = f"{method} {path}"
        self.calls.append(SimpleNamespace(call=call, headers=headers, body=body, timeout=timeout))
        assert self.steps, f"unplanned: {call}"
        planned, outcome = self.steps.popleft()
        assert call == planned
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    def is_over(self):
        return not self.steps


class WebSecurityClient(Client):
    """A client with the calls of Web Security, in the API's own JSON."""

    def resources(self):
        return self.listed(RESOURCES, "resources")

    def resource(self, number):
        return WebSecurity(self).site(number).raw

    def replace(self, number, body):
        return WebSecurity(self).write(site_of({"id": number}), body)


def client_over(
    transport, time=None, *, owner=None, redactor=None, tries=5, total=1800, request_timeout=30, per_second=None
):
    """A real client over a fake transport, its jitter at its largest."""
    clock = (time or FakeClock()).clock
    owner, redactor = owner or Credentials("APIKey", TOKEN), redactor or Redactor()
    redactor.add(owner.token)
    session = Session(
        transport,
        owner.header(),
        owner.hint,
        redactor,
        clock=clock,
        deadline=Deadline(clock, total),
        rate_limiter=RateLimiter(clock, per_second),
        backoff=Backoff(tries=tries, chance=lambda: 1.0),
        request_timeout=request_timeout,
    )
    return WebSecurityClient(session)


def issued(*names, days=90.0, issuer=AUTHORITY, **options):
    return issuer.issue(list(names or (NAME,)), not_after=options.pop("not_after", NOW + days * DAY), **options)


def assert_quotes_nothing(error, *texts):
    """No eight characters in a row of what was given, PEM's boundaries aside, may be in an error."""
    told = f"{error} {error.message} {error.hint} {error!r} {error.details()}"
    seen = {told[start : start + 8] for start in range(len(told) - 7)}
    for text in texts:
        body = "".join(line for line in text.splitlines() if "-----" not in line)
        assert not seen & {body[start : start + 8] for start in range(len(body) - 7)}


def certificate(made):
    return Certificate(made.der)


def chain(made, *, root=False):
    links = made.issuers if root else made.issuers[:-1]
    return tuple(Certificate(link.public_bytes(Encoding.DER)) for link in (made.certificate, *links))


def key_pair(made):
    return KeyPair(chain(made), PrivateKey(made.key))


def unix(moment):
    return int(moment.timestamp())


def resource_json(**fields):
    """A resource as a GET shows it, with settings that nobody documented. None of it is a default of the code."""
    return {
        "id": 7, "name": NAME, "active": True, "client": 2, "status": "active", "updated": "2026-01-01 00:00:00+00:00",
        "service_ip": "192.0.2.7", "ssl_type": "custom", "service_ssl_expire": unix(NOW + 10 * DAY),
        "service_geoip_mode": 1, "is_redirect_to_https_enabled": False, "aliases": [],
        "origins": [{"id": 1, "origin_data": "198.51.100.1", "origin_weight": 50}],
        "x_undocumented": {"deep": [1, {"deeper": None}], "ratio": 0.1}, **fields,
    }  # fmt: skip


def bare_json(**fields):
    """The least that tells of a resource with a custom certificate; what is "absent" is left out."""
    given = {"id": 7, "name": NAME, "ssl_type": "custom", "service_ssl_expire": 0, "updated": "1", **fields}
    return {name: value for name, value in given.items() if value != "absent"}


def bare(**fields):
    return site_of(bare_json(**fields))


def after_put(body):
    """What is there after a PUT, and its leaf: the certificate is kept as its expiry, and `updated` moves."""
    raw = {name: value for name, value in body.items() if name not in ("service_ssl_crt", "service_ssl_key")}
    pem = body.get("service_ssl_crt")
    leaf = x509.load_pem_x509_certificate(pem.encode()) if pem else None
    raw["service_ssl_expire"] = unix(fingerprints.not_after(leaf)) if leaf else 0
    return touched(raw), leaf


def touched(raw):
    return {**raw, "updated": f"{raw['updated']}+"} if raw.get("updated") else raw


class FakeApi:
    """A transport with one resource behind it.

    `gets` and `puts` hold what the next calls do instead of the ordinary: a function that gets this API, and the body
    of a PUT, and returns an answer, raises, or returns None for the ordinary.
    """

    def __init__(self, raw, *, wrapped=False, returns_certificate=False, tells_expiry=True):
        self.raw, self.wrapped = raw, wrapped
        self.returns_certificate, self.tells_expiry = returns_certificate, tells_expiry
        self.gets, self.puts = deque(), deque()
        self.calls, self.bodies = [], []

    def send(self, method, path, headers, body, timeout):
        self.calls.append(f"{method} {path}")
        if method == "PUT":
            self.bodies.append(json.loads(body))
        steps = self.puts if method == "PUT" else self.gets
        step = steps.popleft() if steps else None
        outcome = step(self, self.bodies[-1] if self.bodies else None) if step else None
        if outcome is not None:
            return outcome
        if method == "PUT":
            self.store(self.bodies[-1])
        shown = copy.deepcopy(self.raw)
        if path == RESOURCES:
            return answer(200, [shown])
        return answer(200, {"resource": shown} if self.wrapped else shown)

    def store(self, body):
        raw, leaf = after_put(body)
        if leaf and self.returns_certificate:
            raw["service_ssl_crt"] = body["service_ssl_crt"]
        self.raw = raw if self.tells_expiry else {**raw, "service_ssl_expire": body.get("service_ssl_expire")}

    @property
    def writes(self):
        return sum(call.startswith("PUT") for call in self.calls)


def refused(status, **headers):
    """The call is answered so, and nothing happens."""
    words = {"exception_class": "Some", "message": "no", "request_id": "r-1"}
    return lambda _api, _body: answer(status, words, **headers)


def cut_before(_api, _body):
    raise NoAnswerError("failed: the connection was lost")


def cut_after(api, body):
    api.store(body)
    raise NoAnswerError("failed: the connection was lost")


def swallowed(_api, _body):
    """Accepted, and not stored."""
    return answer(200, {})


def meanwhile(change):
    """Somebody changes the resource before the call."""

    def step(api, _body):
        change(api.raw)
        api.raw = touched(api.raw)

    return step


class FakeEdge:
    """A probe that gives its answers one after the other, the last one for ever, and knows what it was asked."""

    def __init__(self, *answers, time=None, seconds=0.0):
        self.answers, self.asked, self.key_types = deque(answers), [], []
        self._time, self._seconds = time, seconds

    def __call__(self, address, port, server_name, timeout, key_type=None):
        self.asked.append((address, port, server_name, timeout))
        self.key_types.append(key_type)
        if self._seconds:
            self._time.sleep(self._seconds)
        return self.answers.popleft() if len(self.answers) > 1 else self.answers[0]


def serves(made):
    return EdgeAnswer(certificate(made), chain(made))


SILENT = EdgeAnswer(problem="192.0.2.7:443 did not answer within 5 s")
