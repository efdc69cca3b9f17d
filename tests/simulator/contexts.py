# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors
"""Server contexts for TLS, one for each certificate, made when first needed."""

import os
import ssl
import tempfile
from functools import lru_cache
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from .material import Material

_KEPT = 20_000


class ServerContexts:
    """Makes and keeps contexts; ``ssl`` takes keys from files only, so one exists for a moment."""

    def __init__(self) -> None:
        # mkdtemp makes it readable to its owner alone.
        self._directory = tempfile.TemporaryDirectory(prefix="simulator-")
        self.get = lru_cache(maxsize=_KEPT)(self._make)

    def close(self) -> None:
        """Delete the private directory."""
        self._directory.cleanup()

    def _make(self, material: Material, leaf_only: bool = False, twin: Material | None = None) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        # Weak certificates must be servable too: refusing them is the client's business.
        context.set_ciphers("DEFAULT:@SECLEVEL=0")
        context.num_tickets = 0
        self._load(context, material, leaf_only)
        if twin is not None:
            self._load(context, twin, leaf_only)
        return context

    def _load(self, context: ssl.SSLContext, material: Material, leaf_only: bool) -> None:
        path = Path(self._directory.name, "pair.pem")
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(_pair(material, leaf_only))
            context.load_cert_chain(path)
        finally:
            path.unlink()


def _pair(material: Material, leaf_only: bool) -> bytes:
    shown = material.certificates[:1] if leaf_only else material.certificates
    key: bytes = material.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return key + b"".join(certificate.public_bytes(Encoding.PEM) for certificate in shown)
