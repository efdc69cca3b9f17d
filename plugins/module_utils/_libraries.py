# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""The libraries outside Python's own, imported in one place: a missing one ends in a message, not a traceback."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from ._errors import MissingLibraryError

__all__ = (
    "crypto_exceptions", "ec", "ed25519", "hashes", "idna", "libraries_are_here", "pkcs12", "requests",
    "require_libraries", "rsa", "serialization", "urllib3", "x509",
)  # fmt: skip

_MISSING: list[str] = []


def _imported(name: str) -> Any:
    """Import the module `name`; None where its library is not installed, of which `require_libraries` tells."""
    try:
        return importlib.import_module(name)
    except ImportError:
        _MISSING.append(name.partition(".")[0])
        return None


if TYPE_CHECKING:
    import idna
    import requests
    import urllib3
    from cryptography import exceptions as crypto_exceptions
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
    from cryptography.hazmat.primitives.serialization import pkcs12
else:
    requests = _imported("requests")
    urllib3 = _imported("urllib3")
    idna = _imported("idna")
    x509 = _imported("cryptography.x509")
    crypto_exceptions = _imported("cryptography.exceptions")
    hashes = _imported("cryptography.hazmat.primitives.hashes")
    serialization = _imported("cryptography.hazmat.primitives.serialization")
    pkcs12 = _imported("cryptography.hazmat.primitives.serialization.pkcs12")
    ec = _imported("cryptography.hazmat.primitives.asymmetric.ec")
    ed25519 = _imported("cryptography.hazmat.primitives.asymmetric.ed25519")
    rsa = _imported("cryptography.hazmat.primitives.asymmetric.rsa")


def libraries_are_here() -> bool:
    """Tell whether this Python can run the engine."""
    return not _MISSING


def require_libraries() -> None:
    """Raise `MissingLibraryError` where this Python lacks any."""
    if _MISSING:
        raise MissingLibraryError(sorted(set(_MISSING)))
