# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""What the role resource_cert reads on the control node: its variables, and files as the lookup `file` reads them."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from typing import Any

from ansible.plugins.loader import lookup_loader

from ..module_utils._files import opened

Values = Mapping[str, Any]

_BINARY = "pkcs12"


class Contents:
    """Reads what a task sees.

    Args:
        loader: of files, with the passwords of the vault.
        templar: of the task.
        variables: of the task.
    """

    def __init__(self, loader: Any, templar: Any, variables: Values) -> None:
        self._loader = loader
        self._templar = templar
        self._variables = variables

    def values(self, names: Sequence[str]) -> list[Any]:
        """The values of variables, an empty string for one that is not there."""
        return self._ask("ansible.builtin.vars", names, default="")

    def file(self, part: str, place: str) -> str:
        """A file's content as the option takes it: a bundle as base64, a text decrypted and without its last line end.

        Raises:
            AnsibleError, OSError: it can't be read.
        """
        with opened(place) as file:
            if part == _BINARY:
                return base64.b64encode(file.read()).decode()
        return str(self._ask("ansible.builtin.file", [place], rstrip=False)[0]).rstrip("\r\n")

    def _ask(self, name: str, terms: Sequence[str], **options: Any) -> list[Any]:
        """What another lookup returns."""
        lookup = lookup_loader.get(name, loader=self._loader, templar=self._templar)
        return list(lookup.run(list(terms), self._variables, **options))
