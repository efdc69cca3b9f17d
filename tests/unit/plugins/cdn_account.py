# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""An account of the CDN behind a fake transport: objects, resources that use them, and what its calls do instead."""

from __future__ import annotations

import copy
import json
from threading import RLock
from urllib.parse import parse_qs, urlsplit

from cryptography import x509
from cryptography.x509.oid import NameOID

from ansible_collections.gcore.web_security.plugins.module_utils._gcore.account import Account
from ansible_collections.gcore.web_security.plugins.module_utils._gcore.record import object_name
from ansible_collections.gcore.web_security.plugins.module_utils._http.errors import NoAnswerError
from simulator import fingerprints
from unit.plugins.fakes import NAME, answer, chain, client_over

OBJECTS, RESOURCES, ME = "/cdn/sslData", "/cdn/resources", "/cdn/clients/me"
EDGE = "cl-1.edge.example"
LIST = f"GET {OBJECTS}?limit=1000"
POST, PATCH, ONE = f"POST {OBJECTS}", f"PATCH {RESOURCES}/7", f"GET {RESOURCES}/7"


def cdn_json(number=7, name=NAME, **fields):
    """A resource as a GET shows it, with settings that nobody documented."""
    return {
        "id": number, "cname": name, "secondaryHostnames": [], "active": True, "enabled": True, "status": "active",
        "deleted": False, "suspended": False, "updated": "2026-01-01T00:00:00.1Z", "originGroup": 80,
        "sslEnabled": False, "sslData": None, "proxy_ssl_data": None, "vp_enabled": False,
        "full_custom_enabled": True, "options": {"x_unknown": {"value": [1, None]}}, "x_ratio": 0.1, **fields,
    }  # fmt: skip


def record_json(made):
    """What an object tells of a certificate."""
    leaf = made.certificate
    names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value.get_values_for_type(x509.DNSName)
    return {
        "cert_issuer": leaf.issuer.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value,
        "cert_subject_cn": leaf.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value,
        "cert_subject_alt": ", ".join(f"DNS:{name}" for name in names),
        "validity_not_before": fingerprints.iso(fingerprints.not_before(leaf)),
        "validity_not_after": fingerprints.iso(fingerprints.not_after(leaf)),
    }


def ours(made, suffix=""):
    """The name that an object of this certificate has."""
    return object_name(chain(made), suffix)


def lost(*_unused):
    raise NoAnswerError("failed: the connection was lost")


class FakeCdn:
    """A transport for many workers.

    `instead` has by call what the next ones of that call do: a function of this account and the body, which answers,
    raises, or returns None for the ordinary; `after` likewise, once the call took effect.
    """

    def __init__(self, *raws):
        self.resources = {raw["id"]: raw for raw in raws}
        self.objects = {}
        self.calls, self.bodies = [], []
        self.instead, self.after = {}, {}
        self.created = lambda raw: raw  # the body of a 201
        self.hides = set()  # names that no list shows
        self._lock = RLock()

    def add(self, made, name="", *, to=None, **fields):
        """Put an object there, for a certificate or with what else it tells, and attach it to a resource."""
        number = max(self.objects, default=500) + 1
        told = record_json(made) if made else {}
        self.objects[number] = {"id": number, "name": name or f"o{number}", "automated": False, **told, **fields}
        if to is not None:
            self.resources[to].update(sslData=number, sslEnabled=True)
        return number

    def send(self, method, path, headers, body, timeout):
        with self._lock:
            call, sent = f"{method} {path}", json.loads(body) if body else None
            self.calls.append(call)
            if sent is not None:
                self.bodies.append(sent)
            return self._played(self.instead, call, sent) or self._answered(method, path, call, sent)

    def _played(self, steps, call, sent):
        step = steps.get(call, []).pop(0) if steps.get(call) else None
        return step(self, sent) if step else None

    def _answered(self, method, path, call, sent):
        url = urlsplit(path)
        number = next((int(part) for part in url.path.split("/") if part.isdigit()), None)
        known = self.objects if url.path.startswith(OBJECTS) else self.resources
        if url.path == ME:
            return answer(200, {"id": 1, "cname": EDGE})
        if number is not None and number not in known:
            return answer(404, {"message": "not found"})
        made = getattr(self, f"_{method.lower()}")(known, number, url, sent)
        return self._played(self.after, call, sent) or made

    def _get(self, known, number, url, _sent):
        if url.path.endswith("/usage"):
            served = [one["id"] for one in self._users(number) if one.get("sslData") == number]
            return answer(200, {"resources": [{"id": one} for one in served]})
        if number is not None:
            return answer(200, copy.deepcopy(known[number]))
        query = parse_qs(url.query)
        limit, offset = int(query["limit"][0]), int(query.get("offset", ["0"])[0])
        found = [copy.deepcopy(one) for one in known.values() if one.get("name") not in self.hides]
        if "sslData" in query:
            found = [one for one in found if str(one["sslData"]) == query["sslData"][0]]
        return answer(200, {"count": len(found), "next": None, "results": found[offset : offset + limit]})

    def _users(self, number):
        return [one for one in self.resources.values() if number in (one.get("sslData"), one.get("proxy_ssl_data"))]

    def _post(self, known, _number, _url, sent):
        if any(one["name"] == sent["name"] for one in known.values()):
            return answer(400, {"errors": {"name": ["SSL certificate with this name already exists."]}})
        leaf = x509.load_pem_x509_certificate(sent["sslCertificate"].encode())
        number = self.add(_Leaf(leaf), sent["name"])
        return answer(201, self.created(self.objects[number]))

    def _patch(self, known, number, _url, sent):
        known[number].update(sent, updated=known[number]["updated"] + "1")
        return answer(200, known[number])

    def _delete(self, known, number, _url, _sent):
        if self._users(number):
            return answer(400, {"errors": {"ssl": ["It is in use."]}})
        del known[number]
        return answer(204, b"")

    def account(self, time=None, *, tries=5, **options):
        """The account as one run has it."""
        return Account.of(client_over(self, time, tries=tries), ["cdn"], {"delete_superseded": True, **options})

    @property
    def writes(self):
        """All calls that are no reads."""
        return [call for call in self.calls if not call.startswith("GET")]


class _Leaf:
    def __init__(self, certificate):
        self.certificate = certificate
