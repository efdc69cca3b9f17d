# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""Certificates are made once a set of names: making them is what takes the time."""

from functools import cache

import pytest

from ansible_collections.gcore.web_security.plugins.module_utils._errors import InputError, MatchError
from ansible_collections.gcore.web_security.plugins.module_utils._gcore.web_security import site_of
from ansible_collections.gcore.web_security.plugins.module_utils._match.matcher import Matcher, Selection
from unit.plugins.account import alias, candidate, site
from unit.plugins.fakes import DAY, NOW, issued, unix


@cache
def made(names, days=90, key_type="ec", since=10):
    return issued(*names.split(), days=days, key_type=key_type, not_before=NOW - since * DAY)


def candidates(*specifications):
    """Each `label: names [days=N] [since=N] [key=TYPE] [for=key,key]`."""
    return [_candidate(*specification.split(": ")) for specification in specifications]


def _candidate(label, rest):
    options = {"days": 90, "key": "ec", "since": 10, **dict(word.split("=") for word in rest.split() if "=" in word)}
    names = " ".join(word for word in rest.split() if "=" not in word)
    certificate = made(names, int(options["days"]), options["key"], int(options["since"]))
    return candidate(certificate, label, options["for"].split(",") if "for" in options else ())


def www(*aliases, number=7, name="www.example.com"):
    return site_of(site(number, name, aliases=list(aliases)))


ALIASED = www(alias("a.example.com"), alias("b.example.net"))
OWN_ALIAS = www(alias("b.example.net", expires=1900000000))

BEST = {
    "none covers": (["x: other.example.com", "y: *.example.org"], www(), None), "no candidate": ([], www(), None),
    "its name": (["x: www.example.com"], www(), "x"), "a wildcard": (["x: *.example.com"], www(), "x"),
    "an alias alone is not enough": (["x: a.example.com"], ALIASED, None),
    "the name as somebody writes it": (["x: WWW.Example.COM"], www(name="www.EXAMPLE.com."), "x"),
    "an international name": (["x: xn--mller-kva.example.com"], www(name="müller.example.com"), "x"),
    "most names": (["x: www.example.com", "y: *.example.com b.example.net"], ALIASED, "y"),
    "most names before the later end": (["x: www.example.com days=300", "y: *.example.com b.example.net"], ALIASED,
                                        "y"),
    "an alias with a certificate of its own does not count": (
        ["x: www.example.com days=80", "y: *.example.com b.example.net days=300"], OWN_ALIAS, "x",
    ),
    "exact before wildcard": (["x: *.example.com", "y: www.example.com"], www(), "y"),
    "exact before the later end": (["x: *.example.com days=300", "y: www.example.com"], www(), "y"),
    "exact in its aliases too": (["x: www.example.com *.example.net a.example.com", "y: *.example.com *.example.net"],
                                 ALIASED, "x"),
    "the later end": (["x: www.example.com days=80", "y: www.example.com days=90"], www(), "y"),
    "the same certificate twice": (["x: www.example.com", "y: www.example.com"], www(), "x"),
    "explicit by id": (["x: www.example.com days=300", "y: *.example.com for=7"], www(), "y"),
    "explicit by both": (["y: *.example.com for=www.example.com,7"], www(), "y"),
    "explicit by the name as somebody writes it": (["y: *.example.com for=WWW.example.com."], www(), "y"),
    "explicit, whatever it covers": (["y: other.example.com for=7", "x: www.example.com"], www(), "y"),
    "explicit for others only": (["x: www.example.com for=8,other.example.com"], www(), None),
    "an alias is no explicit name": (["x: *.example.com for=a.example.com"], ALIASED, None),
    "the same certificate mapped twice": (["x: www.example.com for=7", "y: www.example.com for=7"], www(), "x"),
}  # fmt: skip


@pytest.mark.parametrize(("given", "resource", "expected"), BEST.values(), ids=BEST)
def test_the_best_in_whichever_order_they_come(given, resource, expected):
    for these in (given, given[::-1]):
        found = Matcher(candidates(*these), NOW).candidate_for(resource)
        is_twin = (
            {expected} == {"x"} and {one[0] for one in given} == {"x", "y"} and len({one[3:] for one in given}) == 1
        )
        assert (found.label if found else None) == (these[0][0] if is_twin else expected)


BOTH_COVER, BOTH_MAPPED = "both cover it equally well", "both are mapped to it"
TIES = [
    ("one: www.example.com", "two: www.example.com spare.example.com", BOTH_COVER),
    ("one: *.example.com", "two: *.example.com spare.example.com", BOTH_COVER),
    ("one: www.example.com for=7", "two: *.example.com for=7", BOTH_MAPPED),
    ("one: www.example.com for=7 days=300", "two: *.example.com for=www.example.com", BOTH_MAPPED),
]


@pytest.mark.parametrize(("first", "second", "why"), TIES)
def test_a_tie_names_both_unless_a_better_one_beats_them(first, second, why):
    with pytest.raises(MatchError) as caught:
        Matcher(candidates(first, second), NOW).candidate_for(www())
    assert caught.value.message == f"one and two compete for resource 7 (www.example.com): {why}"
    assert caught.value.hint
    if "*" in first:
        assert Matcher(candidates(first, second, "best: www.example.com"), NOW).candidate_for(www()).label == "best"


EC, RSA = "ec: www.example.com days=80", "rsa: www.example.com key=rsa days=80"
LATER_EC, LATER_RSA = "ec: www.example.com days=81", "rsa: www.example.com key=rsa days=90"
OLD_EC, OLD_RSA = "ec: www.example.com days=3", "rsa: www.example.com key=rsa days=3"
ED = "ed: www.example.com key=ed25519 days=80"
TWINS = {
    # given, key type that is there, its end in days, prefer_key_type: what is taken
    "nobody knows what is there": ([EC, RSA], None, None, None, "ec"),
    "nobody knows, and RSA ends later": ([EC, LATER_RSA], None, None, None, "ec"),
    "ECDSA is there": ([EC, LATER_RSA], "ECDSA", None, None, "ec"),
    "RSA is there": ([LATER_EC, RSA], "RSA", None, None, "rsa"),
    "another type is there": ([EC, RSA], "DSA", None, None, "ec"),
    "Ed25519 is there": ([EC, RSA, ED], "Ed25519", None, None, "ed"),
    "Ed25519 or RSA, and nobody knows": ([ED, RSA], None, None, None, "rsa"),
    "by the end that the API tells": ([EC, LATER_RSA], None, 90, None, "rsa"),
    "by an end that is neither's": ([EC, LATER_RSA], None, 70, None, "ec"),
    "by an end that only RSA does not fall short of": ([EC, LATER_RSA], None, 85, None, "rsa"),
    "the edge is believed before the end": ([EC, LATER_RSA], "ECDSA", 90, None, "ec"),
    "ECDSA is there and is not renewed any more": ([OLD_EC, RSA], "ECDSA", None, None, "rsa"),
    "RSA is there and is not renewed any more": ([EC, OLD_RSA], "RSA", None, None, "ec"),
    "both are near their end": ([OLD_EC, OLD_RSA], "RSA", None, None, "rsa"),
    "RSA is preferred": ([EC, RSA], "ECDSA", None, "rsa", "rsa"),
    "RSA is preferred, and not renewed any more": ([EC, OLD_RSA], "ECDSA", None, "rsa", "ec"),
    "ECDSA is preferred": ([EC, LATER_RSA], "RSA", 90, "ecdsa", "ec"),
    "what is preferred is not there": ([EC], "ECDSA", None, "rsa", "ec"),
    "the best names first": ([EC, "rsa: *.example.com key=rsa days=90"], "RSA", None, None, "ec"),
}  # fmt: skip


@pytest.mark.parametrize(("given", "there", "ends", "prefer", "expected"), TWINS.values(), ids=TWINS)
def test_of_twins_the_type_of_key_that_is_there(given, there, ends, prefer, expected):
    expires = unix(NOW + ends * DAY) if ends else 0
    resource = site_of(site(7, "www.example.com", service_ssl_expire=expires))
    for these in (given, given[::-1]):
        choice = Matcher(candidates(*these), NOW, prefer).choice_for(resource)
        taken = choice.settled(there)
        assert taken.label == expected
        others = {one.split(":")[0] for one in given if "*" not in one} - {expected}
        assert {twin.label for twin in choice.twins(taken)} == others


def test_what_lives_shorter_is_no_reason_to_give_up_what_lives_longer():
    given = ["ec: www.example.com days=5", "rsa: www.example.com key=rsa days=20 since=70"]
    assert Matcher(candidates(*given), NOW).choice_for(www()).settled("RSA").label == "rsa"


def test_a_tie_among_those_of_one_type_names_both():
    with pytest.raises(MatchError, match=r"^rsa and other compete"):
        Matcher(candidates(EC, RSA, "other: www.example.com b.example.net key=rsa days=80"), NOW).choice_for(www())


def test_two_certificates_of_one_label_are_told_apart():
    """Each is judged by its own names, not by those of the last one that is called so."""
    given = candidates("same: www.example.com a.example.com", "same: www.example.com other.example.com days=80")
    for these in (given, given[::-1]):
        assert Matcher(these, NOW).candidate_for(ALIASED) is given[0]


def test_unknown_are_the_ids_and_names_that_no_resource_has():
    given = candidates("x: www.example.com for=7,8", "y: *.example.com for=www.example.com,gone.example.com")
    found = Matcher(given, NOW).unknown([www()])
    assert [(key, each.label) for key, each in found] == [("8", "x"), ("gone.example.com", "y")]


MEANT = ["7", 7, " 7 ", "www.example.com", "WWW.Example.com.", "*.example.com", "www.*", "w?w.example.com",
         "[vw]ww.example.com", "*", "www.EXAMPLE.com"]  # fmt: skip
NOT_MEANT = ["07", "70", "example.com", "www", "wwwXexample.com", "a.example.com", ""]


@pytest.mark.parametrize("others", [[], ["other", ""]])
def test_selection(others):
    for patterns, is_meant in [([one], True) for one in MEANT] + [([one, "nobody"], False) for one in NOT_MEANT]:
        assert Selection([*others, *patterns]).has(ALIASED) is is_meant, patterns
        assert Selection(exclude=[*others, *patterns]).has(ALIASED) is not is_meant, patterns
    for spelling in ("müller.example.com", "xn--mller-kva.example.com"):
        assert Selection([spelling]).has(www(name="xn--mller-kva.example.com"))


@pytest.mark.parametrize(("include", "exclude"), [([], ["7"]), (["7"], ["7"]), (["*"], ["www.*"]), (["8", ""], [])])
def test_what_is_left_out(include, exclude):
    assert not Selection(include, exclude).has(www(number=7))
    assert Selection(None, None).has(ALIASED)


def test_what_nobody_is_called_is_warned_of():
    selection = Selection(["www.*", "shp.example.com"], ["8", "7"])
    assert not selection.has(www(number=7))
    told = ["include: no resource is called shp.example.com.", "exclude: no resource is called 8."]
    assert selection.warnings() == told


def test_what_is_left_out_of_what_was_not_meant_anyway_is_there():
    selection = Selection(["7"], ["shop.example.com"])
    assert selection.names(7, "www.example.com")
    assert not selection.names(8, "shop.example.com")
    assert selection.warnings() == []


@pytest.mark.parametrize("asked", [[], [7], [7, 8]])
def test_nobody_is_called_what_is_included(asked):
    selection = Selection(["9", "shp.*", "9"])
    assert not any(selection.has(www(number=number)) for number in asked)
    with pytest.raises(InputError, match=r"^include: no resource of the account is called 9 or shp\.\*$"):
        selection.warnings()


def test_without_include_an_empty_account_is_nobody_s_mistake():
    for asked in ([], [7]):
        selection = Selection([], [])
        assert all(selection.has(www(number=number)) for number in asked)
        assert selection.warnings() == []
