# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""The same for systemd's journal, which gets a field for each option and then refuses: syslog is written as well."""

from syslog import syslog


class journal:  # noqa: N801  # Ansible imports a module of this name
    """What Ansible uses of it."""

    sendv = None

    @staticmethod
    def send(**fields):
        """Keep each field."""
        for name, value in fields.items():
            syslog(f"journal {name}={value}")
        raise OSError("go on with syslog")


class daemon:  # noqa: N801
    """The same."""

    @staticmethod
    def booted():
        """It is there."""
        return True
