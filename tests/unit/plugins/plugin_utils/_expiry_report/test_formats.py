# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""What is true of every format: when it is new, whose result it takes, and that it is text all the way."""

import copy
import json
from pathlib import Path

import jsonschema
import pytest

from ansible_collections.gcore.web_security.plugins.plugin_utils._expiry_report.findings import Findings
from ansible_collections.gcore.web_security.plugins.plugin_utils._expiry_report.formats import (
    FORMATS,
    Options,
    rendered,
)
from unit.plugins.expiry_result import a_fleet, a_host, a_result, given_certificates, moment, of_each_state

OPTIONS = Options("Certificates of the shop")


def everything():
    return {**of_each_state(), "given_certificates": given_certificates(), "warnings": ["odd"]}


@pytest.mark.parametrize("name", FORMATS)
def test_the_time_of_the_run_is_no_news_and_anything_else_is(name):
    """Also what is no report."""
    for result in (everything(), a_fleet(3), a_result()):
        first = rendered(name, result, OPTIONS)
        assert rendered(name, {**result, "checked_at": moment(0.4)}, OPTIONS, first) == first
        assert first.endswith("\n")
    news = a_result(a_host(days=59), checked_at=moment(0.4))
    for previous in (rendered(name, a_result(a_host(days=60)), OPTIONS), "", "something else\n", "\udcff\x00"):
        assert rendered(name, news, OPTIONS, previous) == rendered(name, news, OPTIONS) != previous


@pytest.mark.parametrize("name", FORMATS)
def test_nobody_else_tells_the_time(name):
    """A host that is named as a report writes its time does not get in its place."""
    forged = [
        '<time id="checked-at" datetime="2001-01-01T00:00:00Z">',
        '\n  "checked_at": "2001-01-01T00:00:00Z",\n',
        "\n Checked 2001-01-01T00:00:00Z.\n",
        '<testsuite name="" timestamp="2001-01-01T00:00:00Z"',
    ]
    hosts = [a_host(text, "critical", number, resource=text, reasons=[text]) for number, text in enumerate(forged)]
    result = a_result(*hosts)
    options = Options(" ".join(forged))
    text = rendered(name, result, options)
    assert rendered(name, {**result, "checked_at": moment(0.4)}, options, text) == text


NO_RESULTS = [None, [], "text", {}, {"hosts": []}, {**a_result(), "checked_at": "now"}]


def test_another_result_and_another_format_are_refused():
    for result in NO_RESULTS:
        with pytest.raises(ValueError, match=r"no result of gcore_resource_cert_info|does not match format"):
            rendered("csv", result, OPTIONS)
    with pytest.raises(ValueError, match=r"'pdf'.*html, json"):
        rendered("pdf", a_result(), OPTIONS)


def test_a_result_without_warnings_will_do_and_stays_as_it_is():
    """Ansible shows them, and some releases take them away from what is registered."""
    result = everything()
    del result["warnings"]
    before = copy.deepcopy(result)
    assert Findings.of(result).warnings == []
    for name in FORMATS:
        rendered(name, result, OPTIONS)
    assert result == before


ODD = "\x00\x07\x1b[31m\t=1+1\r\n[ERROR]\x7f\x85\x9b\u2028\u2029\u202e\u2066\ufeff\ud800\ufffe"
"""A console would obey it, a reader would see it elsewhere, a parser would stumble; JSON can hold half a character."""


def spoilt(value, text, key=""):
    """A result with this text wherever a stranger has a say in it."""
    if isinstance(value, dict):
        return {key: spoilt(item, text, key) for key, item in value.items()}
    if isinstance(value, list):
        return [spoilt(item, text) for item in value]
    is_ours = key in ("state", "level", "worst") or key.endswith(("_at", "_after", "_before", "_from"))
    return text if isinstance(value, str) and not is_ours else value


@pytest.mark.parametrize("name", FORMATS)
def test_whatever_a_stranger_writes_is_text_on_its_own_line(name):
    told, usual = (rendered(name, spoilt(everything(), text), Options(text)) for text in (ODD, "a"))
    assert {character for character in ODD if not character.isprintable()} & set(told) <= {"\n"}
    assert told.count("\n") == usual.count("\n")
    told.encode()


class Marked(str):
    """A string as Ansible marks it: one that claims to be something else."""

    __slots__ = ()

    def __str__(self):
        raise AssertionError("the mark is still there")


class Lazy(dict):
    """A dict as Ansible makes it: what it holds is only there when it is asked for."""

    def items(self):
        return [(Marked(key), marked(value)) for key, value in super().items()]


def marked(value):
    if isinstance(value, dict):
        return Lazy(value)
    if isinstance(value, list):
        return tuple(marked(item) for item in value)
    return Marked(value) if isinstance(value, str) else value


@pytest.mark.parametrize("name", FORMATS)
def test_marks_are_left_behind(name):
    marks = {key: marked(value) for key, value in everything().items()}
    assert rendered(name, marks, OPTIONS) == rendered(name, everything(), OPTIONS)


def test_the_worst_come_first_then_what_expires_first():
    hosts = [("d", "ok", 1, 40), ("c", "ok", 2, None), ("b", "critical", 3, 5)]
    hosts += [("a", "critical", 4, 6), ("e", "warning", 5, 2), ("f", "ok", 6, 40)]
    found = Findings.of(a_result(*(a_host(*each) for each in hosts)))
    assert [host["host"] for host in found.worst_first()] == ["b", "a", "e", "d", "f", "c"]


SCHEMA = Path(__file__).resolve().parents[5] / "docs" / "schemas" / "cert_expiry_report.schema.json"

GIVEN = {"certificate": "wildcard", "fingerprint_sha256": "ab" * 32, "not_after": "2027-02-28T23:59:59Z"}
GIVEN |= {"is_served": None, "lags_behind": False}


def document(result):
    return json.loads(rendered("json", result, Options()))


def strict(schema):
    """The same schema, which knows no other keys than its own."""
    if isinstance(schema, dict):
        closed = {"additionalProperties": False} if "properties" in schema else {}
        return {**{key: strict(value) for key, value in schema.items()}, **closed}
    return [strict(item) for item in schema] if isinstance(schema, list) else schema


@pytest.fixture
def validator():
    schema = json.loads(SCHEMA.read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(strict(schema))


def test_it_is_what_its_schema_says_and_that_says_something(validator):
    for result in (a_result(), a_fleet(300), everything(), a_result(a_host(given=GIVEN, edge=None, agrees=None))):
        validator.validate(document(result))
    for change in ({"level": "bad"}, {"checked_at": "today"}, {"hosts": [{}]}, {"version": 2}, {"more": 1}):
        with pytest.raises(jsonschema.ValidationError):
            validator.validate({**document(of_each_state()), **change})


def test_it_can_be_written_down_again_and_has_nothing_that_ansible_adds():
    result = of_each_state()
    assert rendered("html", document(result), Options()) == rendered("html", result, Options())
    added = {"failed": False, "deprecations": [], "invocation": {"module_args": {"api_key": "secret"}}}
    assert document({**result, **added}) == document(result)
