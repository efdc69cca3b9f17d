# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""The shared base of lookups that read files of the control node for the role resource_cert."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ansible.errors import AnsibleFileNotFound
from ansible.plugins.loader import lookup_loader
from ansible.plugins.lookup import LookupBase

_BINARY = "pkcs12"


class ContentLookup(LookupBase):
    """Finds and reads files as the lookup `file` does."""

    def found(self, path: str, variables: Mapping[str, Any]) -> str:
        """Where a file is.

        Raises:
            AnsibleFileNotFound: nowhere.
        """
        place: str | None = self.find_file_in_search_path(variables, "files", path, ignore_missing=True)
        if place is None:
            raise AnsibleFileNotFound(file_name=path)
        return place

    def read(self, part: str, place: str, variables: Mapping[str, Any]) -> str:
        """A file's content as the option takes it: a bundle as base64, a text decrypted and without its last line end.

        Raises:
            AnsibleError, OSError: it can't be read.
        """
        if part == _BINARY:
            return base64.b64encode(Path(place).read_bytes()).decode()
        return str(self.ask("ansible.builtin.file", place, variables, rstrip=False)).rstrip("\r\n")

    def ask(self, name: str, term: str, variables: Mapping[str, Any], **options: Any) -> Any:
        """What another lookup returns for one term."""
        lookup = lookup_loader.get(name, loader=self._loader, templar=self._templar)
        return lookup.run([term], variables, **options)[0]
