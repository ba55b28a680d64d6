"""Any file becomes a plan or is refused whole, naming the place."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import strategies as st

from houseful.domain.errors import PlanRefused
from houseful.domain.plan import Plan
from houseful.plans import census, reader
from houseful.plans.reader import read, require_prices
from tests.plans.documents import chart, pretix, read_json, rows_of, seats_of, seatsio_row
from tests.support.examples import examples

RealPlan = Callable[[str], bytes]


def refusal(data: bytes) -> PlanRefused:
    with pytest.raises(PlanRefused) as caught:
        read(data)
    return caught.value


@pytest.mark.parametrize(
    ("name", "seats", "rows", "sections"),
    [
        ("riethsporthalle-erfurt", 1_231, 62, 6),
        ("seatsio-racetrack-8897", 8_897, 131, 4),
        ("seatsio-racetrack-original", 8_897, 131, 4),
    ],
)
def test_a_real_plan_keeps_every_seat(
    real_plan: RealPlan, name: str, seats: int, rows: int, sections: int
) -> None:
    plan = read(real_plan(name))
    assert (plan.seat_count, len(rows_of(plan)), len(plan.sections)) == (seats, rows, sections)


def test_one_venue_is_the_same_in_both_formats(real_plan: RealPlan) -> None:
    converted = read(real_plan("seatsio-racetrack-8897"))
    original = read(real_plan("seatsio-racetrack-original"))

    def described(plan: Plan) -> list[tuple[object, ...]]:
        return [
            (
                section.name,
                row.label,
                seat.label,
                plan.categories[seat.category].name,
                plan.categories[seat.category].color,
                round(seat.x, 2),
                round(seat.y, 2),
                seat.gap_after,
            )
            for section in plan.sections
            for row in section.rows
            for seat in row.seats
        ]

    assert described(converted) == described(original)


def test_aisles_of_a_real_hall_are_gaps(real_plan: RealPlan) -> None:
    plan = read(real_plan("riethsporthalle-erfurt"))
    row_14 = plan.sections[0].rows[0]
    assert [seat.label for seat in row_14.seats if seat.gap_after] == ["7", "21"]


def test_a_name_given_replaces_the_file_s_own() -> None:
    data = json.dumps(pretix()).encode()
    assert read(data).name == "Little hall"
    assert read(data, name="Other").name == "Other"


def test_a_byte_order_mark_is_passed_over() -> None:
    assert read(b"\xef\xbb\xbf" + json.dumps(pretix()).encode()).seat_count == 5


@pytest.mark.parametrize("data", [b"", b"{", b"\xff\xfe", b"[NaN]", b"[" * 100_000])
def test_what_is_not_json_is_refused(data: bytes) -> None:
    error = refusal(data)
    assert error.place == "document"
    assert "expected JSON" in error.message


@pytest.mark.parametrize("value", [None, 1, [], "plan", {}, {"zones": {}}, {"name": "x"}])
def test_json_that_is_no_plan_is_refused(value: object) -> None:
    error = refusal(json.dumps(value).encode())
    assert error.place == "document"
    assert "expected a pretix plan" in error.message


@pytest.mark.parametrize("document", [{**pretix(), "zones": []}, chart(), chart(rows=[])])
def test_a_plan_without_seats_is_refused(document: object) -> None:
    assert "expected at least one seat" in refusal(json.dumps(document).encode()).message


def test_too_many_seats_are_refused_before_any_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(census, "SEAT_LIMIT", 6)
    document = pretix()
    document["zones"] *= 2
    document["zones"][0]["rows"][0]["seats"][0] = "not even a seat"
    error = refusal(json.dumps(document).encode())
    assert error.place == "zones[1].rows[0].seats"
    assert "expected at most 6 seats" in error.message


def test_seats_up_to_the_limit_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(census, "SEAT_LIMIT", 5)
    assert read_json(pretix()).seat_count == 5


def test_more_than_200_000_seats_are_refused() -> None:
    document = pretix()
    document["zones"][0]["rows"][0]["seats"] = [None] * 199_998
    assert refusal(json.dumps(document).encode()).place == "zones[0].rows[0].seats[0]"
    document["zones"][0]["rows"][0]["seats"] = [None] * 200_001
    error = refusal(json.dumps(document).encode())
    assert error.message == "zones[0].rows[0].seats: expected at most 200,000 seats, got more"


def test_a_huge_file_is_refused_unread(monkeypatch: pytest.MonkeyPatch) -> None:
    data = json.dumps(pretix()).encode()
    monkeypatch.setattr(reader, "BYTE_LIMIT", len(data))
    assert read(data).seat_count == 5
    assert "expected at most" in refusal(data + b" ").message


def test_too_many_drawings_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(census, "AREA_LIMIT", 2)
    text = {"text": "Bar", "center": {"x": 1, "y": 2}}
    row = seatsio_row("A", 5)
    assert len(read_json(chart(rows=[row], texts=[text] * 2)).areas) == 2
    error = refusal(json.dumps(chart(rows=[row], texts=[text] * 3)).encode())
    assert error.message == "subChart.texts[2]: expected at most 2 drawn areas, got more"


def test_progress_rises_to_the_number_of_seats() -> None:
    row = seatsio_row("A", 5, count=2_500)
    calls: list[tuple[int, int]] = []
    read(
        json.dumps(chart(rows=[row])).encode(),
        progress=lambda done, total: calls.append((done, total)),
    )
    assert calls == [(1_000, 2_500), (2_000, 2_500), (2_500, 2_500)]


def test_a_plan_without_a_size_is_as_large_as_its_seats_reach() -> None:
    document = pretix()
    del document["size"]
    plan = read_json(document)
    assert (plan.width, plan.height) == (170.0, 90.0)


def test_every_used_category_needs_a_price() -> None:
    plan = read_json(pretix())
    require_prices(plan, {"Front": "20.00", "Back": "10.00"})
    with pytest.raises(PlanRefused, match='prices: expected a price for "Back", got none'):
        require_prices(plan, {"Front": "20.00"})


def test_a_category_without_seats_needs_no_price() -> None:
    document = pretix()
    document["categories"].append({"name": "Unused"})
    require_prices(read_json(document), {"Front": "20.00", "Back": "10.00"})


def test_a_price_for_no_category_is_refused() -> None:
    prices = {"Front": "20.00", "Back": "10.00", "Bakc": "10.00"}
    with pytest.raises(PlanRefused, match='prices: expected prices for "Back", "Front", got one'):
        require_prices(read_json(pretix()), prices)


JSON_VALUE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=6,
)


def places(value: object, here: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """The way to everything inside."""
    if isinstance(value, dict):
        inner = [places(item, (*here, key)) for key, item in value.items()]
    elif isinstance(value, list):
        inner = [places(item, (*here, index)) for index, item in enumerate(value)]
    else:
        inner = []
    return [here, *(place for found in inner for place in found)]


RICH_CHART = chart(
    rows=[seatsio_row("A", 10), seatsio_row("B", 20)],
    tables=[{**seatsio_row("T", 50), "center": {"x": 20, "y": 60}, "radius": 9}],
    booths=[{"label": "K", "center": {"x": 5, "y": 90}, "categoryKey": "two"}],
    generalAdmissionAreas=[
        {"label": "GA", "center": {"x": 1, "y": 2}, "radius1": 3, "radius2": 4, "capacity": 9}
    ],
    texts=[{"text": "Bar", "center": {"x": 1, "y": 2}}],
    sections=[
        {
            "label": "Left",
            "points": [{"x": 0, "y": 0}, {"x": 9, "y": 0}, {"x": 9, "y": 9}],
            "topLeft": {"x": 1, "y": 1},
            "categoryKey": 1,
            "subChart": {"rows": [seatsio_row("A", 10)]},
        }
    ],
)


def must_be_read_or_refused(data: bytes) -> None:
    refused_at = "nowhere"
    plan = None
    try:
        plan = read(data)
    except PlanRefused as error:
        refused_at = error.place
    assert refused_at
    if plan:
        assert len({seat.guid for seat in seats_of(plan)}) == plan.seat_count > 0


@examples(100, 300, st.data())
def test_a_plan_with_anything_anywhere_is_read_or_refused(data: st.DataObject) -> None:
    source = data.draw(st.sampled_from([pretix(), RICH_CHART]))
    document: Any = json.loads(json.dumps(source))
    way = data.draw(st.sampled_from(places(document)))
    value = data.draw(JSON_VALUE)
    if way:
        target = document
        for key in way[:-1]:
            target = target[key]
        target[way[-1]] = value
    else:
        document = value
    must_be_read_or_refused(json.dumps(document).encode())


@examples(50, 200, st.binary(max_size=200))
def test_arbitrary_bytes_are_refused(data: bytes) -> None:
    refusal(data)


@examples(50, 100, st.integers(min_value=0), st.integers(min_value=0, max_value=255))
def test_a_damaged_file_is_read_or_refused(position: int, byte: int) -> None:
    data = bytearray(json.dumps(RICH_CHART).encode())
    data[position % len(data)] = byte
    must_be_read_or_refused(bytes(data))
