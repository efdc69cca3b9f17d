# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: 2026 The gcore.web_security authors

"""What `_gcore/test_client.py` does not see: the methods of other APIs."""

import pytest

from ansible_collections.gcore.web_security.plugins.module_utils._errors import ApiError
from ansible_collections.gcore.web_security.plugins.module_utils._http.errors import NoAnswerError
from unit.plugins.fakes import Script, answer, client_over

GOOD = answer(200, {"id": 1})
READS = ("GET", "OPTIONS")
WRITES = ("PUT", "POST", "PATCH", "DELETE")
OUTCOMES = {
    "lost": (NoAnswerError("failed: the connection was lost"), True), "503": (answer(503, {}), True),
    "429": (answer(429, {}), False), "half an answer": (answer(200, b'{"id"'), True),
}  # fmt: skip


def asked(method, *answers):
    script = Script(*((f"{method} /x", one) for one in answers))
    try:
        found, _answer = client_over(script)._session.ask(method, "/x", b"{}" if method in WRITES else None)
    except ApiError as error:
        found = error
    assert script.is_over()
    return found


@pytest.mark.parametrize("method", READS + WRITES)
@pytest.mark.parametrize(("failure", "may_be_done"), OUTCOMES.values(), ids=OUTCOMES)
def test_a_write_is_repeated_only_where_nothing_can_have_come_of_it(method, failure, may_be_done):
    if method in READS or not may_be_done:
        assert asked(method, failure, GOOD) == {"id": 1}
    else:
        assert asked(method, failure).outcome_unknown


@pytest.mark.parametrize("method", READS + WRITES)
def test_what_is_refused_is_not_sent_again(method):
    error = asked(method, answer(422, {"name": ["Taken."]}))
    assert error.message == f"{method} /x answered 422 (name: Taken.; request id not given)"
    assert not error.outcome_unknown
