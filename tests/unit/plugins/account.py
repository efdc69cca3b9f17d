# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""A whole account behind a fake transport, with its edges, and a fleet that works on it without waiting."""

import copy
import json
from concurrent.futures import ThreadPoolExecutor
from threading import RLock

from cryptography.hazmat.primitives.serialization import Encoding

from ansible_collections.gcore.web_security.plugins.module_utils._fleet.match import (
    FleetReport,
    KeyedCandidate,
    Scope,
    assign,
)
from ansible_collections.gcore.web_security.plugins.module_utils._fleet.progress import Progress
from ansible_collections.gcore.web_security.plugins.module_utils._fleet.report import render
from ansible_collections.gcore.web_security.plugins.module_utils._fleet.run import Fleet
from ansible_collections.gcore.web_security.plugins.module_utils._gcore.account import Account
from ansible_collections.gcore.web_security.plugins.module_utils._match.matcher import Matcher, Selection
from ansible_collections.gcore.web_security.plugins.module_utils._rotate.apply import Rotation
from ansible_collections.gcore.web_security.plugins.module_utils._rotate.desired import CustomCertificate
from ansible_collections.gcore.web_security.plugins.module_utils._rotate.edge import EdgeAnswer
from ansible_collections.gcore.web_security.plugins.module_utils._rotate.failure_budget import FailureBudget
from ansible_collections.gcore.web_security.plugins.module_utils._rotate.observe import Observer, Policy
from ansible_collections.gcore.web_security.plugins.module_utils._x509.certificate import Certificate
from unit.plugins.fakes import (
    DAY,
    NOW,
    RESOURCES,
    SILENT,
    FakeClock,
    after_put,
    answer,
    client_over,
    issued,
    key_pair,
    resource_json,
    unix,
)

OLD = NOW + 10 * DAY


def site(number, name=None, **fields):
    """A resource of the account, with a custom certificate that ends soon."""
    expiry = {"service_ssl_expire": unix(OLD), **fields}
    return resource_json(id=number, name=name or f"n{number:03}.example.com", **expiry)


def alias(name, expires=0):
    """An alias as the API tells it."""
    return {"alias_data": name, "alias_ssl_expire": expires}


class FakeAccount:
    """A transport with many resources behind it, for many workers; its edges serve what is stored."""

    def __init__(self, *raws):
        self._lock = RLock()
        self.raws = {raw["id"]: raw for raw in raws}
        self.served = {}
        self.calls = []  # method and path of each, in their order
        self.asked = []  # the names of all handshakes
        self.on_put = lambda _number: None  # before a PUT takes effect: it raises, returns an answer, or None
        self.on_probe = lambda _name: None  # the same before a handshake
        self.stuck = set()  # the names whose edges go on serving what they served before

    def send(self, method, path, headers, body, timeout):
        with self._lock:
            self.calls.append(f"{method} {path}")
        if path == RESOURCES:
            return answer(200, copy.deepcopy(list(self.raws.values())))
        number = int(path.rpartition("/")[2])
        if method == "PUT":
            planned = self.on_put(number)
            if planned is not None:
                return planned
            self.install(number, json.loads(body))
        return answer(200, copy.deepcopy(self.raws[number]))

    def install(self, number, body):
        """What a PUT does."""
        with self._lock:
            self.raws[number], leaf = after_put(body)
            if body["name"] not in self.stuck:
                self.serve(body["name"], leaf)

    def serve(self, name, leaf):
        """From now on the edge of that name serves this certificate."""
        self.served[name] = Certificate(leaf.public_bytes(Encoding.DER))

    def probe(self, address, port, server_name, timeout, key_type=None):
        with self._lock:
            self.asked.append(server_name)
        leaf = self.served.get(server_name)
        return self.on_probe(server_name) or (EdgeAnswer(leaf, (leaf,)) if leaf else SILENT)

    def raw(self, made, number, **fields):
        """A resource that has this certificate, and whose edge serves it."""
        raw = site(number, service_ssl_expire=unix(made.not_after), **fields)
        self.raws[number] = raw
        self.serve(raw["name"], made.certificate)
        return raw

    @property
    def written(self):
        """The ids of the resources that a PUT was sent for, in the order of the calls."""
        return [int(call.rpartition("/")[2]) for call in self.calls if call.startswith("PUT")]


def candidate(made, label="new", resources=(), **options):
    """A certificate that a fleet may use."""
    desired = CustomCertificate(key_pair(made), **options)
    return KeyedCandidate(label, Certificate(made.der), tuple(resources), desired=desired)


def wildcard(days=90.0, **options):
    """A certificate for every site."""
    return issued("*.example.com", days=days, **options)


def everything(include=None, **options):
    """A run about the whole account, or about what is included of it."""
    return Scope(Selection(include), **options)


class Stage:
    """One run of a fleet over an account, in its steps."""

    def __init__(self, account, *candidates, workers=4, scope=None, prefer_key_type=None, **policy):
        self.account, self.time = account, FakeClock()
        self.report, self.budget, self.lines = FleetReport(), FailureBudget(), []
        self.client = client_over(account, self.time)
        self.whole = Account.of(self.client)
        self.look_after_parent = lambda: None
        self._candidates, self._workers, self._prefer = candidates, workers, prefer_key_type
        self._scope, self._policy = scope or everything(), Policy(**policy)

    def run(self, sizes=("100%",), tolerated=None):
        """Look, write, and return the outcomes by name."""
        matcher = Matcher(self._candidates, NOW, self._prefer)
        report = assign(FleetReport(), self.whole.sites(), matcher, self._scope)
        self.budget.tolerated = tolerated
        with ThreadPoolExecutor(self._workers) as pool:
            fleet = Fleet(
                [*report.members],
                Rotation(self.whole, Observer(self._policy, self.account.probe), self.budget),
                Progress(self.lines.append, self.time.clock),
                pool,
                self._workers,
                self.look_after_parent,
            )
            drifted = fleet.look()
            (fleet.plan if self._policy.check_mode else fleet.write)(drifted, sizes)
        self.report = fleet.complete(report)
        return self.outcomes()

    def outcomes(self):
        """What became of each, by name."""
        return {member.name: member.outcome for member in self.report.members}

    def result(self, diff=False):
        """The task's result."""
        return render(self.report, None, diff)
