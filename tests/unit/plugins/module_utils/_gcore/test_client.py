# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

import json
from datetime import timedelta
from email.utils import format_datetime

import pytest

from ansible_collections.gcore.web_security.plugins.module_utils._errors import (
    ApiError,
    DeadlineError,
    InputError,
    ResourceLookupError,
)
from ansible_collections.gcore.web_security.plugins.module_utils._gcore.account import Account
from ansible_collections.gcore.web_security.plugins.module_utils._gcore.client import (
    PAGE_SIZE,
    Credentials,
    credentials,
)
from ansible_collections.gcore.web_security.plugins.module_utils._http.errors import NoAnswerError
from ansible_collections.gcore.web_security.plugins.module_utils._redaction import MASK
from ansible_collections.gcore.web_security.plugins.module_utils._version import VERSION
from unit.plugins.fakes import NOW, TOKEN, FakeClock, Script, answer, client_over, resource_json

ONE, PUT, ALL = "GET /security/resources/7", "PUT /security/resources/7", "GET /security/resources"
RESOURCE = resource_json()
LOST = NoAnswerError("failed: the connection was lost")


def some(*ids):
    return [{"id": number, "name": f"n{number}"} for number in ids]


def refusal(call, *steps, **options):
    script = Script(*((call, step) for step in steps))
    client = client_over(script, **options)
    with pytest.raises(ApiError) as caught:
        client.replace(7, {}) if call == PUT else client.resource(7)
    assert script.is_over()
    return caught.value


SHOWN = {
    "bare": (RESOURCE, RESOURCE),
    "wrapped": ({"resource": RESOURCE}, RESOURCE),
    "bare, with a field named resource": ({**RESOURCE, "resource": {"id": 8}},) * 2,
    "an id that is a string": ({**RESOURCE, "id": "7"},) * 2,
    "under another content type": (json.dumps(RESOURCE).encode(), RESOURCE),
}


@pytest.mark.parametrize(("body", "found"), SHOWN.values(), ids=SHOWN)
def test_one_resource_in_its_shapes(body, found):
    options = {"Content_Type": "text/html"} if isinstance(body, bytes) else {}
    assert client_over(Script((ONE, answer(200, body, **options)))).resource(7) == found


NOT_IT = {
    "list": [RESOURCE], "wrapped": {"resource": [RESOURCE]}, "another": {**RESOURCE, "id": 8},
    "no id": {"name": "x"}, "null id": {**RESOURCE, "id": None}, "bool id": {**RESOURCE, "id": True},
    "odd digit": {**RESOURCE, "id": "\u00b2"}, "endless id": {**RESOURCE, "id": "1" * 5000},
    "endless number": json.dumps(RESOURCE).replace(": 7,", f": {'7' * 5000},", 1).encode(),
    "text": "text", "null": None, "number": 7, "empty": {},
}  # fmt: skip


@pytest.mark.parametrize("body", NOT_IT.values(), ids=NOT_IT)
def test_what_is_not_that_resource_is_an_error_and_asked_for_once(body):
    error = refusal(ONE, answer(200, body, X_Request_ID="r-9"))
    assert [text for text in ("something that is not that resource", "r-9") if text not in error.message] == []
    assert ("api_url" in error.hint, error.retryable) == (True, False)


def listed(count, *ids):
    return {"count": count, "results": some(*ids)}


LISTS = {
    # the answers, and the ids that they give
    "bare": ([some(1, 2, 3)], [1, 2, 3]), "counted": ([listed(3, 1, 2, 3)], [1, 2, 3]),
    "without count": ([{"results": some(1, 2, 3)}], [1, 2, 3]), "null count": ([listed(None, 1, 2, 3)], [1, 2, 3]),
    "count too small": ([listed(2, 1, 2, 3)], [1, 2, 3]), "endless count": ([listed("9" * 5000, 1, 2, 3)], [1, 2, 3]),
    "wrapped items": ([[{"resource": item} for item in some(1, 2, 3)]], [1, 2, 3]),
    "duplicates": ([some(1, 2, 1, 3, 2)], [1, 2, 3]), "nothing, bare": ([[]], []),
    "nothing, counted": ([listed(0)], []), "pages": ([listed(5, 1, 2), listed(5, 3, 4), listed(5, 5)], [1, 2, 3, 4, 5]),
    "pages of a count that is a text": ([listed("3", 1, 2), listed("3", 3)], [1, 2, 3]),
    "pages that overlap": ([listed(4, 1, 2), listed(4, 2, 3), listed(4, 4)], [1, 2, 3, 4]),
    "one is deleted meanwhile": ([listed(3, 1, 2), listed(2)], [1, 2]),
    "an id spelt in two ways": ([listed(2, 1), listed(2, "1", 2)], [1, 2]),
    "a name that stands twice": ([b'[{"id": 1, "x": 1, "x": 2}, {"id": 2, "y": ' + b"1" * 5000 + b"}]"], [1, 2]),
}  # fmt: skip


def pages(bodies):
    """The calls, each for what comes behind all that was seen, and their answers."""
    seen, call = set(), ALL
    for body in bodies:
        yield call, answer(200, body, X_Request_ID="r-9")
        items = body.get("results", ()) if isinstance(body, dict) else ()
        seen |= {int(item["id"]) for item in items or () if isinstance(item, dict)}
        call = f"{ALL}?limit={PAGE_SIZE}&offset={len(seen)}"


@pytest.mark.parametrize(("bodies", "ids"), LISTS.values(), ids=LISTS)
def test_a_list_gives_each_resource_once(bodies, ids):
    script = Script(*pages(bodies))
    assert [item["id"] for item in client_over(script).resources()] == ids
    assert script.is_over()


def test_pages_are_asked_for_as_they_are_needed_and_again_like_the_first():
    first, second = pages([listed(2, 1), listed(2, 2)])
    listing = client_over(Script(first, (second[0], answer(503, {})), second)).resources()
    assert [next(listing)["id"], *(item["id"] for item in listing)] == [1, 2]
    assert next(client_over(Script(first)).resources())["id"] == 1


NOTHING_NEW = "announced 3 resources and gave 2"
NO_LISTS = [
    *(([body], "not a list of resources.*r-9") for body in (
        {"count": 1}, listed(1) | {"results": None}, {"results": {}}, {"results": ["x"]}, [7], [{"n": 1}], "x", None)),
    ([listed(3, 1, 2), listed(3, 1, 2)], NOTHING_NEW), ([listed(3, 1, 2), listed(3)], NOTHING_NEW),
]  # fmt: skip


@pytest.mark.parametrize(("bodies", "said"), NO_LISTS)
def test_what_is_not_a_list_of_resources_or_brings_nothing_new_is_an_error(bodies, said):
    script = Script(*pages(bodies))
    with pytest.raises(ApiError, match=said):
        list(client_over(script).resources())
    assert script.is_over()


NAMED = [*some(1, 2), {"id": 3, "name": "N1."}, {"id": 4, "name": "M\u00fcller.example."}]
NAMED += [{"id": 5, "name": None, "aliases": [{"alias_data": "n9"}]}, {"id": 6}]
FOUND = [
    (" N2.", 2, ""), ("xn--mller-kva.example", 4, ""), ("m\u00fcller.example", 4, ""),
    ("n9", "no resource is named n9", "aliases do not count"), ("n1", "2 resources are named n1: 1, 3", "resource_id"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "outcome", "hint"), FOUND)
def test_the_one_resource_of_a_name(name, outcome, hint):
    client = client_over(Script((ALL, answer(200, NAMED))))
    if isinstance(outcome, int):
        assert Account.of(client).find(None, name).id == outcome
    else:
        with pytest.raises(ResourceLookupError, match=f"^{outcome}$") as caught:
            Account.of(client).find(None, name)
        assert hint in caught.value.hint
    assert Account.of(client_over(Script((ONE, answer(200, RESOURCE))))).find(7, name).raw == RESOURCE


NOT_JSON = {
    "truncated": json.dumps(RESOURCE).encode()[:-1], "empty": b"", "html": b"<html>Bad gateway</html>",
    "infinity": b'{"id": 7, "weight": -Infinity}', "nan": b'{"id": 7, "weight": NaN}', "deep": b"[" * 200_000,
    "no text": b'{"id": 7, "name": "\xff"}',
}  # fmt: skip


@pytest.mark.parametrize("body", NOT_JSON.values(), ids=NOT_JSON)
def test_what_is_not_whole_json_is_read_again(body):
    script = Script((ONE, answer(200, body, Content_Type="text/html; charset=x")), (ONE, answer(200, RESOURCE)))
    assert client_over(script).resource(7) == RESOURCE
    assert script.is_over()
    error = refusal(ONE, answer(200, body, Content_Type="text/html; charset=x", X_Request_ID="r-3"), tries=0)
    assert f"answered 200 with {len(body)} bytes (text/html) that are not whole JSON" in error.message
    assert (error.details()["api_error"]["request_id"], "api_url" in error.hint) == ("r-3", body[:5] == b"<html")


FAITHFUL = r"""{"id": 7, "big": 123456789012345678901234567890, "negative": -0.0, "float": 0.1, "small": 5e-324,
"exponent": 1e22, "plus": 1E+22, "whole": 1.0, "text": "ü\u00e4\u4e16\ud83d\ude00", "lone": "\ud800", "zero": "\u0000",
"null": null, "empty": {}, "nested": {"a": [[], [{"b": [true, false, 0, "", {"c": [1, 2.50]}]}]]}, "": "no name",
"decimal": 0.1000000000000000055511151231257827021181583404541015625, "price": 12.3400, "huge": -1e400, "tiny": 1e-400,
"ssl_type": null, "endless": ENDLESS}""".replace("ENDLESS", "1" * 5000)


def verbatim(text):
    """JSON whose numbers are the texts that they are spelt as."""
    return json.loads(text, parse_float=lambda number: ("number", number), parse_int=lambda number: ("number", number))


@pytest.mark.parametrize("wrap", ["%s", '{"resource": %s}'], ids=["bare", "wrapped"])
def test_a_put_repeats_the_json_of_the_get_but_for_its_fields(wrap):
    script = Script((ONE, answer(200, (wrap % FAITHFUL).encode() + b"\n")), (PUT, answer(200, {})))
    client, changed = client_over(script), {"ssl_type": "custom", "service_ssl_crt": "\u00e9"}
    client.replace(7, {**client.resource(7), **changed})
    sent, expected = script.calls[1].body, {**verbatim(FAITHFUL), **changed}
    assert (verbatim(sent), list(verbatim(sent)), sent.isascii()) == (expected, list(expected), True)


@pytest.mark.parametrize("body", ['{"id": 7, "a": 1, "a": 1}', '{"id": 7, "x": [{"a": {}, "a": null}]}'])
def test_a_name_that_stands_twice_is_refused_by_name(body):
    """Which of the two is meant nobody knows, and a PUT would drop one of them."""
    error = refusal(ONE, answer(200, body.encode(), X_Request_ID="r-9"))
    assert "answered with JSON that has 'a' twice in one object" in error.message
    assert ("r-9" in error.message, "Nothing was written" in error.hint, error.retryable) == (True, True, False)


def test_a_body_that_json_has_no_words_for_is_never_sent():
    script = Script()
    with pytest.raises(ValueError, match="JSON"):
        client_over(script).replace(7, {"weight": float("nan")})
    assert not script.calls


PUTS = [
    (LOST, True, True), (answer(502, b"<html>"), True, True), (answer(429, {}, Retry_After="9"), True, False),
    (answer(301, b"", Location="https://elsewhere.example/"), False, False),
    *((answer(status, {}), True, True) for status in (408, 500, 503, 504)),
    *((answer(status, {}, Retry_After="9"), False, False) for status in (400, 401, 403, 404, 405, 409, 413, 422)),
]  # fmt: skip


@pytest.mark.parametrize(("outcome", "retryable", "unknown"), PUTS)
def test_a_put_is_sent_once_whatever_happens(outcome, retryable, unknown):
    time = FakeClock()
    error = refusal(PUT, outcome, time=time)
    assert (error.retryable, error.outcome_unknown, time.elapsed) == (retryable, unknown, 0)
    assert retryable or error.retry_after is None
    for status in (200, 201, 202, 204):
        script = Script((PUT, answer(status, b"no JSON at all", X_Request_ID="r-5")))
        assert client_over(script).replace(7, RESOURCE) == f"{PUT} answered {status} (request id r-5)"


def busy(seconds=None, status=503):
    return answer(status, {}, **({} if seconds is None else {"Retry_After": seconds}))


def http_date(seconds):
    return format_datetime(NOW + timedelta(seconds=seconds), usegmt=True)


LATER = {
    # the failures, the options, the seconds until the read is through, whether it is found then
    **{f"growing waits after {status}": ([busy(None, status)] * 5, {}, 15.5, True) for status in (408, 429, 500, 599)},
    "growing waits after none": ([LOST] * 5, {}, 15.5, True),
    **{f"{tries} tries": ([busy()] * (tries + 1), {"tries": tries}, waited, False)
       for tries, waited in ((0, 0), (1, 0.5), (3, 3.5))},
    "asked for": ([busy("7")], {}, 7, True),
    "asked for too long": ([busy("999999")], {}, 60, True),
    "asked for a date": ([busy(http_date(20))], {}, 20, True),
    **{f"asked for {header!r}": ([busy(header)], {}, 0.5, True) for header in ("0", http_date(-20), "-3", "soon", "")},
    "429 with a time, beyond the tries": ([busy("10", 429)] * 9, {"tries": 2}, 90, True),
    # Otherwise `Retry-After: 0` would be asked again and again, as fast as the network goes.
    **{f"429 with the time {header!r}": ([busy(header, 429)] * 3, {"tries": 2}, 1.5, False)
       for header in (None, "0", "soon")},
    "the last wait leaves one last try": ([busy()] * 6, {"tries": 99, "total": 10}, 9, False),
    "so does the last that is asked for": ([busy("50")] * 2, {"tries": 99, "total": 10}, 9, False),
}  # fmt: skip


@pytest.mark.parametrize(("failures", "options", "elapsed", "is_found"), LATER.values(), ids=LATER)
def test_a_read_is_tried_again(failures, options, elapsed, is_found):
    time = FakeClock()
    if is_found:
        script = Script(*((ONE, failure) for failure in failures), (ONE, answer(200, RESOURCE)))
        assert client_over(script, time, **options).resource(7) == RESOURCE
        assert script.is_over()
    else:
        assert refusal(ONE, *failures, time=time, **options).status == failures[-1].status
    assert time.elapsed == pytest.approx(elapsed, rel=0.02, abs=0.1)


def test_a_request_gets_its_own_timeout_and_the_last_try_what_is_left():
    script = Script((ONE, answer(503, {}, Retry_After="50")), (ONE, answer(200, RESOURCE)))
    client_over(script, total=40, request_timeout=30).resource(7)
    assert [call.timeout for call in script.calls] == [30, pytest.approx(1, abs=0.1)]


@pytest.mark.parametrize("act", [lambda client: client.resource(7), lambda client: client.replace(7, {})])
def test_nothing_is_sent_when_the_time_is_over(act):
    time, script = FakeClock(), Script()
    client = client_over(script, time, total=10)
    time.sleep(10)
    with pytest.raises(DeadlineError, match=r"10 s was over before: (GET|PUT) /security/resources/7"):
        act(client)
    assert not script.calls


def test_headers():
    script = Script((ONE, answer(200, RESOURCE)), (PUT, answer(200, {})))
    client = client_over(script)
    client.replace(7, client.resource(7))
    common = {"Authorization": f"APIKey {TOKEN}", "Accept": "application/json"}
    common["User-Agent"] = f"gcore.web_security/{VERSION} (Ansible collection)"
    assert [call.headers for call in script.calls] == [common, {**common, "Content-Type": "application/json"}]
    assert script.calls[0].body is None


VALIDATION = {
    "exception_class": "ValidationError", "message": "Invalid certificate", "info": {"line": 3},
    "invalid_fields": {"service_ssl_crt": ["The chain is incomplete.", "Try again."]}, "request_id": "3f0b-77",
}  # fmt: skip


def test_every_word_of_an_error_that_support_asks_for():
    error = refusal(PUT, answer(400, {**VALIDATION, "unheard_of": 1}))
    assert error.message == (
        "PUT /security/resources/7 answered 400 ValidationError: Invalid certificate "
        "(service_ssl_crt: The chain is incomplete. Try again.; request id 3f0b-77)"
    )
    assert error.details() == {"api_error": {"call": PUT, "status": 400, **VALIDATION}}
    told = refusal(PUT, answer(422, {"detail": "No.", "errors": {"name": ["Long."]}})).details()["api_error"]
    untold = dict.fromkeys(VALIDATION, None) | {"call": PUT, "status": 422}
    assert told == {**untold, "message": "No.", "invalid_fields": {"name": ["Long."]}}


@pytest.mark.parametrize("name", ["message", "detail", "invalid_fields", "errors", "info", "exception_class"])
def test_the_words_of_an_error_are_cut_and_the_request_id_is_not(name):
    long = ["no"] * 200_000 if name == "invalid_fields" else "no " * 1_300_000
    error = refusal(PUT, answer(400, {name: [long] if name in ("errors", "info") else long, "request_id": "3f0b-77"}))
    assert error.message.endswith("request id 3f0b-77)")
    assert len(shown(error)) < 1_000_000
    assert len(shown(refusal(PUT, answer(400, {"request_id": "x" * 4_000_000})))) < 500_000


@pytest.mark.parametrize("body", [{"request_id": "body"}, {"message": "x"}, {"request_id": None}, b"<html>"])
@pytest.mark.parametrize("header", ["header", None])
def test_the_request_id_comes_from_the_body_or_the_header(body, header):
    error = refusal(ONE, answer(404, body, **({"X_Request_ID": header} if header else {})))
    found = (body.get("request_id") if isinstance(body, dict) else None) or header
    assert f"request id {found or 'not given'}" in error.message
    assert error.details()["api_error"]["request_id"] == found


SHAPES = {
    "html": (b"<html><h1>502 Bad Gateway</h1></html>", " with text/html ("),
    "nothing": (b"", " with no content type ("), "truncated": (b'{"message": "cut of', " with application/json ("),
    "deep": (b"[" * 200_000, " with application/json ("),
    "deep inside": ({"message": "no", "info": json.loads("[" * 500 + "]" * 500)}, ": no ("),
    "empty": ({}, " with application/json ("), "plain text": (b"Payment required", ": Payment required ("),
    "message": ({"message": "plain"}, ": plain ("), "class alone": ({"exception_class": "Oops"}, " Oops ("),
    "loose types": ({"message": {"a": 1}, "invalid_fields": ["x"]}, ": a: 1 (x; "),
    "detail": ({"detail": "Not allowed."}, ": Not allowed. ("),
    "details": ({"detail": ["One.", "Two."]}, ": One. Two. ("),
    "a problem of RFC 9457": ({"type": "about:blank", "title": "No", "status": 1, "detail": "Long"}, ": No Long ("),
    "error": ({"error": "invalid_grant", "error_description": "Expired"}, ": invalid_grant Expired ("),
    "an error that is an object": ({"error": {"code": 7, "message": "no"}}, ": code: 7 message: no ("),
    "errors of fields": ({"errors": {"name": ["Long.", "Odd."], "x": "Bad."}}, " (name: Long. Odd.; x: Bad.; "),
    "a list of errors": ({"errors": [{"message": "Bad."}, "Worse."]}, " (message: Bad. Worse.; "),
    "fields alone": ({"sslCertificate": ["Wrong."], "name": ["Taken."]}, " (sslCertificate: Wrong.; name: Taken.; "),
    "texts": (["One.", "Two."], ": One. Two. ("), "a text": ("no", ": no ("),
    "said twice": ({"message": "no", "error": "no"}, ": no ("),
}  # fmt: skip


@pytest.mark.parametrize("status", [402, 502])
@pytest.mark.parametrize(("body", "words"), SHAPES.values(), ids=SHAPES)
def test_the_words_of_an_error_of_any_shape(status, body, words):
    kinds = {b"<": "text/html; charset=utf-8", b"P": "text/plain", b"": ""}
    kind = kinds.get(body[:1], "application/json") if isinstance(body, bytes) else "application/json"
    error = refusal(ONE, answer(status, body, Content_Type=kind), tries=0)
    assert error.message.startswith(f"{ONE} answered {status}{words}")
    assert "request id not given" in error.message


NOT_VALID = "Given token not valid for any token type"
UNAUTHORIZED = {
    "cut": ("APIKey 4711", "Bad permanent token: 4711", "cut at its '$'"),
    "nothing after it": ("APIKey 4711$", "Bad permanent token: 4711$", "cut at its '$'"),
    "whole": ("APIKey 4711$abc", "Bad permanent token: 4711$abc", "Check api_key"),
    "expired": ("Bearer eyJ0", "Token is invalid or expired", "api_token (GCORE_API_TOKEN)"),
    "bearer of a key": ("Bearer 4711$abc", NOT_VALID, "look swapped"),
    "key of a bearer": ("APIKey eyJ0", NOT_VALID, "look swapped"),
    "not provided": ("APIKey 4711$abc", "Authentication credentials were not provided.", "Check api_key"),
}


@pytest.mark.parametrize(("owner", "message", "said"), UNAUTHORIZED.values(), ids=UNAUTHORIZED)
def test_hints_for_401(owner, message, said):
    hint = refusal(ONE, answer(401, {"message": message}), owner=Credentials(*owner.split())).hint
    assert said in hint
    assert ("cut at" in hint, "swapped" in hint) == (said == "cut at its '$'", said == "look swapped")


HINTS = {
    301: "api_url", 400: "invalid_fields", 402: "billing", 403: "role", 404: "id", 405: "api_url", 408: "again",
    409: "again", 413: "chain", 415: "ask the vendor", 418: "ask the vendor", 422: "invalid_fields", 429: "later",
    451: "legal", 499: "ask the vendor", 500: "later", 503: "later", 599: "later",
}  # fmt: skip


@pytest.mark.parametrize(("status", "word"), HINTS.items())
def test_every_refusal_says_what_to_do(status, word):
    hint = refusal(PUT, answer(status, {})).hint
    assert word in hint
    assert ("later" in hint or "again when" in hint) == (status in (409, 429) or status >= 500)


@pytest.mark.parametrize("status", [300, 301, 302, 303, 307, 308, 399])
@pytest.mark.parametrize("call", [ONE, PUT])
def test_redirects_are_told_and_never_followed(call, status):
    error = refusal(call, answer(status, b"", Location="https://elsewhere.example/x", X_Request_ID="r-1"))
    told = f"answered {status}, a redirect to https://elsewhere.example/x that is not followed"
    assert [text for text in (told, "r-1") if text not in error.message] == []


def shown(error):
    return json.dumps([error.message, str(error), repr(error), error.hint, error.details()])


ECHOES = {
    "message": (401, {"message": f"Bad permanent token: {TOKEN}"}, {}),
    "deep": (400, {"message": "x", "invalid_fields": {TOKEN: [TOKEN]}, "info": [{"sent": f"APIKey {TOKEN}"}]}, {}),
    "class and id": (400, {"exception_class": TOKEN, "request_id": TOKEN}, {}),
    "header": (404, b"<html>", {"X_Request_ID": TOKEN}),
    "redirect": (302, b"", {"Location": f"https://elsewhere.example/?token={TOKEN}"}),
}


@pytest.mark.parametrize(("status", "body", "headers"), ECHOES.values(), ids=ECHOES)
def test_the_token_is_masked_wherever_the_api_echoes_it(status, body, headers):
    text = shown(refusal(ONE, answer(status, body, **headers)))
    assert [part for part in (TOKEN, TOKEN.partition("$")[2]) if part in text] == []
    assert MASK in text


def test_the_token_is_in_no_representation():
    owner = credentials(TOKEN, None)
    client = client_over(Script(), owner=owner)
    assert TOKEN not in f"{owner!r} {owner} {client!r} {client}"


GOOD_TOKENS = [
    ("4711$abc", None, "APIKey 4711$abc"), ("  4711$abc\n", "", "APIKey 4711$abc"),
    (None, "eyJ0.e30.c2ln", "Bearer eyJ0.e30.c2ln"),
]  # fmt: skip
BAD_TOKENS = [
    *((nothing, None, "no credentials") for nothing in (None, "", " \n")),
    ("one-token", "another-token", "both api_key and api_token"),
    *((key, None, "spaces or characters") for key in ("tok en-1", "t\u00f6ken-1", "tok\nen-1", "tok\x00en-1")),
]


@pytest.mark.parametrize(("key", "token", "header"), GOOD_TOKENS)
def test_a_token_goes_with_its_scheme(key, token, header):
    assert credentials(key, token).header() == header


@pytest.mark.parametrize(("key", "token", "said"), BAD_TOKENS)
def test_tokens_that_can_not_be_used(key, token, said):
    with pytest.raises(InputError, match=said) as caught:
        credentials(key, token)
    for secret in (key, token):
        assert not secret or not secret.strip() or secret not in f"{caught.value.message}{caught.value.hint}"
