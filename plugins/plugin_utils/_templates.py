# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""Which strings Ansible may take for templates: before 2.19 all that are not marked, since then none that is not."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ansible.utils.unsafe_proxy import wrap_var

try:
    from ansible.template import trust_as_template
except ImportError:
    trust_as_template = None

try:
    from ansible.utils.native_jinja import NativeJinjaText
except ImportError:  # since 2.19 a text stays a text by itself
    NativeJinjaText = None

_MAY_BE_A_TEMPLATE = re.compile("[{}]")


def trusted(value: str) -> str:
    """Mark a string of our own, which may be a template in every release."""
    return trust_as_template(value) if trust_as_template else value


def literal(value: str) -> str:
    """Mark a text that Ansible hands on as it is: it is no template, and JSON stays the text that it is."""
    return wrap_var(NativeJinjaText(value)) if NativeJinjaText else value


def make_unsafe(value: Any) -> Any:
    """Mark a stranger's value under names of our own: no string of it is ever a template.

    One that can't be one is left unmarked: marks show in what `ansible-inventory` prints, and confuse who reads that.
    """
    if isinstance(value, Mapping):
        return {key: make_unsafe(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [make_unsafe(item) for item in value]
    if isinstance(value, str):
        return wrap_var(value) if _MAY_BE_A_TEMPLATE.search(value) else trusted(value)
    return value
