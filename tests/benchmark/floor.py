# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""The least that the work of a fleet costs: its requests and handshakes from a bare asyncio client, nothing judged.

It needs the standard library alone, and shares no code with what it is compared with.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import json
import os
import ssl
import sys
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

RESOURCES, CDN_RESOURCES, CDN_OBJECTS = "/security/resources", "/cdn/resources", "/cdn/sslData"
PAGE = 1000

Resource = dict[str, Any]


class Api:
    """One connection to the API, kept open."""

    async def __aenter__(self) -> Api:
        parts = urlsplit(os.environ["GCORE_BASE_URL"])
        token = f"Authorization: APIKey {os.environ['GCORE_API_KEY']}"
        self._head = f"Host: {parts.netloc}\r\n{token}\r\nContent-Type: application/json\r\n"
        self._reader, self._writer = await asyncio.open_connection(parts.hostname, parts.port or 80)
        return self

    async def __aexit__(self, *_unused: object) -> None:
        self._writer.close()

    async def call(self, method: str, path: str, body: object = None) -> Any:
        """Return the JSON of an answer."""
        content = b"" if body is None else json.dumps(body).encode()
        head = f"{method} {path} HTTP/1.1\r\n{self._head}Content-Length: {len(content)}\r\n\r\n"
        self._writer.write(head.encode() + content)
        status, *lines = (await self._reader.readuntil(b"\r\n\r\n")).decode().lower().splitlines()
        length = next(int(line.partition(":")[2]) for line in lines if line.startswith("content-length:"))
        answer = await self._reader.readexactly(length)
        if not status.split()[1].startswith("2"):
            raise SystemExit(f"{method} {path}: {status}")
        return json.loads(answer or "null")

    async def pages(self, path: str) -> list[Resource]:
        """Return all that the CDN lists."""
        found: list[Resource] = []
        while True:
            page = await self.call("GET", f"{path}?limit={PAGE}&offset={len(found)}")
            found += page["results"]
            if len(found) >= page["count"]:
                return found


class Floor:
    """The work on so many resources at a time: to look for what has drifted, and to write to it."""

    def __init__(self, edge_port: int, width: int, looks: int = 1, *, is_mixed: bool = False) -> None:
        certificate, private_key = (Path(f"site.{kind}").read_text("utf-8") for kind in ("crt", "key"))
        end = certificate.index(ssl.PEM_FOOTER) + len(ssl.PEM_FOOTER)
        self._desired = hashlib.sha256(ssl.PEM_cert_to_DER_cert(certificate[:end])).hexdigest()
        self._fields = {"service_ssl_crt": certificate, "service_ssl_key": private_key, "ssl_type": "custom"}
        self._edge_port = edge_port
        self._width = width
        self._looks = looks
        self._is_mixed = is_mixed
        self._attached: Resource = {}
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self._context.check_hostname = False
        self._context.verify_mode = ssl.CERT_NONE

    async def look(self) -> list[Resource]:
        """Return the resources that do not serve the certificate, by the last look at each."""
        async with Api() as api:
            found = [{**each, "path": RESOURCES} for each in await api.call("GET", RESOURCES)]
            left = iter([*found, *(await self._of_cdn(api) if self._is_mixed else ())])
        drifted: list[Resource] = []

        async def work() -> None:
            for each in left:
                served = [await self._served(each) for _look in range(self._looks)]
                drifted.extend([each] if served[-1] != self._desired else [])

        await self._at_once(work)
        return drifted

    async def write(self, drifted: Iterable[Resource]) -> None:
        """Give them the certificate."""
        left = iter(drifted)
        if self._is_mixed:
            await self._upload()

        async def work() -> None:
            async with Api() as api:
                for resource in left:
                    await self._write(api, f"{resource['path']}/{resource['id']}")

        await self._at_once(work)
        if self._is_mixed:
            async with Api() as api:
                await api.pages(CDN_OBJECTS)  # which may be superseded now

    async def _of_cdn(self, api: Api) -> list[Resource]:
        """List what the CDN has, and look once what its edge shows for a name that nobody has."""
        await api.pages(CDN_OBJECTS)
        edge = {"service_ip": (await api.call("GET", "/cdn/clients/me"))["cname"]}
        await self._served({**edge, "name": "nobody.bench.example"})
        found = await api.pages(CDN_RESOURCES)
        return [{**edge, "path": CDN_RESOURCES, "id": each["id"], "name": each["cname"]} for each in found]

    async def _upload(self) -> None:
        """Make the object that the CDN's resources shall have, and find it: an upload may answer nothing."""
        certificate, key = self._fields["service_ssl_crt"], self._fields["service_ssl_key"]
        async with Api() as api:
            await api.call("POST", CDN_OBJECTS, {"name": "new", "sslCertificate": certificate, "sslPrivateKey": key})
            (number,) = (each["id"] for each in await api.pages(CDN_OBJECTS) if each["name"] == "new")
        self._attached = {"sslData": number, "sslEnabled": True}

    async def _at_once(self, work: Callable[[], Awaitable[None]]) -> None:
        await asyncio.gather(*(work() for _worker in range(self._width)))

    async def _served(self, resource: Resource) -> str:
        place = resource["service_ip"], self._edge_port
        transport, _protocol = await asyncio.get_running_loop().create_connection(
            asyncio.Protocol, *place, ssl=self._context, server_hostname=resource["name"]
        )
        leaf = transport.get_extra_info("ssl_object").getpeercert(binary_form=True)
        transport.abort()
        return hashlib.sha256(leaf).hexdigest()

    async def _write(self, api: Api, path: str) -> None:
        before, is_of_cdn = await api.call("GET", path), path.startswith(CDN_RESOURCES)
        await api.call(*("PATCH", path, self._attached) if is_of_cdn else ("PUT", path, {**before, **self._fields}))
        after, field = await api.call("GET", path), "sslData" if is_of_cdn else "service_ssl_expire"
        if after[field] == before[field]:
            raise SystemExit(f"{path}: not stored")


async def _work(work: str, floor: Floor) -> int:
    """Return how many resources had drifted."""
    drifted = await floor.look()
    if work == "rotate":
        await floor.write(drifted)
    return len(drifted)


def main() -> int:
    """Return the exit status: 1 where something was to be done that the work is not about."""
    parser = argparse.ArgumentParser(prog="benchmark.floor", description=__doc__)
    parser.add_argument("work", choices=("start", "check", "survey", "rotate"), help="start does nothing")
    parser.add_argument("--edge-port", type=int, default=443, help="TCP port of the edges")
    parser.add_argument("--mixed", action="store_true", help="the CDN's resources too")
    parser.add_argument("--concurrency", type=int, default=16, help="resources at the same time")
    arguments = parser.parse_args()
    if arguments.work == "start":
        return 0
    looks = 2 if arguments.work == "survey" else 1  # at what clients with another type of key get, too
    floor = Floor(arguments.edge_port, arguments.concurrency, looks, is_mixed=arguments.mixed)
    drifted = asyncio.run(_work(arguments.work, floor))
    return int(arguments.work != "rotate" and drifted > 0)


if __name__ == "__main__":
    sys.exit(main())
