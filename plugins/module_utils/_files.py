# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""Opens what users name: a pipe, a device or a socket in a file's place would keep its reader for good."""

from __future__ import annotations

import errno
import os
import stat
from typing import BinaryIO

_NO_FILES = {
    stat.S_IFIFO: "Is a named pipe",
    stat.S_IFCHR: "Is a device",
    stat.S_IFBLK: "Is a device",
    stat.S_IFSOCK: "Is a socket",
}


def opened(path: str) -> BinaryIO:
    """Open a file to be read, without ever waiting for it; what is no file is an `OSError` too."""
    file = open(  # noqa: SIM115  # whoever asked for it closes it
        path, "rb", opener=lambda name, flags: os.open(name, flags | os.O_NONBLOCK | os.O_NOCTTY)
    )
    kind = _NO_FILES.get(stat.S_IFMT(os.fstat(file.fileno()).st_mode))
    if kind:
        file.close()
        raise OSError(errno.EINVAL, f"{kind}, not a file")
    return file
