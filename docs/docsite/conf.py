# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""Sphinx's settings for the site that `make docs` builds. Nothing in it is fetched, neither now nor by a reader."""

from __future__ import annotations

from typing import Any

from docutils import nodes

project = "gcore.web_security"
extensions = ["sphinx_antsibull_ext"]
default_role = "any"
highlight_language = "yaml+jinja"
nitpicky = True

html_theme = "sphinx_rtd_theme"
html_title = project
html_copy_source = False
html_show_copyright = False
html_show_sphinx = False
html_use_index = False

# What antsibull-docs refers to in ansible-core's documentation: intersphinx would ask the network for it.
ANSIBLE_CORE = "https://docs.ansible.com/ansible/latest"
ANSIBLE_CORE_PAGES = {
    "action_plugins": "plugins/action.html",
    "ansible_configuration_settings": "reference_appendices/config.html",
    "common_return_values": "reference_appendices/common_return_values.html",
    **{
        name: f"reference_appendices/config.html#envvar-{name}"
        for name in (
            "ANSIBLE_CACHE_PLUGIN",
            "ANSIBLE_CACHE_PLUGIN_CONNECTION",
            "ANSIBLE_CACHE_PLUGIN_PREFIX",
            "ANSIBLE_CACHE_PLUGIN_TIMEOUT",
            "ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED",
        )
    },
}


def setup(app: Any) -> None:
    """Sphinx calls this once."""
    app.connect("missing-reference", in_ansible_core)


def in_ansible_core(_app: Any, _env: Any, node: Any, content: Any) -> nodes.reference | None:
    """A link into ansible-core's documentation, or None, which makes Sphinx complain of the reference."""
    page = ANSIBLE_CORE_PAGES.get(node["reftarget"])
    return nodes.reference("", "", content, internal=False, refuri=f"{ANSIBLE_CORE}/{page}") if page else None
