"""JSON and time as they stand on the wire."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from houseful.domain.errors import InvalidRequest
from houseful.domain.moments import FIRST_MS, LAST_MS
from houseful.wire.codec import DEEPEST, decode, decode_foreign, encode, iso, parse_iso


def test_json_is_compact_and_takes_numbers_for_names() -> None:
    assert encode({1: "é", "seats": [1, 2]}) == '{"1":"é","seats":[1,2]}'.encode()


@pytest.mark.parametrize("text", [b"", b"{", "{'a': 1}", b"\xff", b"NaN"])
def test_what_is_no_json_is_refused_with_a_code(text: bytes | str) -> None:
    with pytest.raises(InvalidRequest, match="expected JSON") as caught:
        decode(text)

    assert caught.value.code == "malformed_json"


@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}")])
@pytest.mark.parametrize("form", [str, str.encode])
def test_what_nests_too_deep_to_be_shown_is_refused(
    opening: str, closing: str, form: Callable[[str], str | bytes]
) -> None:
    decode_foreign(form(opening * DEEPEST + "1" + closing * DEEPEST))
    decode_foreign(form("[" + "[1]," * 1000 + "[2]]"))

    for levels in (DEEPEST + 1, 1_000):
        with pytest.raises(InvalidRequest, match="nests at most"):
            decode_foreign(form(opening * levels + "1" + closing * levels))


def test_milliseconds_show_only_where_there_are_any() -> None:
    assert iso(1_767_960_600_000) == "2026-01-09T12:10:00Z"
    assert iso(1_767_960_600_250) == "2026-01-09T12:10:00.250Z"


@given(st.integers(FIRST_MS, LAST_MS - 1))
def test_a_time_that_was_written_is_read_back(at_ms: int) -> None:
    assert parse_iso(iso(at_ms)) == at_ms


def test_an_offset_counts() -> None:
    assert parse_iso("2026-01-09T13:10:00+01:00") == parse_iso("2026-01-09T12:10:00Z")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "tomorrow",
        "2026-13-01T00:00:00Z",
        "2026-01-09T12:10:00",
        "2026-W02-5T12:00Z",
        "２０２６-01-09T12:10:00Z",
    ],
)
def test_a_time_without_a_zone_or_sense_is_refused(text: str) -> None:
    with pytest.raises(InvalidRequest, match="expected a time"):
        parse_iso(text)


@pytest.mark.parametrize(
    "text",
    [
        "0027-06-01T20:00:00Z",
        "9999-12-31T23:59:59-14:00",
        "1969-12-31T23:59:59Z",
        "2100-01-01T00:00:00Z",
    ],
)
def test_a_year_that_nobody_means_is_refused(text: str) -> None:
    with pytest.raises(InvalidRequest, match="years 1970 to 2099"):
        parse_iso(text)


def test_a_year_is_written_with_four_digits() -> None:
    assert iso(-61_300_000_000_000).startswith("0027-")
