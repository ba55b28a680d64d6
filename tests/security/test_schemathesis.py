"""Every documented operation with data that fits its schema and data that does not, by the hundred.

    pytest tests/security/test_schemathesis.py              # 250 cases
    pytest -m long tests/security/test_schemathesis.py      # 5,000 cases

The same cases come in the same order each time. New operations are tried without a change here.
"""

from __future__ import annotations

import importlib
from typing import Any

import pytest

from houseful.web.buyer import bookings
from tests.support.serving import Server

pytestmark = pytest.mark.filterwarnings("ignore:Do not use the `random` module")
"""The server's thread does, while Hypothesis looks only at its own."""


@pytest.fixture(scope="module")
def fuzzing() -> Any:
    return importlib.import_module("tests.security.fuzzing")


def test_no_operation_breaks_or_strays_from_its_document(server: Server, fuzzing: Any) -> None:
    fuzzing.check(fuzzing.fuzz(server, 250), 250)


@pytest.mark.long
def test_no_operation_breaks_or_strays_from_its_document_in_5_000_cases(
    server: Server, fuzzing: Any
) -> None:
    fuzzing.check(fuzzing.fuzz(server, 5_000), 5_000)


def test_a_check_that_is_taken_away_is_missed(
    server: Server, fuzzing: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The positive control: page numbers that are not looked at any more."""

    def unchecked(*_: object) -> int:
        return 1

    monkeypatch.setattr(bookings, "query_number", unchecked)
    tally = fuzzing.fuzz(server, 20, only="GET /bookings")
    assert "GET /bookings: AcceptedNegativeData" in tally.wrong


def test_a_crash_is_noticed(server: Server, fuzzing: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bookings, "query_number", None)
    assert "GET /bookings: ServerError" in fuzzing.fuzz(server, 2, only="GET /bookings").wrong
