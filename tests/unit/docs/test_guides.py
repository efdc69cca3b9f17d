# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""What the guides name is there: variables, metrics, alerts, files, keys of events."""

import re

import pytest
import yaml

from ansible_collections.gcore.web_security.extensions.eda.plugins.event_source.cert_expiry import OPTIONS
from ansible_collections.gcore.web_security.plugins.plugin_utils._expiry_events import Memory, events_of
from ansible_collections.gcore.web_security.plugins.plugin_utils._expiry_report.formats import Options, rendered
from unit.plugins.expiry_result import a_host, a_result

from .guide import GUIDES, READMES, ROOT, blocks, fenced, text_of

NAMES = [guide.stem for guide in GUIDES]
MONITORING = text_of("monitoring")

KINDS = ("plugins/modules/{}.py", "playbooks/{}.yml", "extensions/eda/rulebooks/{}.yml", "roles/{}/meta/main.yml")


def read(path):
    return yaml.safe_load((ROOT / path).read_text("utf-8"))


def variables(role):
    return set(read(f"roles/{role}/meta/argument_specs.yml")["argument_specs"]["main"]["options"])


def named(pattern, text=MONITORING):
    return set(re.findall(pattern, text))


def test_every_guide_is_listed_and_can_be_referred_to():
    listed = [entry for section in read("docs/docsite/extra-docs.yml")["sections"] for entry in section["toctree"]]
    assert sorted(listed) == NAMES
    for name in NAMES:
        assert f".. _ansible_collections.gcore.web_security.docsite.{name}:" in text_of(name)


SNIPPETS = {
    **{name: blocks(name, "yaml") for name in NAMES},
    **{str(path.relative_to(ROOT)): fenced(path, "yaml") for path in READMES},
}


@pytest.mark.parametrize("where", SNIPPETS)
def test_plays_and_tasks_have_names(where):
    """As ansible-lint wants them of whoever pastes these; and whatever is said to be YAML is some."""
    lists = [found for text in SNIPPETS[where] if isinstance(found := yaml.safe_load(text), list)]
    named = [each for found in lists for each in found]
    named += [task for play in named for task in play.get("tasks", [])]
    assert [each for each in named if "name" not in each] == []


DOCUMENTS = [
    *GUIDES,
    *READMES,
    *(path for folder in ("docs/examples", "plugins", "playbooks") for path in (ROOT / folder).rglob("*.*")),
]
NOT_TRUE = {
    "Galaxy's namespace `gcore` is the vendor's, and holds nothing of ours": (
        r"collection install gcore\.web_security\b|collections:\n +- name: gcore\.web_security\b"
    ),
    "the vendor's site sends its pages about Web Security on to those about its CDN": r"gcore\.com/docs/web-security",
}


@pytest.mark.parametrize("reason", NOT_TRUE)
def test_what_is_not_true_is_not_told(reason):
    texts = {path: path.read_text("utf-8") for path in DOCUMENTS if path.suffix in (".md", ".rst", ".yml", ".py")}
    assert [str(path.relative_to(ROOT)) for path, text in texts.items() if re.search(NOT_TRUE[reason], text)] == []


ROLES = ("cert_expiry_report", "fleet_cert", "resource_cert")


@pytest.mark.parametrize("name", NAMES)
def test_variables(name):
    """Of the roles, of the playbooks, and of the environment, which the examples have as well."""
    wanted = named(rf"\b(?:{'|'.join(ROLES)})_\w+", text_of(name))
    assert wanted or name == "awx"
    assert wanted <= {variable for role in ROLES for variable in variables(role)}
    heads = "".join(path.read_text("utf-8") for path in (ROOT / "playbooks").glob("*.yml"))
    found = named(r"\b(?:awx_configure|rotate)_(?!fleet|hosts|one|from|with|encrypted)\w+", text_of(name))
    assert [each for each in found if not re.search(rf"\b{each}\b", heads)] == []
    folders = [ROOT / "plugins" / "module_utils", ROOT / "plugins" / "doc_fragments", ROOT / "docs" / "examples"]
    files = [path for folder in folders for path in folder.rglob("*") if path.suffix in (".py", ".yml", ".sh")]
    known = set().union(*(named(r"\bGCORE_[A-Z_]+\b", path.read_text("utf-8")) for path in files))
    assert named(r"\bGCORE_[A-Z_]+\b", text_of(name)) <= known


def test_metrics_and_alerts():
    written = rendered("prometheus", a_result(a_host()), Options("Certificates", False), "")
    wanted = named(r"\bgcore_certificate_\w+")
    assert wanted
    assert wanted <= {line.split()[2] for line in written.splitlines() if line.startswith("# TYPE")}
    groups = read("extensions/prometheus/alert_rules.yml")["groups"]
    assert named(r"\bGcoreCertificate\w+") == {rule["alert"] for group in groups for rule in group["rules"]}


@pytest.mark.parametrize("name", NAMES)
def test_what_belongs_to_the_collection_is_there(name):
    found = named(r"\bgcore\.web_security\.(?!docsite|git\b)(\w+)", text_of(name))
    assert found
    assert [each for each in found if not any((ROOT / kind.format(each)).exists() for kind in KINDS)] == []
    assert named(r"<ansible_collections\.gcore\.web_security\.docsite\.(\w+)>", text_of(name)) <= set(NAMES)
    paths = named(r"\b(?:extensions|docs/examples|playbooks/vars)/[\w/.-]+\w", text_of(name))
    assert [path for path in paths if not (ROOT / path).exists()] == []


def test_keys_of_events():
    (event,), _memory = events_of(a_result(a_host(state="critical")), Memory(), 0.0)
    table = MONITORING[MONITORING.index("What ``event.cert_expiry`` holds") :]
    keys = {key for row in re.findall(r"\* - (``.*)", table) for key in re.findall(r"``(\w+)``", row)}
    assert keys == set(event["cert_expiry"])
    assert named(r"event\.cert_expiry\.(\w+)") <= keys


def test_options_of_the_source():
    rulesets = [ruleset for block in blocks("monitoring", "yaml") for ruleset in yaml.safe_load(block)]
    sources = [source for ruleset in rulesets if "sources" in ruleset for source in ruleset["sources"]]
    assert sources
    assert all(set(options) <= set(OPTIONS) for source in sources for options in source.values())
