# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

import json
from copy import deepcopy
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.gcore.web_security.plugins.module_utils._gcore.raw_json import parse
from ansible_collections.gcore.web_security.plugins.module_utils._gcore.site import Alias, Site, expiry_timestamp
from ansible_collections.gcore.web_security.plugins.module_utils._gcore.web_security import WebSecurity, site_of


def collateral(before, after):
    earlier, later = (replace(site_of({"id": 7}), raw=raw) for raw in (before, after))
    return WebSecurity(None).collateral(earlier, later)


RAW = {
    "id": 7, "name": "shop.example", "ssl_type": "custom", "service_ssl_expire": 1790000000,
    "service_ip": "192.0.2.7", "status": "active", "updated": "2026-01-02T03:04:05Z",
    "is_redirect_to_https_enabled": True, "service_methods": "", "origins": [{"id": 3, "data": "198.51.100.1"}],
    "aliases": [{"id": 1, "alias_id": 1, "alias_data": "www.shop.example", "alias_ssl_expire": 0},
                {"id": 2, "alias_id": 2, "alias_data": "api.shop.example", "alias_ssl_expire": 1790000001}],
}  # fmt: skip


def test_what_an_answer_tells():
    resource = site_of(RAW)
    assert resource == Site(
        id=7, name="shop.example", ssl_type="custom", expires=1790000000, service_ip="192.0.2.7", status="active",
        updated="2026-01-02T03:04:05Z", certificate=None, redirects_to_https=True, origins_count=1,
        aliases=(Alias("www.shop.example", None), Alias("api.shop.example", 1790000001)),
    )  # fmt: skip
    assert [alias.has_certificate for alias in resource.aliases] == [False, True]
    assert resource.label() == "resource 7 (shop.example)"
    assert resource.facts() == {
        "id": 7, "name": "shop.example", "ssl_type": "custom", "ssl_expires": "2026-09-21T14:13:20Z",
        "service_ip": "192.0.2.7", "status": "active",
        "aliases": [
            {"name": "www.shop.example", "ssl_expires": None},
            {"name": "api.shop.example", "ssl_expires": "2026-09-21T14:13:21Z"},
        ],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("raw", "ssl_type"), [({"id": "7"}, "unknown"), ({**dict.fromkeys(RAW), "id": 7}, "")], ids=["absent", "null"]
)
def test_the_least_that_an_answer_has(raw, ssl_type):
    resource = site_of(raw)
    assert resource == Site(7, "", ssl_type, None, "", "", "", None, False, ())
    assert json.loads(json.dumps(resource.facts()))["ssl_type"] is None


BAD_ALIASES = [None, "x", 7, [], {}, {"alias_data": ""}, {"alias_data": None}]
LOOSE = {
    # field of the API and of ours: values, and what they are read as
    ("ssl_type", "ssl_type"): [("Custom", "custom"), ("le", "le"), ("", ""), (None, ""), (1, "1")],
    ("service_ssl_expire", "expires"): [
        *((value, None) for value in (0, "0", "", "never", "nan", "inf", [1790000000], {})),
        *((value, 1790000000) for value in ("1790000000", 1790000000.0, "1790000000.9")),
        (-1, -1),
    ],
    ("service_ssl_crt", "certificate"): [("", None), ("PEM", "PEM")],
    ("name", "name"): [(7, "7")],
    ("service_ip", "service_ip"): [(None, ""), (["192.0.2.7", "2001:db8::7"], "192.0.2.7, 2001:db8::7"), ([], "")],
    ("updated", "updated"): [(1790000000, "1790000000")],
    ("is_redirect_to_https_enabled", "redirects_to_https"): [*((value, True) for value in (1, "1", "true")),
                                                             *((value, False) for value in (0, "0", "False", ""))],
    ("origins", "origins_count"): [([{"id": 1}, {"id": 2}], 2), ({"id": 1}, 1), ({}, 0), (None, 0), ("192.0.2.1", 0)],
    ("aliases", "aliases"): [*((value, ()) for value in ({}, "www.shop.example", BAD_ALIASES)),
                             ([{"alias_data": "a.example"}], (Alias("a.example", None),)),
                             ([{"alias_data": "a.example", "alias_ssl_expire": "9"}], (Alias("a.example", 9),))],
}  # fmt: skip


@pytest.mark.parametrize(("field", "name"), LOOSE)
def test_loose_types(field, name):
    for value, expected in LOOSE[field, name]:
        resource = site_of({**RAW, field: value})
        assert (value, getattr(resource, name)) == (value, expected)
        assert json.dumps(resource.facts())


SUPPOSED = [
    ({"ssl_type": "custom"}, "custom"), ({"ssl_type": "le"}, "le"),
    ({"ssl_type": None, "service_ssl_expire": 1790000000}, ""), ({"ssl_type": "", "service_ssl_crt": "PEM"}, ""),
    ({}, ""), ({"service_ssl_expire": 0, "service_ssl_crt": ""}, ""), ({"service_ssl_expire": 1790000000}, "custom"),
    ({"service_ssl_crt": "PEM"}, "custom"),
]  # fmt: skip


@pytest.mark.parametrize(("fields", "supposed"), SUPPOSED)
def test_the_type_that_a_silent_answer_is_supposed_to_mean(fields, supposed):
    assert site_of({"id": 7, **fields}).supposed_type == supposed


EXPIRIES = [
    *((expires, None) for expires in (None, -1, 253402300800, 10**30, -(10**30))),
    (1790000000, "2026-09-21T14:13:20Z"),
    (253402300799, "9999-12-31T23:59:59Z"),
]


@pytest.mark.parametrize(("expires", "told"), EXPIRIES)
def test_expiry_timestamp(expires, told):
    assert expiry_timestamp(expires) == told


SCALARS = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=4)
)
ELEMENTS = st.fixed_dictionaries({"id": st.integers(0, 3)}, optional={"value": SCALARS})
NESTED = st.dictionaries(st.text(max_size=2), st.lists(SCALARS, max_size=2), max_size=2)
JSON = (
    SCALARS
    | st.lists(NESTED, max_size=3)
    | st.lists(ELEMENTS, max_size=3, unique_by=lambda element: element["id"])
    | NESTED
)
MOVES = ["updated", "service_ssl_crt", "service_ssl_key", "ssl_type", "service_ssl_expire"]
FIELDS = st.sampled_from([*MOVES, "id", "name", "origins", "rate_limier_rules", "unheard of", ""])
RESOURCES = st.dictionaries(FIELDS, JSON, max_size=6)
MANY = settings(deadline=None, max_examples=40)


def written(value):
    """What goes over the line: it tells true from 1, and 1 from 1.0."""
    return json.dumps(value, sort_keys=True)


def elements(value):
    """A list whose order is no setting, as a set of its elements."""
    has_ids = isinstance(value, list) and all(isinstance(item, dict) and "id" in item for item in value)
    return sorted(map(written, value)) if has_ids else written(value)


@MANY
@given(RESOURCES, RESOURCES, st.sets(FIELDS, max_size=3))
def test_collateral_is_what_differs(before, changes, gone):
    after = {name: value for name, value in {**before, **changes}.items() if name not in gone}
    lists = {name: value for name, value in before.items() if isinstance(value, list)}
    moved = {**after, **{name: value[::-1] for name, value in lists.items() if after.get(name) is value}}
    expected = [
        {"setting": name, "before": before.get(name), "after": moved.get(name)}
        for name in {**before, **moved}
        if name not in MOVES
        and ((name in before) != (name in moved) or elements(before[name]) != elements(moved[name]))
    ]
    kept = deepcopy((before, moved))
    assert collateral(before, moved) == expected
    assert written((before, moved)) == written(kept)
    assert collateral(before, dict(reversed(json.loads(json.dumps(before)).items()))) == []


def read(text):
    return parse(text)[0]


TWO_RULES = [{"id": 2, "rate": 5, "hosts": ["b", "a"]}, {"id": 10, "rate": 9, "hosts": []}]
CHANGES = {
    "a value": ({"a": 1}, {"a": 2}, True), "a type": ({"a": 1}, {"a": "1"}, True),
    "true for 1": ({"a": 1}, {"a": True}, True), "null for false": ({"a": False}, {"a": None}, True),
    "null for absent": ({"a": None}, {}, True), "absent for null": ({}, {"a": None}, True),
    "an empty list for null": ({"a": None}, {"a": []}, True),
    "a nested value": ({"a": {"b": {"c": 1}}}, {"a": {"b": {"c": 2}}}, True),
    "keys in another order": ({"a": {"b": 1, "c": 2}}, {"a": {"c": 2, "b": 1}}, False),
    "elements with an id in another order": ({"a": TWO_RULES}, {"a": TWO_RULES[::-1]}, False),
    "an element's value": ({"a": TWO_RULES}, {"a": [TWO_RULES[0], {**TWO_RULES[1], "rate": 8}]}, True),
    "an element gone": ({"a": TWO_RULES}, {"a": TWO_RULES[:1]}, True),
    "an element twice": ({"a": TWO_RULES}, {"a": [*TWO_RULES, TWO_RULES[0]]}, True),
    "the ids swapped": ({"a": TWO_RULES}, {"a": [{**TWO_RULES[0], "id": 10}, {**TWO_RULES[1], "id": 2}]}, True),
    "order inside an element": ({"a": TWO_RULES}, {"a": [{**TWO_RULES[0], "hosts": ["a", "b"]}, TWO_RULES[1]]}, True),
    "order without ids": ({"a": ["x", "y"]}, {"a": ["y", "x"]}, True),
    "order where one lacks its id": ({"a": [{"id": 1}, {}]}, {"a": [{}, {"id": 1}]}, True),
    "ids of two types": ({"a": [{"id": 1}, {"id": "x"}]}, {"a": [{"id": "x"}, {"id": 1}]}, False),
    "a long decimal": ({"a": read(b"0.1000000000000000055")}, {"a": read(b"0.1000000000000000056")}, True),
    "a long decimal for a short one": ({"a": [read(b"0.1000000000000000055")]}, {"a": [0.1]}, True),
    "a number for its text": ({"a": read(b"1.50")}, {"a": "1.50"}, True),
    "another exponent": ({"a": read(b"1e400")}, {"a": read(b"1e401")}, True),
    "a number spelt otherwise": ({"a": [read(b"1.50"), read(b"1E400")]}, {"a": [1.5, read(b"1.0e+400")]}, False),
    **{f"{name} alone": ({name: 1, "a": 1}, {name: 2, "a": 1}, False) for name in MOVES},
    **{f"{name} gone": ({name: 1, "a": 1}, {"a": 1}, False) for name in MOVES},
    "an alias' own expiry": ({"a": [{"id": 1, "alias_ssl_expire": 0}]}, {"a": [{"id": 1, "alias_ssl_expire": 9}]},
                             True),
}  # fmt: skip


@pytest.mark.parametrize(("before", "after", "is_told"), CHANGES.values(), ids=CHANGES)
def test_collateral(before, after, is_told):
    told = json.loads(json.dumps([before.get("a"), after.get("a")], default=str))
    expected = [{"setting": "a", "before": told[0], "after": told[1]}] if is_told else []
    assert collateral(before, after) == expected
